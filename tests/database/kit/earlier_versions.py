"""Databases as earlier versions made them, by the migrations that there were then."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import peewee
from database_site import Site
from playhouse.migrations import Runner

from cti_host.databases.connection import open_database
from cti_host.databases.sqlite import SqliteFile

# Table -> column -> value.
Rows = Mapping[str, Mapping[str, Any]]


def migrations_of(package: Any) -> list[str]:
    """The names of a package's migrations, in their order: "0001_initial"."""
    return sorted(path.stem for path in _folder(package).glob("[0-9]*.py"))


def apply(site: Site, database: peewee.Database, package: Any, names: Iterable[str]) -> None:
    """Apply some migrations of a plugin's package, and no later one."""
    name = package.__name__.removeprefix("cti_")
    folder = site.folder / "migrations" / name
    folder.mkdir(parents=True, exist_ok=True)
    for one in names:
        shutil.copy(_folder(package) / f"{one}.py", folder)
    Runner(database, str(folder), table_name=f"{name}_migration").up()


def insert(database: Any, rows: Rows) -> None:
    """Insert rows, with those of their columns that there are already."""
    for table, row in rows.items():
        present = {column.name for column in database.get_columns(table)}
        values = {name: value for name, value in row.items() if name in present}
        columns = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join([database.param] * len(values))
        statement = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # noqa: S608 -- ours
        database.execute_sql(statement, (*values.values(),))


def schema(site: Site) -> set[tuple[str, ...]]:
    """Tables with their columns, and indexes with what they are of; not SQLite's own statistics."""
    database: Any = open_database(site.database, site.folder)
    found: set[tuple[str, ...]] = set()
    with database.connection_context():
        for table in database.get_tables():
            if table.startswith("sqlite_"):
                continue
            columns = sorted(
                f"{one.name} {one.data_type} {one.null}" for one in database.get_columns(table)
            )
            found.add((table, *columns))
        if isinstance(database, SqliteFile):
            statement = "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
        else:
            statement = (
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            )
        rows = database.execute_sql(statement).fetchall()
        found |= {(name, " ".join((sql or "").split())) for name, sql in rows}
    database.close_all()
    return found


def _folder(package: Any) -> Path:
    return Path(package.__file__).parent / "migrations"
