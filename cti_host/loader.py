"""Names in the config, in order, become checked and configured plugins; every refusal is here."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pluggy
from pydantic import ValidationError

from cti_host.contract import PROJECT
from cti_host.hookspecs import HookSpecs, contracts
from cti_host.loaded import LoadedPlugin, hook_marks
from cti_host.settings.config import TABLES, Config
from cti_host.settings.nearest import did_you_mean, nearest
from cti_host.settings.plugin_config import PluginConfig
from cti_host.settings.problems import Problem
from cti_host.settings.toml import KeyPath, dotted

ENTRY_POINT_GROUP = "cti_host.plugins"


@dataclass(frozen=True)
class Available:
    """A plugin that could be enabled: its name, where it comes from, and how to import it."""

    name: str
    origin: str
    version: str
    load: Callable[[], Any]


def available_plugins(config: Config) -> tuple[dict[str, Available], list[Problem]]:
    """Every plugin that is installed or lies in `plugins_dir`, and names that two of them claim."""
    found: dict[str, Available] = {}
    problems: list[Problem] = []
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda p: p.name):
        dist = point.dist
        origin = f"distribution {dist.name}" if dist else point.value
        candidate = Available(
            point.name, origin, dist.version if dist else "", partial(_from_entry_point, point)
        )
        _claim(candidate, found, problems, config)
    if config.settings.plugins_dir:
        folder = config.resolve(config.settings.plugins_dir)
        if not folder.is_dir():
            problems.append(
                config.problem(
                    ("plugins_dir",), f"there is no folder {folder}", "create it, or remove the key"
                )
            )
        else:
            for path in sorted(folder.iterdir()):
                if path.name.startswith((".", "_")):
                    continue
                package = path / "__init__.py"
                if path.suffix == ".py" or package.is_file():
                    file = package if package.is_file() else path
                    candidate = Available(path.stem, str(file), "", partial(_from_file, file))
                    _claim(candidate, found, problems, config)
    return found, problems


def _claim(
    candidate: Available,
    found: dict[str, Available],
    problems: list[Problem],
    config: Config,
) -> None:
    other = found.setdefault(candidate.name, candidate)
    if other is not candidate and other.origin != candidate.origin:
        message = f"two plugins are called {candidate.name!r}: {other.origin}, {candidate.origin}"
        problems.append(config.problem(("plugins",), message, "rename or remove one of them"))


def _from_entry_point(point: EntryPoint) -> Any:
    return point.load()


def _from_file(path: Path) -> Any:
    """Import one file or package of `plugins_dir`, under a name that nothing else uses."""
    own = path.parent if path.name == "__init__.py" else path.with_suffix("")
    name = f"cti_host_site_{own.name}_{abs(hash(str(own))):x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        if not hasattr(module, "Plugin"):
            raise ImportError("it has no class called Plugin")
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module.Plugin


def find_plugins(config: Config) -> tuple[list[LoadedPlugin], list[Problem]]:
    """The plugins named in the config that can be used, in its order, and every problem."""
    available, problems = available_plugins(config)
    loaded: list[LoadedPlugin] = []
    for position, name in enumerate(config.settings.plugins):
        path: KeyPath = ("plugins", position)
        if name not in available:
            installed = f"; installed: {', '.join(sorted(available))}" if available else ""
            otherwise = f"install it, or set plugins_dir{installed}"
            remedy = did_you_mean(name, available, otherwise)
            problems.append(config.problem(path, f"no plugin {name!r} is installed", remedy))
            continue
        plugin, found = _load(available[name], config, path)
        problems += found
        if plugin is not None:
            for other in loaded:
                if other.section == plugin.section:
                    table = dotted(plugin.section)
                    message = f"the table {table} is read by {other.name} and by {name}"
                    problems.append(config.problem(path, message, "take one of them out"))
            loaded.append(plugin)
    problems += _unread_tables(config, loaded, available)
    return loaded, problems


def plugin_manager(loaded: list[LoadedPlugin]) -> pluggy.PluginManager:
    """A manager of its own for some plugins; the first one is called first."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(HookSpecs)
    # pluggy calls the last registered first; the config's order is first named, first called.
    for plugin in reversed(loaded):
        manager.register(plugin.instance, plugin.name)
    manager.check_pending()
    return manager


