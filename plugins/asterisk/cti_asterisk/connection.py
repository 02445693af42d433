"""The connection that lasts: it listens, catches up, and comes back when it is lost."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cti_calls.api_for_plugins import (
    N_,
    ConnectionContext,
    Direction,
    FactKind,
    PhoneEvent,
    Problem,
)

from cti_asterisk.ami.client import (
    ActionRefused,
    LoginRefused,
    NotConnected,
    Session,
    session,
)
from cti_asterisk.ami.messages import Message
from cti_asterisk.server import Server
from cti_asterisk.translation.channel_facts import moment
from cti_asterisk.translation.snapshot import Snapshot

_log = logging.getLogger(__name__)
_REFUSED = N_("The phone system refuses the login: check user and secret.")
_LOST = N_("There is no connection: %(error)s.")
_UNREADABLE = N_("The state of calls can't be read (%(refusal)s): write = reporting is missing.")
_MOST_HIDDEN = 1_000
_HIDDEN = "(withheld)"
# So many events are handed over in one transaction.
_AT_ONCE = 200
# So many failures say that it is no accident.
_PATIENCE = 3


@dataclass(frozen=True)
class Pauses:
    """How long to wait, in seconds.

    :param first: before the second attempt to connect; it doubles up to `longest`
    :param refused: after a login that was refused: another one may lock the account
    :param asking: for all that is asked before the events of a call are stored
    :param storing: before events that could not be stored are handed over again
    """

    first: float = 0.5
    longest: float = 30.0
    refused: float = 60.0
    asking: float = 0.5
    storing: float = 1.0


@dataclass(eq=False)
class _Waiting:
    """An event that is not stored yet.

    :param failed: whether it failed by itself since something was stored last
    :param blame: how often it failed before something else was stored
    """

    event: PhoneEvent
    failed: bool = False
    blame: int = 0


class Connection:
    """Listens to one phone system."""

    def __init__(self, server: Server, pauses: Pauses | None = None) -> None:
        self._server = server
        self._pauses = pauses or Pauses()
        self._sorter = server.sorter()
        self._translator = server.translator(self._sorter)
        # Number and name of callers who hide them, by call.
        self._hidden: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._may_ask = True
        self._unstored: list[_Waiting] = []
        self._failures = 0  # how often in a row something was left

    async def run(self, context: ConnectionContext) -> None:
        """Listen until it is cancelled."""
        failures = 0
        await context.report("connecting")
        while True:
            try:
                async with session(self._server.account) as connected:
                    failures = 0
                    await self._listen(connected, context)
            except LoginRefused:
                await context.report("refused", Problem(_REFUSED))
                await asyncio.sleep(self._pauses.refused)
            except NotConnected as error:
                await context.report("connecting", Problem(_LOST, {"error": str(error)}))
                pause = min(self._pauses.first * 2**failures, self._pauses.longest)
                failures = min(failures + 1, 10)
                # Many hosts that lost one phone system don't come back at the same moment.
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311

    async def _listen(self, connected: Session, context: ConnectionContext) -> None:
        self._may_ask = self._server.settings.ask_withheld
        problem = await self._catch_up(connected, context)
        await context.report("connected", problem)
        while True:
            await self._hear(connected, context)

    async def _hear(self, connected: Session, context: ConnectionContext) -> None:
        """Store what comes in next, and what could not be stored before."""
        messages = await self._next_messages(connected)
        received_at = datetime.now(UTC)
        await self._ask_withheld(connected, messages)
        events = [
            event for message in messages for event in self._translator.events(message, received_at)
        ]
        await self._store(context, events)

    async def _next_messages(self, connected: Session) -> Sequence[Message]:
        """What comes in; nothing once it is time to store again what could not be stored."""
        if not self._unstored:
            return await connected.events()
        if len(self._unstored) >= _AT_ONCE:  # the phone system waits meanwhile
            await asyncio.sleep(self._pauses.storing)
            return ()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pauses.storing):
                return await connected.events()
        return ()

    async def _catch_up(self, connected: Session, context: ConnectionContext) -> Problem | str:
        """Store what goes on now, and say what ended meanwhile.

        :return: what the account may not do, as a sentence; empty: nothing
        """
        asked_at = moment(await connected.act("Ping")) or datetime.now(UTC)
        try:
            channels = await connected.rows("CoreShowChannels")
            queues = await connected.rows("QueueStatus")
        except ActionRefused as refusal:
            return Problem(_UNREADABLE, {"refusal": str(refusal)})
        names = self._server.settings.queues
        snapshot = Snapshot(self._sorter, channels, queues, names, asked_at)
        self._translator.know(snapshot.calls)
        await self._ask_withheld(connected, channels)
        facts = snapshot.facts()
        if facts:
            kept = "\n\n".join(row.text for row in (*channels, *queues))
            event = PhoneEvent(
                "CoreShowChannels", kept, facts, dedup=f"snapshot {asked_at.isoformat()}"
            )
            await self._store(context, [event])
        while self._unstored:
            await self._hear(connected, context)
        await context.seen_open(snapshot.calls, asked_at)
        return ""

    async def _ask_withheld(self, connected: Session, messages: Sequence[Message]) -> None:
        """Ask whether callers hide their number: no event says so of a plain call."""
        if not self._may_ask:
            return
        incoming = [one for one in messages if self._sorter.is_incoming(one)]
        await asyncio.gather(*(self._ask(connected, one) for one in incoming))

    async def _ask(self, connected: Session, message: Message) -> None:
        withheld = self._server.settings.withheld_unless_known
        try:
            answer = await connected.act(
                "Getvar",
                ("Channel", message.get("Channel")),
                ("Variable", "CALLERID(num-pres)"),
                seconds=self._pauses.asking,
            )
            withheld = answer.get("Value").startswith("prohib")
        except ActionRefused as refusal:
            if "permission" in str(refusal).casefold():
                self._may_ask = False
                _log.warning("asterisk %s: Getvar is not allowed to the user", self._server.name)
        except NotConnected:
            pass  # it didn't say in time, or is lost, which ends this connection elsewhere
        if withheld:
            caller = (message.get("CallerIDNum"), message.get("CallerIDName"))
            self._hidden[message.get("Linkedid")] = caller
            while len(self._hidden) > _MOST_HIDDEN:
                self._hidden.popitem(last=False)

    async def _store(self, context: ConnectionContext, events: Sequence[PhoneEvent]) -> None:
        """Hand over events, and those that could not be stored before; some may be left again.

        What fails together several times is handed over one by one. An event is dropped if others
        are stored and it is not, several times: it would fail for ever. While nothing is stored,
        nothing is dropped.
        """
        new = [_Waiting(self._without_hidden(event)) for event in events]
        # Those that failed by themselves come last: nobody waits for them.
        self._unstored = sorted([*self._unstored, *new], key=lambda one: one.failed)
        singly = self._failures >= _PATIENCE
        size = 1 if singly else _AT_ONCE
        tried, failures = 0, 0
        while tried < len(self._unstored) and failures < (_PATIENCE if singly else 1):
            some = self._unstored[tried : tried + size]
            if await context.take([one.event for one in some]) is not None:
                failures, size = 0, min(size * 2, _AT_ONCE)
                del self._unstored[tried : tried + len(some)]
                tried -= self._blame(tried)
            elif singly and len(some) > 1:
                size = 1
            else:
                failures += 1
                tried += len(some)
                for one in some:
                    one.failed = singly
        # Next time, those that were not tried go first.
        self._unstored = [*self._unstored[tried:], *self._unstored[:tried]]
        self._failures = self._failures + 1 if self._unstored else 0

    def _blame(self, tried: int) -> int:
        """Something was stored, so what failed before did so by itself; returns how many go."""
        kept: list[_Waiting] = []
        before, gone = self._unstored[:tried], 0
        for one in self._unstored:
            if one.failed:
                one.failed, one.blame = False, one.blame + 1
            if one.blame < _PATIENCE:
                kept.append(one)
                continue
            gone += one in before
            _log.error("asterisk %s: an event can't be stored, and is left out: %s",
                       self._server.name, one.event.kind)  # fmt: skip
        self._unstored = kept
        return gone

    def _without_hidden(self, event: PhoneEvent) -> PhoneEvent:
        """An event without the number and the name that its caller hides."""
        facts, payload = list(event.facts), event.payload
        for at, fact in enumerate(facts):
            hidden = self._hidden.get(fact.call)
            if hidden is None:
                continue
            if fact.kind is FactKind.STARTED and fact.direction is Direction.IN:
                facts[at] = replace(fact, withheld=True, remote="", remote_name="")
            for text in filter(None, hidden):
                payload = payload.replace(text, _HIDDEN)
        return replace(event, facts=tuple(facts), payload=payload)
