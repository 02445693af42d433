"""Whom an agent has seen on a panel."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, has_request_context

from cti_host import Agent, Caller, is_serving
from cti_tickets.model import SOURCE
from cti_tickets.store import access_journal
from cti_tickets.store.history import Way

_NOTED = "cti_tickets_callers_noted"


def note_callers(callers: Sequence[Caller], agent: Agent | None) -> None:
    """Note in the journal of accesses that a panel showed some callers, whosever they are.

    :param agent: who saw them; `None`: the agent of the request, and nobody where a command only
        explains what a panel would show
    """
    if agent is None and not is_serving():
        return
    by_class: dict[tuple[str, str], list[int]] = {}
    for caller in callers:
        by_class.setdefault((caller.source, caller.class_name), []).append(caller.id)
    for (source, class_name), ids in by_class.items():
        own = source in ("", SOURCE)
        access_journal.seen(class_name, ids, Way.POP, agent=agent, source="" if own else source)


def note_received(callers: Sequence[Caller], agent: Agent) -> None:
    """Note whom an agent saw as the call came in."""
    note_callers(callers, agent)
    if has_request_context():
        setattr(g, _NOTED, True)


def note_strangers(callers: Sequence[Caller]) -> None:
    """Note whom of other plugins a panel shows, unless that was noted as the call came in."""
    if not g.get(_NOTED):
        note_callers([caller for caller in callers if caller.source not in ("", SOURCE)], None)


def note_found(class_name: str, ids: Sequence[int]) -> None:
    """Note whom an agent found by name, outside a panel."""
    access_journal.seen(class_name, ids, Way.SEARCH)
