"""Lists of 1,000,000 calls, on SQLite and PostgreSQL: now, an agent's, of queues, by person, rare.

A page holds 50 calls with their legs. The figures are the least of some rounds, in milliseconds of
wall time: the database and this process together. Over HTTP it is what a client of a server waits,
on a connection that stays open.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from cti_calls.model.records import Outcome
from cti_calls.store.agents.queues import queues_of
from cti_calls.store.calls import Calls
from cti_calls.store.lists import CallFilter, calls_page
from cti_calls.store.rows.sql import execute

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import write_config
from cti_host.testing.postgresql import _start
from tests.bench.panel import serving

AGENTS, QUEUES, NUMBERS = 100, 10, 50_000
# The agent who asks over HTTP sees everybody's calls, as most do.
PROFILES = ("Support Agent",)
# One call every 50 seconds and some, for two years.
APART_MS = 60_000
_OUTCOME = """CASE WHEN i % 1000 = 0 THEN 'failed' WHEN i % 50 = 0 THEN 'busy'
 WHEN i % 10 = 0 THEN 'gave_up' WHEN i % 10 = 1 THEN 'missed' ELSE 'answered' END"""
_CALLS = f"""
INSERT INTO call_record (id, source, direction, remote, remote_key, remote_name, withheld, dialled,
 queue, started_at, answered_at, ended_at, state, outcome, hung_up_by, cause, told, begun, lost,
 answered_by, caller, caller_display, ticket, note, token, begun_by, simulated, event_at, stored_at)
WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {{count}})
SELECT i, 'main', CASE WHEN i % 4 = 0 THEN 'out' ELSE 'in' END,
 '0' || (900000000 + i * 7919 % {NUMBERS}), '+33' || (900000000 + i * 7919 % {NUMBERS}), '', {{false}},
 '0199000200', CASE WHEN i % 4 = 0 THEN '' ELSE 'queue ' || (i % {QUEUES}) END,
 {{begin}} + i * {APART_MS}, {{begin}} + i * {APART_MS} + 5000, {{begin}} + i * {APART_MS} + 65000,
 'ended', {_OUTCOME}, 'remote', '16', '{{{{}}}}', {{true}}, {{false}},
 '["agent ' || (i * 31 % {AGENTS}) || '"]', 'tickets:Person:' || (i * 7919 % {NUMBERS}), 'Ada Lovelace',
 '', '', '', '', {{false}}, {{begin}} + i * {APART_MS} + 65000, {{begin}} + i * {APART_MS} + 65000
FROM n
"""  # noqa: E501, S608 -- no value comes from outside
_LEGS = f"""
INSERT INTO call_leg (call_id, "key", device, began, ringing_at, answered_at, ended_at, outcome, cause)
SELECT id, 'leg', 'PJSIP/' || (id * 31 % {AGENTS}), {{false}}, started_at + 1000, answered_at, ended_at,
 '', '' FROM call_record
"""  # noqa: E501, S608
_AGENTS = f"""
INSERT INTO call_agent (call_id, agent, leg_key, answered, started_at, outcome)
SELECT id, 'agent ' || (id * 31 % {AGENTS}), 'leg', {{true}}, started_at, outcome FROM call_record
"""  # noqa: S608
_KEYS = """
INSERT INTO call_key (source, "key", call_id, used, superseded, ended_at, hung_up_by, cause)
SELECT 'main', 'call ' || id, id, {true}, {false}, ended_at, 'remote', '16' FROM call_record
"""


def main() -> None:
    """Build the calls on each database, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--database", choices=["sqlite", "postgresql"])
    options = parser.parse_args()
    for database in [options.database] if options.database else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as name, _url(database) as url:
            _measure(Path(name), url, options.calls, options.rounds)


