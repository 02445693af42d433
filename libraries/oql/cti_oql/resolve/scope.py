"""Which aliases a part of a query sees: its own, and those of the queries around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cti_oql.resolve.resolved import Source
from cti_oql.schema import ClassDef


@dataclass
class Scope:
    """The sources of one SELECT, in order, and the scope around it."""

    outer: Scope | None
    numbers: Iterator[int]
    sources: list[Source] = field(default_factory=list)

    def add(self, alias: str, class_def: ClassDef, **of_join: Any) -> Source:
        """Add a source; the first is the one after FROM. `of_join` is what `Source` has more."""
        source = Source(next(self.numbers), alias, class_def, **of_join)
        self.sources.append(source)
        return source

    def replace(self, source: Source) -> None:
        """Put what is known by now of a source in its place."""
        self.sources[source.number - self.sources[0].number] = source

    def own(self, alias: str) -> Source | None:
        """The source of this SELECT with an alias."""
        return next((source for source in self.sources if source.alias == alias), None)

    def find(self, alias: str) -> Source | None:
        """The source with an alias, the nearest around first."""
        return self.own(alias) or (self.outer.find(alias) if self.outer else None)

    def visible(self) -> list[Source]:
        """All sources that can be named: an alias inside hides the same one outside."""
        around = self.outer.visible() if self.outer else []
        return [*self.sources, *(source for source in around if self.own(source.alias) is None)]
