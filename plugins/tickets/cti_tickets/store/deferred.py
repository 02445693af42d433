"""Rows that may be written a moment later: whoever adds one does not wait for the database.

A thread of each process writes them in batches, so other processes see a row about half a second
after it was added. What a change of an object depends on is never written this way.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import peewee
from flask import Flask, current_app
from playhouse.pool import MaxConnectionsExceeded
from prometheus_client import CollectorRegistry, Gauge

from cti_host import current_host, writing
from cti_tickets.store.history.inserting import insert_rows

log = logging.getLogger("cti_tickets.deferred")

# Rows wait so long for others that are written with them.
DELAY_SECONDS = 0.4
# So many rows wait at most, in each process.
MOST_WAITING = 50_000
# Rows of one transaction: so few that nobody who saves meanwhile has to wait.
BATCH = 500
_RETRY_SECONDS = 1.0
# Whoever reads waits so long for rows that are not written yet.
FLUSH_SECONDS = 2.0
# A thread without work ends after so long.
_IDLE_SECONDS = 5.0
_EXTENSION = "cti_tickets.deferred"
# The database is busy or away: the same rows may be written later.
_PASSING = (MaxConnectionsExceeded, peewee.InterfaceError, peewee.OperationalError)

# A model and a row of it, or a function that is called in turn.
_Item = tuple[type[peewee.Model], Mapping[str, Any]] | Callable[[], object]


class DeferredWriter:
    """Writes rows in batches, in a daemon thread that runs while there are any.

    Rows are kept while the database is busy or away. More than `most` are dropped, and rows that
    the database refuses are, too; the log says how many, and never what they hold.

    :param app: the application whose database is written to
    :param most: how many rows may wait
    :param delay: seconds that a row waits for others
    """

    def __init__(
        self, app: Flask, *, most: int = MOST_WAITING, delay: float = DELAY_SECONDS
    ) -> None:
        self._app, self._most, self._delay = app, most, delay
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._waiting: deque[_Item] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        # Counted from the start: what was added, and what was written or lost.
        self._added = self._done = self._dropped = 0
        self._hurried = self._failing = False

    def add(self, model: type[peewee.Model], row: Mapping[str, Any]) -> None:
        """Have a row written soon; from any thread, without waiting.

        :param row: the values by the names of the model's fields; defaults are filled in
        """
        self._put((model, row))

    def call(self, function: Callable[[], object]) -> None:
        """Have a function called after the rows added so far: in a transaction, with a context."""
        self._put(function)

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until what was added so far is written: for tests, and before reading it.

        Call it outside of a transaction: on SQLite the writer would wait for that one to end.

        :param timeout: seconds to wait at most; by default `FLUSH_SECONDS`
        :return: whether all of it is written; False: the database is busy or away
        """
        if self._process != os.getpid() or threading.current_thread() is self._thread:
            return False
        end = time.monotonic() + (FLUSH_SECONDS if timeout is None else timeout)
        with self._changed:
            wanted, self._failing = self._added, False
            while self._done < wanted and not self._failing:
                self._hurried = True
                self._changed.notify_all()
                if not self._changed.wait(max(0.0, end - time.monotonic())):
                    break
            return self._done >= wanted

    def _put(self, item: _Item) -> None:
        if self._process != os.getpid():
            self._begin()  # a fork: the other process writes what it has, in its own thread
        with self._changed:
            if len(self._waiting) >= self._most:
                self._dropped += 1
                return
            self._waiting.append(item)
            self._added += 1
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="cti-host-deferred", daemon=True
                )
                self._thread.start()
            elif len(self._waiting) == 1:
                self._changed.notify_all()

    def _work(self) -> None:
        """What the thread does until there has been nothing to do for a while."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting, _IDLE_SECONDS)
                if not self._waiting:
                    self._thread = None
                    return
                self._changed.wait_for(lambda: self._hurried, self._delay)
                self._hurried = False
            self._write_all()

    def _write_all(self) -> None:
        told = False
        careful = 0  # rows to write one at a time: with one of them something is wrong
        while self._waiting:
            size = 1 if careful else BATCH
            batch = [item for _, item in zip(range(size), self._waiting, strict=False)]
            try:
                self._write(batch)
            except _PASSING as error:
                if not told:
                    log.warning("rows wait for the database: %s", type(error).__name__)
                told = True
                self._pause()
                continue
            except Exception as error:
                if len(batch) > 1:
                    careful = len(batch)
                    continue
                # Not what the database says: it quotes values.
                log.error("a row is lost, the database refuses it: %s", type(error).__name__)
            careful = max(0, careful - 1)
            self._finished(len(batch))

    def _pause(self) -> None:
        with self._changed:
            self._failing = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._hurried, _RETRY_SECONDS)
            self._hurried = False

    def _finished(self, count: int) -> None:
        with self._changed:
            for _ in range(count):
                self._waiting.popleft()
            self._done += count
            if self._dropped:
                log.error("%s rows are lost: %s others were waiting", self._dropped, self._most)
                self._dropped = 0
            self._changed.notify_all()

    def _write(self, batch: Sequence[_Item]) -> None:
        with self._app.app_context():
            opened = current_host().database
            with opened.connection_context(), writing():
                for part in _parts(batch):
                    if callable(part):
                        part()
                    else:
                        insert_rows(*part)


def deferred() -> DeferredWriter:
    """The writer of the current application; it is made at first use.

    What waits is written before the process ends, and before the host closes its database.
    """
    found: DeferredWriter | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        made = DeferredWriter(current_app._get_current_object())  # type: ignore[attr-defined]
        found = current_app.extensions.setdefault(_EXTENSION, made)
        if found is made:
            current_host().before_closing.append(made.flush)
    return found


def measure_deferred(registry: CollectorRegistry) -> None:
    """Add how many rows wait to be written in the current application.

    :param registry: the host's
    """
    extensions = current_app.extensions
    waiting = Gauge(
        "cti_tickets_deferred_rows",
        "Rows that are written a moment later and wait for it.",
        registry=registry,
    )
    waiting.set_function(
        lambda: len(extensions[_EXTENSION]._waiting) if _EXTENSION in extensions else 0
    )


def _parts(
    batch: Sequence[_Item],
) -> Iterator[Callable[[], object] | tuple[type[peewee.Model], list[Mapping[str, Any]]]]:
    """The rows of each model that follow one another, and the functions between them."""
    rows: dict[type[peewee.Model], list[Mapping[str, Any]]] = {}
    for item in batch:
        if isinstance(item, tuple):
            rows.setdefault(item[0], []).append(item[1])
        else:
            yield from rows.items()
            rows = {}
            yield item
    yield from rows.items()
