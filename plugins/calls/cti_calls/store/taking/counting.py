"""Which calls count as missed: in step with what is told of them, in whatever order it comes."""

from __future__ import annotations

from cti_calls.merging.verdict import Verdict
from cti_calls.model.facts import Direction
from cti_calls.model.records import Outcome
from cti_calls.store import call_backs
from cti_calls.store.call_backs import NOT_MISSED, Miss
from cti_calls.store.rows.kept import KeptCall


def is_missed(direction: Direction, outcome: Outcome | str | None) -> bool:
    """Whether a caller talked to nobody."""
    return direction is Direction.IN and bool(outcome) and outcome not in NOT_MISSED


def count(call: KeptCall, found: Verdict) -> None:
    """Have a caller called back who was missed, and not any more once somebody talked to them.

    :param call: it is stored already
    :param found: what its facts come to
    """
    before, now = _counted(call), _miss(call, found)
    talked = found.answered_at is not None and found.direction is not Direction.INTERNAL
    names = ", ".join(call.names(found.answered_legs)) if talked else ""
    if before is not None and before != now:
        call_backs.take_back(before, names)
    if talked and not call.row.simulated and _is_news(call):
        call_backs.close_answered(call.row, names)
    if now is not None and before != now:
        call_backs.add_missed(call.row)


def count_as_one(younger: KeptCall, older: KeptCall) -> None:
    """Of two calls that turned out to be one, the younger one no longer counts by itself."""
    before = _counted(younger)
    if before is not None:
        found = older.verdict
        call_backs.take_back(before, ", ".join(older.names(found.answered_legs)))


def _counted(call: KeptCall) -> Miss | None:
    """As what a call was counted so far; `None`: it was not."""
    was, stored = call.was, call.stored
    if was is None or stored["simulated"] or not is_missed(was.direction, was.outcome):
        return None
    return Miss(stored["remote_key"], stored["queue"], stored["started_at"])


def _miss(call: KeptCall, found: Verdict) -> Miss | None:
    """As what a call counts now; `None`: it does not, and nobody calls back who was made up."""
    row = call.row
    if row.simulated or found.answered_at is not None:
        return None
    if not is_missed(found.direction, row.outcome):
        return None
    return Miss(row.remote_key, row.queue, row.started_at)


def _is_news(call: KeptCall) -> bool:
    """Whether it was not known before that somebody talks, or to whom."""
    was = call.was
    return was is None or was.answered_at is None or call.stored["remote_key"] != call.remote_key
