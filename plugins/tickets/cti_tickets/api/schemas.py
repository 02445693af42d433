"""The JSON schemas of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cti_oql.schema import Kind

from cti_tickets.api.fields import json_schema, logs, readable, writable
from cti_tickets.api.representation import NAMED
from cti_tickets.model.form_plan import editable
from cti_tickets.model.schema import Attribute, ClassDef, Schema

# What each status says of a request that wasn't answered.
MEANT = {
    400: "The request can't be understood, or a parameter is wrong.",
    401: "Nobody is signed in, or the token is wrong.",
    403: "This is not allowed to whoever asks, or the token lacks the scope.",
    404: "There is no such object.",
    409: "It is not possible as things are.",
    412: "The object has changed since the version in If-Match.",
    413: "The body is too large.",
    415: "The body is not of the media type that belongs here.",
    422: "A value can't be stored; `errors` says which.",
    428: "If-Match is missing.",
    503: "Files can't be stored right now.",
    429: "Too many requests within a minute; `Retry-After` says how long to wait.",
}
_TEXT = {"type": "string"}
_LOG_ENTRY = {
    "type": "object",
    "required": ["date", "author", "author_id", "text"],
    "properties": {
        "date": {"type": ["string", "null"], "format": "date-time"},
        "author": _TEXT,
        "author_id": {"type": ["integer", "null"]},
        "text": _TEXT,
    },
}
_FILE = {
    "type": "object",
    "required": ["id", "name", "size", "sha256", "date", "author", "author_id", "href"],
    "properties": {
        "id": {"type": "integer"},
        "name": _TEXT,
        "size": {"type": "integer", "description": "In bytes."},
        "sha256": _TEXT,
        "date": {"type": ["string", "null"], "format": "date-time"},
        "author": _TEXT,
        "author_id": {"type": ["integer", "null"]},
        "href": _TEXT,
    },
}
_TRANSITION = {
    "type": "object",
    "required": ["stimulus", "label", "target", "href"],
    "properties": dict.fromkeys(("stimulus", "label", "target", "href"), _TEXT),
}

_TEXTS = {"type": "array", "items": _TEXT}
_VIEW = {
    "type": "object",
    "required": ["view", "name", "kind", "begins", "parameters", "gone", "href", "page"],
    "properties": {
        "view": _TEXT,
        "name": _TEXT,
        "kind": {"enum": ["ready-made", "own", "shared"]},
        "begins": {"type": "boolean"},
        "parameters": {"type": "object", "additionalProperties": _TEXT},
        "gone": _TEXTS,
        "href": _TEXT,
        "page": _TEXT,
    },
}
_NAMED = {
    "type": "object",
    "required": ["id", "friendlyname"],
    "properties": {"id": {"type": "integer"}, "friendlyname": _TEXT},
}
_FOLLOWING = {
    "type": "object",
    "required": ["options", "values"],
    "properties": {
        "options": {
            "type": "object",
            "description": "By attribute, the objects that fit; null: all do, or too many.",
            "additionalProperties": {"type": ["array", "null"], "items": _NAMED},
        },
        "values": {
            "type": "object",
            "description": "By attribute that is not chosen, the object that it has to be.",
            "additionalProperties": _NAMED,
        },
    },
}


def common() -> dict[str, Any]:
    """What all classes have in common."""
    return {
        "api.Problem": {
            "type": "object",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": _TEXT,
                "title": _TEXT,
                "status": {"type": "integer"},
                "detail": _TEXT,
                "errors": {"type": "object", "additionalProperties": _TEXT},
            },
        },
        "api.Found": {
            "type": "object",
            "required": ["groups"],
            "properties": {"groups": {"type": "array", "items": _group()}},
        },
        "api.Views": {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": _VIEW}},
        },
        "api.Suggestions": {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": _NAMED}},
        },
        "api.Following": _FOLLOWING,
        "api.File": _FILE,
        "api.Files": {
            "type": "object",
            "required": ["items"],
            "properties": {
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/api.File"}}
            },
        },
        "api.LogEntry": _LOG_ENTRY,
        "api.Transition": _TRANSITION,
    }


def of_class(schema: Schema, cls: ClassDef) -> dict[str, Any]:
    """An object of a class, a page of a list, and what may be sent."""
    found = {cls.name: _object(schema, cls), f"{cls.name}.list": _list(schema, cls)}
    if not cls.abstract:
        life = cls.lifecycle
        created = _settable(cls, [life.initial] if life else None)
        required = [a.code for a in created if a.mandatory and not a.default]
        found[f"{cls.name}.new"] = _sent(cls, created, required)
        changed = _settable(cls, [*life.states] if life else None)
        found[f"{cls.name}.change"] = _sent(cls, changed, [])
    return found


def _settable(cls: ClassDef, states: Sequence[str] | None) -> list[Attribute]:
    """The attributes that can be set in one of some states at least; without states, in any."""
    if states is None:
        return writable(cls)
    return [a for a in writable(cls) if any(editable(cls, state, a.code) for state in states)]


def _object(schema: Schema, cls: ClassDef) -> dict[str, Any]:
    shape = _brief(schema, cls, _fields(cls))
    fields = shape["properties"]["fields"]
    for log in logs(cls):
        entries = {"type": "array", "items": {"$ref": "#/components/schemas/api.LogEntry"}}
        fields["properties"][log.code] = {"title": str(log.label), **entries}
    shape["properties"]["transitions"] = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/api.Transition"},
    }
    return shape


def _list(schema: Schema, cls: ClassDef) -> dict[str, Any]:
    items = {"type": "array", "items": _brief(schema, cls, _fields(cls))}
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": items, "next": {"type": ["string", "null"]}},
    }


def _brief(schema: Schema, cls: ClassDef, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["class", "id", "friendlyname", "href", "page", "fields"],
        "properties": {
            "class": {"enum": list(schema.concrete(cls.name))},
            "id": {"type": "integer"},
            "friendlyname": _TEXT,
            "href": _TEXT,
            "page": _TEXT,
            "fields": {"type": "object", "properties": fields},
        },
    }


def _fields(cls: ClassDef) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute in readable(cls):
        found[attribute.code] = json_schema(attribute)
        if attribute.kind is Kind.KEY:
            found[attribute.code + NAMED] = {**_TEXT, "readOnly": True}
    return found


def _sent(cls: ClassDef, settable: Sequence[Attribute], required: list[str]) -> dict[str, Any]:
    properties = {a.code: json_schema(a, given=True) for a in settable}
    for log in logs(cls):
        if log.code not in properties:
            continue
        properties[log.code]["description"] = "Becomes a new entry; the others stay."
    fields = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "required": ["fields"],
        "properties": {"fields": fields},
        "additionalProperties": False,
    }


def _group() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["class", "label", "items", "more"],
        "properties": {
            "class": _TEXT,
            "label": _TEXT,
            "items": {"type": "array", "items": {"type": "object"}},
            "more": {"type": "boolean"},
        },
    }
