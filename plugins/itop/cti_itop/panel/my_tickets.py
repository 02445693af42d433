"""The agent's open tickets in iTop, on the start page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from cti_host import Agent, PanelSection, Ticket, address_of
from cti_itop.hook_values import make_ticket
from cti_itop.queries.agent_parameters import Agents
from cti_itop.queries.query import Query
from cti_itop.rest.classes import ticket_codes
from cti_itop.rest.client import Found
from cti_itop.rest.errors import ItopProblem
from cti_itop.rest.links import Links
from cti_itop.rest.reader import Reader, is_unknown_class

# One request for each: what they have in common, a Ticket, has no priority.
KINDS = ("UserRequest", "Incident", "Problem", "Change")
MOST_SHOWN = 10
# iTop sorts by reference: of so many the most urgent are found here.
_MOST_READ = 100
_NO_PRIORITY = "9"
_MINE = "SELECT {} WHERE agent_id = :agent AND operational_status = 'ongoing'"


class MyTickets:
    """Asks iTop for each kind of ticket, side by side."""

    def __init__(self, reader: Reader, agents: Agents, links: Links) -> None:
        self._reader, self._agents, self._links = reader, agents, links

    def sections(self, agent: Agent) -> list[PanelSection]:
        """The section about an agent's tickets.

        :raises ItopProblem: iTop gives no usable answer
        """
        contact = self._agents.contact_id(agent)
        found = self._found(contact) if contact else []
        tickets = [make_ticket(one, self._reader, self._links) for f in found for one in f.objects]
        # The most urgent first, those without a priority last; of equal ones the latest.
        tickets.sort(key=lambda one: one.updated or datetime.min, reverse=True)
        tickets.sort(key=lambda one: one.priority or _NO_PRIORITY)
        html = render_template(
            "cti_itop/my_tickets.html",
            is_somebody=bool(contact),
            tickets=tickets[:MOST_SHOWN],
            total=sum(one.total for one in found),
            page_of=_page_of,
        )
        return [PanelSection(_("My open tickets in iTop"), Markup(html))]  # noqa: S704 -- rendered with escaping

    def _found(self, contact: int) -> Sequence[Found]:
        absent = self._reader.absent
        kinds = [kind for kind in KINDS if not absent.lacks(kind)]
        tasks = [partial(self._of_kind, kind, contact) for kind in kinds]
        outcomes = dict(zip(kinds, self._reader.side_by_side(tasks), strict=True))
        found: list[Found] = []
        for kind, outcome in outcomes.items():
            if not isinstance(outcome, ItopProblem):
                found.append(outcome)
            elif is_unknown_class(outcome):
                absent.note(kind)
            else:
                raise outcome
        return found

    def _of_kind(self, kind: str, contact: int) -> Found:
        query = Query(_MINE.format(kind)).inlined({"agent": contact})
        return self._reader.get(query, kind, ticket_codes(kind), limit=_MOST_READ)


def _page_of(ticket: Ticket) -> str:
    return address_of(
        "cti_host.ticket", source=ticket.source, class_name=ticket.class_name, id_=ticket.id
    )
