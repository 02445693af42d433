"""How a view says that its response stays open: the headers of GRIP.

https://pushpin.org/docs/protocols/grip/ names them. So a site can put a server that knows GRIP in
front of the host, and no view changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote

from flask import Response, request

from cti_host.host import current_host
from cti_host.live.stream import Wish
from cti_host.model import Message
from cti_host.web.masked_pages import masks_emails, masks_numbers

HOLD, CHANNEL = "Grip-Hold", "Grip-Channel"
_META = "Grip-Set-Meta"
_PREFIX = "grip-"
# What a client reads where the server keeps nothing open: it asks again, but not every second.
_NOT_HELD = "retry: 30000\n: this server keeps no streams open\n\n"
_IN_A_NAME = ":@/!*"


def publish(topics: Sequence[str], message: Message) -> bool:
    """Send a message to the open pages of everybody who follows one of these topics.

    It is on its way once the caller's transaction is committed, and never if that fails.

    :param topics: what the message is about; "agent:ada" reaches the pages of this agent
    :return: whether it is on its way; false: no plugin publishes (`live` does)
    """
    return current_host().hooks.publish(topics, message)


def held(topics: Sequence[str]) -> Response:
    """A response that the server keeps open: a stream of the messages about some topics.

    A client that comes back says in `Last-Event-ID`, or in the parameter `after`, what it had last,
    and is sent what it missed. Numbers are masked if the agent of this request sees none. Without a
    server that keeps streams open, as in tests, it is an ordinary response with headers.

    :param topics: what it follows; the view has made sure that the agent may
    """
    response = Response(_NOT_HELD, content_type="text/event-stream; charset=utf-8")
    response.headers[HOLD] = "stream"
    after = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    known = f"; prev-id={quote(after, safe='')}" if after else ""
    for topic in topics:
        response.headers.add(CHANNEL, f"{quote(topic, safe=_IN_A_NAME)}{known}")
    if masks_numbers():
        masked = "numbers emails" if masks_emails() else "numbers"
        response.headers[_META] = f'masked="{masked}"'
    return response


def wish_of(headers: Iterable[tuple[str, str]]) -> Wish | None:
    """What the headers of a response wish for; `None`: nothing, it is an ordinary one.

    :param headers: with their names in small letters
    """
    topics: list[str] = []
    after, masks, held_ = "", frozenset[str](), False
    for name, value in headers:
        if not name.startswith(_PREFIX):
            continue
        if name == HOLD.lower():
            held_ = value == "stream"
        elif name == CHANNEL.lower():
            topic, _, known = value.partition("; prev-id=")
            topics.append(unquote(topic))
            after = unquote(known)
        elif name == _META.lower():
            masks = frozenset(value.removeprefix("masked=").strip('"').split())
    if not held_:
        return None
    number = after.isascii() and after.isdigit() and len(after) < 19
    return Wish(tuple(topics), int(after) if number else None, number or not after, masks)


def is_of_the_hold(name: str) -> bool:
    """Whether a header, in small letters, is for the server and not for the client."""
    return name.startswith(_PREFIX) or name == "content-length"
