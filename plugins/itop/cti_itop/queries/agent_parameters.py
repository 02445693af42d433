"""Who the agent is in iTop, and what the placeholders about them hold.

iTop would fill `:current_contact_id` with the account of the host, which is not the agent.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from cti_host import Agent, current_agent
from cti_itop.queries.query import Param, Query
from cti_itop.rest.reader import Reader
from cti_itop.settings import SOURCE

KEPT_SECONDS = 600.0
CURRENT_CONTACT = "current_contact->"
_OF_THE_USER: Mapping[str, Callable[[Agent], str]] = {
    "current_user->login": lambda agent: agent.name,
    "current_user->email": lambda agent: agent.email,
    "current_user->friendlyname": str,
}
_BY_EMAIL = Query("SELECT Person WHERE email LIKE :email")
# Placeholders that every query may have.
KNOWN = frozenset({"current_contact_id", "current_user->contactid", *_OF_THE_USER})


def is_known(placeholder: str) -> bool:
    """Whether a placeholder about the agent can be filled."""
    return placeholder in KNOWN or placeholder.startswith(CURRENT_CONTACT)


class Agents:
    """Finds agents among iTop's persons; who was found is kept for some minutes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, int]] = {}

    def contact_id(self, agent: Agent) -> int:
        """The id of the person who is the agent: the one that the account is linked to, else the
        only one with the account's e-mail address; 0 for none.

        :raises ItopProblem: iTop gives no usable answer
        """
        linked = agent.contact_in(SOURCE)
        if linked:
            return linked
        if not agent.email:
            return 0
        with self._lock:
            until, known = self._kept.get(agent.email, (0.0, 0))
        if until > time.monotonic():
            return known
        query = _BY_EMAIL.inlined({"email": agent.email})
        persons = self._reader.get(query, "Person", ["id"], limit=2).objects
        known = persons[0].id if len(persons) == 1 else 0
        with self._lock:
            self._kept[agent.email] = (time.monotonic() + KEPT_SECONDS, known)
        return known

    def parameters(self, names: Iterable[str]) -> dict[str, Param]:
        """The placeholders among these that are about the agent of this request.

        :raises ItopProblem: iTop gives no usable answer
        """
        wanted = [name for name in names if is_known(name)]
        if not wanted:
            return {}
        try:
            agent = current_agent()
        except RuntimeError:  # a command: nobody is at the keyboard
            agent = Agent("")
        contact_id = self.contact_id(agent)
        values: dict[str, Param] = {}
        for name in wanted:
            if name in _OF_THE_USER:
                values[name] = _OF_THE_USER[name](agent)
            elif name.startswith(CURRENT_CONTACT):
                values[name] = self._attribute(contact_id, name.removeprefix(CURRENT_CONTACT))
            else:
                values[name] = contact_id
        return values

    def _attribute(self, contact_id: int, code: str) -> Param:
        person = self._reader.one("Person", contact_id, [code]) if contact_id else None
        return person.text(code) if person else None
