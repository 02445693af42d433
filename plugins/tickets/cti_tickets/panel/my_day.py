"""The start page of an agent: their open tickets, their teams' queue, what they touched last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cti_oql.running import marks, rows
from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from cti_host import Agent, PanelSection, SectionPlace, Ticket, address_of, current_host
from cti_tickets.facts import list_url
from cti_tickets.hook_values import tickets
from cti_tickets.model.list_plan import PRIORITY, sortable_of
from cti_tickets.model.schema import Schema
from cti_tickets.rights import organizations
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ, CREATE
from cti_tickets.store.agents import contact_of, teams_of
from cti_tickets.store.computed import operational_status
from cti_tickets.store.listing.ready_made import TEAM, ready_made
from cti_tickets.store.records import FRIENDLYNAME, Records, as_datetime, shown_name

MOST_TICKETS = 10
MOST_TOUCHED = 8
# Of so many of an agent's latest changes, the objects are told: many are of the same.
_MOST_CHANGES = 200
_TICKET = "Ticket"


@dataclass(frozen=True)
class Queue:
    """Some tickets, the most urgent first, and how many there are in all.

    :param more_url: the list of all; empty: these are all
    """

    tickets: Sequence[Ticket]
    total: int
    more_url: str = ""


@dataclass(frozen=True)
class Touched:
    """An object that the agent has changed: what it is called, where it is, and when."""

    label: str
    name: str
    title: str
    url: str
    moment: datetime | None


class MyDay:
    """Makes the sections of the start page; each is read by an index, however many objects."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def sections(self, agent: Agent) -> list[PanelSection]:
        """The sections that an agent may see."""
        made: list[PanelSection] = []
        if current_access().may(BULK_READ, _TICKET):
            me = contact_of(agent)
            teams = teams_of(me) if me else []
            mine, waiting = self._queues(me, teams)
            made.append(
                _section(
                    _("My open tickets"),
                    "tickets/my_tickets.html",
                    queue=mine,
                    is_somebody=me is not None,
                    waits=bool(waiting.total),
                    new_url=address_of("tickets.new", class_name=_TICKET)
                    if current_access().may(CREATE, _TICKET)
                    else "",
                )
            )
            if me:
                made.append(
                    _section(
                        _("My team's queue"),
                        "tickets/team_queue.html",
                        queue=waiting,
                        has_teams=bool(teams),
                        all_url=self._teams_url(),
                    )
                )
        touched = self._touched(agent)
        html = _section(_("Last worked on"), "tickets/touched.html", touched=touched)
        return [*made, html]

    def _queues(self, me: int | None, teams: Sequence[int]) -> tuple[Queue, Queue]:
        """The open tickets of a person, and those of teams that nobody has taken."""
        states = open_states(self._records.schema)
        of_me = self._found("agent_id", [me], states) if me else []
        of_teams = self._found("team_id", teams, states, "agent_id IS NULL") if teams else []
        every = {(kind, id_) for id_, kind, _total in (*of_me, *of_teams)}
        loaded = self._load(every)
        url = f"{address_of('tickets.list', class_name=_TICKET)}?operational_status=ongoing"
        url += "&sort=priority" if _has_priority(self._records.schema) else ""
        mine = f"{url}&agent_id={me}"
        team = f"{url}&team_id=mine&agent_id=0" if teams else ""
        return _queue(of_me, loaded, mine), _queue(of_teams, loaded, team)

    def _teams_url(self) -> str:
        """The list of all open tickets of the agent's teams, whoever has them."""
        schema = self._records.schema
        views = ready_made(schema, schema[_TICKET])
        view = next((view for view in views if view.name == TEAM), None)
        if view is None:
            return ""
        return list_url(schema[_TICKET], {**view.arguments, "view": view.name})

    def _found(
        self,
        column: str,
        values: Sequence[int],
        states: Sequence[str],
        more: str = "",
    ) -> list[tuple[int, str, int]]:
        """Ids and classes of open tickets, the most urgent first, each with how many there are."""
        database = current_host().database
        table, limits = organizations.table(_TICKET)
        keys, open_ones = marks(database, len(values)), marks(database, len(states))
        where = [f"{column} IN ({keys})", f"status IN ({open_ones})", *([more] if more else [])]
        # Only names, and marks for bound values, are put into the text.
        sql = (
            f"SELECT id, finalclass, COUNT(*) OVER () FROM {table} AS t "  # noqa: S608
            f"WHERE {' AND '.join(where)} "
            f"ORDER BY {_urgency(self._records.schema)}last_update DESC, id DESC "
            f"LIMIT {MOST_TICKETS}"
        )
        found = rows(database, sql, [*limits, *values, *states])
        return [(id_, kind, total) for id_, kind, total in found]

    def _load(self, every: Iterable[tuple[str, int]]) -> Mapping[int, Ticket]:
        """The tickets of some classes and ids, one statement for each class."""
        by_class: dict[str, list[int]] = {}
        for kind, id_ in every:
            by_class.setdefault(kind, []).append(id_)
        database = current_host().database
        return {
            ticket.id: ticket
            for kind, ids in sorted(by_class.items())
            if kind in self._records.schema and current_access().may(BULK_READ, kind)
            for ticket in tickets(self._records, database, kind, ids)
        }

    def _touched(self, agent: Agent) -> list[Touched]:
        """The objects that an agent has changed last, the latest first."""
        database = current_host().database
        mark = marks(database, 1)
        sql = (
            "SELECT class_name, object_id, MAX(id), MAX(moment) FROM "  # noqa: S608
            "(SELECT id, root, class_name, object_id, moment FROM object_change "
            f"WHERE account = {mark} ORDER BY id DESC LIMIT {_MOST_CHANGES}) AS latest "
            f"GROUP BY root, class_name, object_id ORDER BY 3 DESC LIMIT {MOST_TOUCHED * 2}"
        )
        latest = [row for row in rows(database, sql, [agent.name]) if agent.name]
        by_class: dict[str, list[int]] = {}
        schema, access = self._records.schema, current_access()
        for kind, id_, _last, _moment in latest:
            if kind in schema and access.may(BULK_READ, kind):
                by_class.setdefault(kind, []).append(id_)
        known: dict[tuple[str, int], tuple[str, str]] = {}
        for kind, ids in by_class.items():
            cls = schema[kind]
            codes = [FRIENDLYNAME, *(["title"] if "title" in cls.attributes else [])]
            for one in self._records.load(database, kind, ids, codes):
                name = shown_name(cls, one.text(FRIENDLYNAME), one.id)
                known[kind, one.id] = (name, one.text("title"))
        found = [
            Touched(
                str(schema[kind].label),
                *known[kind, id_],
                f"{address_of('tickets.view', class_name=kind, id_=0)[:-1]}{id_}",
                as_datetime(moment),
            )
            for kind, id_, _last, moment in latest
            if (kind, id_) in known
        ]
        return found[:MOST_TOUCHED]


