"""Calls that agents place from here: the record that shows what becomes of them."""

from __future__ import annotations

from typing import Any

from cti_calls.model.facts import Direction, Fact, FactKind, PhoneEvent
from cti_calls.model.records import Device
from cti_calls.model.tables import StoredCall
from cti_calls.store.calls import Calls
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.transactions import in_transaction

_JUST_NOW_MS = 15_000


def begin(
    calls: Calls, device: Device, token: str, number: str, agent: str,
    *, caller: str = "", caller_display: str = "", ticket: str = "",
) -> int:  # fmt: skip
    """Keep a record of a call that was just placed; what is heard of it goes there.

    :param device: the agent's phone, which rings first
    :param token: what `originate` returned
    :param agent: the name of who calls
    :param caller: the key of whom they call, if that is known
    :param ticket: the key of the ticket that it is about
    :return: the number of the record
    """
    started = Fact(
        FactKind.STARTED,
        token,
        device=device.name,
        direction=Direction.OUT,
        remote=number,
        token=token,
    )
    event = PhoneEvent("placed", facts=(started,), dedup=f"placed:{token}")
    (id_, *_) = calls.take(device.source, [event]).calls
    values: dict[str, Any] = {"begun_by": agent}
    if caller:
        values |= {"caller": caller, "caller_display": caller_display}
    if ticket:
        values["ticket"] = ticket
    in_transaction(lambda: StoredCall.update(values).where(StoredCall.id == id_).execute())
    return id_


def just_begun(agent: str, number: str) -> int:
    """The record of a call that an agent placed a moment ago; 0: there is none."""
    query: Any = StoredCall.select(StoredCall.id).where(
        StoredCall.begun_by == agent,
        StoredCall.remote == number,
        StoredCall.started_at > now_ms() - _JUST_NOW_MS,
    )
    return query.order_by(StoredCall.started_at.desc(), StoredCall.id.desc()).scalar() or 0
