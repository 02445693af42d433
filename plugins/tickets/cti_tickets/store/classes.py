"""The classes of the objects in a table that several share, in statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.rights.access import current_access


def of_classes(names: Iterable[str], column: str = "finalclass") -> str:
    """That an object is of one of some classes; without any, that there is none.

    Classes come from the data model and stand in the statement: of those that are bound, PostgreSQL
    doesn't know how many objects they have once it keeps a plan, and reads the whole table where
    there are none.

    :param column: where the class of an object is
    """
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"{column} IN ({listed})" if listed else "1 = 0"


def kinds_of(schema: Schema, cls: ClassDef) -> list[str]:
    """The classes of the objects that whoever acts may read."""
    access, kinds = current_access(), schema.concrete(cls.name)
    if not access.is_limited:
        return [*kinds]
    return [name for name in kinds if name in access.readable(cls.name)]


def of_kinds(kinds: Sequence[str], cls: ClassDef) -> str:
    """The condition that an object is of one of these classes."""
    return of_classes(kinds) if cls.polymorphic or not kinds else "1 = 1"
