"""The search of every page, from 100,000 to 1,000,000 persons: the time of a request on the server.

Names are made of syllables, so that some are shared by thousands, and most by a few. Each text is
asked for as the box does while somebody types. The figures are medians and the slowest of so many
rounds, in milliseconds; those of the processor are of this process alone, which is SQLite's too.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cti_tickets.model.data_model import schema
from cti_tickets.store.words.kept import install
from flask import Flask

from cti_host import is_postgresql
from cti_host.app import create_app
from cti_host.testing import write_config
from cti_host.testing.tables import make_tables
from tests.bench.oql import url_of

FIRST = "Jean Marie Marguerite Hélène François Noël Gaëtan Camille Ada Søren Léa Louis Anna".split()  # noqa: SIM905 -- a list of names would be a screen high
SYLLABLES = "mar tin del au nay le fe vre du bois gar con pe tit ro bert mo reau si mon".split()  # noqa: SIM905
WORDS = "printer screen folder access phone network mail invoice password scanner door".split()  # noqa: SIM905
TEXTS = ("ma", "mar", "marg", "marguerite", "marguerite delaunay", "jean martin", "martin j",
         "margerite", "margerite delaunai", "zebulon quagga", "printer", "prin bad", "pritner",
         "R-000777", "777", "0600000777", "p777@ex", "organization 77")  # fmt: skip


def main() -> None:
    """Build each size, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    for persons in options.persons:
        with tempfile.TemporaryDirectory() as name, url_of(Path(name), options.database) as url:
            folder = Path(name)
            plugins = ["phone_reformat", "tickets"]
            app = create_app(write_config(folder, plugins=plugins, database=url), command=True)
            with app.app_context():
                make_tables(app.extensions["cti_host"])
                began = time.perf_counter()
                _fill(app, persons)
            print(f"{options.database}, {persons:,} persons and tickets; words in"
                  f" {time.perf_counter() - began:.0f} s; {options.rounds} rounds")  # fmt: skip
            _measure(app, options.rounds)
            app.extensions["cti_host"].close()


def _measure(app: Flask, rounds: int) -> None:
    client = app.test_client()
    for text in TEXTS:
        taken, used, hits = [], [], 0
        for _round in range(rounds):
            began, computed = time.perf_counter(), time.process_time()
            response = client.get(f"/search/tickets?q={quote(text)}")
            taken.append(time.perf_counter() - began)
            used.append(time.process_time() - computed)
            assert response.status_code == 200
            answer = response.get_json()
            assert not answer["problems"], answer
            hits = sum(len(group["hits"]) for group in answer["groups"])
        median, slowest, computed = statistics.median(taken), max(taken), statistics.median(used)
        print(f"{text:22}{median * 1000:7.1f} ms  slowest{slowest * 1000:7.1f} ms"
              f"  of the processor{computed * 1000:7.1f} ms  {hits:3} hits")  # fmt: skip


def _fill(app: Flask, persons: int) -> None:
    database: Any = app.extensions["cti_host"].database
    postgresql = is_postgresql(database)
    with database.connection_context():
        for table in ("organization", "contact", "ticket"):
            drop = word_triggers(database, table, postgresql)
            for statement in drop:
                database.execute_sql(statement)
        for table, columns, rows in _tables(persons):
            names = ", ".join(columns)
            if postgresql:
                with (
                    database.connection()
                    .cursor()
                    .copy(f"COPY {table} ({names}) FROM STDIN") as copy
                ):
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ", ".join("?" * len(columns))
                statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 -- names of this file
                database.connection().executemany(statement, rows)
        install(database, schema())
        database.execute_sql("ANALYZE")


def word_triggers(database: Any, table: str, postgresql: bool) -> list[str]:
    """What drops the triggers that keep the words of a table."""
    sql = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = %s::regclass"
        if postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    )
    names = [row[0] for row in database.execute_sql(sql, (table,)).fetchall() if "word" in row[0]]
    return [f"DROP TRIGGER {name}" + (f" ON {table}" if postgresql else "") for name in names]


def _tables(persons: int) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[Any, ...]]]]:
    chance = random.Random(1)  # noqa: S311 -- the same data each time
    organizations = persons // 1000
    yield (
        "organization",
        ("id", "name", "status"),
        ((i, f"Organization {i}", "active") for i in range(1, organizations + 1)),
    )
    columns = ("id", "finalclass", "name", "first_name", "status", "org_id", "email", "phone",
               "phone_e164", "mobile_phone", "mobile_phone_e164")  # fmt: skip
    yield "contact", columns, (_person(i, organizations, chance) for i in range(1, persons + 1))
    of_tickets = ("id", "finalclass", "ref", "org_id", "caller_id", "title", "description",
               "status",
               "operational_status", "origin", "impact", "urgency", "priority", "start_date",
               "last_update")  # fmt: skip
    yield "ticket", of_tickets, (_ticket(i, organizations, chance) for i in range(1, persons + 1))


def _person(i: int, organizations: int, chance: random.Random) -> tuple[Any, ...]:
    # A few syllables more often: so many share a name, as people do.
    count = 2 if chance.random() < 0.2 else chance.choice((3, 4))
    name = "Delaunay" if i % 100_000 == 777 else "".join(chance.choices(SYLLABLES, k=count)).title()
    number = f"+336{i:08d}"
    return (
        i, "Person", name, chance.choice(FIRST), "active", 1 + i % organizations,
        f"p{i}@example.org", "0" + number[3:], number, "", None,
    )  # fmt: skip


def _ticket(i: int, organizations: int, chance: random.Random) -> tuple[Any, ...]:
    title = " ".join(chance.sample(WORDS, 3)).capitalize()
    moment = "2026-01-15 10:00:00"
    return (
        i, "UserRequest", f"R-{i:06d}", 1 + i % organizations, i, title, "Please help.",
        "assigned", "ongoing", "phone", "1", "4", "4", moment, moment,
    )  # fmt: skip


if __name__ == "__main__":
    main()
