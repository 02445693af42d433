"""Tables of words, each word with whose it is: what a search looks up.

Words are folded as queries compare. Triggers keep them, whoever stores, changes or deletes an
object; a migration that makes one of the tables anew has to install them again. Beside the words
themselves stands how they may be misspelt (see `nearly`), where their table says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import peewee
from cti_oql.running import is_postgresql

from cti_tickets.store.words.marks import (
    AT,
    BLANK,
    JOINED,
    LONGEST,
    beginnings_in,
    functions,
    literal,
    words_in,
)

NEAR_TABLE = "near_word"
# How much of a word its misspellings are looked up by: few typing errors are further to the left,
# and what is typed is found before it is typed to the end.
BEGINNING = 5
SHORTEST = 3


@dataclass(frozen=True)
class Words:
    """A table with the words of some columns.

    :param table: its name
    :param columns: the columns whose words are in it, by their table
    :param classes: the class of all rows of a table that has one class only; in other tables each
        row says its own
    :param near: the tables whose words may be misspelt
    :param whole: the tables whose words end at blanks only: references, e-mail addresses, of which
        the domain is a word as well
    :param at_marks: the tables of longer texts: there only those words are joined that have marks
        and no blanks between them
    :param beside: whether the beginnings of all words of a name stand beside each of them: two
        words that many have are found by reading those who have the one
    """

    table: str
    columns: Mapping[str, tuple[str, ...]]
    classes: Mapping[str, str]
    near: Collection[str] = field(default=())
    whole: Collection[str] = field(default=())
    at_marks: Collection[str] = field(default=())
    beside: bool = False

    def install(self, database: peewee.Database) -> None:
        """Make the table and what keeps it, and write all words; also when folding has changed."""
        postgresql = is_postgresql(database)
        execute: Any = database.execute_sql  # peewee's types leave it out
        made = functions() if postgresql else ()
        with database.atomic():
            for statement in (*made, *self._tables(postgresql), *self._fillings(postgresql)):
                execute(statement.replace("%", "%%") if postgresql else statement)
            for table in self.columns:
                make = self._postgresql_triggers if postgresql else self._sqlite_triggers
                for statement in make(table):
                    execute(statement.replace("%", "%%") if postgresql else statement)

    def _tables(self, postgresql: bool) -> list[str]:
        made = _created(self.table, ("word",), postgresql, beside=self.beside)
        return [f"DROP TABLE IF EXISTS {self.table}", made]

    @property
    def _kept(self) -> str:
        """The columns of the table."""
        return "class, word, object_id" + (", beside" if self.beside else "")

    def _fillings(self, postgresql: bool) -> list[str]:
        # In the order of the index, which is made many times quicker so.
        return [
            f"INSERT INTO {self.table} SELECT DISTINCT {self._kept}"  # noqa: S608
            f" FROM ({self._words(table, 'own', postgresql, table)}) AS found ORDER BY 1, 2, 3"
            for table in self.columns
        ]

    def fill_near(self, database: peewee.Database) -> None:
        """Write how the words of this table may be misspelt; its own table is there."""
        postgresql = is_postgresql(database)
        execute: Any = database.execute_sql
        for table in self.near:
            # The classes that share a table are those whose rows it has.
            kinds = (
                f"'{self.classes[table]}'"
                if table in self.classes
                else f"SELECT DISTINCT finalclass FROM {table}"  # noqa: S608
            )
            words = f"SELECT DISTINCT class, word FROM {self.table} WHERE class IN ({kinds})"  # noqa: S608
            execute(
                f"INSERT INTO {NEAR_TABLE} SELECT DISTINCT class, near, word"  # noqa: S608
                f" FROM ({_near(words, postgresql)}) AS spelled ORDER BY 1, 2, 3"
            )

    def _words(self, table: str, row: str, postgresql: bool, source: str = "") -> str:
        """SQL for the words of a row, or of all rows of a table: the columns that are kept.

        :param row: what the row is called
        :param source: the table to read the rows from; without it, there is one row
        """
        lateral = "CROSS JOIN LATERAL" if postgresql else "CROSS JOIN"
        rows = f"{source} AS {row} {lateral} " if source else ""
        found = f"{self._parts(table, row, postgresql)} WHERE part.value <> ''"
        start = "1"
        if table in self.whole:
            at = f"{'strpos' if postgresql else 'instr'}(part.value, {literal(AT, postgresql)})"
            start = f"CASE domain.n WHEN 0 THEN 1 ELSE {at} END"
            domain = f"{lateral} (SELECT 0 AS n UNION ALL SELECT 1) AS domain WHERE"
            found = found.replace("WHERE", f"{domain} (domain.n = 0 OR {at} > 1) AND", 1)
        word = f"substr(part.value, {start}, {LONGEST})"
        beside = f", {self._beginnings(table, row, postgresql)} AS beside" if self.beside else ""
        return (
            f"SELECT {self._class(table, row)} AS class, {word} AS word, {row}.id AS object_id"  # noqa: S608
            f"{beside} FROM {rows}{found}"
        )

    def _sqlite_triggers(self, table: str) -> list[str]:
        old, new = (self._words(table, row, False) for row in ("OLD", "NEW"))
        # An expression that is no column is compared as such: so no index is passed over.
        forget = [
            f"DELETE FROM {self.table} WHERE class = {self._class(table, 'OLD')}"  # noqa: S608
            f" AND object_id = OLD.id AND word IN (SELECT word FROM ({old}));"
        ]
        note = [f"INSERT OR IGNORE INTO {self.table} SELECT {self._kept} FROM ({new});"]  # noqa: S608
        if table in self.near:
            forget.append(f"{self._forget_near(_near(old, False))};")
            note.append(
                f"INSERT OR IGNORE INTO {NEAR_TABLE}"  # noqa: S608
                f" SELECT class, near, word FROM ({_near(_unknown(new, False), False)});"
            )
        watched = self._watched(table)
        changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in watched)
        name = f"{table}_{self._suffix}"
        both = " ".join((*forget, *note))
        return [
            *(f"DROP TRIGGER IF EXISTS {name}_{when}" for when in ("new", "changed", "gone")),
            f"CREATE TRIGGER {name}_new AFTER INSERT ON {table} BEGIN {' '.join(note)} END",
            f"CREATE TRIGGER {name}_changed AFTER UPDATE OF {', '.join(watched)} ON {table}"
            f" WHEN {changed} BEGIN {both} END",
            f"CREATE TRIGGER {name}_gone AFTER DELETE ON {table} BEGIN {' '.join(forget)} END",
        ]

    def _postgresql_triggers(self, table: str) -> list[str]:
        old, new = (self._words(table, row, True) for row in ("OLD", "NEW"))
        forget = (
            f"DELETE FROM {self.table} WHERE class = {self._class(table, 'OLD')}"  # noqa: S608
            f" AND object_id = OLD.id AND word IN (SELECT word FROM ({old}) AS gone);"
        )
        note = (
            f"INSERT INTO {self.table} SELECT DISTINCT {self._kept}"  # noqa: S608
            f" FROM ({new}) AS added ON CONFLICT DO NOTHING;"
        )
        if table in self.near:
            forget += f" {self._forget_near(_near(old, True))};"
            note += (
                f" INSERT INTO {NEAR_TABLE} SELECT DISTINCT class, near, word"  # noqa: S608
                f" FROM ({_near(_unknown(new, True), True)}) AS spelled ON CONFLICT DO NOTHING;"
            )
        name = f"{table}_{self._suffix}"
        return [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP <> 'INSERT' THEN {forget} END IF;"
            f" IF TG_OP <> 'DELETE' THEN {note} END IF; RETURN NULL; END $$",
            f"CREATE OR REPLACE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF"
            f" {', '.join(self._watched(table))} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]

    def _forget_near(self, gone: str) -> str:
        """Delete the misspellings of words that no object has any more."""
        return (
            f"DELETE FROM {NEAR_TABLE} WHERE (class, near, word) IN"  # noqa: S608
            f" (SELECT class, near, word FROM ({gone}) AS gone) AND NOT EXISTS"
            f" (SELECT 1 FROM {self.table} AS kept"
            f" WHERE kept.class = {NEAR_TABLE}.class AND kept.word = {NEAR_TABLE}.word)"
        )

    def text(self, table: str, columns: Sequence[str], postgresql: bool) -> str:
        """SQL for the words of some columns, folded, with a blank before each."""
        if table in self.whole:
            folded = " || ' ' || ".join(f"COALESCE({column}, '')" for column in columns)
            return f"cti_fold(' ' || {folded})"
        return words_in(columns, postgresql, at_marks=table in self.at_marks)

    @property
    def _suffix(self) -> str:
        """What the triggers of the table are called by."""
        return "words" if self.table == "name_word" else self.table

    def _watched(self, table: str) -> list[str]:
        return [*self.columns[table], *([] if table in self.classes else ["finalclass"])]

    def _class(self, table: str, row: str) -> str:
        return f"'{self.classes[table]}'" if table in self.classes else f"{row}.finalclass"

    def _parts(self, table: str, row: str, postgresql: bool) -> str:
        """What a row's text is made of, as something to read from: `part.value`."""
        columns = [f"{row}.{name}" for name in self.columns[table]]
        text = self.text(table, columns, postgresql)
        if postgresql:
            blank = literal(BLANK, True)
            if not self._has_beginnings(table):
                return f"unnest(string_to_array({text}, {blank})) AS part(value)"
            # Each is worked out once for all words.
            beside = beginnings_in("told", columns, postgresql)
            return (
                f"(SELECT told, {beside} AS beside FROM (SELECT {text} AS told OFFSET 0) AS one"  # noqa: S608
                f" OFFSET 0) AS words, unnest(string_to_array(told, {blank})) AS part(value)"
            )
        # As a list of JSON, in which a blank is written with an escape. What is folded has neither
        # quotation marks nor backslashes.
        escaped = f"\\u{ord(BLANK):04x}"
        listed = f"""'[' || replace(json_quote({text}), '{escaped}', '","') || ']'"""
        return f"json_each({listed}) AS part"

    def _has_beginnings(self, table: str) -> bool:
        return self.beside and table not in self.whole

    def _beginnings(self, table: str, row: str, postgresql: bool) -> str:
        """SQL for what stands beside each word of a row."""
        if not self._has_beginnings(table):
            return "''"
        columns = [f"{row}.{name}" for name in self.columns[table]]
        return "words.beside" if postgresql else beginnings_in("", columns, postgresql)


