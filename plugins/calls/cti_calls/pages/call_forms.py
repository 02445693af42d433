"""What the page of a call shows, and what agents typed into its forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cti_calls.pages.note_view import Line


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
