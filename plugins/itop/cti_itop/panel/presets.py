"""Values for iTop's form of a new object: what the host's presets ask of iTop."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from cti_host import Host, Presets, QueryParameters
from cti_itop.queries.agent_parameters import Agents
from cti_itop.queries.asker import Asker
from cti_itop.queries.query import Param, Query
from cti_itop.rest.classes import log_codes
from cti_itop.rest.reader import Reader, good
from cti_itop.settings import SOURCE


def make_presets(host: Host, asker: Asker, agents: Agents, reader: Reader) -> Presets:
    """The presets of the configuration, for iTop's forms."""

    def first_ids(texts: Mapping[str, str], given: QueryParameters) -> dict[str, str]:
        """The id of the first object that each query finds; they are asked side by side.

        :raises ItopProblem: iTop gives no usable answer
        """
        queries = {code: Query(text) for code, text in texts.items()}
        named = {name for query in queries.values() for name in query.parameters}
        parameters: dict[str, Param] = {**given, **agents.parameters(named)}

        def first(query: Query) -> str:
            found = asker.ask(query, parameters, ["id"], limit=1).objects
            return str(found[0].id) if found else ""

        tasks = [partial(first, query) for query in queries.values()]
        return dict(zip(queries, map(good, reader.side_by_side(tasks)), strict=True))

    def placeholder(name: str) -> str:
        value = agents.parameters([name]).get(name)
        return str(value or "")  # nobody is 0

    return Presets(host, SOURCE, ask=first_ids, placeholder=placeholder, logs=log_codes)
