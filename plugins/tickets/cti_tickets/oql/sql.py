"""Pieces of SQL with the values they bind, and the differences between the two databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cti_tickets.oql.values import Given, Known

Convert = Callable[[Known], object]


@dataclass(frozen=True)
class Slot:
    """One bound value: a constant, or element `index` of parameter number `parameter`."""

    parameter: int | None
    index: int = 0
    constant: object = None
    convert: Convert | None = None

    def value(self, parameters: Sequence[Given]) -> object:
        """The value to bind."""
        if self.parameter is None:
            return self.constant
        known = parameters[self.parameter].values[self.index]
        return known if self.convert is None else self.convert(known)


@dataclass(frozen=True)
class Sql:
    """A piece of SQL; `slots` fill its placeholders from left to right."""

    text: str
    slots: tuple[Slot, ...] = ()


def compose(template: str, *pieces: Sql) -> Sql:
    """Put pieces into the `{}` of a template, in order."""
    return Sql(
        template.format(*(piece.text for piece in pieces)),
        tuple(slot for piece in pieces for slot in piece.slots),
    )


def joined(separator: str, pieces: Iterable[Sql]) -> Sql:
    """Pieces one after the other."""
    listed = list(pieces)
    return Sql(
        separator.join(piece.text for piece in listed),
        tuple(slot for piece in listed for slot in piece.slots),
    )


def chained(operator: str, pieces: Sequence[Sql]) -> Sql:
    """Conditions joined by AND or OR."""
    return pieces[0] if len(pieces) == 1 else compose("({})", joined(f" {operator} ", pieces))


TRUE = Sql("(1 = 1)")
FALSE = Sql("(1 = 0)")
UNKNOWN = Sql("(1 = NULL)")


@dataclass(frozen=True)
class Dialect:
    """What differs between SQLite and PostgreSQL."""

    postgresql: bool

    @property
    def placeholder(self) -> str:
        """Stands for one bound value."""
        return "%s" if self.postgresql else "?"

    @property
    def by_code_point(self) -> str:
        """Makes texts sort by code points, as SQLite does of itself."""
        return ' COLLATE "C"' if self.postgresql else ""

    @property
    def condition_as_number(self) -> str:
        """A template that makes a condition 1, 0 or NULL."""
        return "CAST({} AS INTEGER)" if self.postgresql else "{}"

    def name(self, *parts: str) -> str:
        """A quoted name: a table, or an alias and its column."""
        return self._escaped(".".join('"' + part.replace('"', '""') + '"' for part in parts))

    def text(self, value: str) -> str:
        """A text that is part of the statement: only for names from the classes, never input."""
        return self._escaped("'" + value.replace("'", "''") + "'")

    def _escaped(self, text: str) -> str:
        return text.replace("%", "%%") if self.postgresql else text
