"""Agents of the host as persons of the data."""

from __future__ import annotations

from typing import Any

import peewee
from cti_oql.functions.fold import fold

from cti_host import Agent, database, is_postgresql
from cti_tickets.model import SOURCE
from cti_tickets.model.classes.registry import Person
from cti_tickets.store.validation import exists


def contact_of(agent: Agent | None) -> int | None:
    """The id of the person who is this agent, or None.

    It is the person that the agent is linked to, else the only one with their e-mail address.
    """
    if agent is None:
        return None
    linked = agent.contact_in(SOURCE)
    if linked:
        return linked if exists("Person", linked) else None
    if not agent.email:
        return None
    # As a query compares, and with the same index.
    email: Any = peewee.fn.cti_fold(Person.email)
    if is_postgresql(database.obj):
        email = email.collate('"C"')
    of_agent = (email == fold(agent.email)) & (Person.finalclass == "Person")
    persons = list(Person.select().where(of_agent).limit(2))
    return int(persons[0].id) if len(persons) == 1 else None
