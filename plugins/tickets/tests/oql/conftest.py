"""A small schema made by hand, and the same rows in SQLite and in PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
import psycopg
import pytest
from cti_oql import Oql, install_functions, register_functions
from cti_oql.schema import Kind
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from playhouse.db_url import connect

from cti_host import Localised

NO_LABEL = Localised.of("")
NUMBER_COLUMNS = {"phone": "phone_e164", "mobile_phone": "mobile_phone_e164"}


def _attribute(code: str, spelling: str) -> Attribute:
    """An attribute from a short spelling: "string", "enum a b", "key! Organization", …"""
    kind, *rest = spelling.split()
    mandatory, kind = kind.endswith("!"), kind.rstrip("!")
    common: dict[str, Any] = {"code": code, "kind": Kind(kind), "label": NO_LABEL}
    common["mandatory"] = mandatory
    column = "" if kind in ("external", "log") else code
    if kind == "enum":
        return Attribute(**common, column=column, values=dict.fromkeys(rest, NO_LABEL))
    if kind == "key":
        hierarchical = "tree" in rest
        return Attribute(**common, column=column, target=rest[0], hierarchical=hierarchical)
    if kind == "phone":
        number = NUMBER_COLUMNS[code]
        return Attribute(**common, column=column, number_column=number, indexed=True)
    if kind == "external":
        return Attribute(**common, via=rest[0], target_attribute=rest[1])
    return Attribute(**common, column=column, indexed="indexed" in rest)


def _class(
    name: str, table: str, attributes: dict[str, str], parent: ClassDef | None = None, **more: Any
) -> ClassDef:
    inherited = dict(parent.attributes) if parent else {}
    own = {code: _attribute(code, spelling) for code, spelling in attributes.items()}
    return ClassDef(
        name=name,
        label=NO_LABEL,
        table=table,
        parent=parent.name if parent else "",
        attributes=inherited | own,
        **more,
    )


def make_schema() -> Schema:
    """Organizations, locations, contacts and tickets."""
    active = "enum active inactive"
    organization = _class(
        "Organization",
        "organization",
        {
            "name": "string",
            "code": "string",
            "status": active,
            "parent_id": "key Organization tree",
        },
        obsolete=("status", "inactive"),
    )
    location = _class(
        "Location",
        "location",
        {
            "name": "string",
            "status": active,
            "org_id": "key! Organization",
            "city": "string",
            "country": "string",
        },
        obsolete=("status", "inactive"),
        few=True,
    )
    contact = _class(
        "Contact",
        "contact",
        {
            "name": "string indexed",
            "status": active,
            "org_id": "key! Organization",
            "org_name": "external org_id name",
            "email": "email indexed",
            "phone": "phone",
            "notify": "enum yes no {50%}",
            "function": "string",
        },
        abstract=True,
        polymorphic=True,
    )
    person = _class(
        "Person",
        "contact",
        {
            "first_name": "string",
            "mobile_phone": "phone",
            "location_id": "key Location",
            "location_name": "external location_id name",
            "manager_id": "key Person",
        },
        contact,
        polymorphic=True,
        friendlyname=("first_name", "name"),
        obsolete=("status", "inactive"),
    )
    team = _class("Team", "contact", {}, contact, polymorphic=True, obsolete=("status", "inactive"))
    link = _class(
        "lnkPersonToTeam",
        "lnk_person_to_team",
        {
            "person_id": "key! Person",
            "team_id": "key! Team",
            "team_name": "external team_id name",
        },
        friendlyname=("person_id_friendlyname", "team_name"),
        friendlyname_separator=" / ",
    )
    ticket = _class(
        "Ticket",
        "ticket",
        {
            "operational_status": "enum ongoing resolved closed",
            "ref": "string",
            "org_id": "key! Organization",
            "org_name": "external org_id name",
            "caller_id": "key Person",
            "caller_name": "external caller_id name",
            "caller_phone": "external caller_id phone",
            "agent_id": "key Person",
            "title": "string",
            "description": "text",
            "start_date": "datetime",
            "due": "date",
            "private_log": "log",
            "contacts_list": "set",
            "escalated": "boolean",
            "time_spent": "duration",
        },
        abstract=True,
        polymorphic=True,
        friendlyname=("ref",),
    )
    ticket_rules: dict[str, Any] = {
        "polymorphic": True,
        "friendlyname": ("ref",),
        "order": "-ref",
    }
    own = {"status": "enum new assigned pending closed", "priority": "enum 1 2 3 4"}
    request = _class("UserRequest", "ticket", own, ticket, **ticket_rules)
    incident = _class("Incident", "ticket", own, ticket, **ticket_rules)
    change = _class("Change", "ticket", {"outage": "enum yes no"}, ticket, **ticket_rules)
    normal = _class(
        "NormalChange",
        "ticket",
        {"acceptance_date": "date"},
        change,
        **{**ticket_rules, "order": "friendlyname"},
    )
    emergency = _class("EmergencyChange", "ticket", {}, change, **ticket_rules)
    problem = _class(
        "Problem", "ticket", {**own, "related_change_id": "key Change"}, ticket, **ticket_rules
    )
    classes = (
        *(organization, location, contact, person, team, link, ticket),
        *(request, incident, problem, change, normal, emergency),
    )
    return Schema({c.name: c for c in classes})


TEXTS = "TEXT NOT NULL DEFAULT ''"
TABLES = {
    "organization": {"name": TEXTS, "code": TEXTS, "status": TEXTS, "parent_id": "INTEGER"},
    "location": {
        "name": TEXTS,
        "status": TEXTS,
        "org_id": "INTEGER",
        "city": TEXTS,
        "country": TEXTS,
    },
    "contact": {
        "finalclass": TEXTS,
        "name": TEXTS,
        "first_name": TEXTS,
        "status": TEXTS,
        "org_id": "INTEGER NOT NULL",
        "email": TEXTS,
        "phone": TEXTS,
        "phone_e164": "TEXT",
        "mobile_phone": TEXTS,
        "mobile_phone_e164": "TEXT",
        "notify": TEXTS,
        "function": TEXTS,
        "location_id": "INTEGER",
        "manager_id": "INTEGER",
    },
    "ticket": {
        "finalclass": TEXTS,
        "operational_status": TEXTS,
        "ref": TEXTS,
        "org_id": "INTEGER NOT NULL",
        "caller_id": "INTEGER",
        "agent_id": "INTEGER",
        "title": TEXTS,
        "description": TEXTS,
        "start_date": "TIMESTAMP",
        "due": "DATE",
        "escalated": "INTEGER NOT NULL DEFAULT 0",
        "time_spent": "INTEGER",
        "status": TEXTS,
        "priority": TEXTS,
        "outage": TEXTS,
        "acceptance_date": "DATE",
        "related_change_id": "INTEGER",
    },
    "lnk_person_to_team": {"person_id": "INTEGER NOT NULL", "team_id": "INTEGER NOT NULL"},
    "log_entry": {
        "ticket_id": "INTEGER NOT NULL",
        "attribute": TEXTS,
        "created": "TIMESTAMP",
        "author": TEXTS,
        "author_contact_id": "INTEGER",
        "text": TEXTS,
    },
}
INDEXES = (
    "contact (org_id)",
    "contact (phone_e164)",
    "contact (mobile_phone_e164)",
    "ticket (ref)",
    "ticket (org_id, status)",
    "ticket (caller_id)",
    "log_entry (ticket_id)",
)
# What is searched as text: SQLite compares by code points of itself.
FOLDED = ("contact (name)", "contact (email)", "contact (phone)", "contact (mobile_phone)")
ROWS: dict[str, list[dict[str, Any]]] = {
    "organization": [
        {"id": 1, "name": "Holding", "code": "HQ", "status": "active"},
        {"id": 2, "name": "Société Générale d'Électricité", "code": "SGE", "parent_id": 1},
        {"id": 3, "name": "Straße & Söhne", "code": "50%", "parent_id": 1},
    ],
    "location": [
        {"id": 1, "name": "Lyon", "status": "active", "org_id": 1, "city": "Lyon"},
        {"id": 2, "name": "Nice", "status": "active", "org_id": 2, "city": "Nice"},
    ],
    "contact": [
        {
            "id": 1,
            "finalclass": "Person",
            "first_name": "Jane",
            "name": "Doe",
            "org_id": 1,
            "email": "Jane.Doe@Example.org",
            "status": "active",
            "phone": "01 23 45 67 89",
            "phone_e164": "+33123456789",
            "location_id": 1,
        },
        {
            "id": 2,
            "finalclass": "Person",
            "first_name": "Zoé",
            "name": "Mönét",
            "org_id": 2,
            "email": "zoe@example.com",
            "status": "inactive",
            "phone": "123",
            "phone_e164": "ext:123",
            "mobile_phone": "+33 6 12 34 56 78",
            "mobile_phone_e164": "+33612345678",
            "manager_id": 1,
        },
        {
            "id": 3,
            "finalclass": "Person",
            "first_name": "Ada",
            "name": "O'Neil",
            "org_id": 2,
            "status": "active",
            "phone": "0123456789",
            "phone_e164": "+33123456789",
            "location_id": 2,
            "manager_id": 2,
        },
        {
            "id": 4,
            "finalclass": "Team",
            "name": "Desk",
            "org_id": 1,
            "status": "active",
            "email": "desk@example.org",
            "notify": "yes",
        },
        {"id": 5, "finalclass": "Person", "first_name": "Max", "name": "100% a_b", "org_id": 3},
    ],
    "ticket": [
        {
            "id": 1,
            "finalclass": "UserRequest",
            "ref": "R-000001",
            "org_id": 1,
            "caller_id": 1,
            "agent_id": 2,
            "status": "new",
            "title": "Router",
            "priority": "1",
            "start_date": "2031-05-01 10:00:00",
            "due": "2031-05-02",
            "operational_status": "ongoing",
            "time_spent": 90,
        },
        {
            "id": 2,
            "finalclass": "UserRequest",
            "ref": "R-000002",
            "org_id": 2,
            "caller_id": 2,
            "status": "closed",
            "title": "VPN",
            "priority": "3",
            "start_date": "2031-06-01 00:00:00",
            "operational_status": "closed",
        },
        {
            "id": 3,
            "finalclass": "UserRequest",
            "ref": "R-000003",
            "org_id": 2,
            "status": "pending",
            "title": "Wifi",
            "priority": "2",
            "operational_status": "ongoing",
        },
        {
            "id": 4,
            "finalclass": "Incident",
            "ref": "I-000004",
            "org_id": 2,
            "caller_id": 3,
            "status": "pending",
            "title": "Œuvre",
            "operational_status": "ongoing",
        },
        {
            "id": 5,
            "finalclass": "Problem",
            "ref": "P-000005",
            "org_id": 1,
            "caller_id": 1,
            "status": "new",
            "related_change_id": 7,
        },
        {"id": 6, "finalclass": "Problem", "ref": "P-000006", "org_id": 1, "related_change_id": 8},
        {"id": 7, "finalclass": "NormalChange", "ref": "C-000007", "org_id": 1, "outage": "yes"},
        {"id": 8, "finalclass": "EmergencyChange", "ref": "C-000008", "org_id": 1},
        {"id": 9, "finalclass": "Problem", "ref": "P-000009", "org_id": 3, "escalated": 1},
    ],
    "lnk_person_to_team": [
        {"id": 1, "person_id": 1, "team_id": 4},
        {"id": 2, "person_id": 2, "team_id": 4},
    ],
    "log_entry": [
        {
            "id": 1,
            "ticket_id": 1,
            "attribute": "private_log",
            "created": "2031-05-01 11:00:00",
            "author": "Sam Smith",
            "text": "Rebooted the router.",
        },
        {
            "id": 2,
            "ticket_id": 1,
            "attribute": "private_log",
            "created": "2031-05-02 09:00:00",
            "author": "Zoé Mönét",
            "author_contact_id": 2,
            "text": "It works.",
        },
    ],
}


def fill(database: Any) -> None:
    """Make the tables, indexes and rows."""
    mark = "%s" if isinstance(database, peewee.PostgresqlDatabase) else "?"
    for table, columns in TABLES.items():
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        database.execute_sql(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {listed})")
        for row in ROWS[table]:
            marks = ", ".join([mark] * len(row))
            database.execute_sql(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",  # noqa: S608
                list(row.values()),
            )
    for number, index in enumerate(INDEXES):
        database.execute_sql(f"CREATE INDEX i{number} ON {index}")
    collation = ' COLLATE "C"' if mark == "%s" else ""
    for number, index in enumerate(FOLDED):
        table, _, column = index.rstrip(")").partition(" (")
        folded = f"(cti_fold({column}){collation})"
        database.execute_sql(f"CREATE INDEX f{number} ON {table} ({folded})")


def open_sqlite(path: Path) -> Any:
    """An SQLite database with the function that compares texts."""
    database: Any = peewee.SqliteDatabase(str(path))
    register_functions(database)
    return database


@pytest.fixture(scope="session")
def schema() -> Schema:
    return make_schema()


@pytest.fixture(scope="session")
def oql(schema: Schema) -> Oql:
    return Oql(schema)


@pytest.fixture(scope="session")
def oql_in_paris(schema: Schema) -> Oql:
    """The same for a site in another time zone than the one moments are stored in."""
    return Oql(schema, "Europe/Paris")


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    database = open_sqlite(tmp_path_factory.mktemp("oql") / "oql.db")
    fill(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql(postgres_server: str) -> Iterator[Any]:
    name = f"oql_{os.getpid()}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    database = connect(postgres_server.replace("/postgres?", f"/{name}?"), prefer_psycopg3=True)
    install_functions(database)
    fill(database)
    yield database
    database.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Any:
    """Both databases, one after the other, with the same rows."""
    return request.getfixturevalue(request.param)
