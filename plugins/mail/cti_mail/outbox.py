"""Mails that wait to be sent: rows of the database, so that none is lost when a server ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from cti_host import writing
from cti_mail.models import MailMessage

_HOUR = 3600
# The next attempt after so many seconds; then always as long as the last.
_PAUSES = (60, 300, 900, _HOUR, 2 * _HOUR)


def put(entry: int, ticket: str, caller: str, recipient: str, subject: str, body: str) -> None:
    """Keep a mail to be sent at once; a second one about the same entry is left out."""
    now = int(time.time())
    with writing():
        MailMessage.insert(
            entry=entry,
            ticket=ticket,
            caller=caller,
            recipient=recipient,
            subject=subject,
            body=body,
            created=now,
            due=now,
        ).on_conflict_ignore().execute()


def due(most: int) -> list[MailMessage]:
    """The mails whose turn it is, those that waited longest first."""
    query = MailMessage.select().where(~MailMessage.given_up, MailMessage.due <= int(time.time()))
    return list(query.order_by(MailMessage.due, MailMessage.id).limit(most))


def sent(mail: MailMessage) -> None:
    """Forget a mail: the server has it."""
    with writing():
        MailMessage.delete().where(MailMessage.id == mail.id).execute()


def not_sent(mail: MailMessage, problem: str, give_up_seconds: int, *, for_good: bool) -> bool:
    """Keep a mail that the server did not take.

    :param problem: what the server said, without the address
    :param give_up_seconds: how old a mail may be that is tried again
    :param for_good: whether trying again is of no use
    :return: whether it was given up
    """
    now = int(time.time())
    pause = _PAUSES[min(mail.attempts, len(_PAUSES) - 1)]
    given_up = for_good or now + pause > mail.created + give_up_seconds
    with writing():
        MailMessage.update(
            attempts=MailMessage.attempts + 1,
            problem=problem,
            due=now + pause,
            given_up=given_up,
        ).where(MailMessage.id == mail.id).execute()
    return given_up


def all_kept() -> list[MailMessage]:
    """All mails that are not sent, the oldest first."""
    return list(MailMessage.select().order_by(MailMessage.id))


def try_again(ids: Sequence[int]) -> int:
    """Let mails be tried at once, also those that were given up, for as long as new ones.

    :param ids: which; empty: all
    :return: how many there are
    """
    now = int(time.time())
    with writing():
        query = MailMessage.update(due=now, created=now, attempts=0, given_up=False)
        return int((query.where(MailMessage.id.in_(ids)) if ids else query).execute())


def discard(ids: Sequence[int]) -> int:
    """Delete mails without sending them; returns how many."""
    with writing():
        return int(MailMessage.delete().where(MailMessage.id.in_(ids)).execute())


def given_up() -> int:
    """How many mails were given up and are still kept."""
    return int(MailMessage.select().where(MailMessage.given_up).count())


def given_up_before(days: int) -> Any:
    """The condition for mails that were given up so many days ago or earlier."""
    return MailMessage.given_up & (MailMessage.due < int(time.time()) - days * 24 * _HOUR)
