"""What each process of a server counted, in small files that the others and commands read.

A process keeps its file locked while it lives. The system gives the lock back however it ends, so
a file without a lock is of a process that is gone, and is removed. What it counted for `/metrics`
is kept as long as other processes of the same start live: a sum that shrinks would look like a new
start.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from cti_host.health.hook_metrics import HookMetrics
from cti_host.health.report import ProcessHealth, Report, StreamsHealth, report_of
from cti_host.isolation.counters import Counters
from cti_host.metrics.metrics import Metrics
from cti_host.metrics.samples import Families
from cti_host.private_files import make_folder, open_private_file

log = logging.getLogger("cti_host.health")

EXTENSION = "cti_host_processes"
# How often a process writes what it counted, at most, and at least.
SECONDS_BETWEEN = 1.0
SECONDS_AT_LEAST = 10.0
# The same in all processes of one start of the server; the first one sets it.
RUN_VARIABLE = "CTI_HOST_RUN"
_ENDED = ".ended"


class Processes:
    """The processes of this host's server, this one among them once it publishes.

    :param folder: where their files lie; made at the first use
    :param counters: those of this process
    :param metrics: those of this process
    """

    def __init__(self, folder: Path, counters: Counters, metrics: Metrics | None = None) -> None:
        self._folder = folder
        self._counters = counters
        self._metrics = metrics or Metrics()
        self._metrics.registry.register(HookMetrics(counters))
        self._run = os.environ.get(RUN_VARIABLE) or str(os.getppid())
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._lock: IO[str] | None = None
        self._written: object = None
        self.streams: Callable[[], StreamsHealth] = StreamsHealth
        """Counts the streams to open pages of this process; a server that keeps some sets it."""
        self._writing = threading.Lock()

    def publish(self) -> None:
        """Let others read what this process counts, from now until it ends."""
        try:
            make_folder(self._folder)
            self._lock = _open_to_write(self._folder / f"{self._name}.lock")
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
        processes, _gone = self._read()
        if own and self._lock is None:
            processes.append(self._health())
        return report_of(processes, enabled)

    def running(self) -> int:
        """How many other processes of this host's server there are."""
        own = self._lock is not None
        files = [file for file in self._folder.glob("*.lock") if _is_locked(file)]
        return len(files) - own

    def metrics(self) -> Families:
        """What all processes of this start of the server counted, those that are gone as well."""
        if self._lock is None:
            return Families.of(self._metrics.registry)
        self._write()
        processes, total = self._read()
        for process in processes:
            if process.run == self._run:
                total.add(process.metrics)
        return total

    def _health(self) -> ProcessHealth:
        return ProcessHealth(
            self._started,
            self._counters.snapshot(),
            self.streams(),
            self._run,
            Families.of(self._metrics.registry),
        )

    def _go_on_writing(self) -> None:
        pause = threading.Event()
        while not pause.wait(SECONDS_BETWEEN):
            self._write()

    def _write(self) -> None:
        """Write what was counted, if it is something new."""
        with self._writing:
            at_least = time.monotonic() // SECONDS_AT_LEAST
            counted = self._counters.version(), self._metrics.changes
            version = counted, self.streams(), at_least
            if version == self._written:
                return
            file = self._folder / f"{self._name}.json"
            unfinished = file.with_suffix(".tmp")
            try:
                with _open_to_write(unfinished) as opened:
                    opened.write(json.dumps(self._health().as_json()))  # `dump` is slow
                unfinished.replace(file)
            except OSError as error:
                # The next time may go better; calls go on meanwhile.
                log.warning("%s can't be written: %s", file, error.strerror)
            else:
                self._written = version

    def _read(self) -> tuple[list[ProcessHealth], Families]:
        """What the processes that live have written, and what those of this start counted that are
        gone: their files are tidied away."""
        living: list[ProcessHealth] = []
        gone: list[Path] = []
        with self._alone():
            for file in sorted(self._folder.glob("*.json")):
                if not _is_locked(file.with_suffix(".lock")):
                    gone.append(file)
                elif process := _process(file):
                    living.append(process)
            self._tidy(gone, {process.run for process in living})
            return living, _kept(self._folder / f"{self._run}{_ENDED}")

    def _tidy(self, gone: Iterable[Path], runs: Collection[str]) -> None:
        """Remove the files of processes that are gone, and keep what they counted.

        :param runs: those that have processes which live
        """
        for file in gone:
            process = _process(file)
            with suppress(OSError):
                if process and process.run in runs:
                    self._keep(process)
                for suffix in (".json", ".tmp", ".lock"):
                    file.with_suffix(suffix).unlink(missing_ok=True)
        for file in self._folder.glob(f"*{_ENDED}"):
            if file.stem not in runs:
                file.unlink(missing_ok=True)

    def _keep(self, process: ProcessHealth) -> None:
        file = self._folder / f"{process.run}{_ENDED}"
        total = _kept(file)
        total.add(process.metrics, ended=True)
        unfinished = file.with_suffix(".ended-tmp")
        with _open_to_write(unfinished) as opened:
            opened.write(json.dumps(total.as_json()))
        unfinished.replace(file)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Have no other process tidy up meanwhile: it would be counted twice, or not at all."""
        try:
            folder = os.open(self._folder, os.O_RDONLY)
        except OSError:
            yield  # there are no files
            return
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def _open_to_write(file: Path) -> IO[str]:
    """Open a file that is its owner's alone; the folder may have been made by somebody else."""
    return open(file, "w", encoding="utf-8", opener=_open_private)


def _open_private(path: str, flags: int) -> int:
    return open_private_file(Path(path), flags)


def _process(file: Path) -> ProcessHealth | None:
    # It may be gone by now, or of another version of the host.
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        return ProcessHealth.from_json(json.loads(file.read_text(encoding="utf-8")))
    return None


def _kept(file: Path) -> Families:
    """What the processes of a start that are gone counted."""
    with suppress(OSError, ValueError, TypeError, AttributeError):
        return Families(json.loads(file.read_text(encoding="utf-8")))
    return Families()


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
