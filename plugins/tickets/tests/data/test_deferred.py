"""Rows that are written a moment later, by a thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import peewee
import pytest
from cti_tickets.directory.received_calls import ReceivedCall
from cti_tickets.store.deferred import DeferredWriter, deferred
from flask import Flask

from cti_host import current_host, writing

NOON = datetime(2026, 3, 1, 12, 0, 0)


def call(number: str = "", callers: int = 0) -> dict[str, Any]:
    return {"received": NOON, "callers": callers, "number": number}


def numbers() -> list[str]:
    return [row.number for row in ReceivedCall.select().order_by(ReceivedCall.id)]


@pytest.fixture
def slow(db_app: Flask) -> DeferredWriter:
    """A writer that would wait for long: only `flush` makes it write."""
    writer = DeferredWriter(db_app, delay=3600)
    current_host().before_closing.append(writer.flush)
    return writer


def test_a_row_is_written_without_anybody_asking(db_app: Flask) -> None:
    deferred().add(ReceivedCall, call("1"))
    with ThreadPoolExecutor() as pool:
        pool.submit(lambda: None).result()
    assert deferred().flush()
    assert numbers() == ["1"]


def test_the_delay_ends_by_itself(db_app: Flask) -> None:
    writer = DeferredWriter(db_app, delay=0.01)
    writer.add(ReceivedCall, call("1"))
    thread: Any = writer._thread
    with writer._changed:
        assert writer._changed.wait_for(lambda: writer._done == 1, timeout=60)
    assert numbers() == ["1"]
    assert thread.daemon


def test_an_application_has_one_writer(db_app: Flask) -> None:
    assert deferred() is deferred()


def test_rows_keep_their_order_and_values(slow: DeferredWriter) -> None:
    for number in range(1200):  # more than a batch
        slow.add(ReceivedCall, call(str(number), callers=number))
    assert numbers() == []
    assert slow.flush()
    assert numbers() == [str(number) for number in range(1200)]
    row: Any = ReceivedCall.get(ReceivedCall.number == "7")
    assert (row.received, row.callers) == (NOON, 7)


def test_what_a_row_leaves_out_has_the_default(slow: DeferredWriter) -> None:
    slow.add(ReceivedCall, {"received": NOON, "callers": 1})
    assert slow.flush()
    assert numbers() == [""]


def test_many_threads_add_rows(slow: DeferredWriter) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: slow.add(ReceivedCall, call(str(n))), range(400)))
    assert slow.flush()
    assert sorted(map(int, numbers())) == list(range(400))


def test_a_function_runs_after_the_rows_before_it(slow: DeferredWriter) -> None:
    counted: list[int] = []
    slow.add(ReceivedCall, call("1"))
    slow.call(lambda: counted.append(ReceivedCall.select().count()))
    slow.add(ReceivedCall, call("2"))
    assert slow.flush()
    assert counted == [1]
    assert numbers() == ["1", "2"]


def test_too_many_rows_are_dropped_and_the_log_says_so(
    db_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    writer = DeferredWriter(db_app, most=3, delay=3600)
    for number in range(5):
        writer.add(ReceivedCall, call(f"+33{number}"))
    assert writer.flush()
    assert numbers() == ["+330", "+331", "+332"]
    assert "2 rows are lost" in caplog.text
    assert "+33" not in caplog.text


def test_a_row_that_is_refused_costs_no_other_and_no_value_is_logged(
    slow: DeferredWriter, caplog: pytest.LogCaptureFixture
) -> None:
    slow.add(ReceivedCall, call("1"))
    slow.add(ReceivedCall, {"received": None, "callers": 0, "number": "+33987654321"})
    slow.add(ReceivedCall, call("2"))
    assert slow.flush()
    assert numbers() == ["1", "2"]
    assert "a row is lost" in caplog.text
    assert "987654321" not in caplog.text


def test_a_busy_database_keeps_the_rows_waiting(
    slow: DeferredWriter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = slow._write
    failed: list[Any] = []

    def busy_once(batch: Any) -> None:
        if not failed:
            failed.append(batch)
            raise peewee.OperationalError("database is locked")
        write(batch)

    monkeypatch.setattr(slow, "_write", busy_once)
    slow.add(ReceivedCall, call("1"))
    assert not slow.flush()
    assert slow.flush()
    assert numbers() == ["1"]
    assert [r.levelno for r in caplog.records if r.name == "cti_tickets.deferred"] == [
        logging.WARNING
    ]


def test_who_saves_meanwhile_is_not_disturbed(slow: DeferredWriter) -> None:
    with writing():
        slow.add(ReceivedCall, call("later"))
        row: Any = ReceivedCall(**call("now"))
        row.save(force_insert=True)
    assert slow.flush()
    assert numbers() == ["now", "later"]


def test_closing_the_host_writes_what_waits(
    database_url: str, make_database: Callable[..., Flask]
) -> None:
    app = make_database(database_url)
    with app.app_context():
        deferred().add(ReceivedCall, call("1"))
        current_host().close()
        with current_host().database.connection_context():
            assert numbers() == ["1"]


def test_a_writer_that_has_ended_begins_again(
    db_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti_tickets.store.deferred._IDLE_SECONDS", 0.01)
    writer = DeferredWriter(db_app)
    writer.add(ReceivedCall, call("1"))
    thread: Any = writer._thread
    assert writer.flush()
    thread.join(60)
    assert not thread.is_alive()
    writer.add(ReceivedCall, call("2"))
    assert writer.flush()
    assert numbers() == ["1", "2"]


def test_after_a_fork_each_process_writes_its_own(slow: DeferredWriter) -> None:
    slow.add(ReceivedCall, call("parent"))
    assert slow.flush()
    slow._process = -1  # as if this were the child
    slow.add(ReceivedCall, call("child"))
    assert slow.flush()
    assert numbers() == ["parent", "child"]
