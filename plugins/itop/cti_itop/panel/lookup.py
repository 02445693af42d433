"""Who is calling: the query of `caller_information`, in the mirror or in iTop itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from cti_host import Call, Caller, Host, Match, Number, Unsearchable, Value
from cti_itop.hook_values import make_caller
from cti_itop.mirror.mirror import Mirror, MirroredPerson
from cti_itop.panel.reasons import explained
from cti_itop.queries.agent_parameters import Agents
from cti_itop.queries.asker import Asker
from cti_itop.queries.query import Param, Query
from cti_itop.rest.classes import common_class, person_codes
from cti_itop.rest.client import ItopObject

# More persons than this behind one number are no help to anybody.
MOST_CALLERS = 100
_NUMBERS = ("phone", "mobile_phone")
_CARRIED = (*_NUMBERS, "email", "org_id", "org_name")


class Lookup:
    """Finds the persons who have the attributes of a call.

    :param mirror: the copy of persons; `None`: every lookup asks iTop
    :param more: attributes that a caller carries beside the usual ones
    """

    def __init__(
        self, host: Host, asker: Asker, agents: Agents, mirror: Mirror | None, more: Sequence[str]
    ) -> None:
        self._asker, self._agents, self._mirror = asker, agents, mirror
        self._display = host.settings.caller_information.display_name
        self._query = Query(host.settings.caller_information.query)
        self._class = common_class(self._query.branches)
        known = person_codes(self._class)
        self._codes = [*self._display, *(code for code in _CARRIED if code in known), *more]

    def find(self, call: Call) -> list[Match]:
        """Everybody the query finds, each with the reason.

        A person whom the mirror does not have is asked for in iTop.

        :raises ItopProblem: iTop gives no usable answer
        """
        used = {name: call.parameters.get(name) for name in self._query.parameters}
        if all(value is None or isinstance(value, Unsearchable) for value in used.values()):
            return []
        found = self._in_mirror(used)
        if not found:
            parameters: dict[str, Param] = {**used, **self._agents.parameters(used)}
            answer = self._asker.ask(self._query, parameters, self._codes, limit=MOST_CALLERS)
            found = [self.caller(one) for one in answer.objects]
        compared = {comparison.attribute for comparison in self._query.comparisons}
        return explained(found, used, compared, self._asker.is_number)

    def caller(self, one: ItopObject | MirroredPerson) -> Caller:
        """A person as the hooks hand them on."""
        return make_caller(one, self._display, self._codes)

    def _in_mirror(self, used: Mapping[str, Value | None]) -> list[Caller]:
        """Whom the mirror has, if it can answer the query: it knows three attributes."""
        if self._mirror is None or not self._query.only_compares or self._class != "Person":
            return []
        numbers: list[str] = []
        emails: list[str] = []
        for comparison in self._query.comparisons:
            value = used.get(comparison.parameter)
            if value is None or isinstance(value, Unsearchable):
                continue
            if comparison.attribute in _NUMBERS and isinstance(value, Number):
                numbers.append(value.key)
            elif comparison.attribute == "email" and isinstance(value, str):
                emails.append(value)
            else:
                return []
        people = {
            person.id: person
            for person in (*self._mirror.by_numbers(numbers), *self._mirror.by_emails(emails))
            if self._is_compared(person, used)
        }
        by_name = sorted(people.values(), key=lambda person: _folded(person.text("friendlyname")))
        return [self.caller(person) for person in by_name[:MOST_CALLERS]]

    def _is_compared(self, person: MirroredPerson, used: Mapping[str, Value | None]) -> bool:
        """Whether it is in an attribute of the query that the person has the value."""
        for comparison in self._query.comparisons:
            value, text = used.get(comparison.parameter), person.text(comparison.attribute)
            if isinstance(value, Number) and self._asker.is_number(text, value):
                return True
            if isinstance(value, str) and value.casefold() == text.casefold():
                return True
        return False


def _folded(text: str) -> str:
    """A text as iTop sorts it: without regard to case and accents."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
