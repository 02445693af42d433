"""The phone calls that are kept here, not in iTop: a person's, handed over, or without the person.

Everything else about a person of iTop is in iTop; the mirror follows it.
"""

from __future__ import annotations

from typing import Any

from cti_host import DataSubject, PersonalData, Redactor, Removal
from cti_itop.pages.phone_calls_model import ItopPhoneCall

_TEXTS = ("contact", "agent", "note")


def calls_of(subject: DataSubject) -> PersonalData:
    """The phone calls in whose texts the person is."""
    redactor = Redactor(subject)
    entries = [
        {
            "Ticket": f"{call.ticket_class}::{call.ticket_id}",
            "When": str(call.created),
            "Flow": call.flow,
            "Contact": call.contact,
            "Agent": call.agent,
            "Note": call.note,
        }
        for call in _all()
        if any(redactor.finds(getattr(call, name)) for name in _TEXTS)
    ]
    return PersonalData("Phone calls about tickets of iTop", entries)


def erase_from_calls(subject: DataSubject, *, dry_run: bool) -> Removal:
    """Take the person out of the texts of phone calls, in the current transaction."""
    redactor, count = Redactor(subject), 0
    for call in _all():
        about = redactor.finds(call.contact)
        after = {name: redactor.redacted(getattr(call, name), about_them=about) for name in _TEXTS}
        if any(getattr(call, name) != text for name, text in after.items()):
            count += 1
            if not dry_run:
                ItopPhoneCall.update(**after).where(ItopPhoneCall.id == call.id).execute()
    return Removal("phone calls about tickets of iTop", count, "the person taken out")


def _all() -> Any:
    query: Any = ItopPhoneCall.select().order_by(ItopPhoneCall.id)
    return query.iterator()
