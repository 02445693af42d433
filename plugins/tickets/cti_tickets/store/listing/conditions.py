"""What the objects of a list have in common, as conditions of a statement.

Names in the SQL come from the schema, never from a user; the values are bound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import peewee
from cti_oql.functions.fold import fold
from cti_oql.running import is_postgresql, mark, marks
from cti_oql.schema import Kind

from cti_host import begin_of_day, masks_emails
from cti_tickets.model.list_plan import searched_of
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.rights import organizations
from cti_tickets.store.classes import of_classes
from cti_tickets.store.joint_numbers import searched
from cti_tickets.store.references import meant
from cti_tickets.store.values import NOT_TEXT, number_of

# A text to look for has a few words; whoever sends a thousand looks for nothing.
_MOST_WORDS = 12
# Indexes hold the tickets of these operational statuses, of which there are few.
_OPERATIONAL, _TICKETS, _NOT_CLOSED = "operational_status", "ticket", ("ongoing", "resolved")
# How the keys of numbers begin that nobody can read.
_DIGITS = "digits:"
_REFERENCE = re.compile(r"[A-Za-z]-[0-9]{1,9}")


@dataclass(frozen=True)
class Condition:
    """A condition, and the values to bind in it.

    :param narrow: whether an index finds the few objects that meet it
    :param each: conditions one of which an object meets that meets this one, and only one: an index
        has in order those that meet one of them, not those that meet any
    :param by_class: whether the index that finds the objects has those of each class in order
    """

    sql: str
    values: tuple[Any, ...] = ()
    narrow: bool = False
    each: tuple[Condition, ...] = ()
    by_class: bool = False


NOTHING = Condition("1 = 0")


def of_class(schema: Schema, cls: ClassDef) -> list[Condition]:
    """That an object is of a class; nothing where all rows of its table are."""
    if not cls.polymorphic:
        return []
    kinds = schema.concrete(cls.name)
    if set(kinds) == set(schema.concrete(schema.ancestors(cls.name)[-1])):
        return []
    return [Condition(of_classes(kinds))]


def among(database: peewee.Database, column: str, values: Sequence[Any]) -> Condition:
    """That a column has one of some values; without any, that nothing is found."""
    if not values:
        return NOTHING
    return Condition(f"{column} IN ({marks(database, len(values))})", tuple(values))


def equal(
    database: peewee.Database, schema: Schema, cls: ClassDef, attribute: Attribute, value: Any
) -> Condition:
    """That an attribute has a value; `None` of a key: that it leads nowhere.

    A key to an object that isn't there for whoever acts leads nowhere.
    """
    column, place = f'"{attribute.column}"', mark(database)
    if attribute.code == _OPERATIONAL and cls.table == _TICKETS and value in _NOT_CLOSED:
        # An index of the tickets that are not closed is used where the statement itself says so.
        return Condition(f"{column} = '{value}' AND {column} <> 'closed'", by_class=True)
    if attribute.kind is not Kind.KEY:
        return Condition(f"{column} = {place}", (value,))
    hides = organizations.allowed() is not None and organizations.limits_of(schema).may_hide(
        cls, attribute
    )
    if value is not None:
        there = not hides or organizations.is_there(attribute.target, value)
        return Condition(f"{column} = {place}", (value,), narrow=True) if there else NOTHING
    if not hides:
        return Condition(f"{column} IS NULL")
    table = organizations.table(attribute.target)
    sql = f"NOT EXISTS (SELECT 1 FROM {table.sql} AS behind WHERE behind.id = listed.{column})"  # noqa: S608
    return Condition(sql, table.values)


def any_of(
    database: peewee.Database,
    schema: Schema,
    cls: ClassDef,
    attribute: Attribute,
    values: Sequence[Any],
) -> Condition:
    """That a key leads to one of some objects, of those that are there for whoever acts."""
    found = [equal(database, schema, cls, attribute, value) for value in dict.fromkeys(values)]
    there = [one for one in found if one is not NOTHING]
    if len(there) == 1:
        return there[0]
    keys = [value for one in there for value in one.values]
    condition = among(database, f'"{attribute.column}"', keys)
    return replace(condition, narrow=True, each=tuple(there))


def within_days(
    database: peewee.Database, attribute: Attribute, first: date | None, last: date | None
) -> list[Condition]:
    """That an attribute is on one of some days, of the site's time zone; `None`: no limit."""
    column, place = f'"{attribute.column}"', mark(database)
    begin = _beginning_of if attribute.kind is Kind.DATETIME else str
    conditions = []
    if first:
        conditions.append(Condition(f"{column} >= {place}", (begin(first),)))
    if last and last < date.max:
        conditions.append(Condition(f"{column} < {place}", (begin(last + timedelta(days=1)),)))
    return conditions


