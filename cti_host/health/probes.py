"""`/health`: whether the process lives, and whether it is ready for requests."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue

from cti_host.databases import migrate
from cti_host.host import Host
from cti_host.isolation.workers import Workers

log = logging.getLogger("cti_host.health")

EXTENSION = "cti_host_probe"
OK, FAILED = "ok", "failed"
READY, DEGRADED, NOT_READY = "ready", "degraded", "not ready"
# For so long an answer is given again: everybody may ask, as often as they like.
KEPT_SECONDS = 1.0
# A database that does not answer within so many seconds is not ready.
PATIENCE_SECONDS = 2.0
# Until the first look has ended nobody knows anything; so long the others wait for it.
FIRST_SECONDS = 10.0


class Probe:
    """Finds out whether a host is ready, once a second at most.

    :param host: its database and its plugins are asked
    :param workers: run what may hang
    """

    def __init__(self, host: Host, workers: Workers) -> None:
        self._host = host
        self._workers = workers
        self._lock = threading.Lock()
        self._found: tuple[str, dict[str, str]] | None = None
        self._until = 0.0

    def look(self) -> tuple[str, dict[str, str]]:
        """How ready the host is, and what became of each check.

        While somebody looks, the others are told what was found before: they would all wait for a
        database that hangs.

        :return: `READY`, `DEGRADED` (something is missing, but calls are answered) or `NOT_READY`;
            and the checks by name
        """
        if not self._lock.acquire(timeout=FIRST_SECONDS if self._found is None else 0):
            return self._found or (NOT_READY, {})
        try:
            found = self._found
            if found is None or time.monotonic() >= self._until:
                before = found[0] if found else NOT_READY
                found = self._found = self._look()
                self._until = time.monotonic() + KEPT_SECONDS
                if found[0] != before:
                    log.info("this process is %s: %s", *found)
            return found
        finally:
            self._lock.release()

    def _look(self) -> tuple[str, dict[str, str]]:
        checks = {"database": self._tried(self._database)}
        checks["migrations"] = FAILED
        if checks["database"] == OK:
            checks["migrations"] = self._tried(self._migrations)
        status = READY if {*checks.values()} == {OK} else NOT_READY
        for span in self._host.hooks.spans("health_checks"):
            if span.problem:
                checks[span.plugin] = FAILED
                status = DEGRADED if status == READY else status
            for check in span.result or ():
                checks[f"{span.plugin}: {check.name}"] = OK if check.ok else FAILED
                if not check.ok and check.needed:
                    status = NOT_READY
                elif not check.ok and status == READY:
                    status = DEGRADED
        return status, checks

    def _tried(self, check: Callable[[], Any]) -> str:
        try:
            good = self._workers.run("cti_host", "health", check, PATIENCE_SECONDS)
        except Exception as error:
            # What a database says may hold its address.
            log.warning("not ready: %s", type(error).__name__)
            log.debug("not ready", exc_info=error)
            return FAILED
        return OK if good else FAILED

    def _database(self) -> bool:
        database: Any = self._host.database
        with database.connection_context():
            database.execute_sql("SELECT 1").fetchone()
        return True

    def _migrations(self) -> bool:
        with self._host.database.connection_context():
            return not migrate.pending(self._host)


def live() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="live")


def ready() -> ResponseReturnValue:
    """Whether requests may be sent here: database, migrations, and what plugins check."""
    probe: Probe = current_app.extensions[EXTENSION]
    status, checks = probe.look()
    return jsonify(status=status, checks=checks), 503 if status == NOT_READY else 200
