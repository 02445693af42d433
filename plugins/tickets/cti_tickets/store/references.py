"""References of tickets: a letter and a number that never comes twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cti_oql.running import mark, rows

from cti_host import database, is_postgresql
from cti_tickets.model.classes.registry import TicketCounter
from cti_tickets.store.history.inserting import insert_object, insert_worked_out

_PREFIX = {"UserRequest": "R", "Incident": "I", "Problem": "P"}
_TYPED = re.compile(r"(?:#\s?)?([A-Za-z]?)[-\s_.:]{0,2}([0-9]{1,9})", re.ASCII)
_CHANGES = {"RoutineChange", "NormalChange", "EmergencyChange"}


def next_reference(class_name: str) -> str:
    """A new reference ("R-000123"), counted in the current transaction."""
    return reference(class_name, reserve(1))


def insert_with_reference(ticket: Any, class_name: str) -> None:
    """Insert a new ticket in the current transaction with the reference that comes next.

    PostgreSQL counts and inserts in one statement: others wait for the counter, and for less so.
    """
    if is_postgresql(database.obj):
        number = "lpad(value::text, greatest(length(value::text), 6), '0')"
        counting = "UPDATE ticket_counter SET value = value + 1 WHERE id = 1 RETURNING value"
        insert_worked_out(ticket, "ref", f"'{_letter(class_name)}-' || {number}", counting)
    else:
        ticket.ref = next_reference(class_name)
        insert_object(ticket)


def reserve(count: int) -> int:
    """Count `count` new references in the current transaction; returns the first number."""
    opened, read = database.obj, "SELECT value FROM ticket_counter WHERE id = 1"
    # The update locks the row, so that no other process counts before this one commits.
    write = f"UPDATE ticket_counter SET value = value + {mark(opened)} WHERE id = 1"  # noqa: S608 -- a mark
    if is_postgresql(opened):
        ((last,),) = rows(opened, f"{write} RETURNING value", [count])
    else:  # before 3.35, SQLite returns nothing
        database.execute_sql(write, (count,))
        ((last,),) = rows(opened, read, [])
    return int(last) - count + 1


def reserve_up_to(number: int) -> None:
    """Never give out references up to this number: they were imported."""
    TicketCounter.update(value=number).where(
        TicketCounter.id == 1, TicketCounter.value < number
    ).execute()


def reference(class_name: str, number: int) -> str:
    """The reference with this number, for a class of ticket."""
    return f"{_letter(class_name)}-{number:06d}"


def _letter(class_name: str) -> str:
    return "C" if class_name in _CHANGES else _PREFIX.get(class_name, "T")


def meant(text: str, class_names: Sequence[str]) -> list[str]:
    """The references that a text means, of tickets of some classes: "r28", "R-28", "#28", "28".

    :return: none, if it is none of a form that is counted here
    """
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        return []
    letter, number = match[1].upper(), int(match[2])
    found = dict.fromkeys(reference(name, number) for name in class_names)
    return [one for one in found if not letter or one.startswith(letter)]


def number_of(ref: str) -> int:
    """The number in a reference, 0 if it has another form."""
    match = re.fullmatch(r"[A-Z]-(\d{1,9})", ref, re.ASCII)
    return int(match[1]) if match else 0