@lru_cache(8)
def open_states(schema: Schema) -> Sequence[str]:
    """The codes of all states in which a ticket of any class is open.

    An index has them beside the agent and the team, where most tickets have been closed for long.
    """
    found: dict[str, None] = {}
    for name in schema.concrete(_TICKET):
        status = schema[name].attributes.get("status")
        found |= dict.fromkeys(status.values if status else ())
    return tuple(state for state in found if operational_status(state) == "ongoing")


def _has_priority(schema: Schema) -> bool:
    return PRIORITY in sortable_of(schema, schema[_TICKET])


def _urgency(schema: Schema) -> str:
    """What sorts tickets by their priority, those without one last; "" where none has any."""
    if not _has_priority(schema):
        return ""
    return "CASE WHEN COALESCE(priority, '') = '' THEN '9' ELSE priority END, "


def _queue(
    found: Sequence[tuple[int, str, int]], loaded: Mapping[int, Ticket], more_url: str
) -> Queue:
    total = found[0][2] if found else 0
    listed = [loaded[id_] for id_, _kind, _total in found if id_ in loaded]
    return Queue(listed, total, more_url if total > len(listed) else "")


def _section(title: str, template: str, **values: object) -> PanelSection:
    beside = "touched" in values
    html = Markup(render_template(template, **values))  # noqa: S704 -- rendered with escaping
    place = SectionPlace.BESIDE if beside else SectionPlace.BELOW
    return PanelSection(title, html, place=place)
