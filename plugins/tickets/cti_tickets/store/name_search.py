"""Find objects by name, for the fields of forms that hold a key."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import peewee
from cti_oql.functions.fold import fold
from cti_oql.limits import MANY
from cti_oql.running import rows

from cti_host import database, is_postgresql
from cti_tickets.model.classes.registry import Organization
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.rights import organizations
from cti_tickets.store.classes import kinds_of
from cti_tickets.store.words.kept import words_with
from cti_tickets.store.words.lookup import MOST_WORDS, Search, beginning, one_of
from cti_tickets.store.words.marks import BLANK, LONGEST
from cti_tickets.store.words.nearly import spellings

MOST_SUGGESTIONS = 20
# Too many words begin with less to look them all up where few names have the longest word, which
# are read instead; with a longest word of fewer letters, many do.
_SELECTIVE, _FINDS_FEW = 3, 4


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
    if misspelt:
        near = _misspelt_statement(search, text)
        return [row[0] for row in rows(database, *near)] if near else []
    ids = [row[0] for row in rows(database, *_by_words_statement(search, text))]
    if len(ids) < limit and (joined := search.joined_among(search.words_of(text))):
        # Those that are written so come first.
        more = rows(database, *_by_words_statement(search, text, joined))
        ids = list(dict.fromkeys([*ids, *(row[0] for row in more)]))[:limit]
    return ids


def by_name_statement(
    database: peewee.Database,
    schema: Schema,
    class_name: str,
    text: str,
    limit: int,
    joined: Collection[str] = (),
) -> tuple[str, Sequence[Any]]:
    """What `ids_by_name` asks the database.

    :param joined: the words that may be several, joined; asked for where few are found without
    """
    columns = name_columns(schema, schema[class_name])
    search = _search(database, schema, class_name, columns, limit)
    return _by_words_statement(search, text, joined)


def _by_words_statement(
    search: Search, text: str, joined: Collection[str] = ()
) -> tuple[str, Sequence[Any]]:
    """What finds objects by words as they are written."""
    words = search.words_of(text)
    begun = sorted({_longest_part(word) for word in words}, key=lambda part: (-len(part), part))
    if not any(begun) or not search.kinds or search.words is None or _sees_little():
        return search.by_reading(words, joined=bool(joined))
    first, *others = begun
    if len(first) >= _FINDS_FEW and not search.has_beginnings:
        others = [part for part in others if len(part) >= _SELECTIVE]
    looked_up = [first, *others]
    rest = [word for word in words if word not in looked_up]
    beginnings = [
        beginning(search.database, part, joined=any(word.startswith(part) for word in joined))
        for part in looked_up
    ]
    return search.by_words(beginnings, rest, joined=bool(joined))


def _misspelt_statement(search: Search, text: str) -> tuple[str, Sequence[Any]] | None:
    """What finds objects in spite of a typing error in each word; `None`: there are none."""
    database = search.database
    words = {part for word in search.words_of(text) for part in word.split(BLANK) if part}
    if not words or not search.kinds or search.words is None:
        return None
    meant = spellings(database, search.kinds, words)
    if not meant:
        return None  # no word can be misspelt: then nothing was found as it is written
    sure = [one_of(database, meant[word]) for word in words if meant.get(word)]
    same = [word[:LONGEST] for word in words if not meant.get(word)]
    sure += [beginning(database, word, joined=True) for word in same if len(word) >= _SELECTIVE]
    short = [word for word in same if len(word) < _SELECTIVE]
    return search.by_words(sure, short, joined=True)


def _search(
    database: peewee.Database,
    schema: Schema,
    class_name: str,
    columns: Sequence[str],
    limit: int,
    newest: bool = False,
) -> Search:
    cls = schema[class_name]
    words = words_with(schema, cls.table, columns) if columns else None
    quoted = [f'"{column}"' for column in columns] or ["''"]
    return Search(database, cls, kinds_of(schema, cls), quoted, limit, words, newest)


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


def name_columns(schema: Schema, cls: ClassDef) -> list[str]:
    """The columns with the names of a class's objects, of whichever class they really are."""
    kinds = [schema[name] for name in schema.concrete(cls.name)] or [cls]
    named = [kind.attributes.get(code) for kind in kinds for code in kind.friendlyname]
    # What is called after two others (a membership) has no name of its own to look for.
    return list(dict.fromkeys(a.column for a in named if a and a.column))


def _is_text(text: str) -> bool:
    """Whether a text may be looked for."""
    return "\0" not in text and len(text.split()) <= MOST_WORDS
