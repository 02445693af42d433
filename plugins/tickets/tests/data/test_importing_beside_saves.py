"""An import and saves at the same time, on PostgreSQL: one waits for the other, and none fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from cti_tickets.model.classes.registry import Organization, Person, Ticket, TicketCounter
from cti_tickets.store import objects
from cti_tickets.store.transactions import locked
from cti_tickets.transfer.importing import import_records
from cti_tickets.transfer.reading.records import Record
from flask import Flask

from cti_host import writing
from cti_host.testing import PATIENCE_SECONDS

TRIES = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND (query LIKE 'LOCK TABLE%' OR query LIKE 'ROLLBACK TO%' OR wait_event_type = 'Lock')"""
Begin = Callable[[Record], Future[Any]]


@pytest.fixture
def app(make_database: Callable[..., Flask], postgres_url: str) -> Iterator[Flask]:
    """An application on PostgreSQL with an organization; its context is pushed."""
    app = make_database(postgres_url)
    with app.app_context(), app.extensions["cti_host"].database.connection_context():
        objects.create("Organization", {"name": "Fluvia"}, author=None)
        yield app


@pytest.fixture
def begin(app: Flask, postgres_url: str) -> Iterator[Begin]:
    """Begin to import a record in another thread; comes back when that tries to get its locks."""
    with ThreadPoolExecutor(1) as pool, psycopg.connect(postgres_url, autocommit=True) as watching:

        def work(record: Record) -> None:
            with app.app_context(), app.extensions["cti_host"].database.connection_context():
                import_records([record])

        def tries() -> bool:
            found = watching.execute(TRIES).fetchone()
            return bool(found and found[0])

        def begin(record: Record) -> Future[Any]:
            done, pause = pool.submit(work, record), threading.Event()
            assert any(tries() or pause.wait(0.01) for _ in range(100 * PATIENCE_SECONDS))
            return done

        yield begin


def test_a_new_ticket_counts_its_reference_and_is_written_then(begin: Begin) -> None:
    fields: dict[str, Any] = {"title": "Imported", "description": "x", "org_id": 1}
    with writing():
        TicketCounter.update(value=TicketCounter.value + 1).execute()
        done = begin(Record("", 1, "UserRequest", 9, fields))
        objects.create("UserRequest", {**fields, "org_id": "1", "title": "Saved"}, author=None)
    done.result()
    titles = [ticket.title for ticket in Ticket.select().order_by(Ticket.title)]
    assert titles == ["Imported", "Saved"]


def test_a_change_locks_its_row_and_is_written_then(begin: Begin) -> None:
    with writing():
        list(locked(Organization.select().where(Organization.id == 1)))
        # An import that finds the same row by its name, and would change it.
        done = begin(Record("", 1, "Person", 3, {"name": "A", "first_name": "B", "org_id": 1}))
        objects.update("Organization", 1, {"name": "Changed"}, author=None)
    done.result()
    assert [one.name for one in Organization.select()] == ["Changed"]
    assert Person.select().count() == 1