def _measure(folder: Path, url: str, count: int, rounds: int) -> None:
    app = create_app(
        write_config(folder, plugins=["phone_reformat", "calls"], database=url, profiles=PROFILES)
    )
    host = app.extensions["cti_host"]
    calls: Calls = next(one.instance.calls for one in host.plugins if one.name == "calls")
    with app.app_context(), host.database.connection_context():
        migrate.upgrade(host)
        begin = time.monotonic()
        first = datetime.now(UTC) - timedelta(milliseconds=APART_MS * (count + 1))
        _fill(count, int(first.timestamp() * 1000), postgresql=url.startswith("postgres"))
        took = time.monotonic() - begin
        kind = url.split(":")[0]
        print(f"\n{kind}: {count:,} calls, built in {took:.0f} s; the least of {rounds} rounds")
        for name, read in _lists(calls, first, count):
            print(f"{name:34} {_least(read, rounds):7.1f} ms")
    host.close()
    with serving(folder / "cti.toml") as server:
        address = server.address.removeprefix("http://")
        print(f"over HTTP{'':25}   page    JSON")
        for name, path in _addresses(first, count).items():
            each = (
                _least(partial(_get, HTTPConnection(address, timeout=60), path, kind), rounds)
                for kind in ("text/html", "application/json")
            )
            print(f"{name:34} {'  '.join(f'{one:6.1f}' for one in each)} ms")


def _addresses(first: datetime, count: int) -> dict[str, str]:
    middle = first + timedelta(milliseconds=APART_MS * count // 2)
    return {
        "all": "/calls?show=all",
        "now": "/calls?show=now",
        "mine": "/calls?show=mine",
        "all, failed": "/calls?show=all&outcome=failed",
        "of a number": "/calls?show=all&number=%2B33900000777",
        "a day, a year ago": f"/calls?show=all&since={middle:%Y-%m-%d}&until={middle:%Y-%m-%d}",
        "all, far behind": f"/calls?show=all&after={int(middle.timestamp() * 1000)}-0",
    }


def _get(connection: HTTPConnection, path: str, kind: str) -> None:
    connection.request("GET", path, headers={"Accept": kind})
    response = connection.getresponse()
    body = response.read()
    assert response.status == HTTPStatus.OK, body[:300]


def _lists(calls: Calls, first: datetime, count: int) -> Iterator[tuple[str, Callable[[], object]]]:
    middle = first + timedelta(milliseconds=APART_MS * count // 2)
    key = "+33900000777"
    filters = {
        "all": CallFilter(),
        "now": CallFilter(open=True),
        "of an agent": CallFilter(agent="agent 7"),
        "of an agent, failed": CallFilter(agent="agent 7", outcome=Outcome.FAILED),
        "of three queues": CallFilter(queues=("queue 1", "queue 2", "queue 3")),
        "of three queues, missed": CallFilter(
            queues=("queue 1", "queue 2", "queue 3"), outcome=Outcome.MISSED
        ),
        "all, failed": CallFilter(outcome=Outcome.FAILED),
        "of a number": CallFilter(remote_keys=(key,)),
        "of two numbers": CallFilter(remote_keys=(key, "+33900000778")),
        "of a person": CallFilter(callers=["tickets:Person:777"]),
        "a day, a year ago": CallFilter(since=middle, until=middle + timedelta(days=1)),
        "of an agent, a day, a year ago": CallFilter(
            agent="agent 7", since=middle, until=middle + timedelta(days=1)
        ),
    }
    for name, wanted in filters.items():
        yield name, partial(calls_page, calls.reader, wanted, 50)
    far = f"{int(middle.timestamp() * 1000)}-0"
    yield "all, far behind", partial(calls_page, calls.reader, CallFilter(), 50, far)
    yield (
        "of an agent, far behind",
        partial(calls_page, calls.reader, CallFilter(agent="agent 7"), 50, far),
    )
    yield "queues of an agent", lambda: queues_of("agent 7")
    yield "calls that are lost", calls.end_lost


def _fill(count: int, begin: int, *, postgresql: bool) -> None:
    words = {"true": "TRUE" if postgresql else "1", "false": "FALSE" if postgresql else "0"}
    if not postgresql:
        execute("PRAGMA cache_size = -400000")
    for text in (_CALLS, _LEGS, _AGENTS, _KEYS):
        execute(text.format(count=count, begin=begin, **words))
    for text in ("ANALYZE", "CHECKPOINT") if postgresql else ("PRAGMA cache_size = -16384",):
        execute(text)


def _least(read: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        read()
        times.append((time.perf_counter() - begin) * 1000)
    return min(times)


@contextmanager
def _url(database: str) -> Iterator[str]:
    if database == "sqlite":
        yield "sqlite:///bench.db"
        return
    server = _start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