def _load(
    available: Available, config: Config, path: KeyPath
) -> tuple[LoadedPlugin | None, list[Problem]]:
    try:
        cls = available.load()
    except (Exception, SystemExit) as error:
        line = getattr(error, "lineno", None)
        where = available.origin + (f":{line}" if line else "")
        message = f"{where} can't be imported: {type(error).__name__}: {error}"
        return None, [config.problem(path, message, "correct it, or take it out of plugins")]
    problems = [
        config.problem(path, f"{available.origin}: {message}", remedy)
        for message, remedy in _hook_mistakes(cls)
    ]
    settings_class = getattr(cls, "Config", PluginConfig)
    if not (isinstance(settings_class, type) and issubclass(settings_class, PluginConfig)):
        message = f"{available.origin}: Config is not a PluginConfig"
        return None, [*problems, config.problem(path, message, "class Config(PluginConfig): …")]
    section: KeyPath = (cls.section,) if hasattr(cls, "section") else ("plugin", available.name)
    try:
        settings = settings_class.model_validate(config.table(section))
    except ValidationError as error:
        return None, [*problems, *config.validation_problems(section, error, settings_class)]
    if problems:
        return None, problems
    try:
        instance = cls(settings) if hasattr(cls, "Config") else cls()
    except (Exception, SystemExit) as error:
        message = f"{available.origin} can't be set up: {type(error).__name__}: {error}"
        return None, [config.problem(path, message, "correct it, or take it out of plugins")]
    # The class may come from a module inside its package, but locale/ and migrations/ are beside
    # the package's own file.
    module = sys.modules[cls.__module__.partition(".")[0]]
    return (
        LoadedPlugin(
            available.name,
            instance,
            settings,
            available.origin,
            available.version or str(getattr(module, "__version__", "")),
            module,
            section,
        ),
        [],
    )


def _unread_tables(
    config: Config, loaded: list[LoadedPlugin], available: Mapping[str, Available]
) -> list[Problem]:
    """Tables that no enabled plugin reads.

    A misspelt one is a mistake. Any other is a warning, so that a plugin can be taken out alone.
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


def _sections_of_others(config: Config, available: Mapping[str, Available]) -> dict[str, str]:
    """The tables with a name of their own that plugins read which are not enabled; their names."""
    found: dict[str, str] = {}
    for name, plugin in available.items():
        if name in config.settings.plugins:
            continue
        # It may be switched off because it can't be imported.
        with suppress(Exception, SystemExit):
            section = getattr(plugin.load(), "section", None)
            if isinstance(section, str):
                found[section] = name
    return found


def _unread_plugin_table(
    config: Config,
    name: str,
    sections: Mapping[KeyPath, str],
    available: Mapping[str, Available],
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


def _hook_mistakes(cls: Any) -> list[tuple[str, str]]:
    """What is wrong with the hook methods of a class: message and remedy of each."""
    if not isinstance(cls, type):
        return [(f"{cls!r} is not a class", "the entry point names a class: module:Plugin")]
    known = contracts()
    found = []
    for name, function in inspect.getmembers(cls, callable):
        marks = hook_marks(function)
        if marks is None:
            if name in known:
                found.append((f"{name} is a hook but has no @hookimpl", "put @hookimpl above it"))
            continue
        if name not in known:
            found.append((f"there is no hook {name!r}", did_you_mean(name, [*known])))
            continue
        used = [option for option, value in marks.items() if value]
        if used:
            found.append(
                (f"{name} uses {', '.join(used)}", "the order of the config is the only order")
            )
        found += _argument_mistakes(name, function)
    return found


def _argument_mistakes(hook: str, function: Callable[..., Any]) -> list[tuple[str, str]]:
    wanted = [n for n in inspect.signature(getattr(HookSpecs, hook)).parameters if n != "self"]
    found = []
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if name not in wanted or parameter.kind is not parameter.POSITIONAL_OR_KEYWORD:
            remedy = f"it gets: {', '.join(wanted) or 'nothing'}"
            found.append((f"{hook} has no argument {name!r}", remedy))
        elif parameter.default is not parameter.empty:
            found.append((f"{hook}: {name} has a default value", "hooks always get every argument"))
    return found
