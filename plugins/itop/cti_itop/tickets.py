"""iTop's tickets as the hooks hand them on."""

from __future__ import annotations

from cti_host import Ticket
from cti_itop.classes import class_label, state_label
from cti_itop.links import Links
from cti_itop.reading import Reader
from cti_itop.rest import ItopObject


def make_ticket(one: ItopObject, reader: Reader, links: Links) -> Ticket:
    """A ticket, its dates in UTC, its texts in the agent's language."""
    status = one.text("status") or one.text("operational_status")
    return Ticket(
        class_name=one.class_name,
        id=one.id,
        ref=one.text("ref") or f"{one.class_name} {one.id}",
        title=one.text("title"),
        status=status,
        status_label=state_label(status) if status else "",
        class_label=class_label(one.class_name),
        caller=one.text("caller_id_friendlyname"),
        agent=one.text("agent_id_friendlyname"),
        started=reader.moment(one.text("start_date") or one.text("creation_date")),
        updated=reader.moment(one.text("last_update")),
        url=links.view(one.class_name, one.id),
        modify_url=links.modify(one.class_name, one.id),
        call_url=links.brief(one.class_name, one.id),
    )