def containing(
    database: peewee.Database, schema: Schema, cls: ClassDef, text: str
) -> list[Condition]:
    """That every word of a text is in an object's name or texts, or that it has the number.

    Neither case nor accents count. A text that is a phone number finds those who have it, however
    it is written; one that is the reference of a ticket finds that ticket. Whoever sees e-mail
    addresses masked finds people by a whole address only: parts would tell what is masked.
    """
    words = text.split()
    if not words:
        return []
    if NOT_TEXT.search(text) or len(words) > _MOST_WORDS:
        return [NOTHING]
    if "ref" in cls.attributes and _REFERENCE.fullmatch(text.strip()):
        refs = {text.strip().upper(), *meant(text, schema.concrete(cls.name))}
        return [replace(among(database, "ref", sorted(refs)), narrow=True)]
    by_number = having_number(database, schema, cls, text)
    if by_number is not None and not _has_letters(text):
        return [by_number]
    if "@" in text and masks_emails():
        return [having_email(database, cls, text)]
    columns = [f'"{attribute.column}"' for attribute in searched_of(schema, cls)]
    if not columns:
        return [NOTHING]
    # One call for each object: the function is what takes the time.
    folded = "cti_fold(" + " || ' ' || ".join(columns) + ")"
    like = " AND ".join([f"{folded} LIKE {mark(database)} ESCAPE '!'"] * len(words))
    found = Condition(f"({like})", tuple(_containing(word) for word in words))
    if by_number is not None:
        # A title may have the number, too.
        both = (*by_number.values, *found.values)
        return [Condition(f"({by_number.sql} OR {found.sql})", both)]
    return [found]


def having_number(
    database: peewee.Database, schema: Schema, cls: ClassDef, text: str
) -> Condition | None:
    """That a phone attribute has a number; `None`: the text is none, or the class has no phone."""
    kinds = [schema[name] for name in schema.concrete(cls.name)] or [cls]
    columns = dict.fromkeys(
        a.number_column for kind in kinds for a in kind.attributes.values() if a.number_column
    )
    number = number_of(text.strip()) if columns else None
    if number is None:
        return None
    keys = searched(number).number_keys
    if _has_letters(text):
        # "tel:+33987654321" and "09 87 65 43 21 poste 12" are numbers, "R-000028" has digits.
        keys = tuple(key for key in keys if not key.startswith(_DIGITS))
        if not keys:
            return None
    found = [among(database, f'"{column}"', keys) for column in columns]
    sql = " OR ".join(one.sql for one in found)
    values = tuple(value for one in found for value in one.values)
    return Condition(f"({sql})", values, narrow=True)


def having_email(database: peewee.Database, cls: ClassDef, text: str) -> Condition:
    """That an e-mail attribute is a text."""
    columns = [a.column for a in cls.attributes.values() if a.kind is Kind.EMAIL and a.stored]
    if not columns:
        return NOTHING
    collation = ' COLLATE "C"' if is_postgresql(database) else ""
    same = [
        f'("{column}" <> \'\' AND cti_fold("{column}"){collation} = {mark(database)})'
        for column in columns
    ]
    return Condition(f"({' OR '.join(same)})", (str(fold(text.strip())),) * len(same), narrow=True)


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _containing(word: str) -> str:
    """The pattern of a text that contains a word."""
    return "%" + re.sub("[!%_]", r"!\g<0>", str(fold(word))) + "%"


def _beginning_of(day: date) -> str:
    """The first moment of a day in the agent's time zone, as it is stored."""
    moment = datetime.combine(day, time())
    with suppress(OverflowError, ValueError):  # at the ends of the calendar
        moment = begin_of_day(day).astimezone(UTC).replace(tzinfo=None)
    return str(moment)
