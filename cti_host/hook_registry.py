"""Which hooks there are, the host's and those of plugins, and whether plugins implement them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pluggy

from cti_host.contract import PROJECT, Contract, Kind, contracts_of, hook_marks, named_owner
from cti_host.hookspecs import HookSpecs
from cti_host.isolation.checks import check_for
from cti_host.loaded import LoadedPlugin
from cti_host.settings.nearest import did_you_mean

BRINGS_HOOKS = "hookspecs"


class _Manager(pluggy.PluginManager):
    """Looks for hooks by their names: what every object of Python has is none.

    That is half of what there is, and looking at each of them takes time with every start.
    """

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """How a method of a plugin implements a hook; `None`: it doesn't."""
        return None if name.startswith("__") else super().parse_hookimpl_opts(plugin, name)

    def parse_hookspec_opts(self, module_or_class: Any, name: str) -> pluggy.HookspecOpts | None:
        """How a method specifies a hook; `None`: it doesn't."""
        return None if name.startswith("__") else super().parse_hookspec_opts(module_or_class, name)


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a plugin, and what to do about it."""

    plugin: str
    message: str
    remedy: str = ""


@dataclass
class HookRegistry:
    """The contracts of all hooks; `owners` names the plugins of those that aren't the host's."""

    contracts: dict[str, Contract] = field(default_factory=lambda: contracts_of(HookSpecs))
    owners: dict[str, str] = field(default_factory=dict)
    specifications: list[type] = field(default_factory=lambda: [HookSpecs])

    def owned_by(self, plugin: str) -> tuple[str, ...]:
        """The hooks that a plugin brings."""
        return tuple(hook for hook, owner in self.owners.items() if owner == plugin)

    def implemented_by(self, instance: Any) -> tuple[str, ...]:
        """The hooks that a plugin implements."""
        return tuple(hook for hook in self.contracts if hook_marks(getattr(instance, hook, None)))

    def manager(self, plugins: Sequence[LoadedPlugin]) -> pluggy.PluginManager:
        """A manager of its own for some plugins; the first one is called first."""
        manager = _Manager(PROJECT)
        for specifications in self.specifications:
            manager.add_hookspecs(specifications)
        # pluggy calls the last registered first; the config's order is first named, first called.
        for plugin in reversed(plugins):
            manager.register(plugin.instance, plugin.name)
        manager.check_pending()
        return manager


def hooks_of(plugins: Sequence[LoadedPlugin]) -> tuple[HookRegistry, list[Mistake]]:
    """All hooks when some plugins are enabled, and what is wrong with those that they bring."""
    registry = HookRegistry()
    mistakes: list[Mistake] = []
    for plugin in plugins:
        mistakes += [
            Mistake(plugin.name, message, remedy)
            for message, remedy in _add_hooks(registry, plugin.name, plugin.instance)
        ]
    return registry, mistakes


def _add_hooks(registry: HookRegistry, plugin: str, instance: Any) -> Iterator[tuple[str, str]]:
    function: Any = getattr(instance, BRINGS_HOOKS, None)
    # What is wrong with its arguments is found with those of the other hooks.
    if not hook_marks(function) or [*_argument_mistakes(registry, BRINGS_HOOKS, function)]:
        return
    try:
        specifications = function()
    except (Exception, SystemExit) as error:
        yield f"{BRINGS_HOOKS} failed: {type(error).__name__}: {error}", "correct it"
        return
    if specifications is None:
        return
    contracts = contracts_of(specifications) if isinstance(specifications, type) else {}
    if not contracts:
        remedy = "mark its methods: @contract(Kind.COLLECT, …)"
        yield f"{BRINGS_HOOKS} returned {specifications!r}, not a class of hooks", remedy
        return
    wrong = False
    for hook, contract in contracts.items():
        for message, remedy in _contract_mistakes(
            registry, hook, contract, getattr(specifications, hook)
        ):
            yield message, remedy
            wrong = True
    if not wrong:
        registry.contracts.update(contracts)
        registry.owners.update(dict.fromkeys(contracts, plugin))
        registry.specifications.append(specifications)


def _contract_mistakes(
    registry: HookRegistry, hook: str, contract: Contract, function: Callable[..., Any]
) -> Iterator[tuple[str, str]]:
    """What is wrong with a hook that a plugin brings."""
    if hook in registry.contracts:
        owner = registry.owners.get(hook)
        whose = f"the plugin {owner!r}" if owner else "the host"
        yield f"it brings a hook {hook!r}, as does {whose}", "give it another name"
    for parameter in [*inspect.signature(function).parameters.values()][1:]:
        if parameter.kind is not parameter.POSITIONAL_OR_KEYWORD or (
            parameter.default is not parameter.empty
        ):
            remedy = "hooks always get every argument, by its name"
            yield f"the hook {hook!r} can't have the argument {parameter}", remedy
    for name in (*contract.own, contract.needs):
        if name and name not in contract.parameters:
            remedy = f"its arguments: {', '.join(contract.parameters) or 'none'}"
            yield f"the contract of {hook!r} names {name!r}, which is no argument of it", remedy
    if contract.kind is Kind.CHANGE and not contract.parameters:
        yield f"the hook {hook!r} has nothing to change", "its first argument is what it changes"
    try:
        check_for(contract.result)
    except (NameError, TypeError) as error:
        remedy = "its annotations need names that are there at runtime, not only for type checkers"
        yield f"the result of the hook {hook!r} can't be checked: {error}", remedy


def implementation_mistakes(
    registry: HookRegistry,
    plugin: str,
    cls: type,
    enabled: Sequence[str],
    others: Callable[[], Mapping[str, str]],
) -> Iterator[Mistake]:
    """What is wrong with the hook methods of a plugin.

    :param plugin: its name
    :param cls: its class
    :param enabled: the plugins that the settings name
    :param others: finds the hooks of plugins that bring none here, with their owners
    """
    for name, function in inspect.getmembers(cls, callable):
        marks = hook_marks(function)
        if marks is None:
            if name in registry.contracts:
                message = f"{name} is a hook but has no @hookimpl"
                yield Mistake(plugin, message, "put @hookimpl above it")
            continue
        named = named_owner(function)
        if name not in registry.contracts:
            owner = others().get(name) or ("" if registry.owned_by(named) else named)
            if not owner:
                remedy = did_you_mean(name, [*registry.contracts])
                yield Mistake(plugin, f"there is no hook {name!r}", remedy)
            elif owner not in enabled:  # else it has a mistake of its own, which is reported
                message = f"{name} is a hook of the plugin {owner!r}, which is not enabled"
                yield Mistake(plugin, message, f"enable it first: add {owner!r} to plugins")
            continue
        owner = registry.owners.get(name, "")
        if named and named != owner:
            whose = f"the plugin {owner!r}" if owner else "the host"
            message = f"{name} is a hook of {whose}, not of {named!r}"
            yield Mistake(plugin, message, f"@hookimpl(of={owner!r})" if owner else "@hookimpl")
        used = [option for option, value in marks.items() if value]
        if used:
            message = f"{name} uses {', '.join(used)}"
            yield Mistake(plugin, message, "the order of the config is the only order")
        for message, remedy in _argument_mistakes(registry, name, function):
            yield Mistake(plugin, message, remedy)


def _argument_mistakes(
    registry: HookRegistry, hook: str, function: Callable[..., Any]
) -> Iterator[tuple[str, str]]:
    wanted = registry.contracts[hook].parameters
    own = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    for parameter in own:
        if parameter.name not in wanted or parameter.kind is not parameter.POSITIONAL_OR_KEYWORD:
            remedy = f"it gets: {', '.join(wanted) or 'nothing'}"
            yield f"{hook} has no argument {parameter.name!r}", remedy
        elif parameter.default is not parameter.empty:
            yield (
                f"{hook}: {parameter.name} has a default value",
                "hooks always get every argument",
            )


def hooks_brought_by(cls: Any) -> list[str]:
    """The hooks that a plugin's class would bring, if it were enabled; none if it doesn't say."""
    specifications = specifications_of(cls)
    return [] if specifications is None else [*contracts_of(specifications)]


def specifications_of(cls: Any) -> type | None:
    """The hooks that a plugin's class would bring, as it specifies them; `None`: it doesn't say."""
    if not hook_marks(getattr(cls, BRINGS_HOOKS, None)):
        return None
    try:
        specifications = cls.hookspecs(object.__new__(cls))
    except (Exception, SystemExit):  # it isn't set up: whatever it does, it doesn't say
        return None
    return specifications if isinstance(specifications, type) else None
