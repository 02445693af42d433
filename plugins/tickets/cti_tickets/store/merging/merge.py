"""Two objects become one, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import peewee
from cti_oql.running import marks, rows
from flask_babel import gettext as _

from cti_host import Agent, database, writing
from cti_tickets.model.classes.merges import ObjectMerge
from cti_tickets.model.data_model import current, schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights import organizations
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import DELETE, MODIFY
from cti_tickets.store import history, objects
from cti_tickets.store.computed import naive
from cti_tickets.store.concurrency.versions import check_version
from cti_tickets.store.history.change import Plain, plain
from cti_tickets.store.merging import kept as keeping
from cti_tickets.store.merging.choosing import Chosen, choose
from cti_tickets.store.merging.elsewhere import move_elsewhere
from cti_tickets.store.merging.mergeable import is_mergeable
from cti_tickets.store.merging.plan import MergePlan, move_keys, plan_merge, tables_of
from cti_tickets.store.records import Records
from cti_tickets.store.referring.keys import lock_rows
from cti_tickets.store.transactions import defer_references, will_write


class NotMergeable(ValueError):
    """Two objects can't be merged; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class Merged:
    """What was done.

    :param id: by what it can be undone
    :param lost: the numbers that were not kept, with their attributes
    :param moved: how many objects lead elsewhere now, those of other plugins among them
    """

    id: int
    lost: Sequence[tuple[Attribute, str]]
    moved: int


def merge(
    class_name: str,
    kept_id: int,
    merged_id: int,
    *,
    author: Agent | None,
    others: Collection[str] = (),
    both: Collection[str] = (),
    numbers: bool = True,
    versions: tuple[str, str] | None = None,
    now: datetime | None = None,
) -> Merged:
    """Let an object become another one: what leads to it leads to the other one, and it goes.

    All of it happens, or nothing. For a day `undo.undo_merge` takes it back.

    :param class_name: the class of both
    :param kept_id: the object that stays
    :param merged_id: the one that becomes it
    :param author: who does it
    :param others: the attributes of which the object that stays gets the other one's value
    :param both: those of which it gets the other one's text below its own
    :param numbers: whether it keeps all other numbers, too, as far as there is room for them
    :param versions: those that the author has seen, of both; `None`: any
    :raises Forbidden: who acts may not change both and delete one
    :raises NotFound: one of them isn't there
    :raises NotMergeable: they are one object, or of different classes, or of one without merging
    :raises Outdated: one of them has another version by now
    :raises InvalidValues: what the object that stays would have is not allowed
    :raises MovingFailed: another plugin failed
    """
    cls, moment = schema()[class_name], naive(now)
    for action in (MODIFY, DELETE):
        current_access().require(action, class_name)
    if kept_id == merged_id:
        raise NotMergeable(_("These are one and the same already."))
    if not is_mergeable(cls):
        raise NotMergeable(_("Objects of this class can't be merged."))
    try:
        with writing():
            for table in (cls.table, *tables_of(cls)):
                will_write(table)
            lock_rows(cls.table, [kept_id, merged_id])
            values = [_stored(cls, id_) for id_ in (kept_id, merged_id)]
            for id_, stored, version in zip(
                (kept_id, merged_id), values, versions or (), strict=False
            ):
                check_version(cls, id_, stored, version)
            mine, theirs = (seen_values(cls, one) for one in values)
            ids = (kept_id, merged_id)
            chosen = choose(cls, mine, theirs, ids, others, numbers=numbers, both=both)
            return _merge(cls, kept_id, merged_id, chosen, author, moment)
    except peewee.IntegrityError as error:
        # A table of another plugin needs the object, or somebody wrote in between.
        raise NotMergeable(
            _("Something else needs one of them, so they can't be merged.")
        ) from error


