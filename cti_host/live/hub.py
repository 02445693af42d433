"""The open streams of this process, and the latest messages, so that nobody misses one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from cti_host.live.lines import event_lines, position_lines
from cti_host.live.stream import RETRY_AFTER_END_MS, Stream, Times, Wish, retry_ms
from cti_host.model import Published
from cti_host.web.masked_pages import masked_json

# A client that comes back missed what was published since its last heartbeat and while it waited:
# 35 s at most, so that this is enough for 280 messages a second to all agents together.
KEPT = 10_000
RESET = "reset"
# Of one agent: more pages than anybody has open. The oldest ends, and does not come back at once,
# so that pages don't push each other out all the time.
MOST_OF_AN_AGENT = 30
MOST = 20_000
RETRY_WHEN_CROWDED_MS = 60_000


class Hub:
    """Delivers messages to the streams of one process; all of it runs in one event loop.

    It is what `follow` is given as `deliver`.

    :param kept: so many of the latest messages can be sent again
    :param times: when streams show that they are alive, and when they end
    :param of_an_agent: so many streams an agent may have; with one more the oldest ends
    :param most: so many streams there may be
    """

    def __init__(
        self,
        kept: int = KEPT,
        times: Times | None = None,
        *,
        of_an_agent: int = MOST_OF_AN_AGENT,
        most: int = MOST,
    ) -> None:
        self._kept = kept
        self._times = times or Times()
        self._of_an_agent, self._most = of_an_agent, most
        self.refused = 0
        """How many streams there was no room for, since the process started."""
        self._messages: deque[Published] = deque()
        # Everything after `_since`, up to `position`, is in `_messages`.
        self._since = self.position = 0
        self._streams: dict[Stream, None] = {}
        self._followers: dict[str, dict[Stream, None]] = {}
        self._began, self._watched = asyncio.Event(), asyncio.Event()
        self._looking: asyncio.TimerHandle | None = None
        self._closed = False

    def __len__(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def has_room(self) -> bool:
        """Whether one more stream may be opened; if not, it is counted as refused."""
        if len(self._streams) < self._most:
            return True
        self.refused += 1
        return False

    @property
    def is_watched(self) -> bool:
        """See `Deliver.is_watched`."""
        return bool(self._streams)

    async def watched(self, seconds: float) -> None:
        """See `Deliver.watched`."""
        await _within(seconds, self._watched)

    async def began(self, seconds: float) -> None:
        """Wait until it is known where messages begin, or for so many seconds."""
        await _within(seconds, self._began)

    def begin(self, position: int) -> None:
        """See `Deliver.begin`; if there is a gap, whoever follows already is told so."""
        if position > self.position:
            self._messages.clear()
            self._since = self.position = position
            for stream in [*self._streams]:
                stream.floor = 0
                stream.push(self._reset())
        self._began.set()

    def __call__(self, messages: Sequence[Published]) -> None:
        """See `Deliver.__call__`; a message that was delivered before is left out."""
        waiting: dict[Stream, list[bytes]] = {}
        for one in messages:
            if one.id <= self.position:
                continue
            self.position = one.id
            self._messages.append(one)
            if len(self._messages) > self._kept:
                self._since = self._messages.popleft().id
            lines = _Lines(one)
            for stream in self._receivers(one.topics):
                if one.id > stream.floor:
                    waiting.setdefault(stream, []).append(lines.for_(stream.wish.masks))
        for stream, events in waiting.items():
            stream.push(*events)

    def open(self, wish: Wish, abort: Callable[[], object] = lambda: None) -> Stream:
        """Open a stream: the present position, what was missed, and then whatever comes.

        :param abort: called when the client doesn't read
        """
        loop = asyncio.get_running_loop()
        stream = Stream(wish, self._times, loop.time(), abort)
        if self._closed:
            stream.end()
            return stream
        followed = {*wish.topics}
        after = self.position if wish.after is None else wish.after
        replayed = wish.known and after >= self._since
        # The id comes first, so that a client that is cut off at once has a position all the same.
        start = after if replayed else self.position
        parts = [position_lines(start, f"retry: {retry_ms(len(self._streams))}\n")]
        if replayed:
            stream.floor = after
            missed = (one for one in self._after(after) if not followed.isdisjoint(one.topics))
            parts += [_Lines(one).for_(wish.masks) for one in missed]
        else:
            parts.append(self._reset())
        stream.push(*parts)
        self._make_room(wish)
        self._streams[stream] = None
        for topic in wish.topics:
            self._followers.setdefault(topic, {})[stream] = None
        self._watched.set()
        if self._looking is None:
            self._looking = loop.call_later(self._times.look, self._look)
        return stream

    def leave(self, stream: Stream) -> None:
        """Forget a stream whose client has gone."""
        stream.end()
        if self._streams.pop(stream, stream) is stream:
            return
        for topic in stream.wish.topics:
            followers = self._followers.get(topic, {})
            followers.pop(stream, None)
            if not followers:
                self._followers.pop(topic, None)
        if not self._streams:
            self._watched.clear()

    def close(self) -> None:
        """End all streams: the server stops."""
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        for stream in [*self._streams]:
            stream.end()

    def _make_room(self, wish: Wish) -> None:
        """End the oldest streams of an agent who has as many as one may have."""
        own = _own_topic(wish)
        if not own:
            return
        theirs = [
            stream
            for stream in self._followers.get(own, ())
            if not stream.ended and _own_topic(stream.wish) == own
        ]
        for stream in theirs[: max(0, len(theirs) - self._of_an_agent + 1)]:
            stream.push(f"retry: {RETRY_WHEN_CROWDED_MS}\n\n".encode())
            stream.end()

    def _receivers(self, topics: Sequence[str]) -> Iterable[Stream]:
        """The streams that follow any of these topics, each once."""
        if len(topics) == 1:
            return self._followers.get(topics[0], ())
        return {stream: None for topic in topics for stream in self._followers.get(topic, ())}

    def _after(self, id_: int) -> list[Published]:
        """The messages after one, of which most are at the end."""
        found: list[Published] = []
        for one in reversed(self._messages):
            if one.id <= id_:
                break
            found.append(one)
        return found[::-1]

    def _reset(self) -> bytes:
        """Tell a client that it may have missed something, and must look for itself."""
        return event_lines(self.position, RESET, "{}")

    def _look(self) -> None:
        """Heartbeats, and the ends of streams that are old."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        for stream in [*self._streams]:
            if now >= stream.ends_at:
                # One at a time, so it may come back at once.
                stream.push(f"retry: {RETRY_AFTER_END_MS}\n\n".encode())
                stream.end()
            elif now >= stream.beat_at:
                if stream.floor > self.position:
                    # What it named has not come here since: that was another database.
                    stream.floor = 0
                    stream.push(self._reset())
                stream.beat(self.position, now)
        self._looking = loop.call_later(self._times.look, self._look) if self._streams else None


class _Lines:
    """A message as the lines of a stream: written once for all whose agents may see the same."""

    def __init__(self, published: Published) -> None:
        self._published = published
        self._written: dict[frozenset[str], bytes] = {}

    def for_(self, masks: frozenset[str]) -> bytes:
        """The lines for agents who see this masked: "numbers", "emails"."""
        if masks not in self._written:
            message = self._published.message
            data = message.json
            if masks:
                data = masked_json(data, emails="emails" in masks)
            self._written[masks] = event_lines(self._published.id, message.event, data)
        return self._written[masks]


def _own_topic(wish: Wish) -> str:
    """The topic of the agent whose stream it is; empty: it is nobody's."""
    return next((topic for topic in wish.topics if topic.startswith("agent:")), "")


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, at most so long."""
    if not event.is_set():
        # Not `wait_for`: it cancels, which the tasks of a server may not support.
        waiting = asyncio.ensure_future(event.wait())
        await asyncio.wait({waiting}, timeout=seconds)
        waiting.cancel()
