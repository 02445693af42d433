"""What agents change on the pages of calls, told in the log: who did what, without any text."""

from __future__ import annotations

import logging

from cti_host import current_agent

log = logging.getLogger("cti_host.plugin.calls")


def tell(what: str, *of: object) -> None:
    """Write into the log what the current agent has changed.

    :param what: a sentence without its author, with places for `of`: "call %s: note"
    :param of: ids and keys; nothing that a person has written
    """
    log.info(f"{what} by %r", *of, current_agent().name)
