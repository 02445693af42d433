"""Agents of the host as persons of the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee
from cti_oql.functions.fold import fold
from cti_oql.running import marks, rows

from cti_host import Agent, database, is_postgresql
from cti_tickets.model import SOURCE
from cti_tickets.model.classes.registry import Person
from cti_tickets.model.data_model import schema
from cti_tickets.rights.organizations import unlimited
from cti_tickets.store.classes import of_classes
from cti_tickets.store.questions import Questions
from cti_tickets.store.stored_others import ask_for, those_there


def contact_of(agent: Agent | None, questions: Questions | None = None) -> int | None:
    """The id of the person who is this agent, or None.

    It is the person that the agent is linked to, else the only one with their e-mail address.

    :param questions: those that have it asked already, see `will_need`
    """
    if agent is None:
        return None
    linked = agent.contact_in(SOURCE)
    if linked:
        # Who they are does not depend on what they may see.
        with unlimited():
            return linked if those_there([("Person", linked)], questions) else None
    if not agent.email:
        return None
    persons = persons_with_email(agent.email, 2)
    return persons[0] if len(persons) == 1 else None


def will_need(agent: Agent | None, questions: Questions) -> None:
    """Have it asked with other questions whether the person that an agent is linked to is there."""
    linked = agent.contact_in(SOURCE) if agent else None
    if linked:
        ask_for(questions, "Person", linked)


def persons_with_email(address: str, limit: int) -> list[int]:
    """The ids of the persons with an e-mail address, in any case."""
    # As a query compares, and with the same index.
    email: Any = peewee.fn.cti_fold(Person.email)
    if is_postgresql(database.obj):
        email = email.collate('"C"')
    there: Any = Person.email != ""
    of_agent = there & (email == fold(address)) & (Person.finalclass == "Person")
    return [int(one.id) for one in Person.select(Person.id).where(of_agent).limit(limit)]


def teams_of(person: int) -> list[int]:
    """The ids of the teams that a person is a member of."""
    sql = f"SELECT team_id FROM lnk_person_to_team WHERE person_id = {marks(database.obj, 1)}"  # noqa: S608
    return [row[0] for row in rows(database.obj, f"{sql} ORDER BY team_id", [person])]


def active_teams_of(person: int, conditions: Sequence[tuple[str, Sequence[Any]]] = ()) -> list[int]:
    """The ids of the teams that a person is a member of; none if they are not active any more.

    Nor if there is no such person: whoever has the id of an agent's need not ask for that.

    :param conditions: what else a team has to fulfil, each SQL and its values; "link.team_id" is
        the team
    """
    where = [
        f"link.person_id = {marks(database.obj, 1)}",
        "person.status = 'active'",
        of_classes(schema().concrete("Person"), "person.finalclass"),
        *(condition for condition, _values in conditions),
    ]
    sql = (
        "SELECT link.team_id FROM lnk_person_to_team AS link"  # noqa: S608 -- the schema's names
        " JOIN contact AS person ON person.id = link.person_id"
        f" WHERE {' AND '.join(where)} ORDER BY link.team_id"
    )
    bound = [person, *(value for _condition, values in conditions for value in values)]
    return [row[0] for row in rows(database.obj, sql, bound)]
