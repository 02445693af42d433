"""Objects of another system, stored with their ids: all that the classes know, page by page.

Values are kept as that system has them: nothing is worked out here but the number columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import NotStored, StoredAttribute, StoredClass, StoredObject, Storing
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.computed import numbers
from cti_tickets.store.copied_values import KINDS, from_store, to_store
from cti_tickets.store.references import number_of, reserve_up_to
from cti_tickets.store.transactions import writing
from cti_tickets.store.validation import defaults, missing
from cti_tickets.store.values import MAX_ID, BadValue
from cti_tickets.transfer import bulk
from cti_tickets.transfer.copied_logs import log_lines, write_logs


def stored_classes() -> list[StoredClass]:
    """The classes that objects can have, with what is kept of them."""
    return [
        StoredClass(
            definition.name,
            tuple(
                StoredAttribute(a.code, KINDS[a.kind], a.target, a.mandatory)
                for a in _kept(definition)
            ),
            tuple(schema().ancestors(definition.name)[1:]),
        )
        for definition in schema()
        if not definition.abstract
    ]


def store_objects(class_name: str, objects: Sequence[StoredObject]) -> Storing | None:
    """Store a page of objects; `None`: there is no such class."""
    if not _is_kept(class_name):
        return None
    page = sorted(objects, key=lambda one: one.id)
    try:
        with writing():
            return _Page(schema()[class_name], page).store()
    except bulk.INTEGRITY_ERRORS as error:
        if len(page) == 1:
            reason = _("the database refuses it: %(reason)s", reason=str(error).partition("\n")[0])
            return Storing(not_stored=[NotStored(class_name, page[0].id, reason)])
    # One of them is the cause; the others are stored.
    each = [found for one in page if (found := store_objects(class_name, [one]))]
    return Storing(
        sum(one.new for one in each),
        sum(one.changed for one in each),
        sum(one.same for one in each),
        [problem for one in each for problem in one.not_stored],
    )


def read_objects(
    class_name: str, after: int, upto: int, limit: int
) -> Sequence[StoredObject] | None:
    """Stored objects whose ids are in a range, by id; `None`: there is no such class."""
    if not _is_kept(class_name):
        return None
    definition, model = schema()[class_name], _model(class_name)
    query = model.select().where(model.id > after, model.id <= upto).order_by(model.id)
    if definition.polymorphic:
        query = query.where(model.finalclass == class_name)
    rows = _by_column(model, query.limit(limit))
    logs = log_lines(definition, [row["id"] for row in rows])
    return [
        StoredObject(
            class_name,
            row["id"],
            {
                a.code: logs.get((row["id"], a.code), ())
                if a.kind is Kind.LOG
                else from_store(a, row[a.code])
                for a in _kept(definition)
            },
        )
        for row in rows
    ]


class _Page:
    """A page of objects of one class, by id, inside its transaction."""

    def __init__(self, definition: ClassDef, objects: Sequence[StoredObject]) -> None:
        self._definition, self._objects = definition, objects
        self._model = _model(definition.name)
        self._problems: list[NotStored] = []
        ids = [one.id for one in objects]
        # Whatever class has these ids: the ids of a table are shared.
        rows = _by_column(self._model, self._model.select().where(self._model.id.in_(ids)))
        self._before = {row["id"]: row for row in rows}

    def store(self) -> Storing:
        """Write what is right, and say what is not."""
        parsed = [(one, self._parsed(one)) for one in self._objects]
        rows = {one.id: row for one, row in parsed if row is not None}
        there = self._targets(rows)
        new: list[dict[str, Any]] = []
        changed: set[int] = set()
        written = []
        for one in self._objects:
            row = rows.get(one.id)
            if row is None or not self._check_keys(row, there):
                continue
            written.append(one)
            # What comes later in this page may lead to it.
            for ids in (there[name] for name in self._names() if name in there):
                ids.add(one.id)
            if one.id not in self._before:
                new.append(self._complete(row))
            elif self._change(row):
                changed.add(one.id)
        names = _all_columns(self._definition)
        values = [tuple(row[name] for name in names) for row in new]
        bulk.insert(self._definition.table, names, values)
        changed |= write_logs(self._definition, written) & self._before.keys()
        if new:
            bulk.reset_sequences()
            if "ref" in self._definition.attributes:
                reserve_up_to(max(number_of(row["ref"]) for row in new))
        same = len(written) - len(new) - len(changed)
        return Storing(len(new), len(changed), same, self._problems)

    def _names(self) -> list[str]:
        return schema().ancestors(self._definition.name)

    def _refuse(self, object_id: int, reason: str) -> None:
        self._problems.append(NotStored(self._definition.name, object_id, reason))

    def _parsed(self, one: StoredObject) -> dict[str, Any] | None:
        """The columns that are given, checked; None: the object is refused."""
        before = self._before.get(one.id, {})
        if not 0 < one.id <= MAX_ID:
            self._refuse(
                one.id, _("the id must be a whole number from 1 to %(limit)s", limit=MAX_ID)
            )
            return None
        other = before.get("finalclass", self._definition.name)
        if other != self._definition.name:
            text = _("the id is taken by an object of the class %(class_name)s", class_name=other)
            self._refuse(one.id, text)
            return None
        row: dict[str, Any] = {"id": one.id}
        wrong: dict[str, str] = {}
        for attribute in _kept(self._definition):
            if attribute.code in one.values and attribute.kind is not Kind.LOG:
                try:
                    row[attribute.code] = to_store(attribute, one.values[attribute.code])
                except BadValue as error:
                    wrong[attribute.code] = str(error)
        complete = {**defaults(self._definition), **before, **row}
        wrong = {**missing(self._definition, complete), **wrong}
        if wrong:
            self._refuse(one.id, "; ".join(f"{code}: {text}" for code, text in wrong.items()))
            return None
        return {**row, **numbers(self._definition, row)}

    def _targets(self, rows: Mapping[int, Mapping[str, Any]]) -> dict[str, set[int]]:
        """The ids that the keys of these rows lead to and that are there, by target class."""
        wanted: dict[str, set[int]] = {}
        for row in rows.values():
            for key in _keys(self._definition):
                if row.get(key.code):
                    wanted.setdefault(key.target, set()).add(row[key.code])
        return {target: _existing(target, ids) for target, ids in wanted.items()}

    def _check_keys(self, row: dict[str, Any], there: Mapping[str, set[int]]) -> bool:
        """Empty the keys that lead nowhere; False: one of them is mandatory."""
        found = []
        for key in _keys(self._definition):
            target = row.get(key.code)
            itself = target == row["id"] and key.target in self._names()
            if not target or target in there[key.target] or itself:
                continue
            reason = _(
                "there is no %(class_name)s with the id %(id)s", class_name=key.target, id=target
            )
            if key.mandatory:
                self._refuse(row["id"], f"{key.code}: {reason}")
                return False
            row[key.code] = None
            found.append(NotStored(self._definition.name, row["id"], reason, key.code, target))
        self._problems += found
        return True

    def _change(self, row: Mapping[str, Any]) -> bool:
        """Write what differs; answers whether something did."""
        before = self._before[row["id"]]
        fields = self._model._meta.columns
        different = {
            fields[column]: value for column, value in row.items() if value != before[column]
        }
        if different:
            self._model.update(different).where(self._model.id == row["id"]).execute()
        return bool(different)

    def _complete(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A whole new row: what was not given takes its default."""
        columns = dict.fromkeys(_all_columns(self._definition))
        complete = {**columns, **defaults(self._definition), **row}
        if self._definition.polymorphic:
            complete["finalclass"] = self._definition.name
        return complete


