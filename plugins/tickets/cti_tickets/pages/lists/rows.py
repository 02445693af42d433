"""The rows of a list: what stands in each cell, and where it leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import current_host
from cti_tickets.model.list_plan import FRIENDLYNAME, listed_attribute
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.pages.lists.addresses import Addresses
from cti_tickets.store.listing.query import Listed
from cti_tickets.store.records import Record, Records, as_datetime, shown, shown_name

FINALCLASS = "finalclass"
MOST_CHARACTERS = 160
_LONGEST_NUMBER = 20
_STATES = ("status", "operational_status")


@dataclass(frozen=True)
class Column:
    """A column: its code, its heading, and whether it is a status or a moment."""

    code: str
    label: str
    kind: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell.

    :param state: the code of a status
    :param moment: a moment to show
    :param only: what a filter by this column says that finds those with the same value
    :param unbroken: whether the text stays on one line, such as a reference
    """

    text: str
    url: str = ""
    state: str = ""
    moment: Any = None
    only: str = ""
    unbroken: bool = False


@dataclass(frozen=True)
class Row:
    """An object of a list: its class, its id, its name, where it leads, and its cells."""

    class_name: str
    id: int
    name: str
    url: str
    cells: Sequence[Cell]


def list_columns(schema: Schema, cls: ClassDef, codes: Sequence[str]) -> list[Column]:
    """The columns of a list; of several classes, one says which."""
    columns = [_column(schema, cls, code) for code in codes]
    if len(schema.concrete(cls.name)) > 1:
        columns.insert(1, Column(FINALCLASS, _("Class")))
    return columns


def list_rows(
    records: Records, cls: ClassDef, columns: Sequence[Column], objects: Sequence[Listed]
) -> list[Row]:
    """The rows of some objects, read in one statement."""
    codes = [FRIENDLYNAME]
    for column in columns:
        attribute = listed_attribute(records.schema, cls, column.code)
        codes += [column.code] if attribute else []
        codes += [f"{column.code}_friendlyname"] if attribute and _is_key(attribute) else []
    ids = [listed.id for listed in objects]
    loaded = records.load(current_host().database, cls.name, ids, list(dict.fromkeys(codes)))
    cells = [_cell_maker(records.schema, cls, column) for column in columns]
    address = Addresses()
    return [
        Row(
            record.class_name,
            record.id,
            _name(cls, record),
            address.of(record.class_name, record.id),
            [make(record, address) for make in cells],
        )
        for record in loaded
    ]


_Make = Callable[[Record, Addresses], Cell]


def _column(schema: Schema, cls: ClassDef, code: str) -> Column:
    if code == FRIENDLYNAME:
        only = cls.attributes.get(cls.friendlyname[0]) if len(cls.friendlyname) == 1 else None
        return Column(code, str(only.label) if only else _("Name"))
    attribute = _attribute(schema, cls, code)
    kinds = {Kind.DATE: "date", Kind.DATETIME: "date"}
    kind = "status" if code in _STATES else kinds.get(attribute.kind, "")
    return Column(code, str(attribute.label), kind)


def _attribute(schema: Schema, cls: ClassDef, code: str) -> Attribute:
    attribute = listed_attribute(schema, cls, code)
    assert attribute is not None  # noqa: S101 -- the plan of a list has no other codes
    return attribute


def _cell_maker(schema: Schema, cls: ClassDef, column: Column) -> _Make:
    """What makes the cells of a column."""
    if column.code == FRIENDLYNAME:
        return lambda record, address: Cell(_name(cls, record))
    if column.code == FINALCLASS:
        return lambda record, address: Cell(str(schema[record.class_name].label))
    attribute = _attribute(schema, cls, column.code)
    code = attribute.code
    if _is_key(attribute):
        is_ref = "ref" in schema[attribute.target].attributes
        return lambda record, address: _linked(attribute, record, address, unbroken=is_ref)
    if attribute.kind in (Kind.DATE, Kind.DATETIME):
        return lambda record, address: Cell("", moment=_moment(attribute, record.values[code]))
    if column.kind == "status":
        labels: dict[str, str] = {}

        def state(record: Record, address: Addresses) -> Cell:
            value = record.text(code)
            if value not in labels:
                labels[value] = shown(attribute, value)
            return Cell(labels[value], state=value, only=value)

        return state
    if attribute.kind in (Kind.ENUM, Kind.BOOLEAN):
        return lambda record, address: _of_few(attribute, record.values[code])
    if attribute.kind is Kind.PHONE:
        return lambda record, address: _number(shown(attribute, record.values[code]))
    return lambda record, address: Cell(_shortened(shown(attribute, record.values[code])))


def _linked(attribute: Attribute, record: Record, address: Addresses, *, unbroken: bool) -> Cell:
    id_ = record.values[attribute.code]
    if not id_:
        return Cell("")
    name = record.text(f"{attribute.code}_friendlyname").strip() or f"#{id_}"
    return Cell(name, address.of(attribute.target, id_), only=str(id_), unbroken=unbroken)


def _number(text: str) -> Cell:
    """The cell of a phone text, which may be a long one; a number stays on one line."""
    return Cell(_shortened(text), unbroken=len(text) <= _LONGEST_NUMBER)


def _of_few(attribute: Attribute, value: Any) -> Cell:
    """The cell of an attribute that has one of a few values."""
    is_flag = attribute.kind is Kind.BOOLEAN and value is not None
    return Cell(shown(attribute, value), only=str(int(value) if is_flag else value or ""))


def _moment(attribute: Attribute, value: Any) -> Any:
    moment = as_datetime(value)
    return moment.date() if moment and attribute.kind is Kind.DATE and value else moment


def _name(cls: ClassDef, record: Record) -> str:
    return shown_name(cls, record.text(FRIENDLYNAME), record.id)


def _shortened(text: str) -> str:
    """The beginning of a long text, on one line."""
    line = " ".join(text[: 2 * MOST_CHARACTERS].split())
    return line if len(line) <= MOST_CHARACTERS else f"{line[: MOST_CHARACTERS - 1].rstrip()}…"


def _is_key(attribute: Attribute) -> bool:
    return attribute.kind is Kind.KEY
