"""A session with the Asterisk Manager Interface."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from cti_asterisk.ami.messages import Message, NoManager, Parser, action

_READ_BYTES = 64 * 1024
_MOST_WAITING = 10_000


class AmiError(Exception):
    """The phone system can't be used now; the message says why."""


class NotConnected(AmiError):
    """There is no connection, or it was lost."""


class LoginRefused(AmiError):
    """The phone system knows no such user, or the secret is another one."""


class ActionRefused(AmiError):
    """The phone system said no to an action; the message is its own."""


@dataclass(frozen=True)
class Account:
    """Where to connect, and as whom.

    :param tls: how to encrypt; `None`: not at all
    :param md5: whether only a digest of the secret is sent
    :param connect_seconds: to connect, and to log in
    :param action_seconds: until the response to an action, or to the question whether the phone
        system is still there
    :param ping_seconds: between two of these questions
    """

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    tls: ssl.SSLContext | None = None
    md5: bool = True
    connect_seconds: float = 5.0
    action_seconds: float = 10.0
    ping_seconds: float = 5.0


class _Asked:
    """An action that was sent: its response, and the rows of a list."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.response: asyncio.Future[Message] = loop.create_future()
        self.complete: asyncio.Future[None] = loop.create_future()
        self.rows: list[Message] = []

    def take(self, message: Message) -> None:
        if message.get("EventList") == "Complete":
            if not self.complete.done():
                self.complete.set_result(None)
        elif message.event:
            self.rows.append(message)
        elif not self.response.done():
            self.response.set_result(message)


class Session:
    """A session that is logged in. Made by `session`.

    Events wait in a queue, in the order that they came in. When it is full, nothing more is read,
    and the phone system waits.
    """

    def __init__(
        self, account: Account, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._account = account
        self._reader = reader
        self._writer = writer
        self._parser = Parser()
        self._numbers = itertools.count(1)
        self._events: asyncio.Queue[Message] = asyncio.Queue(_MOST_WAITING)
        self._asked: dict[str, _Asked] = {}

    @property
    def version(self) -> str:
        """The version of the interface, from its first line ("11.0.0")."""
        return self._parser.banner.partition("/")[2]

    async def events(self) -> Sequence[Message]:
        """The events that came in since the last time; waits for one."""
        events = [await self._events.get()]
        with suppress(asyncio.QueueEmpty):
            while True:
                events.append(self._events.get_nowait())
        return events

    async def act(
        self, name: str, *fields: tuple[str, str], action_id: str = "", seconds: float = 0
    ) -> Message:
        """Do something, and wait for the response.

        :param action_id: what the events that belong to it carry; empty: a number
        :param seconds: how long to wait; 0: as the account says
        :raises ActionRefused: the phone system said no
        :raises NotConnected: there was no response in time
        """
        async with self._asking(name, fields, action_id, seconds) as asked:
            return await asked.response

    async def rows(self, name: str) -> Sequence[Message]:
        """Ask for a list ("CoreShowChannels").

        :raises ActionRefused: the phone system said no
        :raises NotConnected: the list was not complete in time
        """
        async with self._asking(name, (), "", 0) as asked:
            if (await asked.response).get("Response") != "Error":
                await asked.complete
        return asked.rows

    @asynccontextmanager
    async def _asking(
        self, name: str, fields: Sequence[tuple[str, str]], action_id: str, seconds: float
    ) -> AsyncIterator[_Asked]:
        action_id = action_id or f"host-{next(self._numbers)}"
        seconds = seconds or self._account.action_seconds
        asked = self._asked[action_id] = _Asked()
        try:
            self._writer.write(action(name, [("ActionID", action_id), *fields]))
            async with asyncio.timeout(seconds):
                yield asked
        except TimeoutError:
            raise NotConnected(f"no response to {name} within {seconds:g} seconds") from None
        finally:
            del self._asked[action_id]
        response = asked.response.result()
        if response.get("Response") == "Error":
            raise ActionRefused(response.get("Message"))

    async def _log_in(self) -> None:
        """Log in, for the events of calls and of queues only.

        `FullyBooted` is not waited for: without the right to read `system` it never comes.
        """
        account = self._account
        proof, seconds = [("Secret", account.secret)], account.connect_seconds
        try:
            if account.md5:
                response = await self.act("Challenge", ("AuthType", "MD5"), seconds=seconds)
                # The protocol asks for MD5; the secret itself is not sent.
                digest = hashlib.md5(
                    (response.get("Challenge") + account.secret).encode(), usedforsecurity=False
                )
                proof = [("AuthType", "MD5"), ("Key", digest.hexdigest())]
            user = ("Username", account.user)
            await self.act("Login", user, *proof, ("Events", "call,agent"), seconds=seconds)
        except ActionRefused as refusal:
            raise LoginRefused(str(refusal)) from None

    async def _read(self) -> None:
        """Hand out what comes in, until the connection is lost."""
        try:
            while received := await self._reader.read(_READ_BYTES):
                for message in self._parser.feed(received):
                    if message.is_event:
                        await self._events.put(message)
                    elif asked := self._asked.get(message.action_id):
                        asked.take(message)
        except (OSError, NoManager) as error:
            raise NotConnected(_reason(error)) from None
        raise NotConnected("the phone system closed the connection")

    async def _ping(self) -> None:
        """Find out when the phone system hangs: then it neither answers nor closes."""
        while True:
            await asyncio.sleep(self._account.ping_seconds)
            # Responses stand behind the events that nobody has taken yet.
            if not self._events.full():
                with suppress(ActionRefused):
                    await self.act("Ping")


@asynccontextmanager
async def session(account: Account) -> AsyncIterator[Session]:
    """Connect and log in. When the connection is lost, the body is cancelled.

    :raises LoginRefused: wrong user or secret
    :raises NotConnected: there is no connection, or it was lost
    """
    try:
        async with asyncio.timeout(account.connect_seconds):
            reader, writer = await asyncio.open_connection(
                account.host, account.port, ssl=account.tls
            )
    except TimeoutError:
        raise NotConnected(f"no connection within {account.connect_seconds:g} seconds") from None
    except OSError as error:
        raise NotConnected(_reason(error)) from None
    opened = Session(account, reader, writer)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(opened._read())]
            await opened._log_in()
            tasks.append(group.create_task(opened._ping()))
            yield opened
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _reason(error: Exception) -> str:
    """What went wrong, without the address, which the reader knows."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS with it: {error.reason or error}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
