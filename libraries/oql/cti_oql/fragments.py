"""Pieces of SQL with the values they bind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from cti_oql.parameters import ParameterValue, Scalar


@dataclass(frozen=True)
class Run:
    """What a statement is run with: its parameters, and the site's time zone.

    :param allowed: the values that limits compare with
    """

    parameters: Sequence[ParameterValue]
    zone: str = "UTC"
    allowed: Sequence[object] = ()

    @cached_property
    def now(self) -> datetime:
        """This moment in the site's time zone, whole seconds: the same one throughout the query."""
        return datetime.now(ZoneInfo(self.zone)).replace(tzinfo=None, microsecond=0)


Read = Callable[[Run], Scalar]
Convert = Callable[[Scalar], object]
Slot = Callable[[Run], object]


@dataclass(frozen=True)
class Sql:
    """A piece of SQL; `slots` give the values of its placeholders, from left to right."""

    text: str
    slots: tuple[Slot, ...] = ()


def compose(template: str, *pieces: Sql) -> Sql:
    """Put pieces into the `{}` of a template, in order; other braces are text."""
    between = template.split("{}")
    if len(between) != len(pieces) + 1:
        raise ValueError(f"{len(pieces)} pieces for {template!r}")
    text = between[0] + "".join(
        piece.text + after for piece, after in zip(pieces, between[1:], strict=True)
    )
    return Sql(text, tuple(slot for piece in pieces for slot in piece.slots))


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