def make_near(database: peewee.Database) -> None:
    """Make the table of misspellings, empty."""
    execute: Any = database.execute_sql
    execute(f"DROP TABLE IF EXISTS {NEAR_TABLE}")
    execute(_created(NEAR_TABLE, ("near", "word"), is_postgresql(database), owned=False))


def _created(
    name: str,
    texts: Collection[str],
    postgresql: bool,
    *,
    owned: bool = True,
    beside: bool = False,
) -> str:
    text, kind = ('TEXT COLLATE "C"', "") if postgresql else ("TEXT", " WITHOUT ROWID")
    columns = "".join(f", {column} {text} NOT NULL" for column in texts)
    key = ", ".join(["class", *texts, *(["object_id"] if owned else [])])
    columns += ", object_id INTEGER NOT NULL" if owned else ""
    columns += f", beside {text} NOT NULL" if beside else ""
    more = " INCLUDE (beside)" if beside and postgresql else ""
    return f"CREATE TABLE {name} (class {text} NOT NULL{columns}, PRIMARY KEY ({key}){more}){kind}"


def _near(words: str, postgresql: bool) -> str:
    """SQL for the beginnings of words, whole and without one of their characters.

    Words with digits are not misspelt: one more or less is another one.

    :param words: SQL for words: class, word
    """
    letters = "word !~ '[0-9]'" if postgresql else "word NOT GLOB '*[0-9]*'"
    plain = _plain("word", postgresql)
    places = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(1, BEGINNING + 2))
    return (
        "SELECT class, substr(start, 1, n - 1) || substr(start, n + 1) AS near, word FROM"  # noqa: S608
        f" (SELECT class, substr({plain}, 1, {BEGINNING}) AS start, word FROM ({words}) AS every"
        f" WHERE length({plain}) >= {SHORTEST} AND {letters}) AS begun"
        f" CROSS JOIN ({places}) AS place WHERE n <= length(start) + 1"
    )


def _plain(word: str, postgresql: bool) -> str:
    """SQL for a word without what tells that it is several ones."""
    return f"ltrim({word}, {literal(JOINED, postgresql)})"


def _unknown(words: str, postgresql: bool) -> str:
    """SQL for those of some words whose misspellings are not there yet."""
    start = _plain("added.word", postgresql)
    return (
        f"SELECT class, word FROM ({words}) AS added WHERE NOT EXISTS"  # noqa: S608
        f" (SELECT 1 FROM {NEAR_TABLE} AS known WHERE known.class = added.class"
        f" AND known.near = substr({start}, 1, {BEGINNING}) AND known.word = added.word)"
    )
