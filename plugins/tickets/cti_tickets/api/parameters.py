"""The parameters of a list's address: which objects, in which order, with which attributes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

import peewee
from cti_oql.schema import Kind
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cti_host import Agent
from cti_tickets.api.fields import hint, json_schema, readable
from cti_tickets.api.list_views import VIEW, with_view
from cti_tickets.api.problems import ApiProblem
from cti_tickets.model.list_plan import (
    default_sort,
    filter_attribute,
    is_moment,
    listed_attribute,
    sortable_of,
)
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.store.agents import contact_of
from cti_tickets.store.listing.conditions import (
    Condition,
    any_of,
    containing,
    equal,
    within_days,
)
from cti_tickets.store.listing.places import place_in
from cti_tickets.store.listing.query import Place
from cti_tickets.store.listing.relative import ids_meant, word_for
from cti_tickets.store.values import BadValue, parse

MOST_ON_A_PAGE = 200
ON_A_PAGE = 50
LONGEST_TEXT = 200
# Of more parameters that are wrong nothing is said.
MOST_WRONG = 100
FROM, UNTIL = "_from", "_until"
OWN = ("q", "sort", "after", "limit", "fields", VIEW)


@dataclass(frozen=True)
class ListParameters:
    """What the address of a list asks for."""

    conditions: Sequence[Condition]
    sort: str
    after: Place | None
    limit: int
    fields: Sequence[Attribute]


def unknown_parameters(args: MultiDict[str, str], known: Collection[str]) -> dict[str, str]:
    """Messages for the parameters that aren't known, or are there more than once."""
    errors: dict[str, str] = {}
    for name, given in args.lists():
        if name not in known:
            errors[name] = _("there is no such parameter") + hint(name, known, errors)
        elif len(given) > 1:
            errors[name] = _("is there more than once")
        if len(errors) == MOST_WRONG:
            break
    return errors


def refuse_wrong(errors: Mapping[str, str]) -> None:
    """Refuse a request of which a parameter is wrong.

    :param errors: a message for each
    :raises ApiProblem: there are some
    """
    if errors:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, _("A parameter is wrong."), errors)


def read_parameters(
    database: peewee.Database,
    schema: Schema,
    cls: ClassDef,
    agent: Agent,
    args: MultiDict[str, str],
) -> ListParameters:
    """What an address asks for.

    :param agent: who asks, and whom "me" and "mine" mean
    :raises ApiProblem: with a message for each parameter that is wrong or unknown
    """
    filters = filters_of(cls)
    errors = unknown_parameters(args, (*OWN, *filters))
    if VIEW in args and VIEW not in errors:
        args = with_view(schema, cls, agent, args)
    conditions = _conditions(database, schema, cls, agent, filters, args, errors)
    text = args.get("q", "").strip()
    if len(text) > LONGEST_TEXT:
        errors["q"] = _("is too long: at most %(count)s characters", count=LONGEST_TEXT)
    elif text:
        conditions += containing(database, schema, cls, text)
    sort = args.get("sort", default_sort(schema, cls))
    if sort not in sorts_of(schema, cls):
        errors["sort"] = _("must be one of: %(values)s", values=", ".join(sorts_of(schema, cls)))
    limit = _limit(args.get("limit", str(ON_A_PAGE)), errors)
    fields = _fields(cls, args.get("fields"), errors)
    refuse_wrong(errors)
    by = listed_attribute(schema, cls, sort.removeprefix("-"))
    after = _after(args["after"], by, sort) if "after" in args else None
    return ListParameters(conditions, sort, after, limit, fields)


def _after(text: str, by: Attribute | None, sort: str) -> Place:
    place = place_in(text, by, sort)
    if place is None:
        message = _("is not what a page of this list gave as “next”")
        raise ApiProblem(HTTPStatus.BAD_REQUEST, _("A parameter is wrong."), {"after": message})
    return place


