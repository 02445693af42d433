"""Many persons and tickets, written straight into the tables of a fresh database."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PERSONS_PER_ORGANIZATION = 50
NOW = "2026-01-15 10:00:00"

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


def build(folder: Path, persons: int, tickets: int) -> Path:
    """A database with so many persons and tickets; answers its configuration file."""
    config = folder / "cti.toml"
    config.write_text(CONFIG)
    cti_host(config, "db", "upgrade")
    database = sqlite3.connect(folder / "bench.db")
    database.create_function("cti_fold", 1, lambda text: text, deterministic=True)
    organizations = max(1, persons // PERSONS_PER_ORGANIZATION)
    _insert(
        database,
        "organization",
        ("id", "name", "status"),
        ((i, f"Organization {i}", "active") for i in range(1, organizations + 1)),
    )
    _insert(
        database,
        "contact",
        ("id", "finalclass", "name", "first_name", "status", "org_id", "email",
         "phone", "phone_e164", "mobile_phone", "mobile_phone_e164"),
        (_person(i, organizations) for i in range(1, persons + 1)),
    )  # fmt: skip
    _insert(
        database,
        "ticket",
        ("id", "finalclass", "ref", "org_id", "caller_id", "title", "description", "status",
         "operational_status", "origin", "impact", "urgency", "priority", "start_date",
         "last_update"),
        _tickets(tickets, persons, organizations),
    )  # fmt: skip
    database.commit()
    database.execute("ANALYZE")
    database.commit()
    database.close()
    return config


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
        yield (
            i, "UserRequest", f"R-{i:06d}", org, caller, f"Something is wrong, number {i}",
            "Please help.", status, operational, "phone", "1", "4", "4", NOW, NOW,
        )  # fmt: skip


def _insert(
    database: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: Iterator[Any]
) -> None:
    marks = ", ".join("?" * len(columns))
    names = ", ".join(columns)
    database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 -- names of this file
