"""Many persons and tickets, written straight into the tables of a fresh database."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

PERSONS_PER_ORGANIZATION = 50
SQLITE = "sqlite:///bench.db"
# Where the status is in the row of a ticket.
_STATUS = 7
# Tickets began in the three years before this, each at a second of its own.
_LATEST = datetime(2026, 1, 15, 10)
_SECONDS = 3 * 365 * 24 * 3600

CONFIG = '''
database = "sqlite:///bench.db"
plugins = ["accounts", "phone_reformat", "tickets"]
secret_key_file = "secret_key"
timezone = "Europe/Paris"

[url_parameters]
phone = "phone"

[indirect_creation.UserRequest]
enabled = true

[indirect_creation.Person]
enabled = true

[[display_tickets.lists]]
enabled = true
label = "User Requests opened for this caller"
query = "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'"

[[display_tickets.lists]]
enabled = true
label = "User Requests opened for the organization of the caller"
query = """SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id
 JOIN Person AS p ON p.org_id = o.id WHERE p.id IN (:callers_list) AND u.status != 'closed'"""
'''


def number_of(person: int) -> str:
    """The phone number of a person of the benchmark, in E.164."""
    return f"+336{person:08d}"


def cti_host(config: Path, *arguments: str, text: str | None = None) -> str:
    """Run `cti-host` and answer what it prints."""
    command = [sys.executable, "-m", "cti_host", "--config", str(config), *arguments]
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 -- our own command
    return done.stdout.strip()


def build(
    folder: Path,
    persons: int,
    tickets: int,
    url: str = SQLITE,
    run: Callable[..., str] = cti_host,
    *,
    analyzed: bool = True,
    more: Sequence[Table] = (),
    then: Sequence[str] = (),
) -> Path:
    """A database with so many persons and tickets; answers its configuration file.

    :param url: of an empty database
    :param run: runs `cti-host` with a configuration file and arguments, maybe of another checkout
    :param analyzed: whether the database has statistics; else it never gets any
    :param more: further rows
    :param then: statements that follow
    """
    config = folder / "cti.toml"
    config.write_text(CONFIG.replace(SQLITE, url))
    run(config, "db", "upgrade")
    tables = [*_tables(persons, tickets), *more]
    if url == SQLITE:
        _fill_sqlite(folder / "bench.db", tables, then, analyzed)
    else:
        _fill_postgresql(url, tables, then, analyzed)
    return config


def open_tickets(persons: int, tickets: int) -> list[int]:
    """The ids of the tickets that are not closed."""
    organizations = _organizations(persons)
    rows = _tickets(tickets, persons, organizations)
    return [row[0] for row in rows if row[_STATUS] != "closed"]


class Table(NamedTuple):
    """Rows to write into a table, by its columns."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def _tables(persons: int, tickets: int) -> list[Table]:
    organizations = _organizations(persons)
    return [
        Table(
            "organization",
            ("id", "name", "status"),
            ((i, f"Organization {i}", "active") for i in range(1, organizations + 1)),
        ),
        Table(
            "contact",
            ("id", "finalclass", "name", "first_name", "status", "org_id", "email",
             "phone", "phone_e164", "mobile_phone", "mobile_phone_e164"),
            (_person(i, organizations) for i in range(1, persons + 1)),
        ),
        Table(
            "ticket",
            ("id", "finalclass", "ref", "org_id", "caller_id", "title", "description", "status",
             "operational_status", "origin", "impact", "urgency", "priority", "start_date",
             "last_update"),
            _tickets(tickets, persons, organizations),
        ),
    ]  # fmt: skip


def _organizations(persons: int) -> int:
    return max(1, persons // PERSONS_PER_ORGANIZATION)


def _fill_sqlite(file: Path, tables: Sequence[Table], then: Sequence[str], analyzed: bool) -> None:
    database = sqlite3.connect(file)
    for name in ("cti_fold", "cti_words", "cti_name_words", "cti_beginnings"):
        database.create_function(name, -1, lambda *texts: texts[0], deterministic=True)
    for table in tables:
        marks = ", ".join("?" * len(table.columns))
        names = ", ".join(table.columns)
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 -- names of this file
        database.executemany(statement, table.rows)
    for statement in then:
        database.execute(statement)
    database.commit()
    if analyzed:
        database.execute("ANALYZE")
    else:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat_'"
        ).fetchall():
            database.execute(f"DELETE FROM {name}")  # noqa: S608 -- a table of the database's own
    database.commit()
    database.close()


def _fill_postgresql(
    url: str, tables: Sequence[Table], then: Sequence[str], analyzed: bool
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for table in tables:
            names = ", ".join(table.columns)
            if not analyzed:
                connection.execute(f"ALTER TABLE {table.name} SET (autovacuum_enabled = off)")
            with connection.cursor().copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
                for row in table.rows:
                    copy.write_row(row)
            if "id" in table.columns:  # which it gives to further rows
                last = f"SELECT max(id) FROM {table.name}"  # noqa: S608 -- a name of this file
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                connection.execute(f"SELECT setval({sequence}, ({last}))")
        for statement in then:
            connection.execute(statement)
        if analyzed:
            connection.execute("ANALYZE")


def _person(i: int, organizations: int) -> tuple[Any, ...]:
    number = number_of(i)
    stored = "0" + number[3:]
    org = 1 + (i - 1) % organizations
    return (
        i, "Person", f"Name{i}", f"First{i}", "active", org, f"p{i}@example.org",
        stored, number, "", None,
    )  # fmt: skip


def _tickets(count: int, persons: int, organizations: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(1)  # noqa: S311 -- the same data each time
    for i in range(1, count + 1):
        caller = 1 + (i - 1) % persons
        org = 1 + (caller - 1) % organizations
        status = "closed" if chance.random() < 0.5 else "assigned"
        operational = "closed" if status == "closed" else "ongoing"
        started = _LATEST - timedelta(seconds=_SECONDS * (count + 1 - i) // count)
        updated = min(_LATEST, started + timedelta(seconds=chance.randrange(30 * 24 * 3600)))
        yield (
            i, "UserRequest", f"R-{i:06d}", org, caller, f"Something is wrong, number {i}",
            "Please help.", status, operational, "phone", "1", "4", "4", str(started), str(updated),
        )  # fmt: skip
