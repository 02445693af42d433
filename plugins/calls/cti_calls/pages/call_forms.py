"""What the page of a call shows, and what agents typed into its forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import Response, jsonify, request

from cti_calls.model.records import CallRecord
from cti_calls.pages.note_view import Line
from cti_calls.pages.rows import Rows, whose
from cti_calls.pages.words import leg_status
from cti_host import masked_text


@dataclass(frozen=True)
class Leg:
    """One phone's part in a call, as the page shows it."""

    who: str
    device: str
    status: str
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Replacing:
    """A link of a call to something that would take the place of another link.

    :param question: what the agent is asked
    :param instead_of: the key of what the call is linked to now
    :param chosen: what it would be linked to, as the form sends it
    """

    question: str
    instead_of: str
    chosen: str


@dataclass
class Typed:
    """What an agent typed into the forms of the page, and what is wrong with it, by field.

    :param before: the note that they have seen; `None`: the present one
    :param changes: what somebody else has changed in it meanwhile
    :param replacing: what would be replaced, by field, if they say so
    """

    note: str
    ticket: str = ""
    person: str = ""
    before: str | None = None
    changes: Sequence[Line] = ()
    problems: dict[str, str] = field(default_factory=dict)
    replacing: dict[str, Replacing] = field(default_factory=dict)

    @property
    def is_unsaved(self) -> bool:
        """Whether the note is another one than they have seen."""
        return self.before is not None and self.note != self.before


def typed_for(record: CallRecord, *, is_note: bool = False) -> Typed:
    """What the page of a call sent: each button sends all that is typed there.

    :param is_note: whether the note is what is sent; programs send what they write alone
    """
    form = request.form
    ticket, person = (form.get(name, "").strip()[:100] for name in ("ticket", "person"))
    if not is_note and not {"note", "before"} <= form.keys():
        return Typed(masked_text(record.note), ticket, person)
    note, before = (form.get(name, "").replace("\r\n", "\n") for name in ("note", "before"))
    return Typed(note.replace("\0", ""), ticket, person, before)


def legs_of(record: CallRecord, rows: Rows) -> list[Leg]:
    """What each phone had to do with a call."""
    return [
        Leg(
            ", ".join(rows.agent(name) for name in whose(leg)),
            leg.device,
            leg_status(leg, record),
            leg.ringing_at,
            leg.answered_at,
            leg.ended_at,
        )
        for leg in record.legs
        if leg.device
    ]


def refused(typed: Typed) -> Response:
    """What a program reads: what is wrong, and what it names to have its way all the same."""
    asked = [one.question for one in typed.replacing.values()]
    body = {"error": " ".join([*typed.problems.values(), *asked])}
    if typed.changes:
        body["note"] = typed.before or ""
    for one in typed.replacing.values():
        body["instead_of"] = one.instead_of
    return jsonify(body)
