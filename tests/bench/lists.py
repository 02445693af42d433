"""The list of 1,000,000 phone calls: its first page, pages far behind, filters, and the file.

Each page is asked of the application as a browser would, in this process; beside it stands what its
statements take alone. The figures are medians of so many rounds, in milliseconds of the processor:
SQLite works in the same process.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from cti_host.app import create_app
from cti_host.testing import write_config
from tests.bench.data import build

AGENTS, TICKETS, PERSONS = 40, 200_000, 100_000
DAY = date(2020, 1, 1)
PATHS = {
    "first page": "",
    "oldest first": "?sort=date",
    "of an agent": "?agent_id=7",
    "of a caller": "?contact_id=777",
    "of a ticket": "?ticket_id=777",
    "outbound": "?flow=outbound",
    "a month": "?date_from=2022-05-01&date_until=2022-05-31",
    "a common word": "?q=happened",
    "a rare word": "?q=zebra",
}


def main() -> None:
    """Build the data, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder, PERSONS, TICKETS)
        _add_calls(folder / "bench.db", options.calls)
        app = create_app(
            write_config(
                folder, plugins=["phone_reformat", "tickets"], database="sqlite:///bench.db"
            )
        )
        print(f"{options.calls:,} phone calls, {TICKETS:,} tickets, SQLite; medians of "
              f"{options.rounds} rounds")  # fmt: skip
        _measure(app, options.rounds)
        app.extensions["cti_host"].database.close_all()


def _measure(app: Flask, rounds: int) -> None:
    client = app.test_client()
    for name, query in PATHS.items():
        path = f"/objects/PhoneCall{query}"
        whole = _median(client, path, rounds)
        print(
            f"{name:16} page {whole:8.1f} ms, statements {_statements(app, client, path):8.1f} ms"
        )
    last = _get(client, "/objects/PhoneCall?before=last")
    far = re.findall(r'href="(/objects/PhoneCall\?before=[^"]+)" rel="prev"', last)[0]
    whole, alone = _median(client, far, rounds), _statements(app, client, far)
    print(f"{'far behind':16} page {whole:8.1f} ms, statements {alone:8.1f} ms")
    begin = time.process_time()
    size = sum(map(len, client.get("/objects/PhoneCall/export?format=csv").iter_encoded()))
    seconds = time.process_time() - begin
    print(f"{'all as CSV':16} {size / 1e6:8.1f} MB in {seconds:.1f} s")


def _get(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def _statements(app: Flask, client: FlaskClient, path: str) -> float:
    """How long the database takes for the statements of a page, in milliseconds."""
    database: Any = app.extensions["cti_host"].database
    spent = 0.0
    plain = database.execute_sql

    def timed(*arguments: Any, **options: Any) -> Any:
        nonlocal spent
        begin = time.process_time()
        cursor = plain(*arguments, **options)
        spent += time.process_time() - begin
        return _Timed(cursor, add)

    def add(seconds: float) -> None:
        nonlocal spent
        spent += seconds

    database.execute_sql = timed
    try:
        _get(client, path)
    finally:
        database.execute_sql = plain
    return spent * 1000


class _Timed:
    """A cursor whose reading counts, too."""

    def __init__(self, cursor: Any, add: Callable[[float], None]) -> None:
        self._cursor, self._add = cursor, add

    def fetchall(self) -> Any:
        begin = time.process_time()
        found = self._cursor.fetchall()
        self._add(time.process_time() - begin)
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def _median(client: FlaskClient, path: str, rounds: int) -> float:
    times = []
    for _round in range(rounds + 1):
        begin = time.process_time()
        _get(client, path)
        times.append(time.process_time() - begin)
    # The first one only warms up.
    return statistics.median(times[1:]) * 1000


def _add_calls(path: Path, count: int) -> None:
    database = sqlite3.connect(path)
    for name in ("cti_fold", "cti_words", "cti_name_words", "cti_beginnings"):
        database.create_function(name, -1, lambda *texts: texts[0], deterministic=True)
    database.executemany(
        "INSERT INTO phone_call (id, contact_id, agent_id, ticket_id, date, flow, note, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (_call(i, count) for i in range(1, count + 1)),
    )
    database.commit()
    database.execute("ANALYZE")
    database.commit()
    database.close()


def _call(i: int, count: int) -> tuple[Any, ...]:
    day = str(DAY + timedelta(days=i * 2000 // count))
    word = "zebra" if i == count // 2 else "question"
    note = f"Something happened: {word} {i}"
    return (
        i, 1 + i % PERSONS, 1 + i % AGENTS, 1 + i % TICKETS, day,
        "outbound" if i % 50 == 0 else "inbound", note, f"{day} 10:00:00",
    )  # fmt: skip


if __name__ == "__main__":
    main()
