"""The objects in the database that values have to agree with, for whoever writes one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cti_oql.running import mark
from flask_babel import gettext as _

from cti_host import database, is_postgresql
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights import organizations
from cti_tickets.store.classes import of_classes
from cti_tickets.store.questions import Answer, Questions
from cti_tickets.store.validation import no_such_object


class StoredOthers:
    """The objects in the database; see `validation.Others`."""

    def __init__(self) -> None:
        self.questions = Questions()

    def will_check(self, definition: ClassDef, keys: Mapping[str, int]) -> None:
        """Have it asked along with the first question whether these keys lead somewhere."""
        for code, value in keys.items():
            ask_for(self.questions, definition.attributes[code].target, value)

    def key_problems(
        self, definition: ClassDef, keys: Mapping[str, int], object_id: int | None
    ) -> Mapping[str, str]:
        """Why keys must not lead there: nothing is there, or it is below the object itself."""
        targets = [(definition.attributes[code].target, value) for code, value in keys.items()]
        there = those_there(targets, self.questions)
        return {
            code: self._problem(definition, definition.attributes[code], value, object_id)
            if (definition.attributes[code].target, value) in there
            else no_such_object(definition.attributes[code].target, value)
            for code, value in keys.items()
        }

    def _problem(
        self, definition: ClassDef, attribute: Attribute, value: int, object_id: int | None
    ) -> str:
        if object_id is None or not schema().is_a(definition.name, attribute.target):
            return ""
        if attribute.code.startswith("parent_") and value == object_id:
            return str(_("an object can't be its own parent"))
        if attribute.hierarchical and object_id in _ancestors(attribute, value):
            return str(_("this one is below the object itself"))
        return ""

    def is_taken(
        self,
        definition: ClassDef,
        codes: tuple[str, ...],
        row: Mapping[str, Any],
        object_id: int | None,
    ) -> bool:
        """Whether another stored object has the same values."""
        model: Any = model_of(definition.name)
        query = model.select()
        for code in codes:
            query = query.where(getattr(model, code) == row[code])
        if object_id is not None:
            query = query.where(model.id != object_id)
        return bool(query.exists())


def exists(class_name: str, object_id: int) -> bool:
    """Whether there is an object of this class, or of one under it, for whoever acts."""
    return bool(those_there([(class_name, object_id)]))


def those_there(
    objects: Sequence[tuple[str, int]], questions: Questions | None = None
) -> set[tuple[str, int]]:
    """Those objects, of some, each a class and an id, that are there for whoever acts."""
    questions = questions or Questions()
    answers = [ask_for(questions, name, id_) for name, id_ in objects]
    stored = (one for one, is_stored in zip(objects, answers, strict=True) if is_stored())
    return {(name, id_) for name, id_ in stored if organizations.is_there(name, id_)}


def ask_for(questions: Questions, class_name: str, object_id: int) -> Answer:
    """Have it asked whether an object is stored, of a class or of one under it."""
    return questions.ask(_there(class_name, mark(database.obj)), [object_id])


def _there(class_name: str, place: str) -> str:
    cls = schema()[class_name]
    own = f" AND {of_classes(schema().concrete(class_name))}" if cls.polymorphic else ""
    # Names are the schema's, never a user's; the values are bound.
    return f'EXISTS (SELECT 1 FROM "{cls.table}" WHERE id = {place}{own})'  # noqa: S608


def _ancestors(attribute: Attribute, object_id: int) -> set[int]:
    """The ids of an object and everything above it."""
    model: Any = model_of(attribute.target)
    if is_postgresql(database.obj):
        # Two others could otherwise put each below the other at the same time. It is no lock of the
        # table: both may write to that already, and would wait for each other.
        execute: Any = database.execute_sql  # peewee's types leave the values out
        lock = "SELECT pg_advisory_xact_lock(hashtext(%s))"
        execute(lock, (schema()[attribute.target].table,))
    ancestors: set[int] = set()
    above: int | None = object_id
    while above and above not in ancestors:
        ancestors.add(above)
        row = model.select(getattr(model, attribute.code)).where(model.id == above).tuples().first()
        above = row[0] if row else None
    return ancestors
