"""The timeline of a ticket's page: entries of logs, phone calls and changes as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from operator import attrgetter

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import PhoneCall
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.history.timeline import Happening, read_timeline
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.store.records import Records


@dataclass(frozen=True)
class Conversation:
    """What happened to a ticket; `more` if only the History tab has what was before."""

    happenings: Sequence[Happening]
    more: bool = False


def conversation(
    records: Records, cls: ClassDef, view: ObjectView, calls: Sequence[PhoneCall]
) -> Conversation:
    """The latest that happened to a ticket.

    :param calls: its phone calls, as plugins give them by the hook `phone_calls`
    """
    known = _names(cls, view)
    timeline = read_timeline(records, cls, view.id, with_calls=False, known=known)
    told = [_called(call) for call in calls]
    if timeline.older:
        oldest = timeline.happenings[-1].moment if timeline.happenings else datetime.max
        told = [one for one in told if one.moment >= oldest]
    # Of one moment, the call is told before the ticket that came of it: the newest stands first.
    together = sorted([*told, *timeline.happenings], key=attrgetter("moment"), reverse=True)
    return Conversation(together, bool(timeline.older))


def _names(cls: ClassDef, view: ObjectView) -> dict[str, dict[int, str]]:
    """What the objects are called that a ticket leads to: its changes mostly tell of them."""
    found: dict[str, dict[int, str]] = {}
    for attribute in cls.attributes.values():
        if attribute.kind is Kind.KEY and (id_ := view.values.get(attribute.code)):
            name = view.values.get(f"{attribute.code}_friendlyname")
            if name:
                found.setdefault(attribute.target, {})[id_] = str(name)
    return found


def _called(call: PhoneCall) -> Happening:
    inbound = call.flow == "inbound"
    title = _("Phone call: %(flow)s", flow=_("Inbound") if inbound else _("Outbound"))
    text = "\n".join(filter(None, [call.contact, call.note]))
    return Happening("call", _moment(call.when), title, call.agent or "–", text=text, url=call.url)


def _moment(when: date | datetime | None) -> datetime:
    if isinstance(when, datetime):
        return when
    return datetime.combine(when, time()) if when else datetime.min
