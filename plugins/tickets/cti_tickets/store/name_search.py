"""Find objects by name, for the fields of forms that hold a key."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import peewee
from cti_oql.functions.fold import fold, fold_all
from cti_oql.limits import MANY
from cti_oql.running import mark, marks, rows

from cti_host import database, is_postgresql
from cti_tickets.model.classes.registry import Organization
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.rights import organizations
from cti_tickets.store.classes import kinds_of, of_classes, of_kinds
from cti_tickets.store.words.kept import words_with
from cti_tickets.store.words.marks import BLANK, parts, spaced
from cti_tickets.store.words.nearly import spellings
from cti_tickets.store.words.tables import LONGEST

MOST_SUGGESTIONS = 20
# Of so many whose names have a word that begins as the longest one typed, the first are shown.
_MOST_SORTED = 1000
# Too many words begin with less to look them all up where few names have the longest word, which
# are read instead; with a longest word of fewer letters, many do.
_SELECTIVE, _FINDS_FEW = 3, 4
# A name has a few words; whoever sends a thousand looks for nothing.
_MOST_WORDS = 12


def ids_by_name(
    database: peewee.Database, schema: Schema, class_name: str, text: str, limit: int
) -> list[int]:
    """The ids of the objects of a class whose name has every word of a text at a word's start.

    Neither case nor accents count. They are in the order of their names; where very many are
    called so, they are the first of those whose word is the shortest.

    :param text: what was typed; empty finds any object
    :param limit: the most ids to answer
    """
    columns = name_columns(schema, schema[class_name])
    return ids_by_words(database, schema, class_name, columns, text, limit)


def ids_by_words(
    database: peewee.Database,
    schema: Schema,
    class_name: str,
    columns: Sequence[str],
    text: str,
    limit: int,
    *,
    misspelt: bool = False,
    newest: bool = False,
) -> list[int]:
    """The ids of the objects of a class that have the words of a text in some columns.

    See `ids_by_name`.

    :param columns: the columns of its table that are looked through
    :param misspelt: whether each word may have a typing error
    :param newest: whether those with the highest ids come first, and not in the order of the texts
    """
    if not _is_text(text):
        return []
    search = _search(database, schema, class_name, columns, limit, newest)
    found = _misspelt_statement(search, text) if misspelt else _by_words_statement(search, text)
    return [row[0] for row in rows(database, *found)] if found else []


def by_name_statement(
    database: peewee.Database, schema: Schema, class_name: str, text: str, limit: int
) -> tuple[str, Sequence[Any]]:
    """What `ids_by_name` asks the database."""
    columns = name_columns(schema, schema[class_name])
    return _by_words_statement(_search(database, schema, class_name, columns, limit), text)


def _by_words_statement(search: _Search, text: str) -> tuple[str, Sequence[Any]]:
    """What finds objects by words as they are written."""
    words = search.words_of(text)
    begun = sorted({_longest_part(word) for word in words}, key=lambda part: (-len(part), part))
    if not any(begun) or not search.kinds or not search.words_table or _sees_little():
        return search.by_reading(words)
    first, *others = begun
    if len(first) >= _FINDS_FEW:
        others = [part for part in others if len(part) >= _SELECTIVE]
    looked_up = [first, *others]
    rest = [word for word in words if word not in looked_up]
    return search.by_words([_beginning(search.database, part) for part in looked_up], rest)


def _misspelt_statement(search: _Search, text: str) -> tuple[str, Sequence[Any]] | None:
    """What finds objects in spite of a typing error in each word; `None`: there are none."""
    database = search.database
    words = {part for word in search.words_of(text) for part in word.split(BLANK) if part}
    if not words or not search.kinds or not search.words_table:
        return None
    meant = spellings(database, search.kinds, words)
    if not meant:
        return None  # no word can be misspelt: then nothing was found as it is written
    sure = [_one_of(database, meant[word]) for word in words if meant.get(word)]
    same = [word[:LONGEST] for word in words if not meant.get(word)]
    sure += [_beginning(database, word) for word in same if len(word) >= _SELECTIVE]
    return search.by_words(sure, [word for word in same if len(word) < _SELECTIVE])


@dataclass(frozen=True)
class _Part:
    """A condition for a word that is kept, and the values to bind in it."""

    sql: str
    values: Sequence[str]


def _beginning(database: peewee.Database, part: str) -> _Part:
    place = mark(database)
    return _Part(f"{place} <= word AND word < {place}", (part, part + chr(sys.maxunicode)))


def _one_of(database: peewee.Database, words: Sequence[str]) -> _Part:
    return _Part(f"word IN ({marks(database, len(words))})", words)


@dataclass(frozen=True)
class _Search:
    """Finds objects of some classes in a table by texts that are in some columns.

    :param words_table: the table that has the words of all of them; "" for none
    :param newest: whether the highest ids come first
    :param whole: whether words end at blanks only
    """

    database: peewee.Database
    cls: ClassDef
    kinds: Sequence[str]
    columns: Sequence[str]
    limit: int
    words_table: str
    newest: bool
    whole: bool

    def words_of(self, text: str) -> list[str]:
        """The words that are typed, folded as those are that are kept.

        Marks alone stay what they are: no object has them, nor do they find every object.
        """
        typed = [fold_all(word) for word in text.split()]
        if self.whole:
            return typed
        return [part for word in typed for part in parts(word) or [word]][:_MOST_WORDS]

    def by_reading(self, words: Sequence[str]) -> tuple[str, Sequence[Any]]:
        """Read the text of each object that whoever acts may see."""
        table, limits = organizations.table(self.cls.name, few=False)
        begins = self._begins * len(words)
        order = self._order if words else "id"
        sql = (
            f"SELECT id FROM {table} AS named WHERE {of_kinds(self.kinds, self.cls)}{begins}"  # noqa: S608
            f" ORDER BY {order} LIMIT {int(self.limit)}"
        )
        return sql, [*limits, *map(_pattern, words)]

    def by_words(self, parts: Sequence[_Part], rest: Sequence[str]) -> tuple[str, Sequence[Any]]:
        """Look words up, beginning with the first.

        :param parts: what words of the objects surely are like, the rarest first
        :param rest: words that are so short that they are looked for in what the others find
        """
        first, *others = parts
        table, limits = organizations.table(self.cls.name)
        in_order = "word DESC, object_id DESC" if self.newest else "word, object_id"
        in_order += f" LIMIT {_MOST_SORTED}"
        columns = ", ".join(self.columns)
        # The words alone tell which objects are found: only those are read then, of which each
        # may be at another place of the disk, and none at all to find the newest.
        by_words_alone = not rest and table == f'"{self.cls.table}"'
        selected: list[str] = []
        values: list[Any] = []
        for kind in self.kinds:
            class_ = of_classes([kind], "class")
            where = f"{class_} AND {first.sql}" + "".join(
                f" AND {self._also(class_, part)}" for part in others
            )
            words = f"{self.words_table} WHERE {where} ORDER BY {in_order}"
            if by_words_alone and self.newest:
                found = f"object_id AS id FROM (SELECT object_id FROM {words}) AS kind"  # noqa: S608
            elif by_words_alone:
                found = (
                    f"id, {columns} FROM (SELECT object_id FROM {words}) AS kind"  # noqa: S608
                    f" CROSS JOIN {table} AS named WHERE id = object_id"
                )
            else:
                found = (
                    f"* FROM (SELECT id, {columns} FROM {self.words_table} CROSS JOIN"  # noqa: S608
                    f" {table} AS named WHERE id = object_id AND {where}"
                    f"{self._begins * len(rest)} ORDER BY {in_order}) AS kind"
                )
            selected.append(f"SELECT {found}")
            values += [*limits, *first.values]
            values += [value for part in others for value in part.values]
            values += map(_pattern, rest)
        sql = (
            f"SELECT DISTINCT * FROM ({' UNION ALL '.join(selected)}) AS named"  # noqa: S608
            f" ORDER BY {self._order} LIMIT {int(self.limit)}"
        )
        return sql, values

    def _also(self, class_: str, part: _Part) -> str:
        """That an object has another word, too."""
        sql = (
            f"object_id IN (SELECT object_id FROM {self.words_table} WHERE {class_} AND {part.sql})"  # noqa: S608
        )
        # PostgreSQL takes the beginning of a word for rarer than it is, and would look the other
        # word up for each object: so it makes a table of them first.
        return f"({sql}) IS TRUE" if is_postgresql(self.database) else sql

    @property
    def _order(self) -> str:
        if self.newest:
            return "id DESC"
        return ", ".join([*reversed(self.columns), "id"])

    @property
    def _begins(self) -> str:
        """That a word of a text begins in a way; the function is what takes the time."""
        text = _joined(self.columns)
        text = f"cti_fold({text})" if self.whole else spaced(text, is_postgresql(self.database))
        return f" AND {text} LIKE {mark(self.database)}"


def _search(
    database: peewee.Database,
    schema: Schema,
    class_name: str,
    columns: Sequence[str],
    limit: int,
    newest: bool = False,
) -> _Search:
    cls = schema[class_name]
    words = words_with(schema, cls.table, columns) if columns else None
    quoted = [f'"{column}"' for column in columns] or ["''"]
    kinds, table = kinds_of(schema, cls), words.table if words else ""
    whole = words is not None and cls.table in words.whole
    return _Search(database, cls, kinds, quoted, limit, table, newest, whole)


def organizations_called(text: str) -> list[tuple[int, str]]:
    """The organizations with a name, in any case, or else the one with an id: ids and names."""
    if "\0" in text or not text.strip():
        return []
    name: Any = peewee.fn.cti_fold(Organization.name)
    if is_postgresql(database.obj):
        name = name.collate('"C"')
    condition = name == fold(text.strip())
    found = _named(condition)
    if not found and re.fullmatch(r"[0-9]{1,9}", text.strip(), re.ASCII):
        found = _named(Organization.id == int(text))
    return found


def _named(condition: Any) -> list[tuple[int, str]]:
    query: Any = Organization.select(Organization.id, Organization.name).where(condition)
    return [(id_, name) for id_, name in query.order_by(Organization.id).limit(20).tuples()]


def _sees_little() -> bool:
    """Whether reading what whoever acts may see is quicker than to look words up."""
    found = organizations.allowed()
    return found is not None and found.size != MANY


def _longest_part(word: str) -> str:
    """What surely begins a word of a name; a folded word may hold blanks."""
    return max(word.split(BLANK), key=len)[:LONGEST]


def _pattern(word: str) -> str:
    # What is folded holds no wildcards.
    return f"%{BLANK}{word}%"


def name_columns(schema: Schema, cls: ClassDef) -> list[str]:
    """The columns with the names of a class's objects, of whichever class they really are."""
    kinds = [schema[name] for name in schema.concrete(cls.name)] or [cls]
    named = [kind.attributes.get(code) for kind in kinds for code in kind.friendlyname]
    # What is called after two others (a membership) has no name of its own to look for.
    return list(dict.fromkeys(a.column for a in named if a and a.column))


def _is_text(text: str) -> bool:
    """Whether a text may be looked for."""
    return "\0" not in text and len(text.split()) <= _MOST_WORDS


def _joined(columns: Sequence[str]) -> str:
    return "' ' || " + " || ' ' || ".join(columns)
