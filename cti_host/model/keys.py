"""The keys of persons and tickets, in links and where one plugin names what another one has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

CALLER_KEY = re.compile(r"(?:(?P<source>[^\s:]+):(?P<cls>[^\s:]+):)?(?P<id>[0-9]{1,18})", re.ASCII)
# Neither database can store a larger id, nor compare one.
_MOST_ID = 2**31 - 1


def own_keys(texts: Iterable[str], source: str) -> Iterator[tuple[str, int]]:
    """The classes and ids of those texts that are keys of a plugin.

    :param texts: what `find_callers` or `find_tickets` is called with
    :param source: the name of the plugin
    """
    for text in texts:
        key = CALLER_KEY.fullmatch(text)
        if key and key["source"] == source and int(key["id"]) <= _MOST_ID:
            yield key["cls"], int(key["id"])


def typed_names(texts: Iterable[str]) -> Iterator[str]:
    """Those texts that are names or references: not the keys of any plugin, and not empty."""
    for text in texts:
        key = CALLER_KEY.fullmatch(text)
        if not (key and key["source"]) and "\0" not in text and text.strip():
            yield text
