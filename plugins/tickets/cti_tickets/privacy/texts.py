"""Every text that is stored, looked through for a person: in pages, so that memory stays small."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cti_oql.running import mark, rows
from cti_oql.schema import Kind

from cti_host import Redactor, current_host
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.privacy.set_aside import texts_set_aside

_PAGE = 2000
# What names an object is not a text about a person; that of a person is erased with the person.
_TEXTS = (Kind.STRING, Kind.TEXT, Kind.HTML)
_LONG = (Kind.TEXT, Kind.HTML)
CONTACT = "contact"


@dataclass(frozen=True)
class Texts:
    """The columns with texts of a table, and what tells of a row whether it is about a person.

    :param owners: columns with ids of persons or of tickets whose rows are about them
    :param as_json: whether the texts are JSON, whose strings are looked through
    """

    table: str
    columns: tuple[str, ...]
    owners: tuple[str, ...] = ()
    as_json: bool = False


def texts_of(schema: Schema) -> list[Texts]:
    """The texts of all classes; of people and teams only what is free text.

    What is left of attributes that are there no more is among them.
    """
    columns: dict[str, dict[str, None]] = {}
    owners: dict[str, dict[str, None]] = {}
    for cls in schema:
        kinds = _LONG if cls.table == CONTACT else _TEXTS
        for attribute in cls.attributes.values():
            if attribute.stored and attribute.kind in kinds and not _names(cls, attribute.code):
                columns.setdefault(cls.table, {})[attribute.column] = None
            if attribute.code in ("caller_id", "requestor_id", "contact_id"):
                owners.setdefault(cls.table, {})[attribute.column] = None
    for table in dict.fromkeys(cls.table for cls in schema):
        for column in texts_set_aside(table):
            columns.setdefault(table, {})[column] = None
    return [
        Texts(table, tuple(found), tuple(owners.get(table, ()))) for table, found in columns.items()
    ]


def _names(cls: ClassDef, code: str) -> bool:
    return code in cls.friendlyname or code in ("ref", "code")


def redact(
    texts: Texts,
    redactor: Redactor,
    is_about_them: Callable[[Sequence[Any]], bool],
    *,
    but: Callable[[Sequence[Any]], bool] = lambda owners: False,
    dry_run: bool,
) -> int:
    """Take the person out of the texts of a table, in the current transaction.

    :param is_about_them: says of the values of `owners` of a row whether it is about the person
    :param but: says of the same values whether the row is left alone
    :return: how many rows were changed, or would be
    """
    count = 0
    database = current_host().database
    execute: Any = database.execute_sql
    sign = mark(database)
    for id_, owners, values in _rows(texts):
        if but(owners):
            continue
        about = is_about_them(owners)
        changed = {
            column: after
            for column, before in zip(texts.columns, values, strict=True)
            if before
            and (after := _redacted(before, redactor, about, as_json=texts.as_json)) != before
        }
        if not changed:
            continue
        count += 1
        if not dry_run:
            sets = ", ".join(f'"{column}" = {sign}' for column in changed)
            # Names are the schema's, never a user's; the values are bound.
            sql = f'UPDATE "{texts.table}" SET {sets} WHERE id = {sign}'  # noqa: S608
            execute(sql, [*changed.values(), id_])
    return count


def mentions(
    texts: Texts, redactor: Redactor, is_about_them: Callable[[Sequence[Any]], bool]
) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows in whose texts the person is: the id, and the texts."""
    for id_, owners, values in _rows(texts):
        about = is_about_them(owners)
        found = [text for text in values if text and redactor.finds(text, about_them=about)]
        if found:
            yield id_, found


def _rows(texts: Texts) -> Iterator[tuple[int, Sequence[Any], Sequence[str]]]:
    database = current_host().database
    names = ", ".join(f'"{name}"' for name in ("id", *texts.owners, *texts.columns))
    last = 0
    while True:
        page = rows(
            database,
            f'SELECT {names} FROM "{texts.table}" WHERE id > {mark(database)}'  # noqa: S608
            f" ORDER BY id LIMIT {_PAGE}",
            [last],
        )
        for row in page:
            split = 1 + len(texts.owners)
            yield row[0], row[1:split], row[split:]
        if len(page) < _PAGE:
            return
        last = page[-1][0]


def _redacted(text: str, redactor: Redactor, about: bool, *, as_json: bool) -> str:
    if not as_json:
        return redactor.redacted(text, about_them=about)
    try:
        value = json.loads(text)
    except ValueError:
        return redactor.redacted(text, about_them=about)
    changed = _in_json(value, redactor, about)
    return text if changed == value else json.dumps(changed, ensure_ascii=False)


def _in_json(value: Any, redactor: Redactor, about: bool) -> Any:
    if isinstance(value, str):
        return redactor.redacted(value, about_them=about)
    if isinstance(value, dict):
        return {key: _in_json(one, redactor, about) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_json(one, redactor, about) for one in value]
    return value


def among(ids: Collection[int]) -> Callable[[Sequence[Any]], bool]:
    """Whether one of a row's owners is among some ids."""
    return lambda owners: any(owner in ids for owner in owners)
