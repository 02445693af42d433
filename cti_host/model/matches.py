"""Whom a lookup found: those who are shown, why, and how many there are in all."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from cti_host.model.calls import Call, Caller

MOST_CALLERS = 100
"""So many people of a plugin the panel shows at once; the others are counted, and found by name."""


@dataclass(frozen=True)
class Match:
    """A caller that was found.

    :param caller: the person
    :param why: why they match, in the agent's language ("Phone, stored in national form")
    :param doubt: why it may be somebody else who calls, as a sentence in the agent's language: they
        are offered under *Perhaps*, and never chosen by themselves. Empty: it is surely them.
    :param detail: what tells them apart from others with the same number, in one line ("Accountant
        · Rennes · 2 open tickets")
    """

    caller: Caller
    why: str = ""
    doubt: str = ""
    detail: str = ""


class Matches(tuple[Match, ...]):
    """Some of the people who were found, best first, and how many there are in all.

    A plugin that does not want to read hundreds of people for one number returns it from
    `lookup_callers` instead of a list: at most `MOST_CALLERS` of those whom `Call.filter` leaves,
    and whoever `Call.wanted` names. `narrow` chooses them. `total` is the number without a filter.
    `hidden` tells that the call is also that of somebody whom the agent may not see.
    """

    total: int
    hidden: bool

    def __new__(cls, matches: Iterable[Match], total: int, hidden: bool = False) -> Self:
        found = super().__new__(cls, matches)
        if total < len(found):
            raise ValueError(f"{len(found)} people were found, of {total} in all")
        found.total = total
        found.hidden = hidden
        return found

    @property
    def sure(self) -> tuple[Match, ...]:
        """Those of the matches who are surely meant."""
        return tuple(match for match in self if not match.doubt)

    @property
    def sure_total(self) -> int:
        """How many there are in all without those who are only perhaps meant."""
        return self.total - (len(self) - len(self.sure))


def narrow(callers: Sequence[Caller], call: Call, masked: Collection[str] = ()) -> list[Caller]:
    """Those who are shown of everybody a plugin found for a call, each once, in their order.

    The filter keeps who has all of its words in what is shown of them or in an attribute; neither
    case nor accents count. Whoever is wanted stays, be it as the last one.

    :param callers: everybody who was found
    :param masked: the attributes that the agent sees masked: the filter does not look into them
    """
    found: dict[str, Caller] = {}
    for one in callers:
        found.setdefault(one.key, one)
    words = fold(call.filter).split()
    kept = [key for key, one in found.items() if _has_all(one, words, masked)]
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


def _has_all(caller: Caller, words: Sequence[str], masked: Collection[str]) -> bool:
    if not words:
        return True
    seen = (text for code, text in caller.attributes.items() if code not in masked)
    text = fold("\n".join([caller.display, *seen]))
    return all(word in text for word in words)
