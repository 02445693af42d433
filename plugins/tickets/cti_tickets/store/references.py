"""References of tickets: a letter and a number that never comes twice."""

from __future__ import annotations

import re

from cti_tickets.model.classes.registry import TicketCounter

_PREFIX = {"UserRequest": "R", "Incident": "I", "Problem": "P"}
_CHANGES = {"RoutineChange", "NormalChange", "EmergencyChange"}


def next_reference(class_name: str) -> str:
    """A new reference ("R-000123"), counted in the current transaction."""
    return reference(class_name, reserve(1))


def reserve(count: int) -> int:
    """Count `count` new references in the current transaction; returns the first number."""
    # The update locks the row, so that no other process counts before this one commits.
    TicketCounter.update(value=TicketCounter.value + count).where(TicketCounter.id == 1).execute()
    return int(TicketCounter.get_by_id(1).value) - count + 1


def reserve_up_to(number: int) -> None:
    """Never give out references up to this number: they were imported."""
    TicketCounter.update(value=number).where(
        TicketCounter.id == 1, TicketCounter.value < number
    ).execute()


def reference(class_name: str, number: int) -> str:
    """The reference with this number, for a class of ticket."""
    prefix = "C" if class_name in _CHANGES else _PREFIX.get(class_name, "T")
    return f"{prefix}-{number:06d}"


def number_of(ref: str) -> int:
    """The number in a reference, 0 if it has another form."""
    match = re.fullmatch(r"[A-Z]-(\d{1,9})", ref, re.ASCII)
    return int(match[1]) if match else 0