def _is_kept(class_name: str) -> bool:
    return class_name in schema() and not schema()[class_name].abstract


def _model(class_name: str) -> Any:
    return model_of(class_name)


def _kept(definition: ClassDef) -> list[Attribute]:
    """The attributes with a value of their own: in a column, or as a log."""
    return [
        a
        for a in definition.attributes.values()
        if a.kind in KINDS and (a.column == a.code or a.kind is Kind.LOG)
    ]


def _keys(definition: ClassDef) -> list[Attribute]:
    return [a for a in _kept(definition) if a.kind is Kind.KEY]


def _all_columns(definition: ClassDef) -> list[str]:
    """All columns that the objects of a class fill, the id first."""
    columns = [a for a in definition.attributes.values() if a.column and a.column == a.code]
    extra = ["finalclass"] if definition.polymorphic else []
    numbered = [a.number_column for a in columns if a.number_column]
    return ["id", *extra, *(a.column for a in columns), *numbered]


def _existing(class_name: str, ids: set[int]) -> set[int]:
    """Those of some ids that are objects of a class, or of one under it."""
    model = _model(class_name)
    query = model.select(model.id).where(model.id.in_(sorted(ids)))
    if schema()[class_name].polymorphic:
        query = query.where(model.finalclass.in_(schema().concrete(class_name)))
    return {row[0] for row in query.tuples()}


def _by_column(model: Any, query: Any) -> list[dict[str, Any]]:
    """The rows of a query, by column."""
    columns = {field.name: column for column, field in model._meta.columns.items()}
    return [{columns[name]: value for name, value in row.items()} for row in query.dicts()]
