"""What a request gives to others while it waits for a plugin: its place, and its connection."""

from __future__ import annotations

from collections.abc import Callable

from flask import has_request_context, request

# What lets others have the place of a request (a function), in its environment: a server writes it
# there.
STEP_ASIDE = "cti_host.step_aside"


def giving_way(lend_connection: Callable[[], None]) -> Callable[[], None]:
    """What to call in the thread of a request that begins to wait for a plugin.

    :param lend_connection: lets others have the connection of the thread to the database
    :return: a function; outside of the requests of a server it does nothing
    """

    def give_way() -> None:
        step_aside = request.environ.get(STEP_ASIDE) if has_request_context() else None
        if step_aside is not None:
            step_aside()
            lend_connection()

    return give_way
