"""Which objects can be merged, and which may be the same one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cti_oql.functions.fold import fold
from cti_oql.running import is_postgresql, marks, rows
from cti_oql.running import mark as mark_of
from cti_oql.schema import Kind

from cti_host import database
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import DELETE, MODIFY
from cti_tickets.store.joint_numbers import searched
from cti_tickets.store.referring.keys import references
from cti_tickets.store.referring.visible import visible
from cti_tickets.store.values import number_of

# Nobody compares more.
MOST_CANDIDATES = 5
_PERSON = "Person"


def is_mergeable(cls: ClassDef) -> bool:
    """Whether objects of a class can be merged: those that others refer to.

    Not what has a life cycle, such as a ticket, nor what is a tree: both would have to be decided
    with all that is below it.
    """
    if cls.abstract or cls.lifecycle is not None:
        return False
    if any(attribute.hierarchical for attribute in cls.attributes.values()):
        return False
    return next(references(cls.table), None) is not None


def may_merge(class_name: str) -> bool:
    """Whether whoever acts may merge objects of a class: change both, and delete one."""
    access = current_access()
    return bool(access.may(MODIFY, class_name)) and bool(access.may(DELETE, class_name))


@dataclass(frozen=True)
class Candidate:
    """An object that may be the same as another one, and the attributes that say so."""

    id: int
    attributes: Sequence[Attribute]


def candidates(
    schema: Schema, cls: ClassDef, object_id: int, values: Mapping[str, Any]
) -> list[Candidate]:
    """The persons with a number or an e-mail address of a person, each with what is the same.

    :param values: what is stored of the person
    """
    if not schema.is_a(cls.name, _PERSON):
        return []  # of other classes numbers and addresses are in no index
    same = [*_same(cls, values)]
    if not same:
        return []
    mark = mark_of(database.obj)
    # Names are the schema's, never a user's; the values are bound.
    one = (
        f'SELECT * FROM (SELECT {{place}} AS place, id FROM "{cls.table}" WHERE {{condition}}'  # noqa: S608
        f" AND finalclass = {mark} AND id <> {mark} ORDER BY id LIMIT {MOST_CANDIDATES})"
        " AS found{place}"
    )
    parts = [one.format(place=n, condition=it[1]) for n, it in enumerate(same)]
    bound = [value for it in same for value in (*it[2], cls.name, object_id)]
    found: dict[int, dict[str, Attribute]] = {}
    for place, id_ in rows(database.obj, " UNION ALL ".join(parts), bound):
        attribute = same[place][0]
        found.setdefault(id_, {})[attribute.code] = attribute
    there = visible(cls.name, sorted(found))
    best = sorted(there, key=lambda id_: (-len(found[id_]), id_))
    return [Candidate(id_, [*found[id_].values()]) for id_ in best[:MOST_CANDIDATES]]


def _same(
    cls: ClassDef, values: Mapping[str, Any]
) -> Iterator[tuple[Attribute, str, Sequence[Any]]]:
    """The conditions of who has the same number or address, with the attribute of this object."""
    opened = database.obj
    columns = [a.number_column for a in cls.attributes.values() if a.number_column]
    for attribute in cls.attributes.values():
        text = str(values.get(attribute.code) or "")
        if not text:
            continue
        if attribute.kind is Kind.EMAIL and attribute.code == "email":
            by_code_point = ' COLLATE "C"' if is_postgresql(opened) else ""
            condition = f"email <> '' AND cti_fold(email){by_code_point} = {mark_of(opened)}"
            yield attribute, condition, [fold(text)]
        number = number_of(text) if attribute.number_column else None
        if number is not None:
            keys = searched(number).number_keys
            for column in columns:
                yield attribute, f'"{column}" IN ({marks(opened, len(keys))})', keys
