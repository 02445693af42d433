"""Tables of plugins: created and changed by the migrations in their packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import peewee
from playhouse.migrations import Runner

from cti_host.databases.transactions import writing
from cti_host.host import Host
from cti_host.loaded import LoadedPlugin


def pending(host: Host) -> list[str]:
    """What was not applied yet: migrations, as "plugin/0001_initial", and tables without any."""
    migrations = [
        f"{plugin.name}/{migration.name}"
        for plugin, runner in _runners(host)
        for migration in runner.status()
        if not migration.applied
    ]
    tables = [_table_name(model) for model in _missing_tables(host)]
    columns = [_column_name(*missing) for missing in _missing_columns(host)]
    return migrations + tables + columns


def unknown(host: Host) -> list[str]:
    """The migrations that were applied and that this version lacks: a newer one made them."""
    return [
        f"{plugin.name}/{migration.name}"
        for plugin, runner in _runners(host)
        for migration in runner.status()
        if migration.path is None
    ]


def missing(host: Host) -> Iterator[str]:
    """Tables and columns of models that are not there although nothing waits to be applied."""
    tables = {*host.database.get_tables()}
    for model in host.models:
        meta: Any = model._meta
        if meta.table_name not in tables:
            yield f"the table {meta.table_name}"
            continue
        present = {column.name for column in host.database.get_columns(meta.table_name)}
        for field in meta.sorted_fields:
            if field.column_name not in present:
                yield f"the column {field.column_name} of {meta.table_name}"


def upgrade(host: Host) -> list[str]:
    """Apply what is pending, plugin by plugin in the order of the config; answers what it did.

    Each migration is one transaction: one that fails leaves nothing behind, and stops the rest.
    Models that are not in the package of a plugin with migrations get the tables and columns that
    are missing; nothing is ever removed.
    """
    done = apply_migrations(host)
    for model in _missing_tables(host):
        model.create_table()
        done.append(_table_name(model))
    missing = _missing_columns(host)
    with writing():
        for model, field in missing:
            _add_column(host.database, model, field)
            done.append(_column_name(model, field))
        changed: set[Any] = {model for model, _field in missing}
        for model in changed:
            # Fields of a table with migrations declare no indexes: those come with them.
            model._schema.create_indexes(safe=True)
    return done


def apply_migrations(host: Host) -> list[str]:
    """Apply the pending migrations alone; answers which."""
    return [f"{plugin.name}/{name}" for plugin, runner in _runners(host) for name in runner.up()]


def migration_files(host: Host) -> list[tuple[str, Path]]:
    """The files of all migrations, each with its plugin, in the order in which they are applied."""
    return [
        (plugin.name, Path(migration.path))
        for plugin, runner in _runners(host)
        for migration in runner.migrations()
    ]


def _column_name(model: type[peewee.Model], field: Any) -> str:
    return f"{_table_name(model)}.{field.column_name}"


def _missing_columns(host: Host) -> list[tuple[type[peewee.Model], Any]]:
    """The fields of such models that their tables lack, each column once."""
    found: dict[tuple[str, str], tuple[type[peewee.Model], Any]] = {}
    for model in _unmigrated(host):
        meta: Any = model._meta
        if not host.database.table_exists(meta.table_name):
            continue
        present = {column.name for column in host.database.get_columns(meta.table_name)}
        for field in meta.sorted_fields:
            if field.column_name not in present:
                found.setdefault((meta.table_name, field.column_name), (model, field))
    return list(found.values())


def _add_column(database: peewee.Database, model: Any, field: Any) -> None:
    """Add the column of a field to a table; rows that are there have the database's default."""
    context = model._schema._create_context()
    parts = [peewee.SQL("ALTER TABLE"), model, peewee.SQL("ADD COLUMN"), field.ddl(context)]
    if isinstance(field, peewee.ForeignKeyField):
        parts += [
            peewee.SQL("REFERENCES"),
            field.rel_model,
            peewee.EnclosedNodeList((field.rel_field,)),
        ]
        parts += [peewee.SQL(f"ON DELETE {field.on_delete}")] if field.on_delete else []
        parts += [peewee.SQL(f"DEFERRABLE {field.deferrable}")] if field.deferrable else []
    database.execute(context.sql(peewee.NodeList(parts)))  # type: ignore[no-untyped-call]


def _table_name(model: type[peewee.Model]) -> str:
    return f"{model.__module__}/{model.__name__}"


def _runners(host: Host) -> list[tuple[LoadedPlugin, Runner]]:
    return [
        (plugin, Runner(host.database, str(folder), table_name=f"{plugin.name}_migration"))
        for plugin in host.plugins
        if (folder := _folder(plugin))
    ]


def _folder(plugin: LoadedPlugin) -> Path | None:
    folder = plugin.folder / "migrations" if plugin.folder else None
    return folder if folder and folder.is_dir() else None


def _missing_tables(host: Host) -> list[type[peewee.Model]]:
    """The models without migrations whose tables are not there."""
    present = {*host.database.get_tables()}
    return [model for model in _unmigrated(host) if model._meta.table_name not in present]


def _unmigrated(host: Host) -> list[type[peewee.Model]]:
    """The models that are not in the package of a plugin with migrations."""
    migrated = {plugin.module.__name__ for plugin in host.plugins if _folder(plugin)}
    return [m for m in host.models if m.__module__.partition(".")[0] not in migrated]
