"""What a filter means by "me" and "my teams": whoever looks at the list."""

from __future__ import annotations

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import Agent
from cti_tickets.model.schema import Attribute, Schema
from cti_tickets.store.agents import contact_of, teams_of

ME, MINE = "me", "mine"
# What a filter by a key says of those that lead nowhere.
NONE = "0"


def word_for(schema: Schema, attribute: Attribute) -> str:
    """The word that a filter by a key knows: `ME`, `MINE`, or "" if it knows none."""
    if attribute.kind is not Kind.KEY:
        return ""
    if "Team" in schema and attribute.target == "Team":
        return MINE
    return ME if "Person" in schema and schema.is_a("Person", attribute.target) else ""


def label_of(word: str) -> str:
    """A word as an agent reads it."""
    return str(_("my teams") if word == MINE else _("me"))


def ids_meant(word: str, agent: Agent) -> list[int]:
    """The ids that a word stands for; nobody's where the agent is no person in the data."""
    me = contact_of(agent)
    if me is None:
        return []
    return teams_of(me) if word == MINE else [me]
