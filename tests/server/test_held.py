"""Responses that stay open: what a client of the ASGI layer gets, when, and for how long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import own_loop
import pytest

from cti_host import Message, Published
from cti_host.live.following import follow, push
from cti_host.live.hub import MOST_OF_AN_AGENT, RETRY_WHEN_CROWDED_MS, Hub
from cti_host.live.lines import event_lines
from cti_host.live.stream import MOST_PENDING, Times, Wish
from cti_host.server.held import Held
from cti_host.server.protocol import Message as Event
from cti_host.testing import MakeHost

HELD = [("Content-Type", "text/event-stream"), ("Content-Length", "9"), ("Grip-Hold", "stream")]
AT_ONCE = Times(look=0.001, beat=0)


def published(id_: int, *topics: str, **data: Any) -> Published:
    return Published(id_, topics or ("agent:ada",), Message("ringing", data or {"call": id_}))


def event(id_: int) -> str:
    """A message as a client reads it."""
    return f'id: {id_}\nevent: ringing\ndata: {{"call": {id_}}}\n\n'


class Client:
    """A client of an ASGI application, which reads when it is told to."""

    def __init__(self, app: Callable[..., Awaitable[None]], *, reads: bool = True) -> None:
        self._sent: asyncio.Queue[Event] = asyncio.Queue()
        self._received: asyncio.Queue[Event] = asyncio.Queue()
        self.reads = asyncio.Event()
        if reads:
            self.reads.set()
        self._received.put_nowait({"type": "http.request", "body": b""})
        scope = {"type": "http", "method": "GET", "path": "/events", "headers": []}
        self.request = asyncio.ensure_future(app(scope, self._received.get, self._send))
        self.text = ""

    async def _send(self, event: Event) -> None:
        await self.reads.wait()
        await self._sent.put(event)

    async def start(self) -> tuple[int, dict[str, str]]:
        """Status and headers."""
        found = await self._sent.get()
        headers = {name.decode(): value.decode() for name, value in found["headers"]}
        return found["status"], headers

    async def until(self, text: str) -> str:
        """Read until a text has come; returns everything since the last time."""
        while text not in self.text:
            found = await self._sent.get()
            assert found.get("more_body"), f"the response has ended: {self.text}"
            self.text += found["body"].decode()
        before, self.text = self.text, ""
        return before

    async def rest(self) -> str:
        """Read until the response ends."""
        more = True
        while more:
            found = await self._sent.get()
            self.text += found["body"].decode()
            more = found.get("more_body", False)
        await self.request
        return self.text

    async def leave(self) -> None:
        """Close the connection."""
        self._received.put_nowait({"type": "http.disconnect"})
        await self.request


def view(*channels: str, hold: str = "stream", status: int = 200, more: Any = ()) -> Any:
    """An application whose response says that it wants to be held."""
    headers = [*HELD[:2], ("Grip-Hold", hold), *(("Grip-Channel", one) for one in channels), *more]

    async def app(scope: Event, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "http.request"
        written = [(name.encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": written})
        await send({"type": "http.response.body", "body": b"not held\n"})

    return app


def begun(position: int = 0, **arguments: Any) -> Hub:
    hub = Hub(**arguments)
    hub.begin(position)
    return hub


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a test in an event loop; what it waits for in vain fails it."""
    own_loop.run(asyncio.wait_for(test(), 120))


def test_a_response_that_wants_to_be_held_becomes_a_stream() -> None:
    async def test() -> None:
        hub = begun(40)
        client = Client(Held(view("agent:ada"), hub))
        status, headers = await client.start()
        assert status == 200
        assert headers == {"Content-Type": "text/event-stream", "x-accel-buffering": "no"}
        first = (await client.until("\n\n")).splitlines()
        assert first[0] == "id: 40"
        assert 1000 <= int(first[1].removeprefix("retry: ")) <= 10_000
        hub([published(41), published(42, "agent:bob"), published(43)])
        assert await client.until("43}") == event(41) + event(43)
        await client.leave()
        assert not len(hub)

    run(test)


@pytest.mark.parametrize(("hold", "status"), [("response", 200), ("", 200), ("stream", 403)])
def test_any_other_response_passes(hold: str, status: int) -> None:
    async def test() -> None:
        client = Client(Held(view("agent:ada", hold=hold, status=status), begun()))
        assert await client.start() == (
            status,
            {**dict(HELD), "Grip-Hold": hold, "Grip-Channel": "agent:ada"},
        )
        assert await client.rest() == "not held\n"

    run(test)


