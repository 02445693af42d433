"""The latest phone calls with some persons, for the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import peewee
from cti_oql.running import marks, rows
from flask import get_template_attribute
from flask_babel import gettext as _

from cti_host import PanelSection, SectionPlace
from cti_tickets.facts import page_of
from cti_tickets.model.data_model import schema
from cti_tickets.rights import organizations
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ, READ
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


def recent_calls_section(
    database: peewee.Database, contact_ids: Sequence[int]
) -> list[PanelSection]:
    """The section about the latest phone calls with some persons; none if there are none."""
    calls = recent_calls(database, contact_ids)
    if not calls:
        return []
    html = get_template_attribute("tickets/recent_calls.html", "listed")(calls)
    return [PanelSection(_("Latest phone calls"), html, place=SectionPlace.BESIDE)]


def recent_calls(database: peewee.Database, contact_ids: Sequence[int]) -> list[RecentCall]:
    """The latest phone calls with these persons, newest first; none that the agent may not see."""
    access = current_access()
    if not contact_ids or not access.may(BULK_READ, "PhoneCall"):
        return []
    tickets, limits = organizations.table("Ticket")
    # Only names, and marks for bound values, are put into the text.
    sql = (
        "SELECT c.created, c.flow, t.ref, t.title, t.finalclass, t.id "  # noqa: S608
        f"FROM phone_call AS c JOIN {tickets} AS t ON t.id = c.ticket_id "
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
            url=page_of(finalclass, id_),
        )
        for created, code, ref, title, finalclass, id_ in rows(
            database, sql, [*limits, *contact_ids]
        )
        if access.may(READ, finalclass)
    ]
