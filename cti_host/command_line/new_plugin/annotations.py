"""Where a new plugin imports the types from that the signature of a hook names."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any

import cti_host

# The one module of a plugin that other plugins may import.
FOR_PLUGINS = "api_for_plugins"
LINE_LENGTH = 88

Import = tuple[str, str]  # module and name; an empty name imports the module itself


def imports_of(annotations: Iterable[str], function: Callable[..., Any]) -> set[Import]:
    """What to import for the annotations of a hook's specification.

    :param function: the specification; its module says where the names come from
    """
    names = {
        node.id
        for annotation in annotations
        for node in ast.walk(ast.parse(annotation, mode="eval"))
        if isinstance(node, ast.Name) and not hasattr(builtins, node.id)
    }
    return {_origin(name, function) for name in names}


def _origin(name: str, function: Callable[..., Any]) -> Import:
    if name in cti_host.__all__:
        return "cti_host", name
    module = sys.modules[function.__module__]
    offered = f"{module.__name__.partition('.')[0]}.{FOR_PLUGINS}"
    if module.__name__ != offered and find_spec(offered) is not None:
        __import__(offered)
        if hasattr(sys.modules[offered], name):
            return offered, name
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if name in [alias.asname or alias.name for alias in node.names]:
                return node.module, name
        elif isinstance(node, ast.Import) and name in [alias.name for alias in node.names]:
            return name, ""
    return module.__name__, name


def import_block(wanted: Iterable[Import]) -> str:
    """Import statements in the order of isort: the standard library, then everything else."""
    modules: dict[str, set[str]] = {}
    for module, name in wanted:
        modules.setdefault(module, set()).update({name} if name else ())
    standard = [m for m in modules if m.partition(".")[0] in sys.stdlib_module_names]
    others = [m for m in modules if m not in standard]
    sections = []
    for section in (standard, others):
        # `import x` before `from x import y`
        order = sorted(section, key=lambda module: (bool(modules[module]), module.lower()))
        if order:
            sections.append("\n".join(_statement(module, modules[module]) for module in order))
    return "\n\n".join(sections)


def _statement(module: str, names: set[str]) -> str:
    if not names:
        return f"import {module}"
    # Constants, classes, everything else.
    order = sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n.lower()))
    line = f"from {module} import {', '.join(order)}"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in order), ")"])
