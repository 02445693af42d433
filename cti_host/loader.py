"""Names in the config, in order, become checked and configured plugins; every refusal is here."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from cti_host.hook_registry import (
    HookRegistry,
    hooks_brought_by,
    hooks_of,
    implementation_mistakes,
)
from cti_host.installed_points import installed_points
from cti_host.isolation.ended import is_of_the_keyboard
from cti_host.loaded import LoadedPlugin
from cti_host.settings.config import Config
from cti_host.settings.nearest import did_you_mean
from cti_host.settings.plugin_config import PluginConfig
from cti_host.settings.problems import Problem
from cti_host.settings.toml import KeyPath, dotted
from cti_host.unread_tables import unread_tables

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
    for point in sorted(installed_points(ENTRY_POINT_GROUP), key=lambda p: p.name):
        candidate = Available(point.name, point.owner, point.version, point.load)
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


class Plugins(NamedTuple):
    """The enabled plugins that can be used, in order; all hooks; and every problem."""

    loaded: list[LoadedPlugin]
    hooks: HookRegistry
    problems: list[Problem]


def find_plugins(config: Config) -> Plugins:
    """The plugins named in the config, in its order, and every problem with them."""
    available, problems = available_plugins(config)
    loaded: list[LoadedPlugin] = []
    classes: dict[str, type] = {}
    for position, name in enumerate(config.settings.plugins):
        path: KeyPath = ("plugins", position)
        if name not in available:
            installed = f"; installed: {', '.join(sorted(available))}" if available else ""
            otherwise = f"install it, or set plugins_dir{installed}"
            remedy = did_you_mean(name, available, otherwise)
            problems.append(config.problem(path, f"no plugin {name!r} is installed", remedy))
            continue
        try:
            classes[name] = _import(available[name])
        except _NoPlugin as error:
            problems.append(config.problem(path, str(error), error.remedy))
            continue
        plugin, found = _configured(available[name], classes[name], config, path)
        problems += found
        if plugin is not None:
            for other in loaded:
                if other.section == plugin.section:
                    table = dotted(plugin.section)
                    message = f"the table {table} is read by {other.name} and by {name}"
                    problems.append(config.problem(path, message, "take one of them out"))
            loaded.append(plugin)
    registry, mistakes = hooks_of(loaded)
    others = partial(_hooks_of_others, registry, available)
    for name, cls in classes.items():
        mistakes += implementation_mistakes(registry, name, cls, config.settings.plugins, others)
    for mistake in mistakes:
        path = ("plugins", config.settings.plugins.index(mistake.plugin))
        message = f"{available[mistake.plugin].origin}: {mistake.message}"
        problems.append(config.problem(path, message, mistake.remedy))
    wrong = {mistake.plugin for mistake in mistakes}
    loaded = [
        replace(
            plugin,
            hooks=registry.implemented_by(plugin.instance),
            own_hooks=registry.owned_by(plugin.name),
        )
        for plugin in loaded
        if plugin.name not in wrong
    ]
    problems += unread_tables(config, loaded, {name: one.load for name, one in available.items()})
    return Plugins(loaded, registry, problems)


def _hooks_of_others(registry: HookRegistry, available: Mapping[str, Available]) -> dict[str, str]:
    """Hooks of plugins that bring none here, with their owners: to say what to enable."""
    hooks: dict[str, str] = {}
    for name, plugin in available.items():
        if not registry.owned_by(name):
            with suppress(Exception, SystemExit):  # it may be off because it can't be imported
                hooks |= dict.fromkeys(hooks_brought_by(plugin.load()), name)
    return hooks


class _NoPlugin(Exception):
    """A plugin can't be imported, or isn't one."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def _import(available: Available) -> type:
    try:
        cls = available.load()
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
        line = getattr(error, "lineno", None)
        where = available.origin + (f":{line}" if line else "")
        message = f"{where} can't be imported: {type(error).__name__}: {error}"
        raise _NoPlugin(message, "correct it, or take it out of plugins") from error
    if not isinstance(cls, type):
        remedy = "the entry point names a class: module:Plugin"
        raise _NoPlugin(f"{available.origin}: {cls!r} is not a class", remedy)
    return cls


def _configured(
    available: Available, cls: Any, config: Config, path: KeyPath
) -> tuple[LoadedPlugin | None, list[Problem]]:
    """A plugin with its settings; `None` and why it can't be set up."""
    settings_class = getattr(cls, "Config", PluginConfig)
    if not (isinstance(settings_class, type) and issubclass(settings_class, PluginConfig)):
        message = f"{available.origin}: Config is not a PluginConfig"
        return None, [config.problem(path, message, "class Config(PluginConfig): …")]
    section: KeyPath = (cls.section,) if hasattr(cls, "section") else ("plugin", available.name)
    try:
        settings = settings_class.model_validate(config.table(section))
    except ValidationError as error:
        return None, config.validation_problems(section, error, settings_class)
    try:
        instance = cls(settings) if hasattr(cls, "Config") else cls()
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
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
