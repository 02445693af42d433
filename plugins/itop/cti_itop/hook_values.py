"""iTop's persons and tickets as the hooks hand them on."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from cti_host import Caller, Ticket
from cti_itop.mirror.mirror import MirroredPerson
from cti_itop.rest.classes import class_label, priority_label, state_label
from cti_itop.rest.client import ItopObject
from cti_itop.rest.links import Links
from cti_itop.rest.reader import Reader
from cti_itop.settings import SOURCE

# The status of persons who left.
INACTIVE = "inactive"


def make_ticket(one: ItopObject, reader: Reader, links: Links) -> Ticket:
    """A ticket, its dates in UTC, its texts in the agent's language."""
    status = one.text("status") or one.text("operational_status")
    priority = one.text("priority")
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
        source=SOURCE,
        priority=priority,
        priority_label=priority_label(priority),
    )


def make_caller(
    one: ItopObject | MirroredPerson, display_name: Sequence[str], codes: Sequence[str]
) -> Caller:
    """A person as the hooks hand them on.

    :param display_name: the attributes that name a person on the panel
    :param codes: the attributes to carry
    """
    shown = [text for code in display_name if (text := one.text(code))]
    if one.text("status") == INACTIVE:
        shown = [*(shown or [one.text("friendlyname")]), _("inactive")]
    return Caller(
        class_name=one.class_name,
        id=one.id,
        display=", ".join(shown) or one.text("friendlyname") or f"{one.class_name} {one.id}",
        attributes={code: one.text(code) for code in dict.fromkeys(codes)},
        name=shown[0] if shown else "",
        source=SOURCE,
    )
