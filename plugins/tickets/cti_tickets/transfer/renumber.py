"""Work out the number columns of all stored phone attributes anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cti_oql.schema import Kind

from cti_host import writing
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.computed import numbers
from cti_tickets.store.transactions import locked

BATCH = 2000


def renumber(progress: Callable[[int], None] = lambda count: None) -> tuple[int, int]:
    """Compute the number columns of every object, in one transaction per batch.

    To be run when the settings of numbers have changed. It may be interrupted and begun again.

    :param progress: told the number of objects done since it was last told
    :return: how many objects have phone attributes, and how many of them were changed
    """
    seen = changed = 0
    for definition in _with_phones():
        last = 0
        while True:
            with writing():
                objects = list(_batch(definition, last))
                changed += sum(_renumber(definition, obj) for obj in objects)
            if not objects:
                break
            last = objects[-1].id
            seen += len(objects)
            progress(len(objects))
    return seen, changed


def count() -> int:
    """How many objects `renumber` looks at."""
    return sum(int(_select(definition).count()) for definition in _with_phones())


def _with_phones() -> list[ClassDef]:
    return [
        definition for definition in schema() if not definition.abstract and _phones(definition)
    ]


def _phones(definition: ClassDef) -> list[str]:
    return [a.code for a in definition.attributes.values() if a.kind is Kind.PHONE]


def _select(definition: ClassDef) -> Any:
    model: Any = model_of(definition.name)
    query = model.select()
    return query.where(model.finalclass == definition.name) if definition.polymorphic else query


def _batch(definition: ClassDef, after: int) -> Any:
    model: Any = model_of(definition.name)
    return locked(_select(definition).where(model.id > after).order_by(model.id).limit(BATCH))


def _renumber(definition: ClassDef, obj: Any) -> bool:
    """Store the number columns of one object if they differ; returns whether they did."""
    columns = numbers(definition, {code: getattr(obj, code) for code in _phones(definition)})
    different: dict[Any, Any] = {
        column: key for column, key in columns.items() if getattr(obj, column) != key
    }
    if different:
        type(obj).update(different).where(type(obj).id == obj.id).execute()
    return bool(different)
