"""A session with an Asterisk: both logins, refusals, what is sent, and how a loss is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import own_loop
import pytest
from asterisk_recordings import bytes_of, chance, messages
from cti_asterisk.ami.client import (
    Account,
    ActionRefused,
    LoginRefused,
    NotConnected,
    session,
)
from cti_asterisk.ami.messages import Message
from fake_asterisk import PATIENCE_SECONDS, FakeAsterisk, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

# It asks often, and waits for as long as a busy machine may take.
ACCOUNT = Account(
    "127.0.0.1",
    0,
    "cti",
    "secret",
    connect_seconds=PATIENCE_SECONDS,
    action_seconds=PATIENCE_SECONDS,
    ping_seconds=0.01,
)


def run(test: Callable[[FakeAsterisk, Account], Awaitable[None]], fake: FakeAsterisk) -> None:
    """Run a test beside a server."""

    async def both() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), fake.running():
            await test(fake, replace(ACCOUNT, port=fake.port))

    own_loop.run(both())


@pytest.mark.parametrize("md5", [True, False])
def test_it_logs_in_for_events_of_calls_and_queues_only(md5: bool) -> None:
    async def test(fake: FakeAsterisk, account: Account) -> None:
        async with session(replace(account, md5=md5)) as connected:
            assert connected.version == "11.0.0"
        logins = [asked for asked in fake.actions if asked["Action"] == "Login"]
        assert [login["Events"] for login in logins] == ["call,agent"]
        assert ("secret" in str(fake.actions)) is not md5

    run(test, FakeAsterisk())


@pytest.mark.parametrize("md5", [True, False])
@pytest.mark.parametrize(("user", "secret"), [("cti", "wrong"), ("nobody", "secret")])
def test_a_refused_login_is_told_from_a_lost_connection(md5: bool, user: str, secret: str) -> None:
    async def test(_fake: FakeAsterisk, account: Account) -> None:
        wrong = replace(account, md5=md5, user=user, secret=secret)
        with pytest.raises(LoginRefused, match="Authentication failed"):
            async with session(wrong):
                pass

    run(test, FakeAsterisk())


def test_what_is_written_of_an_account_holds_no_secret() -> None:
    assert "secret" not in repr(replace(ACCOUNT, user="x"))


@settings(max_examples=5)
@given(seed=st.integers(0, 10_000))
def test_events_come_in_order_however_they_are_cut(seed: int) -> None:
    async def test(fake: FakeAsterisk, account: Account) -> None:
        async with session(account) as connected:
            await fake.replay("caller_odd_names", chance=chance(seed))
            expected = [one for one in messages("caller_odd_names") if one.is_event]
            received: list[Message] = []
            while len(received) < len(expected):
                received += await connected.events()
            assert received == expected

    run(test, FakeAsterisk())


def test_actions_get_their_own_responses() -> None:
    async def test(_fake: FakeAsterisk, account: Account) -> None:
        async with session(account) as connected:
            first, second = await asyncio.gather(
                connected.act("Getvar", ("Channel", "PJSIP/a"), ("Variable", "x")),
                connected.act("Getvar", ("Channel", "PJSIP/b"), ("Variable", "x")),
            )
            assert (first.get("Value"), second.get("Value")) == ("1", "2")

    run(test, FakeAsterisk(variables={"PJSIP/a": "1", "PJSIP/b": "2"}))


def test_lists_are_complete_and_their_rows_are_no_events() -> None:
    async def test(fake: FakeAsterisk, account: Account) -> None:
        async with session(account) as connected:
            rows = await connected.rows("CoreShowChannels")
            assert [row.get("Channel") for row in rows][:1] == ["PJSIP/trunk-00000091"]
            assert len(rows) == 5
            await fake.send(b"Event: Shutdown\r\n\r\n")
            assert [one.event for one in await connected.events()] == ["Shutdown"]

    run(
        test,
        FakeAsterisk(lists={"CoreShowChannels": rows_of("resync_state", "CoreShowChannel")}),
    )


def test_a_refused_action_says_what_asterisk_said() -> None:
    async def test(_fake: FakeAsterisk, account: Account) -> None:
        async with session(account) as connected:
            with pytest.raises(ActionRefused, match="Permission denied"):
                await connected.act("Originate", ("Channel", "PJSIP/201"))
            with pytest.raises(ActionRefused, match="Permission denied"):
                await connected.rows("CoreShowChannels")

    run(test, FakeAsterisk(write=()))


async def lost(account: Account, after: Callable[[], Awaitable[None]]) -> str:
    """Why a session is lost after something was done."""
    try:
        async with session(account) as connected:
            await after()
            while True:
                await connected.events()
    except NotConnected as error:
        return str(error)


def test_a_server_that_hangs_is_noticed() -> None:
    async def test(fake: FakeAsterisk, account: Account) -> None:
        async def hang() -> None:
            fake.hangs = True

        impatient = replace(account, action_seconds=0.2)
        assert await lost(impatient, hang) == "no response to Ping within 0.2 seconds"

    run(test, FakeAsterisk())


def test_with_the_usual_pauses_a_server_that_hangs_is_known_within_15_seconds() -> None:
    usual = Account("pbx.example.org", 5038, "cti", "secret")

    assert usual.ping_seconds + usual.action_seconds <= 15


def test_a_server_that_is_killed_is_noticed() -> None:
    async def test(fake: FakeAsterisk, account: Account) -> None:
        assert await lost(account, fake.drop) == "the phone system closed the connection"

    run(test, FakeAsterisk())


def test_an_event_behind_the_last_one_that_fits_waits_in_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cti_asterisk.ami.client._MOST_WAITING", 10)

    async def test(fake: FakeAsterisk, account: Account) -> None:
        async with session(account) as connected:
            asked_while_full: list[str] = []
            act = connected.act

            async def watch(name: str) -> Message:
                if connected._events.full():
                    asked_while_full.append(name)
                return await act(name)

            monkeypatch.setattr(connected, "act", watch)
            await fake.replay("queue_two_callers")
            received = [*await connected.events()]
            assert len(received) <= 10
            # Nobody is asked whether the server is there while its answer could not be read.
            await asyncio.sleep(20 * account.ping_seconds)
            assert connected._events.full()
            assert asked_while_full == []
            expected = [one for one in messages("queue_two_callers") if one.is_event]
            while len(received) < len(expected):
                received += await connected.events()
            assert received == expected

    run(test, FakeAsterisk())


def test_another_server_is_not_taken_for_an_asterisk() -> None:
    async def test(_fake: FakeAsterisk, account: Account) -> None:
        with pytest.raises(NotConnected, match="not the Asterisk Manager Interface"):
            async with session(account):
                pass

    run(test, FakeAsterisk(banner="220 mail.example.org ESMTP"))


def test_where_nobody_listens_there_is_no_connection() -> None:
    async def test(fake: FakeAsterisk, account: Account) -> None:
        async with FakeAsterisk().running() as other:
            gone = other.port
        with pytest.raises(NotConnected):
            async with session(replace(account, port=gone)):
                pass

    run(test, FakeAsterisk())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("session_login_failure", "Authentication failed"),
        ("session_login_unknown_user", "Authentication failed"),
        ("session_login_md5_wrong", "Authentication failed"),
        ("session_before_login", "Permission denied"),
        ("session_no_permission", "Permission denied"),
    ],
)
def test_the_fake_says_what_a_real_one_says(name: str, said: str) -> None:
    assert said.encode() in bytes_of(name)
