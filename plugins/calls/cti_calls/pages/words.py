"""What states, outcomes and durations are called, in the agent's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from flask_babel import gettext as _

from cti_calls.model.facts import Direction, LegOutcome
from cti_calls.model.records import CallLeg, CallRecord, CallState, Outcome

_MINUTE, _HOUR = 60, 3600
_SPACE = "\N{NO-BREAK SPACE}"


def state_labels() -> Mapping[CallState, str]:
    """Where a call is now."""
    return {
        CallState.RINGING: _("Ringing"),
        CallState.QUEUED: _("Waiting"),
        CallState.TALKING: _("Talking"),
        CallState.HELD: _("On hold"),
        CallState.ENDED: _("Ended"),
    }


def outcome_labels() -> Mapping[Outcome, str]:
    """What became of a call."""
    return {
        Outcome.ANSWERED: _("Answered"),
        Outcome.MISSED: _("Missed"),
        Outcome.GAVE_UP: _("Gave up"),
        Outcome.VOICEMAIL: _("Voicemail"),
        Outcome.BUSY: _("Busy"),
        Outcome.UNANSWERED: _("No answer"),
        Outcome.NOT_PICKED_UP: _("Own phone not picked up"),
        Outcome.FORWARDED: _("Forwarded"),
        Outcome.FAILED: _("Failed"),
        Outcome.UNKNOWN: _("Unknown end"),
    }


def direction_labels() -> Mapping[Direction, str]:
    """Which way a call goes."""
    return {
        Direction.IN: _("Inbound"),
        Direction.OUT: _("Outbound"),
        Direction.INTERNAL: _("Internal"),
    }


def status_of(record: CallRecord) -> tuple[str, str]:
    """Where a call is, or what became of it: its code and its name."""
    if record.state is CallState.ENDED:
        outcome = record.outcome or Outcome.UNKNOWN
        return outcome.value, outcome_labels()[outcome]
    return record.state.value, state_labels()[record.state]


def leg_status(leg: CallLeg, record: CallRecord) -> str:
    """What became of one phone's part in a call."""
    if leg.answered_at is not None:
        return str(_("talked") if leg.ended_at else _("talks"))
    if leg.outcome is None:
        if record.state is CallState.ENDED or leg.ended_at is not None:
            return str(_("not answered"))
        return str(_("rings") if leg.ringing_at else _("is called"))
    words = {
        LegOutcome.BUSY: _("busy"),
        LegOutcome.REJECTED: _("rejected"),
        LegOutcome.UNANSWERED: _("not answered"),
        LegOutcome.CANCELLED: _("the caller gave up"),
        LegOutcome.FORWARDED: _("forwarded"),
        LegOutcome.FAILED: _("not reachable"),
        LegOutcome.ELSEWHERE: _("somebody else took the call"),
    }
    return str(words[leg.outcome])


def seconds_between(begin: datetime | None, end: datetime | None) -> int | None:
    """Whole seconds from one moment to another, or to now; `None`: it never began."""
    if begin is None:
        return None
    return max(0, int(((end or datetime.now(UTC)) - begin).total_seconds()))


def duration(seconds: int | None) -> str:
    """A duration as people say it: "45 s", "2 min 05 s", "1 h 03 min"."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds}{_SPACE}s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE}{_SPACE}min {seconds % _MINUTE:02}{_SPACE}s"
    return f"{seconds // _HOUR}{_SPACE}h {seconds % _HOUR // _MINUTE:02}{_SPACE}min"
