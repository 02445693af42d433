"""A plugin once it is loaded."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from cti_host.contract import PROJECT
from cti_host.hookspecs import contracts
from cti_host.settings.plugin_config import PluginConfig
from cti_host.settings.toml import KeyPath


@dataclass(frozen=True)
class LoadedPlugin:
    """An enabled plugin: its instance, configured, and where it came from."""

    name: str
    instance: Any
    config: PluginConfig
    origin: str
    version: str
    module: ModuleType
    section: KeyPath

    @property
    def title(self) -> str:
        """The first line of the class's docstring."""
        return (inspect.getdoc(type(self.instance)) or "").partition("\n")[0]

    @property
    def hooks(self) -> list[str]:
        """The hooks it implements, in the order of the specification."""
        return [name for name in contracts() if hook_marks(getattr(self.instance, name, None))]

    @property
    def folder(self) -> Path | None:
        """The folder of its package; `None` for a single file."""
        file = self.module.__file__
        return Path(file).parent if file and Path(file).name == "__init__.py" else None


def hook_marks(function: Any) -> dict[str, Any] | None:
    """The options of a method that is marked as a hook; `None` for any other."""
    marks = getattr(function, f"{PROJECT}_impl", None)
    return marks if isinstance(marks, dict) else None
