"""What the page of a ticket and its forms show besides: teams, services, and what happened.

The tickets that are asked for are open ones. Each has a team, an agent and a service, two entries
of logs, a phone call, and the history of how it was created and assigned.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from tests.bench.data import Table, open_tickets

TEAMS, MEMBERS, SERVICES, PARTS = 10, 8, 20, 2
_ASKED = 1000
_MOMENTS = ("2026-01-15 09:00:00", "2026-01-15 09:12:00", "2026-01-15 09:40:00")


def asked_tickets(persons: int, tickets: int) -> list[int]:
    """The tickets whose pages are asked for, in no order."""
    chance = random.Random(3)  # noqa: S311 -- the same tickets each time
    known = open_tickets(persons, tickets)
    return chance.sample(known, min(_ASKED, len(known)))


def desk_tables(persons: int, tickets: int) -> list[Table]:
    """The rows that only pages of tickets show."""
    asked = asked_tickets(persons, tickets)
    return [
        Table(
            "contact",
            ("id", "finalclass", "name", "status", "org_id", "email"),
            ((persons + i, "Team", f"Team {i}", "active", 1, f"team{i}@example.org")
             for i in range(1, TEAMS + 1)),
        ),
        Table(
            "lnk_person_to_team",
            ("team_id", "person_id"),
            ((persons + 1 + i % TEAMS, 1 + i) for i in range(TEAMS * MEMBERS)),
        ),
        Table(
            "service",
            ("id", "name", "org_id", "status"),
            ((i, f"Service {i}", 1, "production") for i in range(1, SERVICES + 1)),
        ),
        Table(
            "service_subcategory",
            ("id", "name", "service_id", "request_type", "status"),
            ((i, f"Part {i}", 1 + i % SERVICES, "service_request", "production")
             for i in range(1, SERVICES * PARTS + 1)),
        ),
        Table(
            "log_entry",
            ("ticket_id", "attribute", "created", "author", "text"),
            ((ticket, log, moment, "Sam Support", "Called back, and nobody was there.")
             for ticket in asked
             for log, moment in zip(("public_log", "private_log"), _MOMENTS[1:], strict=True)),
        ),
        Table(
            "phone_call",
            ("contact_id", "ticket_id", "date", "flow", "note", "created"),
            ((1 + (ticket - 1) % persons, ticket, _MOMENTS[0][:10], "inbound", "", _MOMENTS[0])
             for ticket in asked),
        ),
        Table(
            "object_change",
            ("root", "object_id", "class_name", "moment", "operation", "through", "account",
             "author", "changes"),
            (row for ticket in asked for row in _changes(ticket, persons)),
        ),
    ]  # fmt: skip


def desk_statements(persons: int) -> Sequence[str]:
    """What all tickets have besides: a team, an agent who is in it, a service; the last number."""
    return (
        f"UPDATE ticket SET team_id = {persons} + 1 + id % {TEAMS}, agent_id = 1 + id % {TEAMS},"  # noqa: S608
        f" service_id = 1 + id % {SERVICES}",
        "UPDATE ticket_counter SET value = (SELECT max(id) FROM ticket)",
    )


def _changes(ticket: int, persons: int) -> Iterator[tuple[Any, ...]]:
    team, agent = persons + 1 + ticket % TEAMS, 1 + ticket % TEAMS
    created = {"title": ["", "Something is wrong"], "status": ["", "new"]}
    assigned = {"team_id": [None, team], "agent_id": [None, agent], "status": ["new", "assigned"]}
    for moment, operation, pairs in (
        (_MOMENTS[0], "create", created),
        (_MOMENTS[1], "modify", assigned),
    ):
        yield (
            "Ticket", ticket, "UserRequest", moment, operation, "page", "sam", "Sam Support",
            json.dumps(pairs),
        )  # fmt: skip
