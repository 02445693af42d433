"""Who is calling: the query of `caller_information`, in the mirror or in iTop itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cti_host import (
    MOST_CALLERS,
    Call,
    Caller,
    Host,
    Matches,
    Number,
    Unsearchable,
    Value,
    explained,
    fold,
    narrow,
)
from cti_itop.hook_values import make_caller
from cti_itop.mirror.mirror import Mirror, MirroredPerson
from cti_itop.queries.agent_parameters import Agents
from cti_itop.queries.asker import Asker
from cti_itop.queries.query import Param, Query
from cti_itop.rest.classes import APART, ON_PANEL, PERSON_LABELS, PHONES, common_class, person_codes
from cti_itop.rest.client import ItopObject
from cti_itop.settings import SOURCE

_CARRIED = ("org_id", *ON_PANEL, "status")

_Used = Mapping[str, Value | None]


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
        self.codes = [*self._display, *(code for code in _CARRIED if code in known), *more]
        self._searched = {
            comparison.attribute: PERSON_LABELS.get(comparison.attribute, comparison.attribute)
            for comparison in self._query.comparisons
        }

    def find(self, call: Call) -> Matches:
        """Everybody the query finds, each with the reason; see `Matches`.

        A person whom the mirror does not have is asked for in iTop.

        :raises ItopProblem: iTop gives no usable answer
        """
        used = {name: call.parameters.get(name) for name in self._query.parameters}
        if all(value is None or isinstance(value, Unsearchable) for value in used.values()):
            return Matches((), 0)
        limit = None if call.filter else MOST_CALLERS
        found, total = self._found(used, limit)
        wanted = call.wanted_from(SOURCE)
        if total > len(found) and wanted not in (None, *(one.id for one in found)):
            every, total = self._found(used, None)
            found += [one for one in every if one.id == wanted]
        matches = explained(narrow(found, call), used.values(), self._searched, total)
        if len(matches) < 2:
            return matches
        told = [replace(one, detail=self._detail(one.caller)) for one in matches]
        return Matches(told, matches.total, matches.hidden)

    def _detail(self, caller: Caller) -> str:
        """What tells a person apart from others with the same number, in one line."""
        codes = [code for code in APART if code not in self._display]
        return " · ".join(text for code in codes if (text := caller.attributes.get(code)))

    def _found(self, used: _Used, limit: int | None) -> tuple[list[Caller], int]:
        """Some or all of the persons, and how many they are."""
        found, total = self._in_mirror(used, limit)
        if found:
            return found, total
        parameters: dict[str, Param] = {**used, **self._agents.parameters(used)}
        answer = self._asker.ask(self._query, parameters, self.codes, limit=limit, perhaps=True)
        return [self.caller(one) for one in answer.objects], answer.total

    def caller(self, one: ItopObject | MirroredPerson) -> Caller:
        """A person as the hooks hand them on."""
        return make_caller(one, self._display, self.codes)

    def _in_mirror(self, used: _Used, limit: int | None) -> tuple[list[Caller], int]:
        """Whom the mirror has, if it can answer the query: it knows three attributes."""
        if self._mirror is None or not self._query.only_compares or self._class != "Person":
            return [], 0
        compared: dict[str, list[str]] = {}
        for comparison in self._query.comparisons:
            value, code = used.get(comparison.parameter), comparison.attribute
            if value is None or isinstance(value, Unsearchable):
                continue
            if code in PHONES and isinstance(value, Number):
                compared.setdefault(code, []).extend(value.widened_keys)
            elif code == "email" and isinstance(value, str):
                compared.setdefault(code, []).append(value)
            else:
                return [], 0
        people, total = self._mirror.find(compared, limit)
        # Another region in the settings changes what a text means, and the mirror only later.
        kept = [person for person in people if self._is_compared(person, used)]
        kept.sort(key=lambda person: fold(person.text("friendlyname")))
        return [self.caller(person) for person in kept], total - len(people) + len(kept)

    def _is_compared(self, person: MirroredPerson, used: _Used) -> bool:
        """Whether it is in an attribute of the query that the person has the value."""
        for comparison in self._query.comparisons:
            value, text = used.get(comparison.parameter), person.text(comparison.attribute)
            if isinstance(value, Number) and self._asker.may_be_number(text, value):
                return True
            if isinstance(value, str) and value.casefold() == text.casefold():
                return True
        return False
