"""Fields of a payload by their paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cti_webhooks.payload import Payload, as_text

_MOST = 100


class Place:
    """A payload, or an element of a list in it, whose fields are read by their paths.

    :param payload: the payload
    :param element: the element that paths with a dot in front begin at; `None`: there is none
    """

    def __init__(self, payload: Payload, element: Any = None) -> None:
        self._payload, self._element = payload, element

    def text(self, paths: Sequence[str]) -> str | None:
        """The text at the first of these paths that leads to one; `None`: none does.

        :raises NotUnderstood: there is something else than a text, a number or a truth value
        """
        return next(iter(self._texts(paths)), None)

    def number(self, paths: Sequence[str]) -> str | None:
        """Like `text`, of a phone number."""
        found = self.text(paths)
        return None if found is None else self._payload.restored(found)

    def texts(self, paths: Sequence[str]) -> tuple[str, ...]:
        """All texts that these paths lead to, each once."""
        found = (text.strip() for text in self._texts(paths))
        return tuple(dict.fromkeys(text for text in found if text))[:_MOST]

    def _texts(self, paths: Sequence[str]) -> Iterator[str]:
        for path in paths:
            inside = path.startswith(".")
            root = self._element if inside else self._payload.data
            for value in values_at(root, path[1:] if inside else path):
                if value is not None:
                    yield as_text(path, str(value).lower() if isinstance(value, bool) else value)


def values_at(root: Any, path: str) -> list[Any]:
    """What a path leads to; a list there is taken apart.

    A name that is a whole path itself ("data.id", as forms may have) goes first.
    """
    if isinstance(root, Mapping) and path in root:
        found = root[path]
        return found if isinstance(found, list) else [found]
    reached = [root]
    for name in path.split("."):
        reached = [inner for value in reached for inner in _step(value, name)]
    return [one for value in reached for one in (value if isinstance(value, list) else [value])]


def _step(value: Any, name: str) -> list[Any]:
    if isinstance(value, Mapping):
        return [value[name]] if name in value else []
    if not isinstance(value, list):
        return []
    if name.isascii() and name.isdecimal() and len(name) < 5:
        return value[int(name) : int(name) + 1]
    return [inner for one in value if isinstance(one, Mapping) for inner in _step(one, name)]
