"""What an address asks of a list: filters, order, columns, and which view that began as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cti_tickets.model.list_plan import (
    can_filter,
    columns_of,
    columns_to_choose,
    default_sort,
    sortable_of,
)
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.pages.lists.filters import DAYS, OTHER, Filters
from cti_tickets.pages.lists.reader import ListReader

COLUMNS, SORT, VIEW = "columns", "sort", "view"
# More columns than that nobody reads, and no page shows.
MOST_COLUMNS = 15
# Of more that is gone nothing is said.
_MOST_TOLD = 10


@dataclass(frozen=True)
class Asked:
    """What an address asks of a list.

    :param filters: what narrows it down
    :param sort: what it is sorted by
    :param columns: the codes of its columns
    :param args: all of that, by its names in an address; without what is usual
    :param gone: what the address names and the class doesn't have
    """

    cls: ClassDef
    filters: Filters
    sort: str
    columns: Sequence[str]
    args: Mapping[str, str]
    gone: Sequence[str]


def read_asked(lists: ListReader, cls: ClassDef, args: MultiDict[str, str]) -> Asked:
    """What an address asks of the list of a class; what it can't have is left out."""
    schema = lists.schema
    filters = lists.filters(cls, args)
    sort = _sort_of(schema, cls, args)
    given = [code.strip() for text in args.getlist(COLUMNS) for code in text.split(",")]
    choice = columns_to_choose(schema, cls)
    usual = columns_of(schema, cls)
    columns = tuple(c for c in dict.fromkeys(given) if c in choice)[:MOST_COLUMNS] or usual
    kept = dict(filters.args)
    if sort != default_sort(schema, cls):
        kept[SORT] = sort
    if columns != usual:
        kept[COLUMNS] = ",".join(columns)
    gone = [code for code in given if code and code not in choice]
    if args.get(VIEW, "0") != "0":
        # Else an address may hold what a page that links here adds.
        gone += [name for name in args if not _is_known(cls, name)]
        by = args.get(SORT, "")
        gone += [by.removeprefix("-")] if by and by != sort else []
    return Asked(cls, filters, sort, columns, kept, tuple(dict.fromkeys(gone))[:_MOST_TOLD])


def _sort_of(schema: Schema, cls: ClassDef, args: Mapping[str, str]) -> str:
    """What an address sorts by; without, or by what isn't possible, the order of the class."""
    sort = args.get(SORT, "")
    known = sort.removeprefix("-") in (*sortable_of(schema, cls), "id")
    return sort if known else default_sort(schema, cls)


def gone_text(gone: Sequence[str]) -> str:
    """A sentence about what the address names and the class doesn't have; "" for nothing."""
    if not gone:
        return ""
    # Whatever an address holds, the sentence stays one.
    names = ", ".join(name[:60] for name in gone)
    return str(_("This list can't have, or not any more: %(names)s. It is shown without.",
                 names=names))  # fmt: skip


def _is_known(cls: ClassDef, name: str) -> bool:
    if name in OTHER:
        return True
    return any(can_filter(cls, name.removesuffix(end)) for end in ("", *DAYS))
