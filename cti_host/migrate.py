"""Tables of plugins: created and changed by the migrations in their packages."""

from __future__ import annotations

from pathlib import Path

import peewee
from playhouse.migrations import Runner

from cti_host.host import Host
from cti_host.loader import LoadedPlugin


def pending(host: Host) -> list[str]:
    """What was not applied yet: migrations, as "plugin/0001_initial", and tables without any."""
    migrations = [
        f"{plugin.name}/{migration.name}"
        for plugin, runner in _runners(host)
        for migration in runner.status()
        if not migration.applied
    ]
    return migrations + [_table_name(model) for model in _missing_tables(host)]


def upgrade(host: Host) -> list[str]:
    """Apply what is pending, plugin by plugin in the order of the config; answers what it did.

    Each migration is one transaction: one that fails leaves nothing behind, and stops the rest.
    A plugin with models but without migrations gets the tables that are missing.
    """
    done = []
    for plugin, runner in _runners(host):
        done += [f"{plugin.name}/{name}" for name in runner.up()]
    for model in _missing_tables(host):
        model.create_table()
        done.append(_table_name(model))
    return done


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
    """The models of plugins without migrations whose tables are not there."""
    migrated = {plugin.module.__name__ for plugin in host.plugins if _folder(plugin)}
    return [
        model
        for model in host.models
        if model.__module__.partition(".")[0] not in migrated
        and not host.database.table_exists(model._meta.table_name)
    ]
