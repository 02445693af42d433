"""Fill the mirror every so many minutes, from a process of the server.

All processes of all hosts look whether it is time; the one that takes the lease starts
`cti-host itop sync` beside itself, so that requests never share their processor time with it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

from flask import Flask

from cti_host import current_host
from cti_itop.mirror.lease import LeaseTaken, SyncLease
from cti_itop.mirror.mirror import Mirror, MirrorState

log = logging.getLogger("cti_host.plugin.itop")

LONGEST_LOOK_SECONDS = 30.0
# After a failed attempt the next one waits that long, or `sync_minutes` if they are less.
RETRY_SECONDS = 300


class Background:
    """The thread of one process.

    :param minutes: the pause between the end of a run and the next one
    """

    def __init__(self, app: Flask, mirror: Mirror, url: str, minutes: int) -> None:
        self._app, self._mirror, self._url, self._minutes = app, mirror, url, minutes
        self._lease = SyncLease()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to look; it ends with the process."""
        threading.Thread(target=self._run, name="cti-itop-sync", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def _run(self) -> None:
        pause = min(LONGEST_LOOK_SECONDS, self._minutes * 15)
        while True:
            try:
                self._look()
            except Exception:
                # The database may be away for a while: the thread must not end here.
                log.exception("looking whether the mirror is to be synchronized failed")
            if self._stopped.wait(pause):
                return

    def _look(self) -> None:
        with self._app.app_context():
            database, path = current_host().database, current_host().config.file.path
            with database.connection_context():
                if not is_due(self._mirror.state(), self._minutes):
                    return
                try:
                    self._lease.take(self._url)
                except LeaseTaken:
                    return
                if not is_due(self._mirror.state(), self._minutes):
                    self._lease.release()  # another process has just done it
                    return
        status = self._synchronize(path, self._lease.owner)
        if status:
            log.error("`cti-host itop sync` ended with status %s", status)
            with self._app.app_context(), current_host().database.connection_context():
                # Only if it didn't get as far as to take the lease over.
                self._lease.release(f"it ended with status {status}; see the log")

    def _synchronize(self, config: Path, owner: str) -> int:
        """Run the command; when this process ends, its input ends, and so does it."""
        words = ["--config", str(config), "itop", "sync", "--watched", owner]
        with subprocess.Popen(  # noqa: S603 -- our own command
            [sys.executable, "-m", "cti_host", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        ) as process:
            while process.poll() is None:
                if self._stopped.wait(0.2):
                    process.terminate()
            return process.returncode


def is_due(state: MirrorState, minutes: int) -> bool:
    """Whether it is time for a run: to begin one, or to go on with one that was interrupted.

    Nobody may be at it: whether that is so, the lease knows better than a clock.
    """
    if state.problem:
        return _is_over(state.now - state.problem_at, min(minutes * 60, RETRY_SECONDS))
    if state.interrupted or not state.filled:
        return True
    return _is_over(state.now - state.finished, minutes * 60)


def _is_over(passed: int, pause: float) -> bool:
    """Whether a pause is over; nobody knows how much passed before a clock was set back."""
    return not 0 <= passed < pause
