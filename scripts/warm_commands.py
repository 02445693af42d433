"""Commands of `cti-host` as processes of their own that need not import the host anew.

A process that has imported it, and all plugins, forks one for each command: with its own folder,
environment, standard files and exit status. Loading is most of what a command costs, and the tests
run hundreds. Where a test is about loading, or sends signals to a group of processes, it starts
`python -m cti_host` itself.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import io
import json
import os
import pkgutil
import select
import shlex
import signal
import site
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

_CLIENT = Path(__file__).with_name("warm_client.py")
# A command or a test has no use for these: they load what only tests have.
_LEFT_OUT = ("testing", "tests", "migrations", "__main__")


def words(*arguments: str, python: str = sys.executable) -> list[str]:
    """What to start as a process for `cti-host ARGUMENTS`.

    The process that is to run it is started by the first command, and ends with the tests.

    :param python: the Python that has the host
    """
    # Isolated and without `site`: it needs none of what is installed.
    return [sys.executable, "-I", "-S", str(_CLIENT), _served(python), *arguments]


def put_into(folder: Path, python: str = sys.executable) -> None:
    """Put a program `cti-host` into a folder, for a shell.

    :param python: the Python that has the host
    """
    program = folder / "cti-host"
    command = shlex.join(words(python=python))
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    program.chmod(0o755)


@cache
def _served(python: str) -> str:
    """The address of the process that runs commands; starts it."""
    folder = tempfile.TemporaryDirectory(prefix="cti-host-warm-")
    address = f"{folder.name}/socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        # Whoever connects meanwhile waits until it has imported everything.
        process = subprocess.Popen(
            [python, "-P", __file__, str(listener.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            cwd="/",
        )

    def end() -> None:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        folder.cleanup()

    atexit.register(end)
    return address


def _serve(listener: socket.socket) -> None:
    """Run commands until the tests have ended: they hold the other end of the standard input."""
    _load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listener.fileno(), 0], [], [])
        if 0 in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            os._exit(_run(connection))
        connection.close()


def _load() -> None:
    packages = {one.module.partition(".")[0] for one in entry_points(group="cti_host.plugins")}
    for package in ["cti_host", *sorted(packages)]:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not any(part in _LEFT_OUT for part in module.name.split(".")):
                importlib.import_module(module.name)
    gc.collect()
    gc.freeze()


def _run(connection: socket.socket) -> int:
    """Let a process of its own run the command, and tell the client how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, files, _, _ = socket.recv_fds(connection, 10, 3)
    told = b""
    while len(told) < int(head):
        told += connection.recv(1 << 16)
    process = os.fork()
    if process == 0:
        connection.close()
        _become(json.loads(told), files)
        from cti_host.command_line.cli import main

        main()
        sys.exit()  # as any process ends, out of all that is above
    for file in files:
        os.close(file)
    ended = os.pidfd_open(process)
    connection.sendall(b"%d\n" % process)
    ready, _, _ = select.select([ended, connection.fileno()], [], [])
    if ended not in ready:  # the client is gone
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    with suppress(OSError):
        connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    return 0


def _become(wish: dict[str, Any], files: list[int]) -> None:
    """Be the command."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["environment"])
    time.tzset()
    # What was installed meanwhile.
    site.addsitedir(sysconfig.get_path("purelib"))
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    for name, number, mode, errors in (
        ("stdin", 0, "r", "strict"),
        ("stdout", 1, "w", "strict"),
        ("stderr", 2, "w", "backslashreplace"),
    ):
        buffering = 0 if at_once and number else -1
        raw: Any = open(number, f"{mode}b", buffering, closefd=False)  # noqa: SIM115 -- stays open
        text = io.TextIOWrapper(
            raw,
            encoding="utf-8",
            errors=errors,
            line_buffering=number == 2 or os.isatty(number),
            write_through=at_once,
        )
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
    sys.argv = ["cti-host", *wish["words"]]


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as listening:
        _serve(listening)
