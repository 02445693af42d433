"""Objects as JSON: many from one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cti_oql.schema import Kind
from flask import url_for

from cti_host import current_host
from cti_tickets.api.fields import as_json, logs, moment_as_json
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.store.listing.query import Listed
from cti_tickets.store.records import FRIENDLYNAME, Record, Records
from cti_tickets.transfer.reading.log_parsing import stored_logs

NAMED = f"_{FRIENDLYNAME}"


def listed(
    records: Records, cls: ClassDef, objects: Sequence[Listed], fields: Sequence[Attribute]
) -> list[dict[str, Any]]:
    """The objects of a page of a list, each with some attributes."""
    return brief(records, cls, [found.id for found in objects], fields)


def brief(
    records: Records, cls: ClassDef, ids: Sequence[int], fields: Sequence[Attribute]
) -> list[dict[str, Any]]:
    """Objects of a class, each with some attributes."""
    return [_brief(cls, record, fields) for record in _load(records, cls, ids, fields)]


def whole(records: Records, cls: ClassDef, id_: int, fields: Sequence[Attribute]) -> dict[str, Any]:
    """An object with its logs, and where it can go from its state; empty: it isn't there."""
    found = _load(records, cls, [id_], fields)
    if not found:
        return {}
    said = _brief(cls, found[0], fields)
    said["fields"] |= _logs(cls, id_)
    said["transitions"] = _transitions(cls, found[0])
    return said


def _load(
    records: Records, cls: ClassDef, ids: Sequence[int], fields: Sequence[Attribute]
) -> list[Record]:
    codes = [FRIENDLYNAME]
    for attribute in fields:
        codes.append(attribute.code)
        if attribute.kind is Kind.KEY:
            codes.append(attribute.code + NAMED)
    if cls.lifecycle:
        codes.append(cls.lifecycle.attribute)
    return records.load(current_host().database, cls.name, ids, list(dict.fromkeys(codes)))


def _brief(cls: ClassDef, record: Record, fields: Sequence[Attribute]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for attribute in fields:
        said[attribute.code] = as_json(attribute, record.values[attribute.code])
        if attribute.kind is Kind.KEY:
            said[attribute.code + NAMED] = record.text(attribute.code + NAMED)
    return {
        "class": record.class_name,
        "id": record.id,
        "friendlyname": record.text(FRIENDLYNAME),
        "href": url_for("tickets.api_object", class_name=record.class_name, id_=record.id),
        "page": url_for("tickets.view", class_name=record.class_name, id_=record.id),
        "fields": said,
    }


def _logs(cls: ClassDef, id_: int) -> dict[str, Any]:
    if not logs(cls):
        return {}
    stored = stored_logs([id_])
    return {
        log.code: [
            {
                "date": moment_as_json(entry.created),
                "author": entry.author,
                "author_id": entry.contact_id or None,
                "text": entry.text,
            }
            for entry in stored.get((id_, log.code), ())
        ]
        for log in logs(cls)
    }


def _transitions(cls: ClassDef, record: Record) -> list[dict[str, str]]:
    """The ways out of the object's state that whoever asks may take."""
    life = cls.lifecycle
    if life is None:
        return []
    access = current_access()
    return [
        {
            "stimulus": way.stimulus,
            "label": str(life.stimuli[way.stimulus].label),
            "target": way.target,
            "href": url_for(
                "tickets.api_transition",
                class_name=cls.name,
                id_=record.id,
                stimulus=way.stimulus,
            ),
        }
        for way in life.possible(record.text(life.attribute))
        if access.may(way.stimulus, cls.name)
    ]
