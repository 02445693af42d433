"""Whom a lookup found: those who are shown, and how many there are in all."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from cti_host.model import Call, Caller, Match, Matches

MOST_CALLERS = 100
"""So many people of a plugin the panel shows at once; the others are counted, and found by name."""


def narrow(callers: Sequence[Caller], call: Call) -> list[Caller]:
    """Those who are shown of everybody a plugin found for a call, each once, in their order.

    The filter keeps who has all of its words in what is shown of them or in an attribute; neither
    case nor accents count. Whoever is wanted stays, be it as the last one.

    :param callers: everybody who was found
    """
    found: dict[str, Caller] = {}
    for one in callers:
        found.setdefault(one.key, one)
    words = fold(call.filter).split()
    kept = [key for key, one in found.items() if all(word in _text(one) for word in words)]
    shown = dict.fromkeys(kept[:MOST_CALLERS])
    if call.wanted:
        shown |= dict.fromkeys(key for key, one in found.items() if call.wants(one))
    return [found[key] for key in shown]


def narrowed(matches: Sequence[Match], call: Call) -> Matches:
    """Those who are shown of everybody a plugin found for a call, and how many were found."""
    by_key: dict[str, Match] = {}
    for match in matches:
        by_key.setdefault(match.caller.key, match)
    shown = narrow([match.caller for match in by_key.values()], call)
    return Matches((by_key[caller.key] for caller in shown), len(by_key))


def fold(text: str) -> str:
    """The form in which texts are compared: without regard to case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _text(caller: Caller) -> str:
    return fold("\n".join([caller.display, *caller.attributes.values()]))
