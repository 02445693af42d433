"""Connections of this process, beneath the server that owns them."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import closing, suppress

from cti_host.server.protocol import Scope


async def cut(scope: Scope) -> None:
    """Close the connection of a request at once.

    Which of the files of this process it is, only a look at each of them says: a thread looks, and
    nobody else's request waits for it.

    ASGI has no way to say that a response is incomplete, and its server would end it properly: half
    a list would look like a whole one. A client whose connection is cut knows that there is more.

    :param scope: of the request
    """
    if not scope.get("client") or not scope.get("server"):
        return
    ends = [(host, int(port)) for host, port in (scope["server"], scope["client"])]
    await asyncio.to_thread(_shut_down, ends)


def _shut_down(ends: list[tuple[str, int]]) -> None:
    """Shut the connection between two ends down, ours first."""
    for one in own_sockets():
        with suppress(OSError):
            if [one.getsockname()[:2], one.getpeername()[:2]] == ends:
                one.shutdown(socket.SHUT_RDWR)
                return


def own_sockets() -> Iterator[socket.socket]:
    """The sockets of this process, each as a copy that is closed when the next one is asked for."""
    for name in os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else []:
        try:
            # Of a file no copy may be made: to close it would end the locks of SQLite on it.
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            copy = socket.socket(fileno=os.dup(int(name)))
        except OSError:
            continue  # closed meanwhile
        with closing(copy):
            yield copy