def test_what_was_missed_comes_first_and_nothing_twice() -> None:
    async def test() -> None:
        hub = begun()
        hub([published(1), published(2), published(3, "agent:bob"), published(4)])
        client = Client(Held(view("agent:ada; prev-id=1"), hub))
        await client.start()
        assert (await client.until("4}")).endswith(f":\n\n{event(2)}{event(4)}")
        hub([published(4), published(5)])
        assert await client.until("5}") == event(5)

    run(test)


def test_a_client_that_is_ahead_of_its_new_process_gets_nothing_twice() -> None:
    async def test() -> None:
        hub = begun()
        hub([published(1)])
        client = Client(Held(view("agent:ada; prev-id=3"), hub))
        await client.start()
        assert (await client.until("\n\n")).startswith("id: 3\n")
        hub([published(2), published(3), published(4)])
        assert await client.until("4}") == event(4)

    run(test)


def test_a_message_about_several_topics_comes_once() -> None:
    async def test() -> None:
        hub = begun()
        client = Client(Held(view("agent:ada", "calls"), hub))
        await client.start()
        await client.until("\n\n")
        hub([published(1, "calls", "agent:ada"), published(2, "queue:1"), published(3, "calls")])
        assert await client.until("3}") == event(1) + event(3)

    run(test)


@pytest.mark.parametrize("after", ["1", "anything", "-1", "9" * 30])
def test_whoever_was_away_too_long_is_told_to_look_anew(after: str) -> None:
    async def test() -> None:
        hub = begun(kept=2)
        hub([published(id_) for id_ in range(1, 5)])
        client = Client(Held(view(f"agent:ada; prev-id={after}"), hub))
        await client.start()
        assert "id: 4\nevent: reset\ndata: {}\n\n" in await client.until("reset")
        hub([published(5)])
        assert event(5) in await client.until("5}")

    run(test)


def test_a_gap_in_what_is_known_resets_open_streams() -> None:
    async def test() -> None:
        hub = begun(4)
        client = Client(Held(view("agent:ada"), hub))
        await client.start()
        await client.until("\n\n")
        hub.begin(4)
        hub.begin(2)  # what is known goes on from there
        hub([published(3), published(5)])
        assert await client.until("5}") == event(5)
        hub.begin(9)
        assert await client.until("reset") == "id: 9\nevent: reset\ndata: {}\n\n"

    run(test)


def test_numbers_are_masked_for_those_who_see_none() -> None:
    async def test() -> None:
        hub = begun()
        masked, open_ = (
            Client(Held(view("agent:ada", more=more), hub))
            for more in ([("Grip-Set-Meta", 'masked="numbers emails"')], [])
        )
        for client in (masked, open_):
            await client.start()
            await client.until("\n\n")
        hub([published(1, number="+33987654321", mail="ada@example.org")])
        assert '"+33987654321"' in await open_.until("\n\n")
        text = await masked.until("\n\n")
        assert "98765" not in text
        assert "a***@example.org" in text

    run(test)


def test_heartbeats_tell_the_position() -> None:
    async def test() -> None:
        hub = begun(times=AT_ONCE)
        client = Client(Held(view("agent:ada"), hub))
        await client.start()
        hub([published(1, "agent:bob")])
        assert await client.until("id: 1\n:\n\n")
        # One that named a message which never comes is from another database.
        other = Client(Held(view("agent:ada; prev-id=8"), hub))
        await other.start()
        assert "id: 1\nevent: reset\ndata: {}\n\nid: 1\n:\n\n" in await other.until("id: 1\n:\n\n")

    run(test)


def test_a_stream_ends_when_it_is_old_and_may_come_back_at_once() -> None:
    async def test() -> None:
        hub = begun(times=Times(look=0.001, shortest=0, longest=0))
        client = Client(Held(view("agent:ada"), hub))
        await client.start()
        assert (await client.rest()).endswith("\n\nretry: 50\n\n")
        assert not len(hub)

    run(test)


def test_a_client_that_does_not_read_is_dropped_and_catches_up() -> None:
    async def test() -> None:
        hub = begun()
        lazy = Client(Held(view("agent:ada"), hub), reads=False)
        eager = Client(Held(view("agent:ada"), hub))
        await eager.start()
        await eager.until("\n\n")
        for id_ in range(1, MOST_PENDING + 2):
            hub([published(id_)])
            await eager.until(event(id_))
        await lazy.request
        assert len(hub) == 1
        back = Client(Held(view("agent:ada; prev-id=0"), hub))
        await back.start()
        text = await back.until(event(MOST_PENDING + 1))
        assert text.count("event: ringing") == MOST_PENDING + 1

    run(test)


