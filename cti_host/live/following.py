"""What runs beside the requests of a server that pushes: the plugin that follows."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from flask import Flask

from cti_host.dispatch import SetupFailed
from cti_host.host import Host
from cti_host.live.hub import Hub

log = logging.getLogger("cti_host.live")

PAUSE_SECONDS = 1.0


async def push(app: Flask, hub: Hub, closing: asyncio.Event) -> None:
    """Fill the streams of a process from its start until it is told to stop; then end them.

    :param app: has the plugins
    :param closing: is set when the server is told to stop: it waits for open responses
    """
    following = asyncio.ensure_future(follow(app, hub))
    await closing.wait()
    hub.close()
    following.cancel()
    await asyncio.wait({following})


async def follow(app: Flask, hub: Hub) -> None:
    """Run the plugin that follows what is published, again and again, whatever happens to it."""
    with app.app_context():
        while (following := _following(app, hub)) is not None:
            try:
                await following
                log.error("what follows messages has ended; it starts again")
            except Exception as error:
                # What it says may hold the password of a database.
                log.error("following messages failed: %s; trying again", type(error).__name__)
                log.debug("following messages failed", exc_info=True)
            await asyncio.sleep(PAUSE_SECONDS)
        hub.begin(0)


def _following(app: Flask, hub: Hub) -> Coroutine[Any, Any, None] | None:
    """What the first plugin that follows wants to run; the others' isn't run."""
    host: Host = app.extensions["cti_host"]
    try:
        found = host.hooks.set_up("follow", deliver=hub)
    except SetupFailed as failed:
        log.error("%s", failed)
        return None
    for plugin, other in found[1:]:
        log.warning("plugin %s follows messages, too, and isn't used", plugin)
        other.close()
    first: Coroutine[Any, Any, None] | None = found[0][1] if found else None
    return first