def filters_of(cls: ClassDef) -> dict[str, Attribute]:
    """The parameters that narrow a list down, each with its attribute."""
    found: dict[str, Attribute] = {}
    for code in (*cls.attributes, cls.organization_column):
        attribute = filter_attribute(cls, code)
        if code in OWN or attribute is None:
            continue
        names = (code + FROM, code + UNTIL) if is_moment(attribute) else (code,)
        found.update(dict.fromkeys(names, attribute))
    return found


def sorts_of(schema: Schema, cls: ClassDef) -> list[str]:
    """What a list can be sorted by; with a "-" in front, descending."""
    codes = dict.fromkeys((*sortable_of(schema, cls), "id"))
    return [sign + code for code in codes for sign in ("", "-")]


def filter_schema(schema: Schema, attribute: Attribute) -> dict[str, Any]:
    """What the value of a filter looks like, as JSON Schema."""
    if is_moment(attribute):
        return {"type": "string", "format": "date"}
    if attribute.kind is Kind.ENUM:
        return {"type": "string", "enum": list(attribute.values)}
    if attribute.kind is Kind.BOOLEAN:
        return {"type": "string", "enum": ["true", "false"]}
    described = json_schema(attribute)
    ids = {"type": "integer", "minimum": 0, "maximum": described["maximum"]}
    word = word_for(schema, attribute)
    return {"anyOf": [ids, {"type": "string", "enum": [word]}]} if word else ids


def _conditions(
    database: peewee.Database,
    schema: Schema,
    cls: ClassDef,
    agent: Agent,
    filters: dict[str, Attribute],
    args: MultiDict[str, str],
    errors: dict[str, str],
) -> list[Condition]:
    conditions: list[Condition] = []
    for name in (name for name in args if name in filters):
        attribute, text = filters[name], args[name]
        word = word_for(schema, attribute)
        try:
            if is_moment(attribute):
                day = _day(text)
                limits = (day, None) if name.endswith(FROM) else (None, day)
                conditions += within_days(database, attribute, *limits)
            elif word and text == word:
                meant = _meant(word, agent)
                conditions.append(any_of(database, schema, cls, attribute, meant))
            else:
                value = _value(attribute, text, word)
                conditions.append(equal(database, schema, cls, attribute, value))
        except BadValue as error:
            errors[name] = str(error)
    return conditions


def _meant(word: str, agent: Agent) -> list[int]:
    if contact_of(agent) is None:
        raise BadValue(_("no person in the data is you"))
    return ids_meant(word, agent)


def _value(attribute: Attribute, text: str, word: str) -> Any:
    if attribute.kind is not Kind.KEY and not text:
        raise BadValue(_("is empty"))
    if attribute.kind is Kind.KEY and not (text.isascii() and text.isdigit()):
        if word:
            raise BadValue(_("must be the id of an object, or “%(word)s”", word=word))
        raise BadValue(_("must be the id of an object"))
    if attribute.kind is Kind.BOOLEAN and text not in ("true", "false"):
        raise BadValue(_("must be one of: %(values)s", values="true, false"))
    return parse(attribute, text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValue(_("must be a date such as 2026-01-31")) from None


def _limit(text: str, errors: dict[str, str]) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_ON_A_PAGE):
        errors["limit"] = _("must be from %(lowest)s to %(highest)s", lowest=1,
                            highest=MOST_ON_A_PAGE)  # fmt: skip
        return ON_A_PAGE
    return int(text)


def _fields(cls: ClassDef, text: str | None, errors: dict[str, str]) -> list[Attribute]:
    known = {attribute.code: attribute for attribute in readable(cls)}
    if text is None:
        return [attribute for attribute in known.values() if attribute.stored]
    codes = dict.fromkeys(code.strip() for code in text.split(",") if code.strip())
    unknown = [code for code in codes if code not in known]
    if unknown:
        errors["fields"] = _("there is no such attribute") + hint(unknown[0], known, ())
    return [known[code] for code in codes if code in known]
