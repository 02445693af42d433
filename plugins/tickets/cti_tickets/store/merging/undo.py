"""A merge is undone: what was moved goes back, as far as nobody has changed it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import peewee
from cti_oql.running import marks, rows
from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import Agent, Moved, database, writing
from cti_tickets.model.classes.merges import ObjectMerge
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import DELETE, MODIFY
from cti_tickets.store import history, objects
from cti_tickets.store.computed import naive
from cti_tickets.store.history.change import Plain
from cti_tickets.store.merging import kept as keeping
from cti_tickets.store.merging.elsewhere import move_elsewhere
from cti_tickets.store.merging.merge import row_of
from cti_tickets.store.merging.plan import move_keys, tables_of
from cti_tickets.store.referring.keys import lock_rows
from cti_tickets.store.transactions import defer_references, locked, will_write
from cti_tickets.store.validation import unique_codes
from cti_tickets.store.values import MAX_ID


class NotUndoable(ValueError):
    """A merge can't be undone, or no longer; the message says why. Nothing was changed."""


@dataclass
class Undone:
    """What was done, and what was left as it is, since it was changed after the merge.

    :param values: the attributes of the object that stayed
    :param restored: those of the object that came back which led to what is gone
    :param objects: how many objects, by what they are called
    """

    class_name: str
    kept_id: int
    merged_id: int
    values: list[Attribute] = field(default_factory=list)
    restored: list[Attribute] = field(default_factory=list)
    objects: dict[str, int] = field(default_factory=dict)

    def leave(self, label: str, count: int) -> None:
        """Note that objects were left as they are."""
        if count:
            self.objects[label] = self.objects.get(label, 0) + count


def undo_merge(
    class_name: str, merge_id: int, *, author: Agent | None, now: datetime | None = None
) -> Undone:
    """Undo a merge, in one transaction.

    :param class_name: the class of the objects
    :param merge_id: see `kept.open_merges`
    :raises Forbidden: who acts may not merge objects of the class
    :raises NotUndoable: it can't be undone
    :raises NotFound: the object that stayed isn't there
    :raises MovingFailed: another plugin failed
    """
    cls, moment = schema()[class_name], naive(now)
    for action in (MODIFY, DELETE):
        current_access().require(action, class_name)
    try:
        with writing():
            for table in (ObjectMerge._meta.table_name, cls.table, *tables_of(cls)):
                will_write(table)
            known = ObjectMerge.select().where(ObjectMerge.id == min(merge_id, MAX_ID))
            one = locked(known).first()
            if one is None or one.class_name != class_name:
                raise NotUndoable(_("There is nothing to undo."))
            _require_open(one, moment)
            lock_rows(cls.table, [one.kept_id])
            return _Undoing(cls, one, author, moment).run()
    except peewee.IntegrityError as error:
        raise NotUndoable(
            _("The one that was merged can't be stored again: something it needs is gone.")
        ) from error


def _require_open(one: Any, moment: datetime) -> None:
    if one.undone is not None:
        raise NotUndoable(_("Somebody has undone this already."))
    if not one.undo or one.moment <= moment - timedelta(hours=keeping.UNDO_HOURS):
        raise NotUndoable(_("This was longer ago than a day: it can't be undone any more."))
    further = keeping.survivor(one.class_name, one.kept_id)
    if further is not None:
        raise NotUndoable(
            _("The one that stayed was merged into #%(id)s: undo that first.", id=further)
        )


