"""A plugin once it is loaded."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from cti_host.settings.plugin_config import PluginConfig
from cti_host.settings.toml import KeyPath


@dataclass(frozen=True)
class LoadedPlugin:
    """An enabled plugin: its instance, configured, and where it came from.

    `hooks` are those that it implements, `own_hooks` those that it brings for other plugins, both
    in the order of their specification.
    """

    name: str
    instance: Any
    config: PluginConfig
    origin: str
    version: str
    module: ModuleType
    section: KeyPath
    hooks: tuple[str, ...] = ()
    own_hooks: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The first line of the class's docstring."""
        return (inspect.getdoc(type(self.instance)) or "").partition("\n")[0]

    @property
    def label(self) -> str:
        """What people call it: the `label` of its class, else its name ("phone book")."""
        return str(getattr(type(self.instance), "label", "")) or self.name.replace("_", " ")

    @property
    def folder(self) -> Path | None:
        """The folder of its package; `None` for a single file."""
        file = self.module.__file__
        return Path(file).parent if file and Path(file).name == "__init__.py" else None
