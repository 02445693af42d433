"""Allowed organizations: for an agent who is limited to some, all others do not exist.

What belongs to which organization follows from the data model. An organization is there if the
agent is limited to it, or to one above it. An object that has an organization (`org_id`) is there
if that is; one that can't be without others, such as a phone call without its ticket, if those are.
All else, such as roles and kinds of services, is everybody's. A key that leads to an object that
isn't there is read as unset.

Queries ask `allowed` and `hidden` (see `cti_oql.limits`); whatever else reads tables takes them
from `table`. Both leave out the objects of classes that whoever acts may not read, too, so that
counts and pages agree with what is shown.
Commands, and what happens by itself, are not limited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple

from cti_oql.limits import MANY, NO_LIMITS, Allowed, LimitedTables, Limits
from cti_oql.running import mark, marks, rows
from cti_oql.schema import Kind
from flask import g, has_request_context
from flask_babel import gettext as _

from cti_host import current_agent, database, is_postgresql, is_serving
from cti_tickets.model import SOURCE
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import ClassDef, OnDelete, Schema
from cti_tickets.rights.access import current_access

ROOT = "Organization"
_KEY = "org_id"
_KEPT = "cti_tickets_allowed"
_everything: ContextVar[bool] = ContextVar("cti_tickets_everything", default=False)
# Some applications at a time, each with its schema; tests have more.
_KEPT_SCHEMAS = 8


class Table(NamedTuple):
    """What to read the objects of a class from: SQL, and the values that are bound in it."""

    sql: str
    values: tuple[object, ...] = ()


def allowed() -> Allowed | None:
    """The organizations that whoever acts may see; `None`: all of them.

    They are read once in a request.
    """
    if not is_serving() or _everything.get():
        return None
    try:
        limits = current_agent().organizations_in(SOURCE)
    except RuntimeError:  # a page for everybody
        return None
    if limits is None:
        return None
    known = g.get(_KEPT)
    if known is None or known[0] != limits:
        known = (limits, Allowed(with_those_below(limits)))
        setattr(g, _KEPT, known)
    found: Allowed = known[1]
    return found


def hidden() -> frozenset[str]:
    """The classes that have objects, none of which whoever acts may read."""
    return frozenset() if _everything.get() else current_access().hidden


@contextmanager
def unlimited() -> Iterator[None]:
    """See everything meanwhile: for what the system has to know, whoever acts."""
    token = _everything.set(True)
    try:
        yield
    finally:
        _everything.reset(token)


def forget() -> None:
    """Read anew which organizations are below which: one was stored."""
    if has_request_context():
        g.pop(_KEPT, None)


@lru_cache(_KEPT_SCHEMAS)
def limits_of(classes: Schema) -> Limits:
    """What the objects of each class of a schema belong to."""
    keys: dict[str, tuple[str, ...]] = {
        cls.name: (_KEY,)
        for cls in classes
        if _KEY in cls.attributes and cls.attributes[_KEY].target == ROOT
    }
    columns = {cls.name: cls.organization_column for cls in classes if cls.organization_column}
    limits = Limits(ROOT, keys, columns)
    before = -1
    while before < len(keys):  # a class may depend on one that depends on a third
        before = len(keys)
        for cls in classes:
            depends = tuple(
                a.code
                for a in cls.attributes.values()
                if a.kind is Kind.KEY and a.mandatory and a.on_delete is not OnDelete.RESET
                if a.target != cls.name and limits.limited(a.target)
            )
            if depends and not limits.limited(cls.name):
                keys[cls.name] = depends
    return limits


def tables_for(classes: Schema, found: Allowed) -> LimitedTables:
    """The tables of a schema without the objects that aren't there."""
    return _tables(classes, found.size, is_postgresql(database.obj), frozenset())


@lru_cache(64)
def _tables(
    classes: Schema, size: int | None, postgresql: bool, unread: frozenset[str]
) -> LimitedTables:
    limits = NO_LIMITS if size is None else limits_of(classes)
    size = MANY if size is None else size
    return LimitedTables(classes, limits.hiding(classes, unread), size, postgresql)


def table(class_name: str, *, few: bool = True) -> Table:
    """What to read the objects of a class from, in a statement of one's own.

    Without the objects that aren't there, and without those of classes that may not be read.

    :param class_name: a class; those that share its table are not left out
    :param few: whether other conditions of the statement find few rows by an index
    """
    return _table(class_name, few=few, unread=hidden())


