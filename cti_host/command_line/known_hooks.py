"""The hooks that plugins may implement: the host's, and those that other plugins bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cti_host.contract import Contract, contracts_of
from cti_host.hook_registry import specifications_of
from cti_host.hookspecs import HookSpecs
from cti_host.installed_points import installed_points
from cti_host.loader import ENTRY_POINT_GROUP, available_plugins
from cti_host.settings.config import Config


@dataclass(frozen=True)
class KnownHook:
    """A hook that a plugin may implement.

    :param name: its name
    :param function: its specification: signature and docstring
    :param contract: what the dispatcher guarantees
    :param owner: the plugin that brings it; empty: the host
    """

    name: str
    function: Callable[..., Any]
    contract: Contract
    owner: str = ""


def host_hooks() -> dict[str, KnownHook]:
    """The host's own hooks by name, in the order of the reference."""
    return _hooks_of(HookSpecs)


def plugin_hooks(config: Config | None = None) -> dict[str, KnownHook]:
    """The hooks that plugins bring, enabled or not, by name.

    :param config: also look into its `plugins_dir`; `None`: only at what is installed
    """
    hooks: dict[str, KnownHook] = {}
    for name, load in sorted(_plugins(config)):
        with suppress(Exception, SystemExit):  # what can't be imported brings nothing
            specifications = specifications_of(load())
            if specifications is not None:
                hooks |= _hooks_of(specifications, name)
    return hooks


def _plugins(config: Config | None) -> Iterator[tuple[str, Callable[[], Any]]]:
    if config is None:
        for point in installed_points(ENTRY_POINT_GROUP):
            yield point.name, point.load
    else:
        for name, plugin in available_plugins(config)[0].items():
            yield name, plugin.load


def _hooks_of(specifications: type, owner: str = "") -> dict[str, KnownHook]:
    return {
        hook: KnownHook(hook, getattr(specifications, hook), contract, owner)
        for hook, contract in contracts_of(specifications).items()
    }
