"""Names in the config, in order, become checked and configured plugins; every refusal is here."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
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
from cti_host.settings.config import Config, PluginConfig
from cti_host.settings.problems import Problem, did_you_mean
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
            remedy = did_you_mean(name, [*available]) or "install it, or set plugins_dir"
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
    if len(loaded) == len(config.settings.plugins):  # else it isn't known who owns what
        problems += _unowned(config, loaded, available)
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
        settings = settings_class.model_validate(_table(config, section))
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


def _table(config: Config, section: KeyPath) -> Any:
    """The table of the file that a plugin owns; none is the same as an empty one."""
    data: Any = config.file.data
    for part in section:
        data = data.get(part, {})
    return data


def _unowned(
    config: Config, loaded: list[LoadedPlugin], available: Mapping[str, Available]
) -> list[Problem]:
    """Tables that no enabled plugin reads: a warning, so that a plugin can be taken out alone."""
    owned = {plugin.section for plugin in loaded}
    enabled = set(config.settings.plugins)
    found = []
    for key in config.sections:
        if (key,) not in owned and isinstance(config.sections[key], dict):
            remedy = did_you_mean(key, [*type(config.settings).model_fields])
            if not remedy.startswith("did you mean"):
                remedy = "enable the plugin that reads it, or remove it"
            found.append(
                config.problem((key,), "no enabled plugin reads this table", remedy, warning=True)
            )
    for name in config.settings.plugin:
        if name in enabled:
            continue
        remedy = f"add {name!r} to plugins" if name in available else did_you_mean(name, [*enabled])
        message = f"settings of {name!r}, which is not enabled"
        found.append(config.problem(("plugin", name), message, remedy, warning=True))
    return found


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
