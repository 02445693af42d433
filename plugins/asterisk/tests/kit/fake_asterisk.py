"""An Asterisk Manager Interface over real TCP, which does what recordings show.

It sends recordings whole or cut anywhere, once or doubled, in order or shuffled; it knows both
logins and what a user may do; and it can hang.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field

from asterisk_recordings import bytes_of, messages

CHALLENGE = "86823577"
_ENDS = b"\r\n\r\n"
# As long as a busy machine may take; nothing waits for it when all is well.
PATIENCE_SECONDS = 120
Fields = dict[str, str]


@dataclass
class FakeAsterisk:
    """The server; what it knows can be changed while it runs.

    :param users: secrets by name
    :param write: what users may do, as `write` in manager.conf
    :param variables: what `Getvar` tells, by channel; the others' numbers may be shown
    :param lists: the rows of lists, by action
    :param originated: what is sent when a call is placed, instead of the recorded events
    :param clock: what time it says it is, in seconds since 1970; 0: as it is
    :param actions: what was asked of it, in order; secrets included
    """

    users: Fields = field(default_factory=lambda: {"cti": "secret"})
    banner: str = "Asterisk Call Manager/11.0.0"
    write: Sequence[str] = ("originate", "reporting")
    variables: Fields = field(default_factory=dict)
    lists: dict[str, list[bytes]] = field(default_factory=dict)
    originated: bytes = b""
    phones: Sequence[str] = ("PJSIP/201", "PJSIP/202")
    tls: ssl.SSLContext | None = None
    actions: list[Fields] = field(default_factory=list)
    port: int = 0
    hangs: bool = False
    clock: float = 0

    def __post_init__(self) -> None:
        self._sessions: list[_Session] = []
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FakeAsterisk]:
        """Listen on a port of this machine, the same one each time."""
        self.loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await self.drop()

    async def logged_in(self, count: int = 1) -> None:
        """Wait until so many sessions are."""
        await self.until(lambda: sum(one.is_in for one in self._sessions) >= count)

    async def until(self, true) -> None:  # type: ignore[no-untyped-def]
        """Wait until something is true of it."""
        async with self._changed:
            await self._changed.wait_for(true)

    async def drop(self) -> None:
        """Close all connections, as a server that is killed does."""
        for one in [*self._sessions]:
            one.close()
        await self.until(lambda: not self._sessions)

    async def send(self, sent: bytes) -> None:
        """Send bytes to everybody who is logged in."""
        for one in self._sessions:
            if one.is_in:
                one.write_part(sent)

    async def replay(
        self,
        name: str,
        *,
        chance: random.Random | None = None,
        doubled: bool = False,
        shuffled: bool = False,
    ) -> None:
        """Send the events of a recording.

        :param chance: where to cut it and how to shuffle it; `None`: it is sent whole
        :param doubled: whether each event comes twice
        """
        blocks = [
            block + _ENDS for block in bytes_of(name).split(_ENDS) if block.startswith(b"Event:")
        ]
        if doubled:
            blocks = [block for block in blocks for _time in range(2)]
        if chance is not None and shuffled:
            chance.shuffle(blocks)
        rest = b"".join(blocks)
        while rest:
            size = chance.randint(1, 700) if chance else len(rest)
            await self.send(rest[:size])
            rest = rest[size:]
            if chance:
                await asyncio.sleep(0)  # lets the other side read what is there

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        one = _Session(self, reader, writer)
        self._sessions.append(one)
        with suppress(OSError, asyncio.IncompleteReadError):
            await one.run()
        self._sessions.remove(one)
        one.close()
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class _Session:
    """One client."""

    def __init__(
        self, server: FakeAsterisk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self.is_in = False
        self._last = b""  # the end of what was sent in parts
        self._later = b""

    async def run(self) -> None:
        self.write(f"{self._server.banner}\r\n".encode())
        while True:
            block = await self._reader.readuntil(_ENDS)
            if self._server.hangs:
                continue
            asked: Fields = {}
            for line in block.decode().splitlines():
                key, separator, value = line.partition(": ")
                if separator:
                    asked.setdefault(key, value)
            self._server.actions.append(asked)
            stays = self._do(asked)
            await self._server._tell()
            if not stays:
                return

    def close(self) -> None:
        with suppress(RuntimeError):
            self._writer.close()

    def write(self, sent: bytes) -> None:
        """Send whole messages: not between the parts of one."""
        if self._last in (b"", _ENDS):
            self._writer.write(sent)
        else:
            self._later += sent

    def write_part(self, sent: bytes) -> None:
        """Send bytes that may end inside a message."""
        self._writer.write(sent)
        self._last = (self._last + sent)[-len(_ENDS) :]
        if self._last == _ENDS:
            later, self._later = self._later, b""
            self._writer.write(later)

    def _do(self, asked: Fields) -> bool:
        """Do an action; `False`: the server closes the connection."""
        name = asked.get("Action", "")
        if name == "Challenge":
            self._respond(asked, "Success", Challenge=CHALLENGE)
        elif name == "Login":
            return self._log_in(asked)
        elif name == "Logoff":
            self._respond(asked, "Goodbye", Message="Thanks for all the fish.")
            return False
        elif not self.is_in:
            self._respond(asked, "Error", Message="Permission denied")
        elif name == "Ping":
            now = f"{self._server.clock or time.time():.6f}"
            self._respond(asked, "Success", Ping="Pong", Timestamp=now)
        elif name in ("CoreShowChannels", "QueueStatus"):
            self._list(asked, name)
        elif name == "CoreSettings" and self._may("system", "reporting"):
            self._respond(asked, "Success", AMIversion="11.0.0", AsteriskVersion="22.10.1")
        elif name == "Getvar" and self._may("call", "reporting"):
            value = self._server.variables.get(asked["Channel"], "allowed_not_screened")
            self._respond(asked, "Success", Variable=asked["Variable"], Value=value)
        elif name == "Originate" and self._may("originate"):
            self._originate(asked)
        elif name in ("CoreSettings", "Getvar", "Originate"):
            self._respond(asked, "Error", Message="Permission denied")
        else:
            self._respond(asked, "Error", Message=f"Invalid/unknown command: {name}.")
        return True

    def _may(self, *classes: str) -> bool:
        return any(one in self._server.write for one in classes)

    def _log_in(self, asked: Fields) -> bool:
        secret = self._server.users.get(asked["Username"])
        proof = asked.get("Secret")
        if asked.get("AuthType") == "MD5" and secret is not None:
            key = hashlib.md5((CHALLENGE + secret).encode(), usedforsecurity=False).hexdigest()
            proof = secret if asked["Key"] == key else None
        if secret is None or proof != secret:
            self._respond(asked, "Error", Message="Authentication failed")
            return False
        self._respond(asked, "Success", Message="Authentication accepted")
        self.is_in = True
        return True

    def _list(self, asked: Fields, name: str) -> None:
        if name == "CoreShowChannels" and not self._may("system", "reporting"):
            self._respond(asked, "Error", Message="Permission denied")
            return
        rows = self._server.lists.get(name, [])
        self._respond(asked, "Success", EventList="start", Message="Rows will follow")
        for row in rows:
            self.write(row + f"\r\nActionID: {asked['ActionID']}\r\n\r\n".encode())
        self._event(
            f"{name}Complete", ActionID=asked["ActionID"], EventList="Complete", ListItems="0"
        )

    def _originate(self, asked: Fields) -> None:
        device = asked.get("Channel", "")
        if not device or "/" not in device:
            refusal = "Invalid channel" if device else "Channel not specified"
            self._respond(asked, "Error", Message=refusal)
            return
        self._respond(asked, "Success", Message="Originate successfully queued")
        if device in self._server.phones:
            token = asked["ChannelId"].encode()
            self.write(self._server.originated.replace(b"cti-4711", token))
            return
        # To all sessions, this one too.
        self._event(
            "OriginateResponse",
            Privilege="call,all",
            ActionID=asked["ActionID"],
            Response="Failure",
            Channel=device,
            Context=asked.get("Context", ""),
            Exten=asked.get("Exten", ""),
            Reason="0",
            Uniqueid="<unknown>",
        )

    def _respond(self, asked: Fields, response: str, **fields: str) -> None:
        self._write(Response=response, ActionID=asked.get("ActionID", ""), **fields)

    def _event(self, name: str, **fields: str) -> None:
        text = "".join(f"{key}: {value}\r\n" for key, value in {"Event": name, **fields}.items())
        for one in self._server._sessions if "Privilege" in fields else [self]:
            one.write((text + "\r\n").encode())

    def _write(self, **fields: str) -> None:
        text = "".join(f"{key}: {value}\r\n" for key, value in fields.items())
        self.write((text + "\r\n").encode())


def rows_of(name: str, event: str) -> list[bytes]:
    """The rows of a recorded list, without the action that they belonged to."""
    rows = [message for message in messages(name) if message.event == event]
    return [
        "\r\n".join(
            line for line in row.text.split("\n") if not line.startswith("ActionID")
        ).encode()
        for row in rows
    ]


@contextmanager
def in_a_thread(fake: FakeAsterisk) -> Iterator[FakeAsterisk]:
    """Let a server run beside a test that has no event loop."""
    started, loop = threading.Event(), asyncio.new_event_loop()
    ended = asyncio.Event()

    async def serve() -> None:
        async with fake.running():
            started.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert started.wait(PATIENCE_SECONDS)
    try:
        yield fake
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
        loop.close()
