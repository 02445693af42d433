"""The page of what others refer to: how to reach it, where it belongs, what to do for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cti_oql.schema import Kind
from flask import url_for

from cti_host import current_host
from cti_tickets.facts import Fact, is_yes, list_url
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import CREATE
from cti_tickets.store.records import FRIENDLYNAME, Records, shown_name

_TICKET = "Ticket"
# Nobody has so many levels of organizations.
_MOST_ABOVE = 20


@dataclass(frozen=True)
class Link:
    """Something that is named, and where it is."""

    name: str
    url: str


@dataclass(frozen=True)
class Hub:
    """What the page has besides the facts and the lists.

    :param reach: the numbers and addresses of the object, as facts
    :param phones: the attributes that are numbers
    :param above: what it is part of, the top first
    :param new_tickets: the forms of new tickets for it
    :param facts: the other facts, what the form of a new object asks for first
    :param flags: what is a yes, such as "VIP"; a no says nothing
    """

    reach: Sequence[Fact]
    phones: Collection[str]
    above: Sequence[Link]
    new_tickets: Sequence[Link]
    facts: Sequence[Fact]
    flags: Sequence[str]


def hub_of(records: Records, cls: ClassDef, view: ObjectView) -> Hub:
    """What the page of an object has besides its lists."""
    order = [*cls.form, *cls.attributes]
    reach = [fact for fact in view.facts if _reaches(cls, fact)]
    checks = {a.code for a in cls.attributes.values() if a.kind is Kind.BOOLEAN}
    rest = [f for f in view.facts if not _reaches(cls, f) and f.code not in checks]
    flags = [f.label for f in view.facts if f.code in checks and is_yes(view.values[f.code])]
    return Hub(
        reach,
        {a.code for a in cls.attributes.values() if a.kind is Kind.PHONE},
        _above(records, cls, view),
        _new_tickets(records.schema, cls, view.id),
        # What the page is headed by comes last, to be copied.
        sorted(rest, key=lambda f: (f.code in cls.friendlyname, order.index(f.code))),
        flags,
    )


def _reaches(cls: ClassDef, fact: Fact) -> bool:
    return cls.attributes[fact.code].kind in (Kind.PHONE, Kind.EMAIL)


def _above(records: Records, cls: ClassDef, view: ObjectView) -> list[Link]:
    """What an object of a tree is part of, as far as whoever acts may see it."""
    key = next((a for a in cls.attributes.values() if a.hierarchical), None)
    if key is None:
        return []
    found: list[Link] = []
    known, above = {view.id}, view.values.get(key.code)
    while above and above not in known and len(found) < _MOST_ABOVE:
        known.add(above)
        codes = [FRIENDLYNAME, key.code]
        read = records.load(current_host().database, key.target, [above], codes)
        if not read:
            break
        name = shown_name(records.schema[key.target], read[0].text(FRIENDLYNAME), above)
        url = url_for("tickets.view", class_name=read[0].class_name, id_=above)
        found.insert(0, Link(name, url))
        above = read[0].values[key.code]
    return found


def _new_tickets(schema: Schema, cls: ClassDef, id_: int) -> list[Link]:
    """The forms of new tickets that have a place for an object: first of all, that of its caller.

    Which place, the models say: the first key of the form that may lead to it.
    """
    above, access = schema.ancestors(cls.name), current_access()
    found = []
    for name in schema.concrete(_TICKET):
        kind = schema[name]
        if not access.may(CREATE, name):
            continue
        keys = [kind.attributes[c] for c in kind.form if kind.attributes[c].target in above]
        needed = [key for key in keys if key.mandatory] or keys
        best = next((key for key in needed if key.code == "caller_id"), None) or next(
            iter(needed), None
        )
        if best is not None:
            url = list_url(kind, {best.code: str(id_)}, "tickets.new")
            found.append(Link(str(kind.label), url))
    return found
