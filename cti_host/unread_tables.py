"""Tables of `cti.toml` that no enabled plugin reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from cti_host.loaded import LoadedPlugin
from cti_host.settings.config import TABLES, Config
from cti_host.settings.nearest import nearest
from cti_host.settings.problems import Problem
from cti_host.settings.toml import KeyPath, dotted


def unread_tables(
    config: Config, loaded: list[LoadedPlugin], available: Mapping[str, Callable[[], Any]]
) -> list[Problem]:
    """Tables that no enabled plugin reads.

    A misspelt one is a mistake. Any other is a warning, so that a plugin can be taken out alone.

    :param available: how each plugin that could be enabled is imported, by its name
    """
    sections = {plugin.section: plugin.name for plugin in loaded}
    # Of a plugin that could not be loaded it isn't known which table is its own.
    all_known = config.file.data.get("plugins", []) == [plugin.name for plugin in loaded]
    found = []
    unread = [key for key in config.sections if (key,) not in sections]
    others = _sections_of_others(config, available) if unread else {}
    tables = [*TABLES, *(str(section[0]) for section in sections if len(section) == 1)]
    for key in unread:
        near = nearest(key, tables)
        if key in others:
            remedy = f"add {others[key]!r} to plugins, or remove the table"
        elif near:
            remedy = f"did you mean [{near}]?"
            found.append(config.problem((key,), "unknown section", remedy))
            continue
        else:
            remedy = "enable the plugin that reads it, or remove it"
        if all_known:
            message = "no enabled plugin reads this table"
            found.append(config.problem((key,), message, remedy, warning=True))
    if all_known:
        found += [
            problem
            for name in config.settings.plugin
            if (problem := _unread_plugin_table(config, name, sections, available))
        ]
    return found


def _sections_of_others(
    config: Config, available: Mapping[str, Callable[[], Any]]
) -> dict[str, str]:
    """The tables with a name of their own that plugins read which are not enabled; their names."""
    found: dict[str, str] = {}
    for name, load in available.items():
        if name in config.settings.plugins:
            continue
        # It may be switched off because it can't be imported.
        with suppress(Exception, SystemExit):
            section = getattr(load(), "section", None)
            if isinstance(section, str):
                found[section] = name
    return found


def _unread_plugin_table(
    config: Config,
    name: str,
    sections: Mapping[KeyPath, str],
    available: Mapping[str, Callable[[], Any]],
) -> Problem | None:
    """What is wrong with the table `[plugin.NAME]`; `None`: an enabled plugin reads it."""
    path: KeyPath = ("plugin", name)
    if path in sections:
        return None
    own = next((section for section, plugin in sections.items() if plugin == name), None)
    if own is not None:
        return config.problem(path, f"{name} does not read this table", f"write [{dotted(own)}]")
    without = {plugin for plugin in sections.values() if plugin not in config.settings.plugin}
    near = nearest(name, without)
    if near and name not in available:
        return config.problem(path, f"no plugin {name!r} is installed", f"did you mean {near!r}?")
    remedy = f"add {name!r} to plugins, or remove the table"
    if name not in available:
        remedy = "install the plugin, or remove the table"
    return config.problem(path, f"settings of {name!r}, which is not enabled", remedy, warning=True)