def _table(class_name: str, *, few: bool = True, unread: frozenset[str] = frozenset()) -> Table:
    """See `table`.

    :param unread: the classes whose objects are left out
    """
    found = allowed()
    if found is None and not unread:
        return Table(f'"{schema()[class_name].table}"')
    postgresql = is_postgresql(database.obj)
    size = None if found is None else found.size
    limited = _tables(schema(), size, postgresql, unread).of(class_name, few=few)
    values = () if found is None else found.values(postgresql)
    return Table(limited.sql, values * limited.places)


def columns(class_name: str, names: Sequence[str], alias: str) -> Table:
    """Columns of a class to read from its `table`: a key that leads outside is NULL.

    :param names: the names of the columns
    :param alias: what the statement calls the table
    """
    found = allowed()
    if found is None:
        return Table(", ".join(f'"{name}"' for name in names))
    definition, limits = schema()[class_name], limits_of(schema())
    selected: list[str] = []
    values: list[object] = []
    for name in names:
        key = definition.attributes.get(name)
        if key is None or key.kind is not Kind.KEY or not limits.may_hide(definition, key):
            selected.append(f'{alias}."{name}"')
            continue
        target = _table(key.target)
        # Only names are put into the text.
        selected.append(
            f"(SELECT behind.id FROM {target.sql} AS behind"  # noqa: S608
            f' WHERE behind.id = {alias}."{name}") AS "{name}"'
        )
        values += target.values
    return Table(", ".join(selected), tuple(values))


def is_there(class_name: str, object_id: int) -> bool:
    """Whether an object that is stored is there for whoever acts."""
    if allowed() is None or not limits_of(schema()).limited(class_name):
        return True
    sql, values = _table(class_name)
    place = mark(database.obj)
    # Only names, and marks for bound values, are put into the text.
    statement = f"SELECT 1 FROM {sql} AS own WHERE own.id = {place}"  # noqa: S608
    return bool(rows(database.obj, statement, [*values, object_id]))


def shows(obj: Any, definition: ClassDef) -> bool:
    """Whether an object that was read is there for whoever acts.

    :param obj: an instance of the model of its class
    """
    found = allowed()
    if found is None:
        return True
    if definition.name == ROOT:
        return obj.id in found.ids
    if limits_of(schema()).keys.get(definition.name) == (_KEY,):
        return obj.org_id in found.ids
    return is_there(definition.name, obj.id)


def refusals(
    definition: ClassDef, row: Mapping[str, Any], object_id: int | None = None
) -> dict[str, str]:
    """Why whoever acts must not store an object so, by attribute: they would not see it again.

    Keys to what they can't see are refused with the values; here an organization is left that
    would be outside, and an object of none.

    :param row: all values as they would be stored
    :param object_id: the id of the object, if it is stored already
    """
    found = allowed()
    if found is None:
        return {}
    code = ""
    if definition.name == ROOT:
        agent = current_agent().organizations_in(SOURCE) or ()
        if object_id not in agent and row.get("parent_id") not in found.ids:
            code = "parent_id"
    elif limits_of(schema()).keys.get(definition.name) == (_KEY,) and not row.get(_KEY):
        code = _KEY
    return {code: str(_("choose one of the organizations that you may see"))} if code else {}


def hidden_keys(definition: ClassDef, row: Mapping[str, Any]) -> set[str]:
    """The keys of a stored object that lead to objects that aren't there for whoever acts."""
    if allowed() is None:
        return set()
    limits = limits_of(schema())
    return {
        a.code
        for a in definition.attributes.values()
        if a.kind is Kind.KEY and limits.may_hide(definition, a)
        if row.get(a.code) and not is_there(a.target, row[a.code])
    }


def with_those_above(id_: int) -> list[int]:
    """The ids of an organization and of all that it is part of, whoever acts."""
    # Only the mark for a bound value is put into the text.
    sql = (
        "WITH RECURSIVE above(id, parent_id) AS ("  # noqa: S608
        f"SELECT id, parent_id FROM organization WHERE id = {mark(database.obj)} "
        "UNION SELECT o.id, o.parent_id FROM organization AS o JOIN above ON above.parent_id = o.id"
        ") SELECT id FROM above"
    )
    return [row[0] for row in rows(database.obj, sql, [id_])]


def with_those_below(ids: frozenset[int]) -> list[int]:
    """The ids of some organizations and of all that are part of them, whoever acts."""
    listed = marks(database.obj, len(ids)) if ids else "NULL"
    # Only marks for bound values are put into the text.
    sql = (
        "WITH RECURSIVE below(id) AS ("  # noqa: S608
        f"SELECT id FROM organization WHERE id IN ({listed}) "
        "UNION SELECT o.id FROM organization AS o JOIN below ON o.parent_id = below.id) "
        "SELECT id FROM below"
    )
    return [row[0] for row in rows(database.obj, sql, sorted(ids))]
