"""The classes of the objects in a table that several share, in statements."""

from __future__ import annotations

from collections.abc import Iterable


def of_classes(names: Iterable[str], column: str = "finalclass") -> str:
    """That an object is of one of some classes; without any, that there is none.

    Classes come from the data model and stand in the statement: of those that are bound, PostgreSQL
    doesn't know how many objects they have once it keeps a plan, and reads the whole table where
    there are none.

    :param column: where the class of an object is
    """
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    return f"{column} IN ({listed})" if listed else "1 = 0"
