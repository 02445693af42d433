"""What calls, itop and webhooks stored in earlier versions is upgraded, and nothing lost."""

from __future__ import annotations

from typing import Any

import cti_accounts
import cti_calls
import cti_itop
import cti_live
import cti_tickets
import cti_webhooks
import pytest
from cti_tickets.store.objects import prepare
from database_site import MakeSite, Site
from earlier_versions import Rows, apply, insert, migrations_of, schema

from cti_host.databases.connection import open_database
from cti_host.testing.postgresql import empty_database

pytestmark = pytest.mark.long

PLUGINS = ("accounts", "phone_reformat", "tickets", "itop", "live", "calls", "webhooks")
SETTINGS = """
[plugin.accounts]
people = "tickets"

[plugin.itop]
url = "http://127.0.0.1:9/itop"
user = "cti-host"
password = "of no use"
sync_minutes = 0

[plugin.webhooks]
public_url = "https://cti.example.org"
"""
# In the order in which they need one another.
OTHERS: tuple[Any, ...] = (cti_accounts, cti_tickets, cti_itop, cti_live, cti_calls, cti_webhooks)
WHEN = 1_770_000_000_000_000
TEXTS = (
    "remote_name", "dialled", "queue", "state", "outcome", "hung_up_by", "cause", "told",
    "answered_by", "caller", "caller_display", "ticket", "token", "begun_by",
)  # fmt: skip
CALL: dict[str, Any] = {
    **dict.fromkeys(TEXTS, ""),
    **dict.fromkeys(("withheld", "begun", "lost", "simulated"), False),
    **dict.fromkeys(("started_at", "ended_at", "event_at", "stored_at"), WHEN),
    "id": 7,
    "source": "support",
    "direction": "inbound",
    "remote": "+33987654321",
    "remote_key": "+33987654321",
    "note": "Calls again tomorrow.",
}
EVENT: dict[str, Any] = {
    **dict.fromkeys(("kind", "payload", "facts", "agents", "silence", "problem"), ""),
    "id": 3,
    "source": "support",
    "received_at": WHEN,
    "dedup": "1",
    "call": 7,
}
ROWS: dict[Any, Rows] = {
    cti_calls: {"call_record": CALL, "phone_event": EVENT},
    cti_itop: {
        "itop_person": {"id": 20, "since": 1, "name": "Delaunay", "phone": "09 87 65 43 21"},
        "itop_phone_call": {
            "id": 1,
            "itop": "http://127.0.0.1:9/itop",
            "ticket_class": "UserRequest",
            "ticket_id": 9,
            "contact": "",
            "agent": "sam",
            "flow": "inbound",
            "note": "x",
            "created": "2026-01-31 14:30:00",
        },
    },
    cti_webhooks: {"webhook_address": {"source": "support", "rotations": 2}},
}
VERSIONS = [
    pytest.param(package, count, id=f"{package.__name__}-{count}")
    for package in ROWS
    for count in range(1, len(migrations_of(package)))
]


def make_version(site: Site, package: Any, count: int) -> dict[str, int]:
    """Make a database with the first migrations of a plugin; returns its tables with rows in."""
    database: Any = open_database(site.database, site.folder)
    prepare(database)
    with database.connection_context():
        for other in OTHERS:
            names = migrations_of(other)
            apply(site, database, other, names[:count] if other is package else names)
        there = {*database.get_tables()}
        rows = {table: row for table, row in ROWS[package].items() if table in there}
        insert(database, rows)
    database.close_all()
    return dict.fromkeys(rows, 1)


def counts(site: Site, tables: dict[str, int]) -> dict[str, int]:
    """How many rows some tables have."""
    database: Any = open_database(site.database, site.folder)
    with database.connection_context():
        found = {
            table: database.execute_sql(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 -- ours
            for table in tables
        }
    database.close_all()
    return found


def upgrades(site: Site, fresh: Site, package: Any, count: int) -> None:
    """Upgrade what a plugin had stored, and look at all of it."""
    tables = make_version(site, package, count)
    assert tables
    waiting = migrations_of(package)[count:]
    name = package.__name__.removeprefix("cti_")
    would = site.must("db", "upgrade", "--dry-run")
    assert [f"would apply {name}/{one}" for one in waiting] == [
        line for line in would.splitlines() if line.startswith("would apply")
    ]
    site.must("db", "upgrade")
    assert counts(site, tables) == tables
    assert "database: bad" not in site.must("db", "check")
    fresh.must("db", "upgrade")
    assert schema(site) == schema(fresh)


@pytest.mark.parametrize(("package", "count"), VERSIONS)
def test_each_version_of_a_plugin_is_upgraded(
    make_site: MakeSite, package: Any, count: int
) -> None:
    upgrades(
        make_site(plugins=PLUGINS, toml=SETTINGS),
        make_site(plugins=PLUGINS, toml=SETTINGS),
        package,
        count,
    )


@pytest.mark.parametrize("package", list(ROWS), ids=lambda package: package.__name__)
def test_so_is_the_first_one_with_postgresql(
    make_site: MakeSite, postgres_server: str, package: Any
) -> None:
    with empty_database(postgres_server) as url, empty_database(postgres_server) as other:
        site = make_site(url, plugins=PLUGINS, toml=SETTINGS)
        upgrades(site, make_site(other, plugins=PLUGINS, toml=SETTINGS), package, 1)


def test_a_note_of_a_call_has_become_one_of_its_versions(make_site: MakeSite) -> None:
    site = make_site(plugins=PLUGINS, toml=SETTINGS)
    make_version(site, cti_calls, 1)
    site.must("db", "upgrade")
    database: Any = open_database(site.database, site.folder)
    with database.connection_context():
        ((call, author, note),) = database.execute_sql(
            "SELECT call_id, author, note FROM call_note"
        ).fetchall()
    database.close_all()
    assert (call, author, note) == (7, "", "Calls again tomorrow.")
