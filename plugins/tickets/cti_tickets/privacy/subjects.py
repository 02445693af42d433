"""Whom an admin means, and by what texts they are recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from cti_oql.functions.fold import fold
from cti_oql.running import mark, marks, rows
from cti_oql.schema import Kind

from cti_host import DataSubject, current_host
from cti_tickets.model import SOURCE
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.classes import of_classes
from cti_tickets.store.joint_numbers import searched
from cti_tickets.store.name_search import ids_by_name
from cti_tickets.store.records import FRIENDLYNAME, Records
from cti_tickets.store.values import number_of

PERSON = "Person"
_KEY = re.compile(rf"(?:(?:{SOURCE}:)?(?P<cls>\w+)::?)?(?P<id>\d{{1,9}})", re.ASCII)
# More people of one name are not listed: the admin says more.
_MOST = 50
_SHORTEST_WORD = 3


def find_subjects(records: Records, text: str) -> list[DataSubject]:
    """The persons who may be meant by a key, a name, an e-mail address or a number."""
    text = text.strip()
    ids = _by_key(records, text) or dict.fromkeys(
        [*_by_email(records, text), *_by_number(records, text), *_by_name(records, text)]
    )
    found = (subject_of(records, id_) for id_ in list(ids)[:_MOST])
    return [subject for subject in found if subject is not None]


def subject_of(records: Records, id_: int) -> DataSubject | None:
    """A person by their id."""
    database, schema = current_host().database, records.schema
    found = records.load(database, PERSON, [id_], [FRIENDLYNAME])
    if not found:
        return None
    cls = schema[found[0].class_name]
    codes = [a.code for a in cls.attributes.values() if a.stored]
    wanted = [FRIENDLYNAME, "org_id_friendlyname", *codes]
    (record,) = records.load(database, cls.name, [id_], wanted)
    parts = [text for code in cls.friendlyname if (text := record.text(code).strip())]
    texts = [record.text(a.code) for a in cls.attributes.values() if a.kind is Kind.PHONE]
    numbers = [text for text in texts if text]
    keys = [key for text in numbers if (n := number_of(text)) for key in n.number_keys]
    emails = [record.text(a.code) for a in cls.attributes.values() if a.kind is Kind.EMAIL]
    orders = {" ".join(parts), " ".join(reversed(parts))}
    names = sorted(one for one in orders if " " in one)
    return DataSubject(
        record.class_name,
        id_,
        ", ".join(filter(None, (record.text(FRIENDLYNAME), record.text("org_id_friendlyname")))),
        names=names,
        emails=sorted({one for one in emails if one}),
        numbers=[*dict.fromkeys([*keys, *numbers])],
        words=sorted({part for part in parts if len(part) >= _SHORTEST_WORD}),
        shared=[
            *(names if _others_called(cls, record.values, id_) else ()),
            *(one for one in emails if one and len(_by_email(records, one)) > 1),
            *(text for text in numbers if _others_reached(records, text, id_)),
            *(key for key in keys if _others_reached(records, key, id_)),
        ],
        source=SOURCE,
    )


def _by_key(records: Records, text: str) -> list[int]:
    named = _KEY.fullmatch(text)
    if named is None:
        return []
    class_name = named["cls"] or PERSON
    if class_name not in records.schema or not records.schema.is_a(class_name, PERSON):
        return []
    database = current_host().database
    return [r.id for r in records.load(database, class_name, [int(named["id"])], [FRIENDLYNAME])]


def _by_email(records: Records, text: str) -> list[int]:
    if "@" not in text:
        return []
    kinds = records.schema.concrete(PERSON)
    return _ids(
        f"{of_classes(kinds)} AND email <> '' AND cti_fold(email) = {_mark()}",
        [fold(text)],
    )


def _by_number(records: Records, text: str) -> list[int]:
    number = number_of(text)
    if number is None:
        return []
    keys = searched(number).number_keys
    kinds = records.schema.concrete(PERSON)
    found: list[int] = []
    for column in _number_columns(records):
        found += _ids(
            f'{of_classes(kinds)} AND "{column}" IN ({_marks(len(keys))})',
            [*keys],
        )
    return found


def _by_name(records: Records, text: str) -> list[int]:
    if not any(map(str.isalpha, text)) or "@" in text:
        return []
    return ids_by_name(current_host().database, records.schema, PERSON, text, _MOST + 1)


def _others_called(cls: ClassDef, values: Any, id_: int) -> bool:
    """Whether somebody else has the same name."""
    condition, bound = f"id <> {_mark()}", list[Any]([id_])
    for code in cls.friendlyname:
        if code in cls.attributes and cls.attributes[code].stored:
            condition += f' AND cti_fold("{code}") = {_mark()}'
            bound.append(fold(str(values.get(code) or "")))
    return bool(_ids(condition, bound))


def _others_reached(records: Records, text: str, id_: int) -> bool:
    """Whether a number is also that of somebody else, or of a team."""
    number = number_of(text)
    if number is None:
        return False
    keys = searched(number).number_keys
    return any(
        other != id_
        for column in _number_columns(records)
        for other in _ids(f'"{column}" IN ({_marks(len(keys))})', keys)
    )


def _number_columns(records: Records) -> Iterable[str]:
    kinds = [records.schema[name] for name in records.schema.concrete("Contact")]
    return {
        a.number_column: None for cls in kinds for a in cls.attributes.values() if a.number_column
    }


def _ids(condition: str, values: Sequence[Any]) -> list[int]:
    # Names are the schema's, never a user's; the values are bound.
    sql = f"SELECT id FROM contact WHERE {condition} ORDER BY id"  # noqa: S608
    return [row[0] for row in rows(current_host().database, sql, values)]


def _mark() -> str:
    return mark(current_host().database)


def _marks(count: int) -> str:
    return marks(current_host().database, count)
