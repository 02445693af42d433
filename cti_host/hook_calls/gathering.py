"""What all plugins returned for a hook, and which of them failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cti_host.dispatch import Dispatcher

_T = TypeVar("_T")


@dataclass(frozen=True)
class Gathered(Generic[_T]):
    """What plugins returned, each item with its plugin, and a line for each that failed."""

    items: Sequence[tuple[str, _T]]
    failed: Sequence[str]


class Gathering(Dispatcher):
    """Calls hooks of which it matters that all of their plugins were heard."""

    def gathered(self, hook: str, kind: type[_T], **arguments: Any) -> Gathered[_T]:
        """What all plugins returned, and which of them failed."""
        items: list[tuple[str, _T]] = []
        failed: list[str] = []
        for span in self.spans(hook, **arguments):
            items += [(span.plugin, item) for item in span.result or ()]
            failed += [f"{span.plugin}: {span.problem}"] if span.problem else []
        return Gathered(items, failed)
