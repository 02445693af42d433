"""The types of ASGI 3, as far as this server uses them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


async def until_gone(receive: Receive) -> None:
    """Wait until the client has gone away; for requests whose body was read."""
    while (await receive())["type"] != "http.disconnect":
        pass
