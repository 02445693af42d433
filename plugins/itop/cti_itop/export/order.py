"""Which classes to copy, and in which order: first what others lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from cti_host import StoredClass

Edges = dict[str, set[str]]


class UnknownClass(ValueError):
    """A class that no store keeps; the message says which there are."""


def chosen(classes: Mapping[str, StoredClass], names: Sequence[str]) -> list[str]:
    """The classes of these names, and those under them, in order; without names all.

    :raises UnknownClass: no store keeps one of them
    """
    wanted: set[str] = set()
    for name in names:
        under = {c.name for c in classes.values() if name in (c.name, *c.ancestors)}
        if not under:
            known = ", ".join(sorted(classes))
            raise UnknownClass(f"the store keeps no class {name}; it keeps {known}")
        wanted |= under
    return [name for name in in_order(classes) if name in wanted or not names]


def in_order(classes: Mapping[str, StoredClass]) -> list[str]:
    """All classes; the target of a mandatory key comes first, that of another where possible."""
    edges: Edges = {name: set() for name in classes}
    for mandatory in (True, False):
        for name, cls in classes.items():
            for attribute in cls.attributes:
                if attribute.target and attribute.mandatory is mandatory:
                    for target in _under(classes, attribute.target) - {name}:
                        _add(edges, name, target)
    return list(TopologicalSorter(edges).static_order())


def _under(classes: Mapping[str, StoredClass], target: str) -> set[str]:
    return {c.name for c in classes.values() if target in (c.name, *c.ancestors)}


def _add(edges: Edges, name: str, target: str) -> None:
    """Add an edge, unless it would close a circle."""
    if target in edges[name]:
        return
    edges[name].add(target)
    try:
        TopologicalSorter(edges).prepare()
    except CycleError:
        edges[name].discard(target)
