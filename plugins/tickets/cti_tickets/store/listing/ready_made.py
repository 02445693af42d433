"""Views that every agent has: derived from the attributes of a class, so plugins' classes, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_tickets.model.list_plan import PRIORITY, default_sort, sortable_of
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.store.listing.relative import ME, MINE, NONE, word_for

_AGENT, _TEAM, _STATUS, _OPEN = "agent_id", "team_id", "operational_status", "ongoing"
_SORT = "sort"
# What an address calls the view of all that is open of an agent's teams.
TEAM = "team"


@dataclass(frozen=True)
class ReadyMade:
    """A view that is there without being saved.

    :param name: what an address calls it
    :param arguments: its filters and order, by their names in an address
    """

    name: str
    label: str
    arguments: Mapping[str, str]


def ready_made(schema: Schema, cls: ClassDef) -> list[ReadyMade]:
    """The ready-made views of a class: of what has an agent, a team, and is open or not.

    What is open stands in the order of its priority, as far as the class has any.
    """
    status = cls.attributes.get(_STATUS)
    has_status = status is not None and status.kind is Kind.ENUM and _OPEN in status.values
    open_ones = {_STATUS: _OPEN, **_urgent_first(schema, cls)} if has_status else {}
    views = []
    if _knows(schema, cls, _AGENT, ME):
        label = _("My open ones") if has_status else _("Mine")
        views.append(ReadyMade("mine", label, {_AGENT: ME, **open_ones}))
    if has_status and _knows(schema, cls, _TEAM, MINE):
        arguments = {_TEAM: MINE, **open_ones}
        views.append(ReadyMade(TEAM, _("My teams' open ones"), arguments))
    if has_status and _knows(schema, cls, _AGENT, ME):
        views.append(ReadyMade("unassigned", _("Unassigned"), {_AGENT: NONE, **open_ones}))
    return views


def _urgent_first(schema: Schema, cls: ClassDef) -> dict[str, str]:
    has_priority = PRIORITY in sortable_of(schema, cls)
    return {_SORT: PRIORITY} if has_priority and default_sort(schema, cls) != PRIORITY else {}


def _knows(schema: Schema, cls: ClassDef, code: str, word: str) -> bool:
    attribute = cls.attributes.get(code)
    return attribute is not None and attribute.stored and word_for(schema, attribute) == word