def test_many_messages_at_once_drop_nobody_who_reads() -> None:
    async def test() -> None:
        hub = begun()
        client = Client(Held(view("agent:ada"), hub))
        await client.start()
        await client.until("\n\n")
        hub([published(id_) for id_ in range(1, 5 * MOST_PENDING + 1)])
        text = await client.until(event(5 * MOST_PENDING))
        assert text.count("event: ringing") == 5 * MOST_PENDING

    run(test)


def test_an_agent_has_so_many_streams_and_the_oldest_ends() -> None:
    async def test() -> None:
        hub = begun(40)
        wish, elses = Wish(["agent:ada", "calls"]), Wish(["agent:bob", "agent:ada"])
        other = hub.open(elses)
        streams = [hub.open(wish) for _each in range(MOST_OF_AN_AGENT)]
        assert not any(one.ended for one in streams)
        newest = hub.open(wish)
        assert [one for one in [other, *streams, newest] if one.ended] == [streams[0]]
        assert f"retry: {RETRY_WHEN_CROWDED_MS}".encode() in await streams[0].next()
        hub.open(wish)  # also before the first has left
        assert [one for one in [other, *streams, newest] if one.ended] == streams[:2]
        for one in streams[:2]:
            hub.leave(one)
        assert len(hub) == MOST_OF_AN_AGENT + 1
        fewer = begun(of_an_agent=1)
        streams = [fewer.open(wish) for _each in range(2)]
        assert [one.ended for one in streams] == [True, False]

    run(test)


def test_there_are_so_many_streams_and_the_next_one_is_told_to_wait() -> None:
    async def test() -> None:
        hub = begun(40, most=2)
        app = Held(view("agent:ada"), hub)
        first, second = Client(app), Client(app)
        for client in (first, second):
            await client.start()
            await client.until("\n\n")
        status, headers = await Client(app).start()
        assert (status, headers["retry-after"]) == (503, "15")
        assert (len(hub), hub.refused) == (2, 1)
        await first.leave()
        assert (await Client(app).start())[0] == 200

    run(test)


def test_half_a_character_is_sent_as_what_can_be_sent() -> None:
    assert event_lines(1, "ringing", '"\ud83d"') == b'id: 1\nevent: ringing\ndata: "?"\n\n'


def test_streams_end_when_the_server_stops(make_host: MakeHost) -> None:
    async def test() -> None:
        hub, closing = Hub(), asyncio.Event()
        pushing = asyncio.ensure_future(push(make_host().app, hub, closing))
        client = Client(Held(view("agent:ada"), hub))
        await client.start()
        closing.set()
        await client.rest()
        await pushing
        late = Client(Held(view("agent:ada"), hub))
        await late.start()
        assert await late.rest() == ""

    run(test)


FOLLOWS = """
from cti_host import Message, Published, hookimpl


class Plugin:
    times = 0

    @hookimpl
    async def follow(self, deliver):
        self.times += 1
        deliver.begin(0)
        assert deliver.is_watched == (self.times > 1)
        if self.times == 1:
            await deliver.watched(120)
        deliver([Published(self.times, ("agent:ada",), Message("ringing", {"call": self.times}))])
        raise RuntimeError("postgresql://ada:secret@example")
"""


def test_following_goes_on_after_a_failure(
    make_host: MakeHost, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cti_host.live.following.PAUSE_SECONDS", 0.001)
    running = make_host(plugins=["first", "second"], sources={"first": FOLLOWS, "second": FOLLOWS})

    async def test() -> None:
        hub = Hub()
        following = asyncio.ensure_future(follow(running.app, hub))
        client = Client(Held(view("agent:ada"), hub))
        await client.start()
        assert event(1) in await client.until(event(2))
        following.cancel()

    run(test)
    assert "following messages failed: RuntimeError; trying again" in caplog.messages
    assert "plugin second follows messages, too, and isn't used" in caplog.messages
    assert "secret" not in caplog.text


FAILS = """
from cti_host import hookimpl


class Plugin:
    @hookimpl
    def follow(self, deliver):
        raise RuntimeError("it broke")
"""


@pytest.mark.parametrize("plugins", [[], ["fails"]])
def test_without_a_plugin_that_follows_streams_are_silent(
    make_host: MakeHost, plugins: list[str]
) -> None:
    running = make_host(plugins=plugins, sources={"fails": FAILS})

    async def test() -> None:
        hub = Hub()
        await follow(running.app, hub)
        client = Client(Held(view("agent:ada"), hub))
        await client.start()
        assert (await client.until("\n\n")).startswith("id: 0\n")

    run(test)
