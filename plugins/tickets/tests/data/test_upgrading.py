"""A database that an earlier version made and filled keeps its data when it is upgraded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cti_tickets
import pytest
from cti_tickets.store import objects
from cti_tickets.store.records import Records
from flask import Flask
from playhouse.migrations import Runner

from cti_host import Agent, current_host, database
from cti_host.app import create_app
from cti_host.testing import PATIENCE_SECONDS, write_config

MIGRATIONS = Path(cti_tickets.__file__).parent / "migrations"

FIRST = {
    "organization": {"id": 7, "name": "Acme", "status": "active"},
    "contact": {
        "id": 70,
        "finalclass": "Person",
        "name": "Lovelace",
        "first_name": "Ada",
        "status": "inactive",
        "org_id": 7,
        "phone": "0987654321",
        "phone_e164": "+33987654321",
        "notify": "yes",
    },
    "ticket": {
        "id": 9,
        "finalclass": "UserRequest",
        "ref": "R-000009",
        "org_id": 7,
        "caller_id": 70,
        "title": "Printer",
        "description": "It <b>jams</b>.",
        "status": "resolved",
        "impact": "1",
        "urgency": "1",
        "priority": "1",
        "resolution_date": "2026-01-31 14:30:00",
    },
    "log_entry": {
        "id": 1,
        "ticket_id": 9,
        "attribute": "public_log",
        "created": "2026-01-31 14:30:00",
        "text": "Done.",
    },
}


@pytest.fixture
def first_version(tmp_path: Path, database_url: str) -> Any:
    """An application whose database has only the tables of the first version, filled."""
    folder = tmp_path / "first"
    (folder / "migrations").mkdir(parents=True)
    shutil.copy(MIGRATIONS / "0001_initial.py", folder / "migrations")
    app = create_app(write_config(folder, database=database_url), timeout=PATIENCE_SECONDS)
    opened = app.extensions["cti_host"].database
    objects.prepare(opened)
    with app.app_context(), opened.connection_context():
        Runner(opened, str(folder / "migrations"), "tickets_migration").up()
        for table, row in FIRST.items():
            columns = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(repr(value) for value in row.values())
            database.execute_sql(f'INSERT INTO "{table}" ({columns}) VALUES ({values})')  # noqa: S608
        yield app
    opened.close_all()


def test_an_upgrade_keeps_everything(first_version: Flask, agent: Agent) -> None:
    Runner(current_host().database, str(MIGRATIONS), "tickets_migration").up()
    for table, row in FIRST.items():
        names = ", ".join(f'"{name}"' for name in row)
        found = database.execute_sql(f'SELECT {names} FROM "{table}"').fetchall()  # noqa: S608
        assert [tuple(map(str, stored)) for stored in found] == [tuple(map(str, row.values()))]
    ticket = objects.load("UserRequest", 9)
    assert (ticket.service_id, ticket.tto, ticket.tto_100_passed) == (None, None, 0)
    assert objects.load("Person", 70).obsolescence_date is None


def test_an_upgraded_database_takes_new_objects(
    first_version: Flask, agent: Agent, make_records: Callable[[], Records]
) -> None:
    Runner(current_host().database, str(MIGRATIONS), "tickets_migration").up()
    model = objects.create("DeliveryModel", {"name": "Gold"}, author=agent)
    objects.update("Organization", 7, {"deliverymodel_id": model.id}, author=agent)
    service = objects.create("Service", {"name": "Mail", "org_id": 7}, author=agent)
    objects.update("UserRequest", 9, {"service_id": service.id}, author=agent)
    (record,) = make_records().load(
        current_host().database, "UserRequest", [9], ["service_name", "service_id_friendlyname"]
    )
    assert dict(record.values) == {"service_name": "Mail", "service_id_friendlyname": "Mail"}


def upgrade_with(columns: Sequence[str], values: Sequence[str]) -> tuple[Any, ...]:
    """Upgrade what a plugin added to persons; returns whether the person is a VIP, and the notes.

    :param columns: the definitions of the columns that it added
    :param values: what it stored in them, as SQL
    """
    opened = current_host().database
    Runner(opened, str(MIGRATIONS), "tickets_migration").up("0024_saved_views")
    for column, value in zip(columns, values, strict=True):
        database.execute_sql(f"ALTER TABLE contact ADD COLUMN {column}")
        name = column.split()[0]
        database.execute_sql(f"UPDATE contact SET {name} = {value} WHERE id = 70")  # noqa: S608
    Runner(opened, str(MIGRATIONS), "tickets_migration").up()
    person = objects.load("Person", 70)
    return person.vip, person.notes


def test_what_a_plugin_knew_of_vips_and_notes_is_taken_over(
    first_version: Flask, agent: Agent
) -> None:
    columns = ["vip INTEGER DEFAULT 0 NOT NULL", "notes VARCHAR(255) DEFAULT '' NOT NULL"]
    assert upgrade_with(columns, ["1", "'Calls at night'"]) == (1, "Calls at night")
    objects.update("Person", 70, {"notes": "long " * 100, "vip": "0"}, author=agent)
    assert len(objects.load("Person", 70).notes) == 499


def test_what_it_kept_of_another_kind_stays_beside(first_version: Flask) -> None:
    columns = ["vip VARCHAR(255) DEFAULT 'no' NOT NULL", "notes INTEGER"]
    assert upgrade_with(columns, ["'yes'", "7"]) == (1, "")
    beside = database.execute_sql("SELECT vip_added, notes_added FROM contact WHERE id = 70")
    assert beside.fetchone() == ("yes", 7)


def test_a_whole_number_that_may_be_missing_becomes_a_yes_or_no(first_version: Flask) -> None:
    """A list sorted by it would lack those who have none; a downgrade brings it back."""
    assert upgrade_with(["vip INTEGER"], ["NULL"]) == (0, "")
    Runner(current_host().database, str(MIGRATIONS), "tickets_migration").down(
        "0025_person_vip_and_notes"
    )
    columns = {column.name: column.null for column in database.get_columns("contact")}
    assert columns["vip"]
    assert {"vip_added", "notes"}.isdisjoint(columns)
