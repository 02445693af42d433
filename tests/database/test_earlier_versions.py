"""The database of each earlier version is upgraded: nothing is lost, and it is as a new one is.

A database of then is made by the migrations that there were then, which never change.
"""

from __future__ import annotations

from typing import Any

import cti_accounts
import cti_tickets
import pytest
from cti_tickets.store.objects import prepare
from database_site import MakeSite, Site
from earlier_versions import Rows, apply, insert, migrations_of, schema

from cti_host.databases.connection import open_database
from cti_host.testing.postgresql import empty_database

pytestmark = pytest.mark.long

PACKAGES: dict[str, Any] = {"accounts": cti_accounts, "tickets": cti_tickets}
# The versions that there were, by the migrations that each brought, in the order of their making.
VERSIONS: list[dict[str, list[str]]] = [
    {"accounts": ["0001_initial"], "tickets": ["0001_initial"]},
    {"tickets": ["0002_data_model"]},
    {"tickets": ["0003_oql"]},
    {"tickets": ["0004_quick_lists"]},
    {"tickets": ["0005_tickets_by_class"]},
    {"tickets": ["0006_joint_numbers"]},
    {"accounts": ["0002_organizations"], "tickets": ["0007_received_calls"]},
    {"accounts": ["0003_sign_in"]},
    {"tickets": ["0008_history"]},
    {"tickets": ["0010_lists"]},
    {"tickets": ["0012_organizations"]},
    {"tickets": ["0013_calls_of_organizations"]},
    {"tickets": ["0014_recorded_calls"]},
    {"tickets": ["0015_imports"]},
    {"tickets": ["0016_name_search"]},
    {"tickets": ["0018_texts_that_are_there"]},
    {"tickets": ["0019_search"]},
    {"tickets": ["0020_merges"]},
    {"tickets": ["0021_changes_of_an_agent"]},
    {"tickets": ["0022_open_tickets"]},
    {"tickets": ["0023_attachments"]},
    {"tickets": ["0024_saved_views"]},
    {"tickets": ["0025_person_vip_and_notes"]},
    {"tickets": ["0026_open_tickets_by_priority"]},
    {"tickets": ["0027_words_end_at_marks"]},
    {"tickets": ["0028_names_in_order"]},
    {"tickets": ["0029_latest_of"]},
    {"tickets": ["0030_joined_words"]},
]
ROWS: Rows = {
    "organization": {"id": 1, "name": "Fluvia", "status": "active"},
    "contact": {
        "id": 20,
        "finalclass": "Person",
        "name": "Delaunay",
        "first_name": "Marguerite",
        "status": "active",
        "org_id": 1,
        "phone": "09 87 65 43 21",
        "phone_e164": "+33987654321",
        "notify": "yes",
    },
    "ticket": {
        "id": 9,
        "finalclass": "UserRequest",
        "ref": "R-000009",
        "org_id": 1,
        "caller_id": 20,
        "title": "Printer",
        "description": "It jams.",
        "status": "new",
        "operational_status": "ongoing",
        "impact": "1",
        "urgency": "1",
        "priority": "1",
        "origin": "phone",
        "request_type": "service_request",
        "start_date": "2026-01-31 14:30:00",
        "last_update": "2026-01-31 14:30:00",
    },
    "agent": {
        "id": 1,
        "name": "sam",
        "name_key": "sam",
        "display": "Sam Support",
        "email": "",
        "password": "",
        "active": True,
        "fs_uniquifier": "0123456789abcdef",
        "created": "2026-01-01 12:00:00",
    },
}


def make_version(site: Site, number: int) -> None:
    """Make the database of a version, with a person, a ticket and an agent."""
    database: Any = open_database(site.database, site.folder)
    prepare(database)
    with database.connection_context():
        for version in VERSIONS[: number + 1]:
            for plugin, names in version.items():
                apply(site, database, PACKAGES[plugin], names)
        insert(database, ROWS)
    database.close_all()


def upgrades(site: Site, fresh: Site, number: int) -> None:
    """Upgrade the database of a version, and look at all of it."""
    make_version(site, number)
    assert "would apply" in site.must("db", "upgrade", "--dry-run")
    site.must("db", "upgrade")
    assert site.finds_the_caller()
    assert "sam" in site.must("agent", "list")
    assert site.must("db", "check").count("database: good") == 5
    fresh.must("db", "upgrade")
    assert schema(site) == schema(fresh)


@pytest.mark.parametrize("number", range(len(VERSIONS)))
def test_each_version_is_upgraded(make_site: MakeSite, number: int) -> None:
    upgrades(make_site(), make_site(), number)


@pytest.mark.parametrize("number", [0, 4, 8])
def test_so_it_is_with_postgresql(make_site: MakeSite, postgres_server: str, number: int) -> None:
    with empty_database(postgres_server) as url, empty_database(postgres_server) as other:
        upgrades(make_site(url), make_site(other), number)


def test_every_migration_of_before_is_in_a_version() -> None:
    """Whoever adds a migration adds the version before it to the list above."""
    listed = {(plugin, name) for one in VERSIONS for plugin, names in one.items() for name in names}
    for plugin, package in PACKAGES.items():
        names = migrations_of(package)
        unlisted = [name for name in names if (plugin, name) not in listed]
        # The last one is what the version before lacks.
        assert unlisted in ([], names[-1:]), f"{plugin}: {unlisted}"


def test_the_way_back_brings_the_version_of_before(make_site: MakeSite) -> None:
    """As docs/database.md says: the copy that the upgrade has named is put back."""
    site = make_site()
    make_version(site, 3)
    before = schema(site)
    said = site.run("db", "upgrade")
    copy = said.err.partition("a copy of the database as it was: ")[2].splitlines()[0]
    assert schema(site) != before
    restored = site.must("db", "restore", copy)
    assert "older version; run: cti-host db upgrade" in restored
    assert schema(site) == before
    site.must("db", "upgrade")
    assert site.finds_the_caller()
