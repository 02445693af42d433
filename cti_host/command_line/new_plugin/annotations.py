"""Where a new plugin imports the types from that the signature of a hook names."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import resolve_name
from itertools import filterfalse
from types import ModuleType
from typing import Any

import cti_host

# The one module of a plugin that other plugins may import.
FOR_PLUGINS = "api_for_plugins"
LINE_LENGTH = 88

Import = tuple[str, str]  # module and name; an empty name imports the module itself


def imported(annotation: str, function: Callable[..., Any]) -> tuple[str, set[Import]]:
    """An annotation of a hook's specification as a new plugin writes it, and what that imports.

    A type that only the file of a single-file plugin has can't be imported: it becomes `Any`.

    :param function: the specification; its module says where the names come from
    """
    tree = ast.parse(annotation, mode="eval")
    needed: set[Import] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not hasattr(builtins, node.id):
            origin = _origin(node.id, function)
            if not (_is_standard(origin[0]) or PathFinder.find_spec(_package(origin[0]))):
                node.id, origin = "Any", ("typing", "Any")
            needed.add(origin)
    return ast.unparse(tree), needed


def _origin(name: str, function: Callable[..., Any]) -> Import:
    """Where to import a name from that the module of a specification uses."""
    if name in cti_host.__all__:
        return "cti_host", name
    module = sys.modules[function.__module__]
    origin = _imported_by(module, name) or (module.__name__, name)
    package = _package(module.__name__)
    # A plugin's own types are offered in one place, wherever they are made.
    if _package(origin[0]) == package and _offers(package, name):
        return f"{package}.{FOR_PLUGINS}", name
    return origin


def _imported_by(module: ModuleType, name: str) -> Import | None:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(node, ast.ImportFrom | ast.Import):
            continue
        for alias in node.names:
            renamed = f" as {alias.asname}" if alias.asname else ""
            if isinstance(node, ast.ImportFrom) and (alias.asname or alias.name) == name:
                relative = "." * node.level + (node.module or "")
                return resolve_name(relative, module.__package__), f"{alias.name}{renamed}"
            if isinstance(node, ast.Import) and name in (alias.asname, alias.name.split(".")[0]):
                return f"{alias.name}{renamed}", ""
    return None


def _package(module: str) -> str:
    """The topmost package of a module, which may be followed by its other name ("x.y as z")."""
    return module.split()[0].partition(".")[0]


def _is_standard(module: str) -> bool:
    return _package(module) in sys.stdlib_module_names


def _offers(package: str, name: str) -> bool:
    """Whether a plugin's package offers a name to other plugins."""
    try:
        return hasattr(import_module(f"{package}.{FOR_PLUGINS}"), name)
    except ImportError:
        return False


def import_block(wanted: Iterable[Import]) -> str:
    """Import statements in the order of isort: the standard library, then everything else."""
    modules: dict[str, set[str]] = {}
    for module, name in wanted:
        modules.setdefault(module, set()).update({name} if name else ())
    standard = [*filter(_is_standard, modules)]
    others = [*filterfalse(_is_standard, modules)]
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
