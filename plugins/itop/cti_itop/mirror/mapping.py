"""What the mirror keeps of each class, and how an object of iTop becomes a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cti_host import Number
from cti_itop.mirror.mirror import PERSON_COLUMNS, email_key
from cti_itop.rest.client import ItopObject

# What the columns of the mirror hold.
LONGEST = 255

ParseNumber = Callable[[str], Number | None]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Mirrored:
    """A class of the mirror.

    `fields` are asked of iTop. `values` makes the row's `columns` of an object; a row whose values
    are the same as before is not written. `keys` makes the `key_columns` of the values; those of
    `number_columns` may hold several numbers, with blanks between. An iTop may lack the `optional`
    ones of the fields.
    """

    class_name: str
    table: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]
    values: Callable[[ItopObject], Row]
    key_columns: tuple[str, ...] = ()
    number_columns: tuple[str, ...] = ()
    keys: Callable[[Row, Row | None], Row] = lambda values, before: ()
    optional: tuple[str, ...] = ()


ORGANIZATION = Mirrored(
    "Organization",
    "itop_organization",
    ("name", "code", "status", "parent_id"),
    ("name", "code", "status", "parent_id"),
    lambda found: (
        _text(found, "name"),
        _text(found, "code"),
        _text(found, "status"),
        found.key("parent_id"),
    ),
)


def person(more: Sequence[str], parse_number: ParseNumber) -> Mirrored:
    """The persons, with their number keys.

    :param more: attributes to copy beside those that have a column
    """
    own = PERSON_COLUMNS[2:-1]
    further = tuple(dict.fromkeys(code for code in more if code not in (*own, "id", "finalclass")))

    def values(found: ItopObject) -> Row:
        texts = {code: text for code in further if (text := found.text(code))}
        return (
            found.class_name[:LONGEST],
            *(
                found.key(code) if code == "org_id" else _text(found, code, code != "friendlyname")
                for code in own
            ),
            json.dumps(texts, ensure_ascii=False) if texts else "",
        )

    email, phone, mobile = (PERSON_COLUMNS.index(c) - 1 for c in ("email", "phone", "mobile_phone"))

    def number_key(text: str) -> str | None:
        number = parse_number(text) if text else None
        return _joined(number.indexed) if number else None

    def keys(row: Row, before: Row | None) -> Row:
        # Understanding a number is what takes longest: one that is as before has its key.
        old = before if before is not None else (None,) * (len(row) + 3)
        return (
            email_key(row[email]),
            old[-2] if old[phone] == row[phone] else number_key(row[phone]),
            old[-1] if old[mobile] == row[mobile] else number_key(row[mobile]),
        )

    return Mirrored(
        "Person",
        "itop_person",
        (*own, *further),
        PERSON_COLUMNS[1:],
        values,
        ("email_key", "phone_key", "mobile_key"),
        ("phone_key", "mobile_key"),
        keys,
        further,
    )


def _joined(keys: Sequence[str]) -> str:
    """The keys of a field's numbers as its column holds them: as many as it has room for."""
    joined = keys[0][:LONGEST]
    for key in keys[1:]:
        if len(joined) + 1 + len(key) <= LONGEST:
            joined = f"{joined} {key}"
    return joined


def _text(found: ItopObject, code: str, short: bool = True) -> str:
    # PostgreSQL's texts can't hold a NUL.
    text = found.text(code).replace("\x00", "")
    return text[:LONGEST] if short else text
