"""The note of a call as its page shows it: who wrote it, what it was, what others changed."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cti_calls.pages.names import AgentNames
from cti_calls.store.notes import revisions
from cti_host import masked_text

# Longer notes are not compared: of lines that are all alike, that takes time without end.
_MOST_COMPARED = 200


@dataclass(frozen=True)
class Version:
    """What a note was from a moment on.

    :param author: what the agent is called; empty: nobody wrote it as it is
    """

    author: str
    written_at: datetime
    note: str


@dataclass(frozen=True)
class Line:
    """A line of a note that somebody else has changed.

    :param sign: "+" for one that is new, "-" for one that is gone, " " for one that stayed
    """

    sign: str
    text: str


def versions(id_: int, agents: AgentNames) -> Sequence[Version]:
    """All that a note was, the present one first; numbers as the agent may see them."""
    return [
        Version(agents.of(one.author) if one.author else "", one.written_at, masked_text(one.note))
        for one in revisions(id_)
    ]


def changed_lines(before: str, now: str) -> list[Line]:
    """What somebody else has changed in a note, line by line; of long notes, both whole."""
    old, new = before.splitlines(), now.splitlines()
    if max(len(old), len(new)) > _MOST_COMPARED:
        return [*(Line("-", text) for text in old), *(Line("+", text) for text in new)]
    return list(_lines(old, new))


def _lines(before: Sequence[str], now: Sequence[str]) -> Iterator[Line]:
    matcher = difflib.SequenceMatcher(a=before, b=now, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield from (Line(" ", text) for text in before[start:end])
            continue
        yield from (Line("-", text) for text in before[start:end])
        yield from (Line("+", text) for text in now[new_start:new_end])
