"""Which words are kept of which objects: those of names, of the titles of tickets, of addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import peewee
from cti_oql.schema import Kind

from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.store.words.tables import Words, make_near

NAME_TABLE = "name_word"
TEXT_TABLE = "text_word"
# The columns of names, by table.
_NAMES = {
    "organization": ("name",),
    "location": ("name",),
    "contact": ("first_name", "name"),
    "ticket": ("ref",),
}
_CLASSES = {"organization": "Organization", "location": "Location"}
# What else is known of their objects, and looked for.
_TEXTS = {"contact": ("email",), "ticket": ("title",)}
# Some applications at a time, each with its schema; tests have more.
_KEPT_SCHEMAS = 8
_TEXT_KINDS = (Kind.STRING, Kind.TEXT, Kind.EMAIL)

# Each address and each reference is one word: all of a company would have the others of it.
_WHOLE_NAMES, _WHOLE_TEXTS = ("ticket",), ("contact",)
# A title is a sentence: nobody types it without its blanks.
_TITLES = ("ticket",)

NAMES = Words(
    NAME_TABLE,
    _NAMES,
    _CLASSES,
    near=("organization", "location", "contact"),
    whole=_WHOLE_NAMES,
    beside=True,
)


def install_names(database: peewee.Database) -> None:
    """Make the table of names alone, as it was before there were others."""
    Words(NAME_TABLE, _NAMES, _CLASSES, whole=_WHOLE_NAMES).install(database)


@lru_cache(_KEPT_SCHEMAS)
def texts_of(schema: Schema) -> Words:
    """The words that are no names of the four great tables: those of other classes, and texts."""
    columns: dict[str, tuple[str, ...]] = dict(_TEXTS)
    classes: dict[str, str] = {}
    for cls in schema:
        if cls.table in _NAMES or cls.parent:
            continue
        named = _name_columns(schema, cls)
        if named:
            columns[cls.table] = named
            if not cls.polymorphic:
                classes[cls.table] = cls.name
    near = tuple(table for table in columns if table not in _WHOLE_TEXTS)
    return Words(TEXT_TABLE, columns, classes, near=near, whole=_WHOLE_TEXTS, at_marks=_TITLES)


def install(database: peewee.Database, schema: Schema) -> None:
    """Make all tables of words and what keeps them, and write the words of all objects."""
    with database.atomic():
        make_near(database)
        for words in (NAMES, texts_of(schema)):
            words.install(database)
            words.fill_near(database)


def words_with(schema: Schema, table: str, columns: Sequence[str]) -> Words | None:
    """What has the words of some columns, `None` if nothing has those of all of them."""
    for words in (NAMES, texts_of(schema)):
        if {*columns} <= {*words.columns.get(table, ())}:
            return words
    return None


def models_of_words(database: peewee.Database, schema: Schema, own: Schema) -> list[Any]:
    """A model whose table is there where the words of classes of other plugins are kept.

    Creating it installs them: so these classes are found after an upgrade.

    :param schema: all classes
    :param own: the classes whose words migrations install; without others there is no model
    """
    words = texts_of(schema)
    if words == texts_of(own):
        return []
    told = repr(sorted(words.columns.items()) + sorted(words.classes.items()))
    name = f"words_of_classes_{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    class WordsOfClasses(peewee.Model):
        class Meta:
            table_name = name

        @classmethod
        def create_table(cls, safe: bool = True, **options: Any) -> None:
            """Write the words."""
            execute: Any = database.execute_sql
            with database.atomic():
                install(database, schema)
                execute(f'CREATE TABLE IF NOT EXISTS "{name}" (id INTEGER PRIMARY KEY)')

    # What stands for the module: such tables are made as they are missing, not by migrations.
    WordsOfClasses.__module__ = "data.words"
    WordsOfClasses.bind(database)
    return [WordsOfClasses]


def _name_columns(schema: Schema, root: ClassDef) -> tuple[str, ...]:
    """The columns with the names of a table's objects; none if others name some of them."""
    kinds = [schema[name] for name in schema.concrete(root.name)]
    found: dict[str, None] = {}
    for kind in kinds:
        for code in kind.friendlyname:
            attribute = kind.attributes.get(code)
            if attribute is None or not attribute.stored or attribute.kind not in _TEXT_KINDS:
                return ()
            found[attribute.column] = None
    return tuple(found)