def _merge(
    cls: ClassDef,
    kept: int,
    merged: int,
    chosen: Chosen,
    author: Agent | None,
    moment: datetime,
) -> Merged:
    names = Records(schema()).names(database.obj, cls.name, [kept, merged])
    before, row = row_of(cls, kept), row_of(cls, merged)
    plan = plan_merge(cls, kept, merged)
    elsewhere = move_elsewhere(cls, merged, kept)
    defer_references()
    _empty(cls, kept, plan, author, moment)
    moved = _move(cls, plan, kept, merged, author, moment)
    links = _drop(plan, author, moment)
    history.deleted({cls.name: [merged]}, author=author, now=moment, stimulus=history.MERGED)
    _execute(f'DELETE FROM "{cls.table}" WHERE id = {marks(database.obj, 1)}', merged)  # noqa: S608
    if chosen.values:
        objects.update(cls.name, kept, chosen.values, author=author, now=moment)
    name = names.get(merged, "").strip()
    history.merged(cls.name, kept, f"{name} #{merged}".strip(), author=author, now=moment)
    after = row_of(cls, kept)
    changed = {code: (before[code], after[code]) for code in after if before[code] != after[code]}
    undo = keeping.Undo(
        row, changed, moved, links, [(m.source, m.kind, m.label, [*m.ids]) for m in elsewhere]
    )
    keeping.forget(moment)
    actor = history.actor_of(author)
    record = ObjectMerge.create(
        root=history.root_of(cls.name),
        class_name=cls.name,
        kept_id=kept,
        merged_id=merged,
        moment=moment,
        account=actor.account,
        author=actor.author,
        name=name[:255],
        undo=undo.as_json(),
    )
    count = sum(len(one.ids) for one in moved if one.class_name)
    return Merged(record.id, chosen.lost, count + sum(len(one.ids) for one in elsewhere))


def seen_values(cls: ClassDef, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an object, without keys to what whoever acts may not see."""
    hidden = organizations.hidden_keys(cls, values)
    return {code: None if code in hidden else value for code, value in values.items()}


def row_of(cls: ClassDef, id_: int) -> dict[str, Plain]:
    """All columns of an object, as JSON knows them."""
    columns = current().columns[cls.name]
    names = ", ".join(f'"{name}"' for name in columns)
    sql = f'SELECT {names} FROM "{cls.table}" WHERE id = {marks(database.obj, 1)}'  # noqa: S608
    (row,) = rows(database.obj, sql, [id_])
    return {name: plain(value) for name, value in zip(columns, row, strict=True)}


def _stored(cls: ClassDef, id_: int) -> dict[str, Any]:
    """The values of an object of this very class."""
    obj = objects.load(cls.name, id_)
    if objects.definition_of(obj).name != cls.name:
        raise NotMergeable(_("Only objects of one class can be merged."))
    return {a.code: getattr(obj, a.code) for a in cls.attributes.values() if a.stored}


def _empty(
    cls: ClassDef, kept: int, plan: MergePlan, author: Agent | None, moment: datetime
) -> None:
    """Empty the keys by which the object that stays leads to the other one."""
    for attribute in plan.emptied:
        history.emptied(cls.name, attribute.code, [kept], author=author, now=moment)
        _execute(
            f'UPDATE "{cls.table}" SET "{attribute.column}" = NULL'  # noqa: S608
            f" WHERE id = {marks(database.obj, 1)}",
            kept,
        )


def _move(
    cls: ClassDef,
    plan: MergePlan,
    kept: int,
    merged: int,
    author: Agent | None,
    moment: datetime,
) -> list[keeping.MovedKeys]:
    moved = []
    for one in plan.moving:
        table, column = schema()[one.class_name].table, one.attribute.column
        ids = move_keys(table, column, one.ids, merged, kept)
        change = (merged, kept)
        history.rekeyed(one.class_name, one.attribute.code, ids, change, author=author, now=moment)
        moved.append(keeping.MovedKeys(table, column, one.class_name, ids))
    for table, column in plan.columns:
        ids = move_keys(table, column, None, merged, kept)
        if ids:
            moved.append(keeping.MovedKeys(table, column, "", ids))
    return moved


def _drop(
    plan: MergePlan, author: Agent | None, moment: datetime
) -> list[tuple[str, Mapping[str, Plain]]]:
    """Delete the links that would be there twice; they are kept for whoever undoes the merge."""
    links: list[tuple[str, Mapping[str, Plain]]] = []
    for one in plan.dropped:
        definition = schema()[one.class_name]
        history.deleted(
            {one.class_name: one.ids}, author=author, now=moment, stimulus=history.MERGED
        )
        for id_ in one.ids:
            links.append((one.class_name, row_of(definition, id_)))
            _execute(
                f'DELETE FROM "{definition.table}" WHERE id = {marks(database.obj, 1)}',  # noqa: S608
                id_,
            )
    return links


def _execute(statement: str, id_: int) -> None:
    """Run a statement for an id. Its names are the schema's, never a user's."""
    execute: Any = database.execute_sql  # peewee's types leave it out
    execute(statement, (id_,))
