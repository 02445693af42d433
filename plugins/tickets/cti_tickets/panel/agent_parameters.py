"""The parameters of queries that stand for whoever asks: `:current_contact_id` and the like."""

from __future__ import annotations

from collections.abc import Mapping

from cti_oql import Param

from cti_host import Agent, current_agent, current_host
from cti_tickets.rights.organizations import unlimited
from cti_tickets.store.agents import contact_of
from cti_tickets.store.records import Records

CONTACT_ID = "current_contact_id"
_HOLDERS = ("current_contact", "current_user")


def is_magic(name: str) -> bool:
    """Whether a parameter, by its name without the colon, stands for whoever asks."""
    holder, arrow, _attribute = name.partition("->")
    return name == CONTACT_ID or (bool(arrow) and holder in _HOLDERS)


class AgentParameters:
    """Knows `current_contact_id`, `current_contact->attribute` and `current_user->attribute`.

    What has no value, because no person is linked to the agent or there is no such attribute, is a
    text that says so: it compares with everything and equals nothing.
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def __call__(self, name: str) -> Mapping[str, Param]:
        """The value of a parameter by its name; empty for a name that is none of these."""
        if name == CONTACT_ID:
            return {name: contact_of(_agent()) or 0}
        if not is_magic(name):
            return {}
        value = self._value(name)
        return {name: value if value is not None else f"(no value for {name})"}

    def text(self, name: str) -> str:
        """The value of a parameter by its name as a text; "" for none."""
        if name == CONTACT_ID:
            return str(contact_of(_agent()) or "")
        return (is_magic(name) and self._value(name)) or ""

    def _value(self, name: str) -> str | None:
        holder, _arrow, attribute = name.partition("->")
        return self._of_contact(attribute) if holder == _HOLDERS[0] else self._of_user(attribute)

    def _of_user(self, attribute: str) -> str | None:
        """An attribute of the agent's account; those of the person count as well, as in iTop."""
        agent = _agent()
        if agent is None:
            return None
        if attribute == "contactid":
            return str(contact_of(agent) or 0)
        own = {"login": agent.name, "email": agent.email, "friendlyname": agent.display}
        if attribute in own:
            return own[attribute]
        return self._of_contact(attribute) if attribute != "id" else None

    def _of_contact(self, attribute: str) -> str | None:
        contact = contact_of(_agent())
        if contact is None:
            return None
        try:
            # Agents may know of themselves, whatever they may see.
            with unlimited():
                found = self._records.load(
                    current_host().database, "Person", [contact], [attribute]
                )
        except KeyError:
            return None
        return found[0].text(attribute) if found else None


def _agent() -> Agent | None:
    """Who asks; nobody, on the command line."""
    try:
        return current_agent()
    except RuntimeError:
        return None
