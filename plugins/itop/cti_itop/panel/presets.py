"""Values for iTop's form of a new object: the `preset` tables of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from cti_host import Call, Caller, Host, Unsearchable, fill_in, is_query, placeholder_of
from cti_itop.queries.agent_parameters import Agents, is_known
from cti_itop.queries.asker import Asker
from cti_itop.queries.query import Param, Query
from cti_itop.rest.reader import Reader, good


class Presets:
    """Computes the presets of a class for the caller who was chosen."""

    def __init__(self, host: Host, asker: Asker, agents: Agents, reader: Reader) -> None:
        self._host, self._asker, self._agents, self._reader = host, asker, agents, reader

    def values(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> dict[str, str]:
        """Attribute code to text; what has no value for this caller is left out.

        :raises ItopProblem: iTop gives no usable answer
        """
        settings = self._host.settings
        chapter = settings.direct_creation if direct else settings.indirect_creation
        if class_name not in chapter:
            return {}
        presets = chapter[class_name].preset
        queries = {code: Query(preset) for code, preset in presets.items() if is_query(preset)}
        parameters = self._parameters(presets, queries, caller, call)
        tasks = [partial(self._id, query, parameters) for query in queries.values()]
        ids = dict(zip(queries, map(good, self._reader.side_by_side(tasks)), strict=True))
        found = {
            code: ids[code] if code in ids else self._value(preset, parameters, call)
            for code, preset in presets.items()
        }
        return {code: value for code, value in found.items() if value}

    def _parameters(
        self,
        presets: Mapping[str, str],
        queries: Mapping[str, Query],
        caller: Caller | None,
        call: Call,
    ) -> dict[str, Param]:
        names = {name for query in queries.values() for name in query.parameters}
        names |= {placeholder_of(preset) for preset in presets.values()}
        selected = caller.id if caller else None
        about_agent = self._agents.parameters(name for name in names if is_known(name))
        return {**call.parameters, "selected_caller": selected, **about_agent}

    def _id(self, query: Query, parameters: Mapping[str, Param]) -> str:
        """The first object that a query finds; runs in a thread of its own."""
        found = self._asker.ask(query, parameters, ["id"], limit=1).objects
        return str(found[0].id) if found else ""

    def _value(self, preset: str, parameters: Mapping[str, Param], call: Call) -> str:
        name = placeholder_of(preset)
        if name:
            value = parameters.get(name)
            return "" if value is None or isinstance(value, Unsearchable) else str(value)
        return fill_in(preset, call)
