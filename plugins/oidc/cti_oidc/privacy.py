"""The sessions of somebody whose data is handed over or erased, and of those who are gone."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cti_host import DataSubject, PersonalData, Removal
from cti_oidc.models import OidcSession


def personal_data(subject: DataSubject) -> list[PersonalData]:
    """What is stored of the agent who is this person, without what is secret."""
    entries = [_entry(row) for row in _sessions_of(subject)]
    return [PersonalData("Sessions by single sign-on", entries)] if entries else []


def erase(subject: DataSubject, *, dry_run: bool) -> list[Removal]:
    """End the sessions of the agent who is this person; nothing else is stored of them."""
    ids = [row.id for row in _sessions_of(subject)]
    if ids and not dry_run:
        OidcSession.delete().where(OidcSession.id.in_(ids)).execute()
    return [Removal("sessions by single sign-on", len(ids), "deleted")] if ids else []


def expire(hours: float, *, dry_run: bool) -> list[Removal]:
    """Delete the sessions that are over.

    :param hours: how long sessions last
    """
    old = OidcSession.started < time.time() - hours * 3600
    query: Any = OidcSession.select().where(old)
    count = int(query.count())
    if not dry_run:
        OidcSession.delete().where(old).execute()
    return [Removal("sessions by single sign-on", count, f"deleted: older than {hours:g} hours")]


def _sessions_of(subject: DataSubject) -> Sequence[Any]:
    """The sessions with an e-mail address that is this person's alone."""
    emails = {one.casefold() for one in subject.emails if one not in subject.shared}
    # There are as many as agents who are signed in.
    return [
        row
        for row in OidcSession.select().order_by(OidcSession.id)
        if json.loads(row.identity)["email"].casefold() in emails
    ]


def _entry(row: Any) -> dict[str, str]:
    said = json.loads(row.identity)
    return {
        "name": said["name"],
        "display": said["display"],
        "email": said["email"],
        "groups": ", ".join(said["groups"]),
        "subject": row.subject,
        "started": str(datetime.fromtimestamp(row.started, UTC).replace(tzinfo=None)),
    }