class _Undoing:
    """One merge that is being undone, in the current transaction."""

    def __init__(self, cls: ClassDef, one: Any, author: Agent | None, moment: datetime) -> None:
        self._cls, self._one, self._author, self._moment = cls, one, author, moment
        self._undo = keeping.Undo.read(one.undo)
        self._done = Undone(cls.name, one.kept_id, one.merged_id)

    def run(self) -> Undone:
        cls, one, moment = self._cls, self._one, self._moment
        objects.load(cls.name, one.kept_id)  # whoever acts has to see it
        defer_references()
        present = row_of(cls, one.kept_id)
        # A value that only one object may have is free before the other one gets it back.
        self._restore_values(present, keys=False)
        row = self._present(cls, self._undo.row, self._done.restored)
        self._leave_taken(row)
        _insert(cls.table, row)
        self._restore_values(present, keys=True)
        for moved in self._undo.moved:
            self._move_back(moved)
        for name, link in self._undo.links:
            if name in schema():  # else its plugin is no longer enabled
                self._restore_link(schema()[name], link)
        self._move_back_elsewhere()
        history.merge_undone(
            cls.name,
            one.kept_id,
            f"{one.name} #{one.merged_id}",
            {},
            author=self._author,
            now=self._moment,
        )
        history.merge_undone(
            cls.name,
            one.merged_id,
            f"#{one.kept_id}",
            _values(cls, row),
            author=self._author,
            now=self._moment,
        )
        ObjectMerge.update(undone=moment, undo="").where(ObjectMerge.id == one.id).execute()
        return self._done

    def _present(
        self, cls: ClassDef, row: Mapping[str, Plain], emptied: list[Attribute]
    ) -> dict[str, Plain]:
        """A row whose keys lead to what is there: what was merged meanwhile, or nothing."""
        present = dict(row)
        for attribute in cls.attributes.values():
            target = row.get(attribute.column) if attribute.stored else None
            if attribute.kind is not Kind.KEY or not isinstance(target, int):
                continue
            own = schema()[attribute.target].table == cls.table and target == row["id"]
            if own or _is_there(attribute.target, target):
                continue
            now = keeping.survivor(attribute.target, target)
            present[attribute.column] = now if now and _is_there(attribute.target, now) else None
            if present[attribute.column] is None:
                emptied.append(attribute)
        return present

    def _leave_taken(self, row: dict[str, Plain]) -> None:
        """Empty, of the object that comes back, what only one may have and another one has now."""
        for codes in unique_codes(self._cls):
            taken = {self._cls.attributes[code].column: row[code] for code in codes}
            if all(taken.values()) and _exists(self._cls.table, taken):
                row[codes[-1]] = ""
                self._done.restored.append(self._cls.attributes[codes[-1]])

    def _restore_values(self, present: Mapping[str, Plain], *, keys: bool) -> None:
        """Give the object that stayed what it had, where it has what the merge gave it.

        :param present: what it has
        :param keys: whether its keys are meant, or everything else
        """
        cls, changed = self._cls, self._undo.changed
        restored: dict[str, Plain] = {}
        for attribute in cls.attributes.values():
            if attribute.column not in changed or not attribute.stored:
                continue
            if (attribute.kind is Kind.KEY) is not keys:
                continue
            before, after = changed[attribute.column]
            target = before if attribute.kind is Kind.KEY and isinstance(before, int) else None
            gone = target is not None and target != self._one.merged_id
            if present[attribute.column] != after or (
                gone and not _is_there(attribute.target, target or 0)
            ):
                self._done.values.append(attribute)
                continue
            restored[attribute.column] = before
            if attribute.number_column in changed:
                restored[attribute.number_column] = changed[attribute.number_column][0]
        if restored:
            _update(cls.table, self._one.kept_id, restored)
            history.changed(cls, self._one.kept_id, present, restored, self._author, self._moment)

    def _move_back(self, moved: keeping.MovedKeys) -> None:
        kept, merged = self._one.kept_id, self._one.merged_id
        if moved.class_name and moved.class_name not in schema():
            return  # its plugin is no longer enabled
        ids = move_keys(moved.table, moved.column, moved.ids, kept, merged)
        if not moved.class_name:
            return
        definition = schema()[moved.class_name]
        code = next(a.code for a in definition.attributes.values() if a.column == moved.column)
        history.rekeyed(
            moved.class_name, code, ids, (kept, merged), author=self._author, now=self._moment
        )
        self._done.leave(str(definition.label), len(moved.ids) - len(ids))

    def _restore_link(self, definition: ClassDef, row: Mapping[str, Plain]) -> None:
        """Store a link again, unless what it linked isn't there, or is linked anew."""
        gone: list[Attribute] = []
        present = self._present(definition, row, gone)
        needed = {a.column: present[a.column] for a in definition.attributes.values()
                  if a.stored and a.kind is Kind.KEY and a.mandatory}  # fmt: skip
        if None in needed.values() or _exists(definition.table, needed):
            self._done.leave(str(definition.label), 1)
            return
        _insert(definition.table, present)
        id_ = int(str(row["id"]))
        history.merge_undone(
            definition.name,
            id_,
            "",
            _values(definition, present),
            author=self._author,
            now=self._moment,
        )

    def _move_back_elsewhere(self) -> None:
        only = [Moved(kind, label, ids, plugin)
                for plugin, kind, label, ids in self._undo.elsewhere]  # fmt: skip
        done = move_elsewhere(self._cls, self._one.kept_id, self._one.merged_id, only)
        back = {(one.source, one.kind): len(one.ids) for one in done}
        for one in only:
            self._done.leave(one.label, len(one.ids) - back.get((one.source, one.kind), 0))


def _values(cls: ClassDef, row: Mapping[str, Plain]) -> dict[str, tuple[Plain, Plain]]:
    """What an object has that was stored again, as changes."""
    codes = [a.code for a in cls.attributes.values() if a.stored]
    return {code: (None, row[code]) for code in codes if row.get(code) not in ("", None)}


def _is_there(class_name: str, id_: int) -> bool:
    """Whether there is an object, whoever acts."""
    cls = schema()[class_name]
    sql = f'SELECT 1 FROM "{cls.table}" WHERE id = {marks(database.obj, 1)}'  # noqa: S608
    return bool(rows(database.obj, sql, [id_]))


def _exists(table: str, values: Mapping[str, Plain]) -> bool:
    mark = marks(database.obj, 1)
    condition = " AND ".join(f'"{column}" = {mark}' for column in values)
    sql = f'SELECT 1 FROM "{table}" WHERE {condition}'  # noqa: S608 -- names of the schema
    return bool(rows(database.obj, sql, [*values.values()]))


def _insert(table: str, row: Mapping[str, Plain]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks(database.obj, len(row))})'  # noqa: S608
    _execute(sql, [*row.values()])


def _update(table: str, id_: int, values: Mapping[str, Plain]) -> None:
    mark = marks(database.obj, 1)
    sets = ", ".join(f'"{name}" = {mark}' for name in values)
    _execute(f'UPDATE "{table}" SET {sets} WHERE id = {mark}', [*values.values(), id_])  # noqa: S608


def _execute(sql: str, values: Sequence[Any]) -> None:
    execute: Any = database.execute_sql  # peewee's types leave it out
    execute(sql, tuple(values))
