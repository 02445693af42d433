"""The functions of the language on PostgreSQL, and which version of them a database has.

A change of `functions.sql` or of `fold.py` needs nothing else: `install_functions` sees it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

import peewee

from cti_oql.functions.fold import postgresql_functions
from cti_oql.running import is_postgresql, rows

_TABLE = "oql_functions_"


def statements() -> list[str]:
    """What to execute, in order, without parameters; each replaces what was there before."""
    text = _source("functions.sql").decode()
    created = re.findall(r"^CREATE .*?(?=^(?:CREATE|--)|\Z)", text, re.DOTALL | re.MULTILINE)
    return [*postgresql_functions(), *(statement.rstrip().rstrip(";") for statement in created)]


def install_functions(
    database: peewee.Database, rebuild: Callable[[], None] = lambda: None
) -> bool:
    """Give a database the functions of this version, unless it has them.

    PostgreSQL is told what they are. Indexes of what they return are built again on both
    databases; SQLite must know the functions by then, see `register_functions`. An empty table
    with the checksum of the functions in its name remembers what was done.

    :param rebuild: makes anew what else is kept of what the functions return
    :return: whether there was something to do
    """
    table = functions_model(database)._meta.table_name
    present = [name for name in database.get_tables() if name.startswith(_TABLE)]
    if table in present:
        return False
    with database.atomic():
        if is_postgresql(database):
            for statement in statements():
                _execute(database, statement.replace("%", "%%"))
        for index in _indexes(database):
            _execute(database, f'REINDEX {"INDEX " if is_postgresql(database) else ""}"{index}"')
        rebuild()
        for name in present:
            _execute(database, f'DROP TABLE "{name}"')
        _execute(database, f'CREATE TABLE "{table}" (id INTEGER PRIMARY KEY)')
    return True


def functions_model(database: peewee.Database, rebuild: Callable[[], None] = lambda: None) -> Any:
    """A model that makes `install_functions` part of whatever makes missing tables.

    Its table is there where the functions of a database are those of this version, and creating
    it installs them.

    :param rebuild: see `install_functions`
    :return: the model, bound to the database
    """

    class OqlFunctions(peewee.Model):
        class Meta:
            table_name = f"{_TABLE}{_checksum()}"

        @classmethod
        def create_table(cls, safe: bool = True, **options: Any) -> None:
            """Install the functions."""
            install_functions(database, rebuild)

    OqlFunctions.bind(database)
    return OqlFunctions


@cache
def _checksum() -> str:
    # Of the sources and not of the statements: making those takes half a second.
    content = b"\0".join(
        (_source("functions.sql"), _source("fold.py"), unicodedata.unidata_version.encode())
    )
    return hashlib.sha256(content).hexdigest()[:12]


def _source(name: str) -> bytes:
    return files("cti_oql.functions").joinpath(name).read_bytes()


def _indexes(database: peewee.Database) -> list[str]:
    """The indexes whose expressions call one of the functions."""
    catalogue = (
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        if is_postgresql(database)
        else "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    )
    indexes = rows(database, catalogue, ())
    return [name for name, definition in indexes if re.search(r"\bcti_\w+\(", definition)]


def _execute(database: peewee.Database, sql: str) -> None:
    execute: Any = database.execute_sql  # peewee's types leave it out
    execute(sql)
