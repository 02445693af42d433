"""Why a call ended, in the words of phone systems, as facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cti_calls.api_for_plugins import Direction, Fact, FactKind, LegOutcome, Party

from cti_webhooks.settings import Ending

# What became of a call that nobody talked in. Where the other party didn't pick up, an outbound one
# is not answered, whatever word the phone system has for it.
_OUTCOMES = {
    Ending.MISSED: LegOutcome.UNANSWERED,
    Ending.BUSY: LegOutcome.BUSY,
    Ending.REJECTED: LegOutcome.REJECTED,
    Ending.CANCELLED: LegOutcome.CANCELLED,
    Ending.FORWARDED: LegOutcome.FORWARDED,
    Ending.FAILED: LegOutcome.FAILED,
}
_UNANSWERED_OUTBOUND = (Ending.MISSED, Ending.REJECTED, Ending.CANCELLED)

ZAMMAD_CAUSES: Mapping[str, Ending] = {
    "normalclearing": Ending.ANSWERED,
    "busy": Ending.BUSY,
    "cancel": Ending.CANCELLED,
    # The callee refused, or has do-not-disturb: it doesn't mean that nobody came.
    "noanswer": Ending.REJECTED,
    "congestion": Ending.FAILED,
    "notfound": Ending.FAILED,
    "forwarded": Ending.FORWARDED,
    "voicemail": Ending.VOICEMAIL,
    "blocked": Ending.REJECTED,
}


def ending_facts(
    last: Fact, ending: Ending | None, *, answered_by: str = "", answered_at: datetime | None = None
) -> tuple[Fact, ...]:
    """The facts of a call's end.

    :param last: the call, its direction and its cause, as an `ENDED`
    :param ending: why it ended; `None`: a word that isn't known, which is kept as the cause
    :param answered_by: the device that talked, if the phone system tells it only now
    :param answered_at: when somebody picked up, if the phone system tells it only now
    """
    outbound = last.direction is Direction.OUT
    ended = replace(last, outcome=outcome_of(ending, last.direction))
    if ending is Ending.ANSWERED:
        # Somebody talked to the remote, even if the event that told it was lost or is never sent.
        talked = replace(last, kind=FactKind.ANSWERED, at=answered_at or last.at, cause="")
        by = (replace(talked, device=answered_by),) if answered_by else ()
        return (talked, *by, ended)
    if ending is Ending.VOICEMAIL:
        return (replace(last, kind=FactKind.VOICEMAIL, cause=""), ended)
    if ending is Ending.CANCELLED:
        return (replace(ended, kind=FactKind.HUNG_UP, by=_caller(outbound)),)
    return (ended,)


def _caller(outbound: bool) -> Party:
    return Party.AGENT if outbound else Party.REMOTE


def outcome_of(ending: Ending | None, direction: Direction | None) -> LegOutcome | None:
    """What became of a call that nobody talked in; `None`: nothing that is known."""
    if direction is Direction.OUT and ending in _UNANSWERED_OUTBOUND:
        return LegOutcome.UNANSWERED
    return _OUTCOMES.get(ending) if ending else None
