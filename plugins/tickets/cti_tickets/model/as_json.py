"""The data model as JSON: what `cti-host data model --json` prints, an interface for programs."""

from __future__ import annotations

from typing import Any

from cti_oql.schema import Kind

from cti_host import LANGUAGES, Localised
from cti_tickets.model.lifecycles.lifecycle import Flag, LifeCycle
from cti_tickets.model.schema import Attribute, ClassDef, Schema


def model_as_json(schema: Schema) -> dict[str, Any]:
    """All classes of a schema; keys are added, never renamed."""
    return {"classes": [_class(definition) for definition in schema]}


def label(text: Localised) -> dict[str, str]:
    """A label in each language of the pages."""
    return {language: text.in_language(language) for language in LANGUAGES}


def _class(definition: ClassDef) -> dict[str, Any]:
    return {
        "name": definition.name,
        "label": label(definition.label),
        "parent": definition.parent or None,
        "abstract": definition.abstract,
        "table": definition.table,
        "order": definition.order,
        "friendlyname": list(definition.friendlyname),
        "friendlyname_separator": definition.friendlyname_separator,
        "reconciliation": list(definition.reconciliation),
        "form": list(definition.form),
        "obsolete": list(definition.obsolete) if definition.obsolete else None,
        "attributes": [_attribute(found) for found in definition.attributes.values()],
        "lifecycle": _life_cycle(definition, definition.lifecycle),
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": attribute.code,
        "kind": str(attribute.kind),
        "label": label(attribute.label),
        "mandatory": attribute.mandatory,
        "read_only": attribute.read_only,
        "default": attribute.default,
        "column": attribute.column or None,
    }
    if attribute.kind is Kind.ENUM:
        found["values"] = {code: label(text) for code, text in attribute.values.items()}
    if attribute.kind is Kind.KEY:
        found["target"] = attribute.target
        found["on_delete"] = str(attribute.on_delete) if attribute.on_delete else None
        found["hierarchical"] = attribute.hierarchical
    if attribute.kind is Kind.EXTERNAL:
        found["path"] = f"{attribute.via}.{attribute.target_attribute}"
    if attribute.kind is Kind.SET:
        found["target"] = attribute.target or None
        found["key"] = attribute.via or None
    return found


def _life_cycle(definition: ClassDef, life: LifeCycle | None) -> dict[str, Any] | None:
    if life is None:
        return None
    labels = definition.attributes[life.attribute].values
    return {
        "attribute": life.attribute,
        "initial": life.initial,
        "states": [
            {
                "code": state,
                "label": label(labels[state]),
                "flags": {code: _names(flag) for code, flag in flags.items()},
            }
            for state, flags in life.states.items()
        ],
        "stimuli": [
            {"code": s.code, "label": label(s.label), "internal": s.internal}
            for s in life.stimuli.values()
        ],
        "transitions": [
            {
                "source": way.source,
                "stimulus": way.stimulus,
                "target": way.target,
                "flags": {code: _names(flag) for code, flag in way.flags.items()},
            }
            for way in life.transitions
        ],
        "optional_if_none": sorted(life.optional_if_none),
        "watches": {code: sorted(running) for code, running in life.watches.items()},
    }


def _names(flag: Flag) -> list[str]:
    return [str(part.name).lower() for part in flag]
