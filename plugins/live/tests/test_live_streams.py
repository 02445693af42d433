"""Streams of real servers: what any process publishes reaches whom it concerns, once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from live_site import Site
from real_server import PATIENCE_SECONDS, until

from cti_host import Message, publish, writing

pytestmark = pytest.mark.long

NewHost = Callable[[], Site]


def test_what_any_process_publishes_reaches_the_streams_of_all(sqlite_site: Site) -> None:
    streams = [sqlite_site.stream() for _ in range(6)]
    other = sqlite_site.stream("bob", query="?topics=calls")
    processes: set[int] = set()
    said = 0

    def both_have_published() -> bool:
        nonlocal said
        said += 1
        processes.add(sqlite_site.say_there("agent:ada", said))
        return len(processes) == 2

    assert until(both_have_published)
    sqlite_site.say("calls", "agent:ada", call=0)
    for stream in streams:
        assert stream.calls(said + 1) == [*range(1, said + 1), 0]
    assert other.calls(1) == [0]


def test_a_stream_goes_on_where_the_client_was(sqlite_site: Site) -> None:
    first = sqlite_site.stream("eve")
    sqlite_site.say("agent:eve", call=1)
    assert first.calls(1) == [1]
    first.connection.close()
    sqlite_site.say("agent:eve", call=2)
    again = sqlite_site.stream("eve", after=first.last_id)
    sqlite_site.say("agent:eve", call=3)
    assert again.calls(2) == [2, 3]


def test_a_client_that_does_not_read_is_dropped_and_catches_up(sqlite_site: Site) -> None:
    sqlite_site.server.close()  # the streams of other tests
    assert until(lambda: sqlite_site.streams_open() == 0)
    lazy = sqlite_site.stream("max", buffer=4096)
    assert until(lambda: sqlite_site.streams_open() == 1)
    # More than the system keeps for a connection, and then more than a stream may have waiting:
    # how much that is, and in which portions the server sees it, the system knows.
    count = 0

    def dropped() -> bool:
        nonlocal count
        sqlite_site.say("agent:max", call=count, text="x" * 64_000)
        count += 1
        return sqlite_site.streams_open() == 0

    assert until(dropped)
    seen = [*lazy.until_it_ends()]
    assert len(seen) < count
    again = sqlite_site.stream("max", after=lazy.last_id)
    assert [*seen, *again.calls(count - len(seen))] == [*range(count)]


def test_whoever_was_away_too_long_is_told_to_look_anew(sqlite_site: Site) -> None:
    assert sqlite_site.stream("ada", after=10**9 - 1)  # ahead: nothing to say yet
    sqlite_site.say("agent:tim", call=1)
    stream = sqlite_site.stream("tim", "Last-Event-ID: of another host")
    assert stream.next() == {"event": "reset"}


def test_streams_end_with_the_server(tmp_path: Path) -> None:
    with Site.serving(tmp_path) as site:
        stream = site.stream()
        site.server.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionError):
            stream.next()
        assert site.server.process.wait(timeout=PATIENCE_SECONDS) == 0
        assert "stopped before" not in site.log


def test_two_hosts_and_one_of_them_is_killed(hosts: NewHost) -> None:
    one, other = hosts(), hosts()
    stream, there = one.stream(), other.stream()
    for call in range(10):
        (one, other)[call % 2].say_there("agent:ada", call)
    assert there.calls(10) == [*range(10)]
    seen = stream.calls(5)
    one.server.process.kill()
    for call in range(10, 20):
        other.say_there("agent:ada", call)
    # The client comes back to the other host: nothing is lost, and nothing comes twice.
    again = other.stream(after=stream.last_id)
    other.say_there("agent:ada", 20)
    assert [*seen, *again.calls(16)] == [*range(21)]
    assert there.calls(11) == [*range(10, 21)]


def test_many_writers_and_no_message_is_overlooked(postgresql_site: Site) -> None:
    site = postgresql_site
    stream = site.stream()
    writers, messages = 6, 40

    def write(writer: int) -> None:
        for number in range(messages):
            site.say("agent:ada", call=writer * messages + number)

    threads = [
        threading.Thread(target=write, args=(writer,), daemon=True) for writer in range(writers)
    ]
    for thread in threads:
        thread.start()
    seen = stream.calls(writers * messages)
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(seen) == [*range(writers * messages)]


def test_nobody_who_publishes_waits_for_a_transaction_that_goes_on(postgresql_site: Site) -> None:
    site = postgresql_site
    stream = site.stream()
    with (
        ThreadPoolExecutor(1) as another,
        site.app.app_context(),
        site.database.connection_context(),
    ):
        with writing():
            assert publish(["agent:ada"], Message("ringing", {"call": 1}))
            another.submit(site.say, "agent:ada", call=2).result(PATIENCE_SECONDS)
            assert stream.calls(1) == [2]
        assert stream.calls(1) == [1]


def test_following_goes_on_when_the_connection_was_lost(postgresql_site: Site) -> None:
    site = postgresql_site
    stream = site.stream()
    site.say("agent:ada", call=1)
    assert stream.calls(1) == [1]
    ended = site.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    assert ended
    # In the process of the test, too, connections were lost.
    site.app.extensions["cti_host"].database.close_all()
    site.say("agent:ada", call=2)
    assert stream.calls(1) == [2]
    assert "following messages failed" in site.log


def test_rows_are_seen_where_notifications_do_not_arrive(postgresql_site: Site) -> None:
    site = postgresql_site
    stream = site.stream()
    # As a pooler does it that gives each transaction another connection.
    silent = (
        "INSERT INTO outbox (created, topics, event, data) VALUES"
        " (extract(epoch from now())::bigint, '[\"agent:ada\"]', 'ringing', '{{\"call\": {}}}')"
        " RETURNING id"
    )
    for call in (1, 2):
        site.execute(silent.format(call))
        assert stream.calls(1) == [call]
    assert until(lambda: "notifications of PostgreSQL don't arrive" in site.log)
    site.say("agent:ada", call=3)
    assert stream.calls(1) == [3]
