"""What each process of a server counted, in small files that the others and commands read.

A process keeps its file locked while it lives. The system gives the lock back however it ends, so
a file without a lock is of a process that is gone, and is removed.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from cti_host.health.report import ProcessHealth, Report, report_of
from cti_host.isolation.counters import Counters

log = logging.getLogger("cti_host.health")

# How often a process writes what it counted, at most.
SECONDS_BETWEEN = 1.0


class Processes:
    """The processes of this host's server, this one among them once it publishes.

    :param folder: where their files lie; made at the first use
    :param counters: those of this process
    """

    def __init__(self, folder: Path, counters: Counters) -> None:
        self._folder = folder
        self._counters = counters
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._lock: IO[str] | None = None
        self._written: object = None
        self._writing = threading.Lock()

    def publish(self) -> None:
        """Let others read what this process counts, from now until it ends."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self._folder / f"{self._name}.lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        except OSError as error:
            log.warning("no health of plugins: %s: %s", self._folder, error.strerror)
            return
        self._write()
        threading.Thread(target=self._go_on_writing, name="cti-host-health", daemon=True).start()

    def report(self, enabled: Iterable[str], *, own: bool = True) -> Report:
        """How plugins fare in all processes of the server.

        :param enabled: the plugins of the settings, in order
        :param own: whether this process counts although it doesn't publish
        """
        if self._lock is not None:
            self._write()
        processes = self._read()
        if own and self._lock is None:
            processes.append(self._health())
        return report_of(processes, enabled)

    def _health(self) -> ProcessHealth:
        return ProcessHealth(self._started, self._counters.snapshot())

    def _go_on_writing(self) -> None:
        pause = threading.Event()
        while not pause.wait(SECONDS_BETWEEN):
            self._write()

    def _write(self) -> None:
        """Write what was counted, if it is something new."""
        with self._writing:
            version = self._counters.version()
            if version == self._written:
                return
            file = self._folder / f"{self._name}.json"
            unfinished = file.with_suffix(".tmp")
            try:
                unfinished.write_text(json.dumps(self._health().as_json()), encoding="utf-8")
                unfinished.replace(file)
            except OSError as error:
                # The next time may go better; calls go on meanwhile.
                log.warning("%s can't be written: %s", file, error.strerror)
            else:
                self._written = version

    def _read(self) -> list[ProcessHealth]:
        processes = []
        for file in sorted(self._folder.glob("*.json")):
            if not _is_locked(file.with_suffix(".lock")):
                for suffix in (".json", ".tmp", ".lock"):
                    with suppress(OSError):
                        file.with_suffix(suffix).unlink(missing_ok=True)
                continue
            # It may be gone by now, or of another version of the host.
            with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
                data = json.loads(file.read_text(encoding="utf-8"))
                processes.append(ProcessHealth.from_json(data))
        return processes


def _is_locked(file: Path) -> bool:
    """Whether the process that the lock file belongs to lives."""
    try:
        with file.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
