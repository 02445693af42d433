"""A process that is about to stop takes no new connections, and loses none of those it has."""

from __future__ import annotations

import ctypes
import socket
import struct
from contextlib import suppress

from cti_host.server.connections import own_sockets

# A socket that is closed resets the connections that the system has made for it and nobody has
# accepted yet; their clients had sent a request, and get no response. So it first stays open for
# a moment, with this program of Linux (see socket(7)), which drops what asks for a new connection:
# load the flags of the TCP header; SYN is among them? then keep 0 bytes, else all.
_SO_ATTACH_FILTER = 26
_PROGRAM = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


def take_no_more() -> None:
    """Let the listening sockets of this process get no new connections; see `drop_new`."""
    for one in own_sockets():
        is_tcp = one.family in (socket.AF_INET, socket.AF_INET6)
        if is_tcp and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            drop_new(one)


def drop_new(listening: socket.socket) -> None:
    """Let a listening socket get no new connections, and keep those that the system has made.

    Whoever asks for one hears nothing, and asks again after a second: another process takes it, or
    nobody listens any more. Where the system can't do this, connections are made as before.
    """
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _PROGRAM))
    program = struct.pack("HP", len(_PROGRAM), ctypes.addressof(code))
    with suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
