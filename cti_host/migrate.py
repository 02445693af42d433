"""Tables of plugins: created and changed by the migrations in their packages."""

from __future__ import annotations

from pathlib import Path

import peewee
from playhouse.migrations import Runner

from cti_host.host import Host
from cti_host.loader import LoadedPlugin


def pending(host: Host) -> list[str]:
    """The migrations that were not applied yet, as "plugin/0001_initial"."""
    return [
        f"{plugin.name}/{migration.name}"
        for plugin, runner in _runners(host)
        for migration in runner.status()
        if not migration.applied
    ]


def upgrade(host: Host) -> list[str]:
    """Apply what is pending, plugin by plugin in the order of the config; answers what it did.

    Each migration is one transaction: one that fails leaves nothing behind, and stops the rest.
    A plugin with models but without migrations gets the tables that are missing.
    """
    done = []
    for plugin, runner in _runners(host):
        done += [f"{plugin.name}/{name}" for name in runner.up()]
    for model in _models_without_migrations(host):
        if not host.database.table_exists(model._meta.table_name):
            model.create_table()
            done.append(f"{model.__module__}/{model.__name__}")
    return done


def _runners(host: Host) -> list[tuple[LoadedPlugin, Runner]]:
    return [
        (plugin, Runner(host.database, str(folder), table_name=f"{plugin.name}_migration"))
        for plugin in host.plugins
        if (folder := _folder(plugin))
    ]


def _folder(plugin: LoadedPlugin) -> Path | None:
    folder = plugin.folder / "migrations" if plugin.folder else None
    return folder if folder and folder.is_dir() else None


def _models_without_migrations(host: Host) -> list[type[peewee.Model]]:
    migrated = {plugin.module.__name__ for plugin in host.plugins if _folder(plugin)}
    return [m for m in host.models if m.__module__.partition(".")[0] not in migrated]
