"""The columns of a list: which it has, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cti_tickets.model.list_plan import columns_to_choose
from cti_tickets.model.schema import Schema
from cti_tickets.pages.lists.rows import list_columns
from cti_tickets.pages.views.asked import COLUMNS, Asked
from cti_tickets.pages.views.chips import ToList


@dataclass(frozen=True)
class ColumnChoice:
    """A column that a list can have.

    :param chosen: whether it has it now
    :param earlier: the list with this column one place further to the left, "" if it can't be
    :param later: the same to the right
    """

    code: str
    label: str
    chosen: bool
    earlier: str = ""
    later: str = ""


def column_choices(
    schema: Schema, asked: Asked, args: Mapping[str, str], to_list: ToList
) -> list[ColumnChoice]:
    """All columns that a list can have: first those that it has, in their order.

    :param args: all that its address says
    """
    chosen = [*asked.columns]
    rest = [code for code in columns_to_choose(schema, asked.cls) if code not in chosen]
    labels = {c.code: c.label for c in list_columns(schema, asked.cls, [*chosen, *rest])}

    def moved(place: int, to: int) -> str:
        if not 0 <= to < len(chosen):
            return ""
        codes = [*chosen]
        codes.insert(to, codes.pop(place))
        return to_list({**args, COLUMNS: ",".join(codes), "choosing": "1"})

    first = [
        ColumnChoice(code, labels[code], True, moved(place, place - 1), moved(place, place + 1))
        for place, code in enumerate(chosen)
    ]
    others = sorted(rest, key=lambda code: labels[code].casefold())
    return [*first, *(ColumnChoice(code, labels[code], False) for code in others)]


def column_labels(schema: Schema, asked: Asked) -> Sequence[str]:
    """What the columns of a list are called."""
    return [column.label for column in list_columns(schema, asked.cls, asked.columns)]
