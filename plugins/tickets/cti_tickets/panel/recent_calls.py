"""The latest phone calls with some persons, for the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import peewee
from cti_oql.running import marks, rows
from flask import url_for

from cti_tickets.model.data_model import schema
from cti_tickets.store.records import as_datetime, shown

MOST_SHOWN = 5


@dataclass(frozen=True)
class RecentCall:
    """A phone call: when, which way, about which ticket."""

    moment: datetime | None
    flow: str
    flow_label: str
    ref: str
    title: str
    url: str


def recent_calls(database: peewee.Database, contact_ids: Sequence[int]) -> list[RecentCall]:
    """The latest phone calls with these persons, newest first."""
    if not contact_ids:
        return []
    # Only marks for bound values are put into the text.
    sql = (
        "SELECT c.created, c.flow, t.ref, t.title, t.finalclass, t.id "  # noqa: S608
        "FROM phone_call AS c JOIN ticket AS t ON t.id = c.ticket_id "
        f"WHERE c.contact_id IN ({marks(database, len(contact_ids))}) "
        f"ORDER BY c.created DESC, c.id DESC LIMIT {MOST_SHOWN}"
    )
    flow = schema()["PhoneCall"].attributes["flow"]
    return [
        RecentCall(
            moment=as_datetime(created),
            flow=code,
            flow_label=shown(flow, code),
            ref=ref,
            title=title,
            url=url_for("tickets.view", class_name=finalclass, id_=id_),
        )
        for created, code, ref, title, finalclass, id_ in rows(database, sql, contact_ids)
    ]
