"""What merging two objects would do to all others: which keys move, and which links go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cti_oql.running import marks, rows
from cti_oql.schema import Kind

from cti_host import Moved, database
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, ClassDef, OnDelete
from cti_tickets.store.merging.elsewhere import move_elsewhere
from cti_tickets.store.referring.keys import (
    columns_without_attribute,
    references,
    referring,
)
from cti_tickets.store.referring.visible import chunks
from cti_tickets.store.validation import UNIQUE


@dataclass(frozen=True)
class Concerned:
    """Objects of a class, and the key by which a merge concerns them."""

    class_name: str
    attribute: Attribute
    ids: Sequence[int]


@dataclass
class MergePlan:
    """What becomes of other objects.

    :param moving: what leads to the merged object, and will lead to the one that stays
    :param dropped: what only links the merged object with what the other one is linked with, too
    :param emptied: the keys by which the object that stays leads to the merged one
    :param columns: the columns of rows that are no objects
    :param elsewhere: what other plugins move
    """

    moving: list[Concerned] = field(default_factory=list)
    dropped: list[Concerned] = field(default_factory=list)
    emptied: list[Attribute] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    elsewhere: list[Moved] = field(default_factory=list)


def plan_merge(cls: ClassDef, kept: int, merged: int) -> MergePlan:
    """What merging would do.

    :param kept: the object that stays
    :param merged: the one that becomes it
    :raises MovingFailed: a plugin can't say what it would move
    """
    plan = MergePlan(columns=[*columns_without_attribute(cls.table)])
    moving: dict[tuple[str, str], list[int]] = {}
    dropped: dict[tuple[str, str], list[int]] = {}
    known: dict[tuple[str, str], Attribute] = {}
    for reference in references(cls.table):
        for id_, kind, _target in referring(reference, [merged]):
            attribute = schema()[kind].attributes.get(reference.attribute.code, reference.attribute)
            if reference.table == cls.table and id_ == merged:
                continue  # its own keys go with it
            if reference.table == cls.table and id_ == kept and not attribute.mandatory:
                plan.emptied.append(attribute)
                continue
            known[kind, attribute.code] = attribute
            moving.setdefault((kind, attribute.code), []).append(id_)
    for (kind, code), ids in moving.items():
        gone = set(_twice(schema()[kind], known[kind, code], ids, kept, merged))
        staying = [id_ for id_ in ids if id_ not in gone]
        if gone:
            dropped[kind, code] = sorted(gone)
        if staying:
            plan.moving.append(Concerned(kind, known[kind, code], staying))
    plan.dropped = [Concerned(kind, known[kind, code], ids)
                    for (kind, code), ids in dropped.items()]  # fmt: skip
    plan.moving = [*_without(plan.moving, plan.dropped)]
    plan.elsewhere = move_elsewhere(cls, merged, kept, dry_run=True)
    return plan


def tables_of(cls: ClassDef) -> list[str]:
    """The tables that a merge may write to, besides that of the class."""
    names = [one.table for one in references(cls.table)]
    return [
        *dict.fromkeys([*names, *(table for table, _c in columns_without_attribute(cls.table))])
    ]


def _without(moving: Sequence[Concerned], dropped: Sequence[Concerned]) -> Iterator[Concerned]:
    """What moves, without what goes by another key."""
    for one in moving:
        gone = {id_ for other in dropped if other.class_name == one.class_name for id_ in other.ids}
        ids = [id_ for id_ in one.ids if id_ not in gone]
        if ids:
            yield Concerned(one.class_name, one.attribute, ids)


def _twice(
    cls: ClassDef, key: Attribute, ids: Sequence[int], kept: int, merged: int
) -> Iterator[int]:
    """Those of some links that say no more than another one, once their key leads to `kept`.

    A link is what can't be without either of the objects that it links.
    """
    keys = [a for a in cls.attributes.values() if _is_part(a)]
    if key not in keys or len(keys) < 2:
        return
    rest = [a for a in keys if a is not key]
    own = [a for a in cls.attributes.values() if a.stored and a not in keys]
    there = {
        tuple(row[a.code] for a in rest): row
        for row in _rows(cls, key, kept)
        if row["id"] not in ids
    }
    for row in _rows(cls, key, merged):
        if row["id"] not in ids:
            continue
        ends = tuple(row[a.code] for a in rest)
        to_itself = any(a.target == key.target and row[a.code] == kept for a in rest)
        other = there.get(ends)
        if to_itself or (
            other is not None and (cls.name in UNIQUE or _adds_nothing(row, other, own))
        ):
            yield row["id"]
        elif other is None:
            there[ends] = row


def _adds_nothing(
    row: Mapping[str, Any], other: Mapping[str, Any], attributes: Sequence[Attribute]
) -> bool:
    return all(row[a.code] in ("", None, other[a.code]) for a in attributes)


def _is_part(attribute: Attribute) -> bool:
    """Whether a key leads to what an object can't be without."""
    stored_key = attribute.kind is Kind.KEY and attribute.stored
    return stored_key and attribute.mandatory and attribute.on_delete is OnDelete.AUTO


def _rows(cls: ClassDef, key: Attribute, target: int) -> list[dict[str, Any]]:
    """The objects of a class whose key leads to an object."""
    codes = [a.code for a in cls.attributes.values() if a.stored]
    columns = ", ".join(f'"{cls.attributes[code].column}"' for code in codes)
    own = f" AND finalclass = {marks(database.obj, 1)}" if cls.polymorphic else ""
    values = [target, cls.name] if cls.polymorphic else [target]
    # Names are the schema's, never a user's; the values are bound.
    sql = (
        f'SELECT id, {columns} FROM "{cls.table}"'  # noqa: S608
        f' WHERE "{key.column}" = {marks(database.obj, 1)}{own} ORDER BY id'
    )
    found = rows(database.obj, sql, values)
    return [dict(zip(["id", *codes], row, strict=True)) for row in found]


def move_keys(table: str, column: str, ids: Sequence[int] | None, old: int, new: int) -> list[int]:
    """Let keys lead from one object to another one; returns the ids of the rows that did.

    :param ids: the rows; `None`: all whose key leads to the first one
    """
    execute: Any = database.execute_sql  # peewee's types leave the values out
    mark = marks(database.obj, 1)
    # Names are the models', never a user's; the values are bound.
    sql = f'UPDATE "{table}" SET "{column}" = {mark} WHERE "{column}" = {mark}'  # noqa: S608
    if ids is None:
        return sorted(row[0] for row in execute(f"{sql} RETURNING id", (new, old)).fetchall())
    moved: list[int] = []
    for some in chunks(ids):
        places = marks(database.obj, len(some))
        statement = f"{sql} AND id IN ({places}) RETURNING id"
        moved += [row[0] for row in execute(statement, (new, old, *some)).fetchall()]
    return sorted(moved)
