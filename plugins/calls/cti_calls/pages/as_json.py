"""Calls for programs: what `GET /calls` returns to whoever accepts JSON, see docs/json.md."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cti_calls.model.records import CallRecord
from cti_calls.pages.names import Named
from cti_host import Caller, Ticket, masked_number


def call_as_json(record: CallRecord, named: Named, number: str) -> dict[str, Any]:
    """A call; names are told as far as the agent may see them.

    :param number: its number, as the agent may see it
    """
    return {
        "id": record.id,
        "source": record.source,
        "direction": record.direction.value,
        "number": number or None,
        "caller": _caller(named.caller(record)),
        "queue": record.queue or None,
        "devices": list(dict.fromkeys(leg.device for leg in record.legs if leg.device)),
        "state": record.state.value,
        "outcome": record.outcome.value if record.outcome else None,
        "answered_by": list(record.answered_by),
        "started_at": _iso(record.started_at),
        "answered_at": _iso(record.answered_at),
        "ended_at": _iso(record.ended_at),
        "ticket": _ticket(named.ticket(record)),
        "note": record.note,
    }


def number_of(record: CallRecord) -> str:
    """The number of a call as the agent may see it."""
    return "" if record.withheld else masked_number(record.remote)


def _caller(caller: Caller | None) -> dict[str, Any] | None:
    if caller is None:
        return None
    return {
        "source": caller.source,
        "class": caller.class_name,
        "id": caller.id,
        "display": caller.display,
    }


def _ticket(ticket: Ticket | None) -> dict[str, Any] | None:
    if ticket is None:
        return None
    return {
        "source": ticket.source,
        "class": ticket.class_name,
        "id": ticket.id,
        "ref": ticket.ref,
    }


def _iso(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
