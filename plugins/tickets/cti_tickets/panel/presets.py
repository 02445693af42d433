"""Values for the form of a new object: what the host's presets ask of the data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from cti_oql import Oql
from cti_oql.schema import Kind

from cti_host import Host, Presets, QueryParameters
from cti_tickets.hook_values import query_parameters
from cti_tickets.model import SOURCE
from cti_tickets.model.form_plan import editable
from cti_tickets.model.schema import Schema
from cti_tickets.panel.agent_parameters import AgentParameters


def make_presets(host: Host, oql: Oql, schema: Schema, agent: AgentParameters) -> Presets:
    """The presets of the configuration, for the forms of this plugin."""
    return Presets(
        host,
        SOURCE,
        ask=partial(_first_ids, host, oql),
        placeholder=agent.text,
        logs=partial(_logs, schema),
    )


def _first_ids(
    host: Host, oql: Oql, queries: Mapping[str, str], given: QueryParameters
) -> dict[str, str]:
    """The id of the first object that each query finds."""
    parameters = query_parameters(given)
    found = {
        code: oql.ids(host.database, query, parameters, limit=1) for code, query in queries.items()
    }
    return {code: str(keys[0][1]) for code, keys in found.items() if keys}


def _logs(schema: Schema, class_name: str) -> list[str]:
    """The logs that can be filled in on a new object of a class, or of one of its kinds."""
    classes = [schema[name] for name in schema.concrete(class_name)]
    return [
        attribute.code
        for cls in classes
        for attribute in cls.attributes.values()
        if attribute.kind is Kind.LOG
        and editable(cls, cls.lifecycle.initial if cls.lifecycle else "", attribute.code)
    ]
