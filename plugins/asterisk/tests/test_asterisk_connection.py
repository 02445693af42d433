"""The connection that lasts: what it stores, catches up with, and does when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

import own_loop
import pytest
from asterisk_recordings import EXPECTED, bytes_of, calls_of, chance, told
from cti_asterisk.ami.client import Account
from cti_asterisk.connection import Connection, Pauses
from cti_asterisk.server import Server
from cti_asterisk.settings import ServerSettings
from cti_calls.api_for_plugins import FactKind, PhoneEvent, Problem, Taken
from fake_asterisk import PATIENCE_SECONDS, FakeAsterisk, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

ACCOUNT = Account(
    "127.0.0.1",
    0,
    "cti",
    "secret",
    connect_seconds=PATIENCE_SECONDS,
    action_seconds=PATIENCE_SECONDS,
    ping_seconds=0.01,
)
PAUSES = Pauses(first=0.001, refused=0.001, asking=PATIENCE_SECONDS, storing=0.001)


@dataclass
class Context:
    """What a connection tells, and whether it may store now."""

    events: list[PhoneEvent] = field(default_factory=list)
    open_calls: list[Collection[str]] = field(default_factory=list)
    reports: list[tuple[str, str]] = field(default_factory=list)
    refusals: int = 0
    poison: Callable[[PhoneEvent], bool] = lambda _event: False
    most: int = 0
    down: bool = False

    def __post_init__(self) -> None:
        self._changed = asyncio.Condition()

    async def take(self, events: Sequence[PhoneEvent]) -> Taken | None:
        if self.refusals:
            self.refusals -= 1
            return None
        self.most = max(self.most, len(events))
        if self.down or any(map(self.poison, events)):
            return None
        self.events += events
        await self._tell()
        return Taken()

    async def seen_open(self, calls: Collection[str], at: datetime) -> None:
        self.open_calls.append(calls)

    async def report(self, state: str, problem: Problem | str = "") -> None:
        self.reports.append((state, str(problem)))
        await self._tell()

    async def until(self, true: Callable[[], bool]) -> None:
        async with self._changed:
            await self._changed.wait_for(true)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @property
    def told(self) -> str:
        return "\n".join(told(call) for call in calls_of(self.events))


def run(
    test: Callable[[FakeAsterisk, Context], Awaitable[None]],
    fake: FakeAsterisk | None = None,
    **changes: object,
) -> None:
    """Let a connection listen to a server while a test does something with it."""
    fake = fake or FakeAsterisk()

    async def both() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), fake.running():
            account = replace(ACCOUNT, port=fake.port)
            values = {"host": "127.0.0.1", "user": "cti", "secret": "secret", **changes}
            server = Server("main", ServerSettings.model_validate(values), account)
            context = Context()
            listening = asyncio.create_task(Connection(server, PAUSES).run(context))
            try:
                await test(fake, context)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    own_loop.run(both())


async def connected(context: Context, times: int = 1) -> None:
    """Wait until the connection has caught up."""
    await context.until(lambda: [state for state, _ in context.reports].count("connected") >= times)


@settings(max_examples=10)
@given(
    name=st.sampled_from(["queue_answered", "transfer_attended", "originate_channelid"]),
    seed=st.integers(0, 10_000),
    doubled=st.booleans(),
    shuffled=st.booleans(),
)
def test_a_call_is_stored_as_it_was(name: str, seed: int, doubled: bool, shuffled: bool) -> None:
    async def test(fake: FakeAsterisk, context: Context) -> None:
        await connected(context)
        await fake.replay(name, chance=chance(seed), doubled=doubled, shuffled=shuffled)
        await context.until(lambda: context.told == EXPECTED[name])

    run(test)


def test_events_that_can_not_be_stored_are_kept_and_stored_later() -> None:
    async def test(fake: FakeAsterisk, context: Context) -> None:
        await connected(context)
        context.refusals = 3
        await fake.replay("inbound_answered")
        await context.until(lambda: context.told == EXPECTED["inbound_answered"])
        assert context.refusals == 0

    run(test)


class TestEventsThatAreNeverStored:
    """An event may fail each time that it is handed over; the others must not wait for it."""

    @staticmethod
    def store(context: Context, rounds: Sequence[Sequence[PhoneEvent]]) -> Connection:
        """Let a connection store events, some at a time."""
        values = {"host": "127.0.0.1", "user": "cti", "secret": "secret"}
        server = Server("main", ServerSettings.model_validate(values), ACCOUNT)
        connection = Connection(server, PAUSES)

        async def store() -> None:
            for events in rounds:
                await connection._store(context, events)

        own_loop.run(store())
        return connection

    def test_it_is_left_out_once_others_are_stored_again_and_again(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        events = [PhoneEvent(f"{n}") for n in range(1_000)]
        context = Context(poison=lambda event: event.kind in ("7", "301", "302", "303", "304"))
        later = [[PhoneEvent(f"later {n}")] for n in range(20)]
        connection = self.store(context, [events, *later])
        stored = sorted(event.kind for event in context.events)
        every = {one.kind for one in events} | {one.kind for (one,) in later}
        assert stored == sorted(every - {"7", "301", "302", "303", "304"})
        assert (context.most, connection._unstored) == (200, [])
        assert caplog.text.count("is left out") == 5

    def test_nothing_is_left_out_while_nothing_is_stored(self) -> None:
        context = Context(down=True)
        events = [PhoneEvent(f"{n}") for n in range(300)]
        connection = self.store(context, [events, *[[]] * 50])
        assert len(connection._unstored) == 300
        context.down = False
        own_loop.run(connection._store(context, []))
        assert {event.kind for event in context.events} == {event.kind for event in events}

    def test_a_connection_goes_on(self) -> None:
        first: list[str] = []

        def is_first(event: PhoneEvent) -> bool:
            first.append(event.payload)
            return event.payload == first[0]

        async def test(fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            context.poison = is_first
            await fake.replay("inbound_answered")
            await fake.replay("inbound_busy")
            await context.until(lambda: EXPECTED["inbound_busy"] in context.told)

        run(test)


class TestWithheldNumbers:
    """Some trunks send a number that must not be shown, and no event says so."""

    NUMBER = "+33987654321"

    @pytest.mark.parametrize("name", ["withheld_privacy_header", "withheld_privacy_header_queue"])
    def test_it_asks_and_nothing_of_the_number_is_stored(self, name: str) -> None:
        channel = "PJSIP/trunk-00000016" if name.endswith("header") else "PJSIP/trunk-00000003"

        async def test(fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            await fake.replay(name)
            expected = EXPECTED[name].replace(self.NUMBER, "withheld")
            await context.until(lambda: context.told == expected)
            assert self.NUMBER not in "".join(event.payload for event in context.events)

        run(test, FakeAsterisk(variables={channel: "prohib_not_screened"}))

    def test_a_number_that_may_be_shown_is(self) -> None:
        async def test(fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            await fake.replay("inbound_answered")
            await context.until(lambda: context.told == EXPECTED["inbound_answered"])
            assert [asked["Action"] for asked in fake.actions].count("Getvar") == 1

        run(test)

    @pytest.mark.parametrize("hide", [True, False])
    def test_without_an_answer_a_setting_counts(self, hide: bool) -> None:
        name = "inbound_answered"

        async def test(fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            await fake.replay(name)
            hidden = EXPECTED[name].replace(f"{self.NUMBER} (DUPONT JEAN)", "withheld")
            await context.until(lambda: context.told == (hidden if hide else EXPECTED[name]))

        run(test, FakeAsterisk(write=["originate"]), withheld_unless_known=hide)

    def test_it_need_not_ask(self) -> None:
        async def test(fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            await fake.replay("inbound_answered")
            await context.until(lambda: context.told == EXPECTED["inbound_answered"])
            assert "Getvar" not in [asked["Action"] for asked in fake.actions]

        run(test, ask_withheld=False)


class TestCatchingUp:
    """A connection that begins while there are calls."""

    LISTS: ClassVar = {
        "CoreShowChannels": rows_of("resync_state", "CoreShowChannel"),
        "QueueStatus": rows_of("resync_state", "QueueMember"),
    }

    ENDED: ClassVar = [
        "in +33987654321: answered, ended at 6.5 by remote",
        "    PJSIP/201: answered at 2, ended at 6.5",
        "in 0987654321: gave_up, ended at 5 by remote",
        "    PJSIP/201: rings at 0, cancelled at 5",
        "    PJSIP/202: rings at 0, cancelled at 5",
    ]

    def test_calls_that_there_are_are_stored_and_the_others_have_ended(self) -> None:
        async def test(_fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            assert context.open_calls == [{"1795354215.155", "1795354216.157"}]
            assert len(context.events) == 1
            talking, ringing = calls_of(context.events)
            assert told(talking).splitlines()[0] == "in +33987654321: talking"
            assert told(ringing).splitlines() == [
                "in 0987654321: ringing",
                "    PJSIP/201: rings at 0",
                "    PJSIP/202: rings at 0",
            ]

        run(test, FakeAsterisk(lists=self.LISTS))

    def test_what_comes_then_ends_them(self) -> None:
        async def test(fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            await fake.replay("resync_state")
            await context.until(lambda: context.told.splitlines() == self.ENDED)

        run(test, FakeAsterisk(lists=self.LISTS, clock=1795354217.6))

    def test_a_caller_who_waits_in_a_queue_does(self) -> None:
        channel = bytes_of("queue_abandoned").split(b"\r\n\r\n")
        joined = next(block for block in channel if b"QueueCallerJoin" in block)
        row = joined.replace(b"QueueCallerJoin", b"CoreShowChannel").replace(
            b"Privilege: agent,all\r\n", b""
        )
        entry = row.replace(b"CoreShowChannel", b"QueueEntry") + b"\r\nWait: 7"

        async def test(_fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            (fact,) = [one for one in context.events[0].facts if one.kind is FactKind.QUEUED]
            assert fact.queue == "Support"

        lists = {"CoreShowChannels": [row], "QueueStatus": [entry]}
        run(test, FakeAsterisk(lists=lists), queues={"support": "Support"})

    def test_without_the_right_to_ask_it_says_so_and_goes_on(self) -> None:
        async def test(fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            assert "write = reporting" in context.reports[-1][1]
            assert context.open_calls == []
            await fake.replay("inbound_busy")
            await context.until(lambda: context.told == EXPECTED["inbound_busy"])

        run(test, FakeAsterisk(write=["originate"]))


class TestLosses:
    """The phone system goes away, hangs, or refuses."""

    def test_it_comes_back_by_itself(self) -> None:
        async def test(fake: FakeAsterisk, context: Context) -> None:
            await connected(context)
            await fake.drop()
            await connected(context, times=2)
            await fake.replay("inbound_busy")
            await context.until(lambda: context.told == EXPECTED["inbound_busy"])
            assert "There is no connection: the phone system closed the connection." in [
                problem for _, problem in context.reports
            ]

        run(test)

    def test_a_refused_login_is_reported_and_tried_again_later(self) -> None:
        async def test(fake: FakeAsterisk, context: Context) -> None:
            refused = ("refused", "The phone system refuses the login: check user and secret.")
            await context.until(lambda: refused in context.reports)
            fake.users["cti"] = "secret"
            await connected(context)

        run(test, FakeAsterisk(users={"cti": "another"}))

    def test_it_waits_long_after_a_refused_login(self) -> None:
        assert Pauses().refused >= 60
