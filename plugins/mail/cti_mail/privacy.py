"""Mails that are kept for or about a person: handed over, erased, expired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cti_host import DataSubject, PersonalData, Removal
from cti_mail import outbox
from cti_mail.models import MailMessage


def personal_data(subject: DataSubject) -> Sequence[PersonalData]:
    """The mails to a person that are not sent."""
    rows = MailMessage.select().where(_of(subject)).order_by(MailMessage.id)
    entries = [
        {
            "to": row.recipient,
            "subject": row.subject,
            "text": row.body,
            "written": datetime.fromtimestamp(row.created, UTC).isoformat(),
        }
        for row in rows
    ]
    return [PersonalData("Mails that are not sent", entries)] if entries else []


def erase(subject: DataSubject, *, dry_run: bool) -> Sequence[Removal]:
    """Delete the mails to a person that are not sent."""
    return _removed(_of(subject), "deleted, not sent", dry_run=dry_run)


def expire(days: int, *, dry_run: bool) -> Sequence[Removal]:
    """Delete mails that were given up so many days ago; 0: none."""
    if not days:
        return []
    how = f"deleted, given up {days} days ago or earlier"
    return _removed(outbox.given_up_before(days), how, dry_run=dry_run)


def _of(subject: DataSubject) -> Any:
    own = [email for email in subject.emails if email not in subject.shared]
    return (MailMessage.caller == subject.key) | MailMessage.recipient.in_(own)


def _removed(condition: Any, how: str, *, dry_run: bool) -> Sequence[Removal]:
    if dry_run:
        count = MailMessage.select().where(condition).count()
    else:
        count = MailMessage.delete().where(condition).execute()
    return [Removal("mails", count, how)] if count else []
