"""The values of attributes in JSON: what they look like, and what is read from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from datetime import datetime
from http import HTTPStatus
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import did_you_mean
from cti_tickets.api.problems import ApiProblem
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.records import as_datetime
from cti_tickets.store.values import MAX_ID, MAX_TEXT_BYTES, BadValue, Raw

_NUMBERS = (Kind.INTEGER, Kind.DURATION, Kind.KEY)
_NEVER = (Kind.IMAGE, Kind.SET)
# Looking for the name that is meant takes time: whoever sends a thousand wrong ones means none.
_MOST_HINTS = 10
_MOST_UNKNOWN = 100


def readable(cls: ClassDef) -> list[Attribute]:
    """The attributes of a class that programs may read, but for logs."""
    return [a for a in cls.attributes.values() if a.kind not in (*_NEVER, Kind.LOG)]


def writable(cls: ClassDef) -> list[Attribute]:
    """The attributes of a class that programs may give."""
    return [a for a in cls.attributes.values() if a.storable and not a.read_only]


def logs(cls: ClassDef) -> list[Attribute]:
    """The logs of a class."""
    return [a for a in cls.attributes.values() if a.kind is Kind.LOG]


def as_json(attribute: Attribute, value: Any) -> Any:
    """A stored value."""
    if attribute.kind is Kind.BOOLEAN:
        return bool(value)
    if attribute.kind in _NUMBERS:
        return value or None if attribute.kind is Kind.KEY else value
    if attribute.kind is Kind.DATE:
        return str(value)[:10] if value else None
    if attribute.kind is Kind.DATETIME:
        moment = as_datetime(value) if value else None
        return moment_as_json(moment)
    return "" if value is None else str(value)


def moment_as_json(moment: datetime | None) -> str | None:
    """A moment in UTC."""
    return f"{moment.isoformat(timespec='seconds')}Z" if moment else None


def given_values(cls: ClassDef, fields: Mapping[str, Any]) -> dict[str, Raw]:
    """What was sent for the attributes of a class, as the store takes it.

    :raises ApiProblem: a name that isn't an attribute, or one that nobody may set
    """
    known = {attribute.code: attribute for attribute in writable(cls)}
    errors: dict[str, str] = {}
    for code in fields:
        if code in known:
            continue
        if code in cls.attributes or code == "id":
            errors[code] = _("can't be set")
        else:
            errors[code] = _("there is no such attribute") + hint(code, known, errors)
        if len(errors) == _MOST_UNKNOWN:
            break
    if errors:
        raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, _("Nothing was stored."), errors)
    return {code: _raw(known[code], value) for code, value in fields.items()}


def hint(name: str, known: Iterable[str], errors: Sized) -> str:
    """What to add to the message about an unknown name: the known one that may be meant.

    :param errors: the messages so far; after some of them there are no more hints
    """
    near = did_you_mean(name, known) if len(errors) < _MOST_HINTS else ""
    return f"; {near}" if near else ""


def _raw(attribute: Attribute, value: Any) -> Raw:
    if value is None:
        return None
    if attribute.kind is Kind.BOOLEAN:
        return int(value) if isinstance(value, bool) else BadValue(_("must be true or false"))
    if attribute.kind in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            return BadValue(_("must be a whole number"))
        return str(int(value))
    return value if isinstance(value, str) else BadValue(_("must be a text"))


def json_schema(attribute: Attribute, *, given: bool = False) -> dict[str, Any]:
    """What a value looks like, as JSON Schema.

    :param given: what may be sent, rather than what is returned
    """
    about = {"title": str(attribute.label)}
    empty = ["null"] if given else []
    match attribute.kind:
        case Kind.BOOLEAN:
            return {**about, "type": ["boolean", *empty]}
        case Kind.KEY:
            lowest = {"minimum": 1, "maximum": MAX_ID}
            target = f"The id of an object of the class {attribute.target}."
            return {**about, "type": ["integer", "null"], **lowest, "description": target}
        case Kind.INTEGER | Kind.DURATION:
            lowest = {"minimum": 0 if attribute.kind is Kind.DURATION else -MAX_ID}
            return {**about, "type": ["integer", "null"], **lowest, "maximum": MAX_ID}
        case Kind.DATE:
            return {**about, "type": ["string", "null"], "format": "date"}
        case Kind.DATETIME:
            return {**about, "type": ["string", "null"], "format": "date-time"}
        case Kind.ENUM if given or attribute.values:
            # What an import stored may be another one; what is sent must be one of these.
            codes = {"enum": [*attribute.values, "", None]} if given else {}
            meant = ", ".join(f"{code}: {label}" for code, label in attribute.values.items())
            return {**about, "type": ["string", *empty], **codes, "description": meant}
    longest = attribute.max_length or (MAX_TEXT_BYTES if attribute.stored else None)
    limit = {"maxLength": longest} if longest and given else {}
    return {**about, "type": ["string", *empty] if given else "string", **limit}
