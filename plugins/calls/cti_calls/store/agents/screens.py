"""What screens show of calls, and when they have shown it."""

from __future__ import annotations

from typing import Any

from cti_calls.model.tables import CallAgent, StoredCall
from cti_calls.store.rows.moments import now_ms


def note_painted(call: int) -> None:
    """Note that a screen has shown a call; the first one counts."""
    StoredCall.update(painted_at=now_ms()).where(
        StoredCall.id == call, StoredCall.painted_at.is_null()
    ).execute()


def open_calls_of(agent: str) -> list[int]:
    """The ids of the calls that are open and in which a phone of an agent takes part."""
    query: Any = (
        CallAgent.select(CallAgent.call)
        .join(StoredCall)
        .where(CallAgent.agent == agent, StoredCall.ended_at.is_null())
        .order_by(CallAgent.call)
        .distinct()
    )
    return [id_ for (id_,) in query.tuples()]
