"""The statements that look words up, or read the texts that have them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import peewee
from cti_oql.functions.fold import fold_all
from cti_oql.running import mark, marks, rows

from cti_host import is_postgresql
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights import organizations
from cti_tickets.store.classes import of_classes, of_kinds
from cti_tickets.store.words.kept import NAMES
from cti_tickets.store.words.marks import (
    AT,
    BEGINNING,
    BLANK,
    JOINED,
    LONGEST,
    literal,
    parts,
)
from cti_tickets.store.words.tables import Words

# Of so many whose names have a word that begins as the longest one typed, the first are shown.
_MOST_SORTED = 1000
# A name has a few words; whoever sends a thousand looks for nothing.
MOST_WORDS = 12


@dataclass(frozen=True)
class Form:
    """A condition for a word that is kept, and the values to bind in it.

    :param start: how the word begins; empty: that is not what is asked
    """

    sql: str
    values: Sequence[str]
    start: str = ""


# What one word of an object may be like: each is a range of the index, and is asked for alone.
Part = Sequence[Form]


def beginning(database: peewee.Database, part: str, *, joined: bool) -> Part:
    """That a word begins in a way; also one that is several, joined."""
    place = mark(database)
    starts = [part, (JOINED + part)[:LONGEST]] if joined else [part]
    sql = f"{place} <= word AND word < {place}"
    return [Form(sql, (start, start + chr(sys.maxunicode)), start) for start in starts]


def one_of(database: peewee.Database, words: Sequence[str]) -> Part:
    """That a word is one of some."""
    return [Form(f"word IN ({marks(database, len(words))})", words)]


@dataclass(frozen=True)
class Search:
    """Finds objects of some classes in a table by texts that are in some columns.

    :param words: what keeps the words of all of them
    :param newest: whether the highest ids come first
    """

    database: peewee.Database
    cls: ClassDef
    kinds: Sequence[str]
    columns: Sequence[str]
    limit: int
    words: Words | None
    newest: bool

    @property
    def _whole(self) -> bool:
        """Whether words end at blanks only."""
        return self.words is not None and self.cls.table in self.words.whole

    def joined_among(self, words: Sequence[str]) -> list[str]:
        """Those of some words with which several words of an object begin that are joined.

        Few do: where there are none, nothing has to be looked for once more.
        """
        if self.words is None or self._whole or not self.kinds:
            return []
        asked = [word for word in dict.fromkeys(words) if len(word) > 1]
        found = rows(self.database, *self.joined_statement(asked)) if asked else []
        return [asked[row[0]] for row in found]

    def joined_statement(self, words: Sequence[str]) -> tuple[str, Sequence[Any]]:
        """What asks which words begin so, by their places."""
        forms = [beginning(self.database, word, joined=True)[-1] for word in words]
        kept = f"SELECT 1 FROM {self._table} WHERE {of_classes(self.kinds, 'class')} AND"  # noqa: S608
        asked = [f"SELECT {n} WHERE EXISTS ({kept} {form.sql})" for n, form in enumerate(forms)]
        return " UNION ALL ".join(asked), [value for form in forms for value in form.values]

    def words_of(self, text: str) -> list[str]:
        """The words that are typed, folded as those are that are kept.

        Marks alone stay what they are: no object has them, nor do they find every object.
        """
        typed = [fold_all(word) for word in text.split()]
        if self._whole:
            return typed
        return [part for word in typed for part in parts(word) or [word]][:MOST_WORDS]

    def by_reading(
        self, words: Sequence[str], *, joined: bool = False
    ) -> tuple[str, Sequence[Any]]:
        """Read the text of each object that whoever acts may see."""
        table, limits = organizations.table(self.cls.name, few=False)
        begins = self._begins(joined) * len(words)
        order = self._order if words else "id"
        sql = (
            f"SELECT id FROM {table} AS named WHERE {of_kinds(self.kinds, self.cls)}{begins}"  # noqa: S608
            f" ORDER BY {order} LIMIT {int(self.limit)}"
        )
        return sql, [*limits, *map(self._pattern, words)]

    def by_words(
        self, parts: Sequence[Part], rest: Sequence[str], *, joined: bool
    ) -> tuple[str, Sequence[Any]]:
        """Look words up, beginning with the first.

        :param parts: what words of the objects surely are like, the rarest first
        :param rest: words that are so short that they are looked for in what the others find
        :param joined: whether these may be several words, joined
        """
        first, *others = parts
        table, limits = organizations.table(self.cls.name)
        columns = ", ".join(self.columns)
        # The words alone tell which objects are found: only those are read then, of which each
        # may be at another place of the disk, and none at all to find the newest.
        by_words_alone = not rest and table == f'"{self.cls.table}"'
        selected: list[str] = []
        values: list[Any] = []
        bound = [value for part in others for value in self._values(part)]
        bound += map(self._pattern, rest)
        short = [form for part in others if self._is_beside(part) for form in part]
        bound += [value for form in short for value in form.values]
        begins = self._begins(joined) * len(rest)
        for kind, form in product(self.kinds, first):
            class_ = of_classes([kind], "class")
            where = f"{class_} AND {form.sql}" + "".join(
                f" AND {self._also(class_, part)}" for part in others
            )
            first_ones = self._first_ones(class_, [p for p in others if self._is_beside(p)])
            words = f"{self._table} WHERE {where}{first_ones}"
            if by_words_alone and self.newest:
                found = f"object_id AS id FROM (SELECT object_id FROM {words}) AS kind"  # noqa: S608
            elif by_words_alone:
                found = (
                    f"id, {columns} FROM (SELECT object_id FROM {words}) AS kind"  # noqa: S608
                    f" CROSS JOIN {table} AS named WHERE id = object_id"
                )
            else:
                found = (
                    f"* FROM (SELECT id, {columns} FROM {self._table} CROSS JOIN"  # noqa: S608
                    f" {table} AS named WHERE id = object_id AND {where}"
                    f"{begins}{first_ones}) AS kind"
                )
            selected.append(f"SELECT {found}")
            values += [*limits, *form.values, *bound]
        sql = (
            f"SELECT DISTINCT * FROM ({' UNION ALL '.join(selected)}) AS named"  # noqa: S608
            f" ORDER BY {self._order} LIMIT {int(self.limit)}"
        )
        return sql, values

    @property
    def has_beginnings(self) -> bool:
        """Whether beside a word stands how the other words of a name begin."""
        return self.words is not None and self.words.beside and not self._whole

    def _is_beside(self, part: Part) -> bool:
        """Whether all of a word is in what stands beside another word of the name."""
        starts = [form.start.lstrip(JOINED) for form in part]
        return self.has_beginnings and all(0 < len(start) <= BEGINNING for start in starts)

    def _values(self, part: Part) -> list[str]:
        """What `_also` binds."""
        if self._is_beside(part):
            return [BLANK + form.start for form in part]
        return [value for form in part for value in form.values]

    def _first_ones(self, class_: str, short: Sequence[Part]) -> str:
        """The end of what reads words in their order: only so many, and none where it is in vain.

        :param short: words that stand beside others; it binds their forms, to see that anybody has
            them
        """
        postgresql = is_postgresql(self.database)
        # In order: PostgreSQL would look for the first one that it meets in the whole table.
        having = f"(SELECT 1 FROM {self._table} WHERE {class_} AND"  # noqa: S608
        there = " AND ".join(
            f"({' OR '.join(f'{having} {form.sql} ORDER BY word LIMIT 1) = 1' for form in part)})"
            for part in short
        )
        in_order = "word DESC, object_id DESC" if self.newest else "word, object_id"
        gate, limit = "", str(_MOST_SORTED)
        if there and postgresql:
            gate = f" AND {there}"
        elif there:
            # SQLite would ask its conditions for each of them.
            limit = f"CASE WHEN {there} THEN {_MOST_SORTED} ELSE 0 END"
        return f"{gate} ORDER BY {in_order} LIMIT {limit}"

    def _also(self, class_: str, part: Part) -> str:
        """That an object has another word, too."""
        if self._is_beside(part):
            # Many have words that are so short: to look all of them up takes longer.
            find = "strpos" if is_postgresql(self.database) else "instr"
            one = f"{find}(beside, {mark(self.database)}) > 0"
            return f"({' OR '.join([one] * len(part))})"
        having = f"SELECT object_id FROM {self._table} WHERE {class_} AND"  # noqa: S608
        sql = f"object_id IN ({' UNION ALL '.join(f'{having} {form.sql}' for form in part)})"
        # PostgreSQL takes the beginning of a word for rarer than it is, and would look the other
        # word up for each object: so it makes a table of them first.
        return f"({sql}) IS TRUE" if is_postgresql(self.database) else sql

    @property
    def _order(self) -> str:
        if self.newest:
            return "id DESC"
        return ", ".join([*reversed(self.columns), "id"])

    @property
    def _table(self) -> str:
        """The table of the words."""
        return self.words.table if self.words else ""

    def _begins(self, joined: bool) -> str:
        """That a word of a text begins in a way; the function is what takes the time."""
        postgresql = is_postgresql(self.database)
        text = (self.words or NAMES).text(self.cls.table, self.columns, postgresql)
        if joined:
            text = f"replace({text}, {literal(JOINED, postgresql)}, '')"
        return f" AND {text} LIKE {mark(self.database)}"

    def _pattern(self, word: str) -> str:
        # What is folded holds no wildcards. A domain follows the name of an address.
        is_domain = self._whole and word.startswith(AT)
        return f"%{word}%" if is_domain else f"%{BLANK}{word}%"
