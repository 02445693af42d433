"""Other plugins are told of changed calls, beside the request: nobody's phone waits for them."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Mapping, Sequence

from flask import Flask

from cti_calls.model.records import Change
from cti_calls.store.reading import Reader
from cti_host import current_host

log = logging.getLogger("cti_host.plugin.calls")

# After changes were told, so long passes before the next ones: what changes meanwhile is read
# together.
_TOGETHER_SECONDS = 0.1
# So many changes are told at a time.
_AT_ONCE = 100
# So many changes wait at most, in each process.
_MOST_WAITING = 10_000
# A thread without work ends after so long.
_IDLE_SECONDS = 5.0


class ChangeNotifier:
    """Fires `call_changed`, in a daemon thread that runs while there is something to tell.

    :param app: the application whose plugins are told
    """

    def __init__(self, app: Flask, reader: Reader) -> None:
        self._app, self._reader = app, reader
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._waiting: deque[tuple[int, Change]] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._busy = False
        self._hurried = 0  # so many wait for all to be told

    def tell(self, changes: Sequence[tuple[int, Change]]) -> None:
        """Have changes of calls told, by their ids; they are committed already."""
        if not changes:
            return
        if self._process != os.getpid():
            self._begin()  # a fork: the other process tells what it has
        with self._changed:
            if len(self._waiting) >= _MOST_WAITING:
                log.error("%s changes of calls are not told: others wait", len(changes))
                return
            self._waiting.extend(changes)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="cti-host-calls", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait until everything so far is told: for tests, and before the process ends.

        :param timeout: seconds to wait at most
        """
        with self._changed:
            self._hurried += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: not (self._waiting or self._busy), timeout)
            finally:
                self._hurried -= 1

    def _work(self) -> None:
        told = False
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                if told:
                    self._changed.wait_for(lambda: self._hurried, _TOGETHER_SECONDS)
                self._changed.wait_for(lambda: self._waiting, _IDLE_SECONDS)
                if not self._waiting:
                    self._thread = None
                    return
                changes = self._next_ones()
                self._busy = told = True
            try:
                self._tell(changes)
            except Exception as error:  # the next ones are told all the same
                log.error("%d changed calls were not told: %s", len(changes), type(error).__name__)

    def _next_ones(self) -> dict[int, Change]:
        """Changes to be told, of each call the first one: for the next, it is read again."""
        changes: dict[int, Change] = {}
        later: deque[tuple[int, Change]] = deque()
        while self._waiting and len(changes) < _AT_ONCE:
            id_, change = self._waiting.popleft()
            if id_ in changes:
                later.append((id_, change))
            else:
                changes[id_] = change
        self._waiting.extendleft(reversed(later))
        return changes

    def _tell(self, changes: Mapping[int, Change]) -> None:
        with self._app.app_context():
            host = current_host()
            with host.database.connection_context():
                records = {one.id: one for one in self._reader.calls([*changes])}
                gone = (id_ for id_ in changes if id_ not in records)
                joined = {id_: self._reader.call(id_) for id_ in gone}
            for id_, change in changes.items():
                record = records.get(id_) or joined.get(id_)
                if record is not None:
                    host.hooks.event("call_changed", record=record, change=change)
