"""What a life cycle is: states, the stimuli that lead from one to the next, and what each asks for.

The life cycles themselves are data, see `lifecycles`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Flag as _Flag
from enum import auto

from cti_host import Localised


class Flag(_Flag):
    """What a state says of an attribute; without any it can be changed."""

    NONE = 0
    HIDDEN = auto()
    READ_ONLY = auto()
    MANDATORY = auto()
    MUST_CHANGE = auto()  # when the state is entered
    MUST_PROMPT = auto()  # when the state is entered

    @property
    def letters(self) -> str:
        """The flags as letters: "RMP"."""
        return "".join(letter for letter, flag in _LETTERS.items() if flag in self)

    @property
    def editable(self) -> bool:
        """Whether a form may change the attribute."""
        return not self & (Flag.HIDDEN | Flag.READ_ONLY)


_LETTERS = {
    "H": Flag.HIDDEN,
    "R": Flag.READ_ONLY,
    "M": Flag.MANDATORY,
    "C": Flag.MUST_CHANGE,
    "P": Flag.MUST_PROMPT,
}


def flags(letters: str) -> Flag:
    """The flags that letters stand for; "-" is none."""
    found = Flag.NONE
    for letter in letters.strip("-"):
        found |= _LETTERS[letter]
    return found


@dataclass(frozen=True)
class Stimulus:
    """What moves an object to another state; an internal one has no button."""

    code: str
    label: Localised
    internal: bool = False


@dataclass(frozen=True)
class Transition:
    """A stimulus leads from one state to another.

    `flags` are those of this way only; where it has some for an attribute, the target's don't
    count. `dates` are set to the moment, `resets` are emptied; `elapsed` is set to the seconds
    since the object began. With `cascades` the children go along.
    """

    source: str
    stimulus: str
    target: str
    flags: Mapping[str, Flag] = field(default_factory=dict)
    dates: tuple[str, ...] = ()
    resets: tuple[str, ...] = ()
    elapsed: str = ""
    cascades: bool = False


@dataclass(frozen=True)
class LifeCycle:
    """The life of the objects of a class.

    `states` has the flags of the attributes by state; the states' labels are those of `attribute`,
    an enum. `optional_if_none` are keys that nobody has to fill while there is nothing to choose.
    `watches` says for each stop-watch in which states it runs.
    """

    states: Mapping[str, Mapping[str, Flag]]
    stimuli: Mapping[str, Stimulus]
    transitions: tuple[Transition, ...]
    initial: str = "new"
    attribute: str = "status"
    optional_if_none: frozenset[str] = frozenset()
    watches: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def flag(self, state: str, code: str) -> Flag:
        """What a state says of an attribute; the state itself is never typed into a form."""
        if code == self.attribute:
            return Flag.READ_ONLY
        return self.states.get(state, {}).get(code, Flag.NONE)

    def shows(self, code: str) -> bool:
        """Whether any state shows an attribute."""
        return any(not self.flag(state, code) & Flag.HIDDEN for state in self.states)

    def possible(self, state: str) -> list[Transition]:
        """The ways out of a state that an agent may take."""
        return [
            way
            for way in self.transitions
            if way.source == state and not self.stimuli[way.stimulus].internal
        ]

    def transition(self, state: str, stimulus: str) -> Transition | None:
        """The way that a stimulus takes from a state, if any."""
        for way in self.transitions:
            if (way.source, way.stimulus) == (state, stimulus):
                return way
        return None

    def asked(self, way: Transition) -> dict[str, Flag]:
        """The flags of the attributes when a way is taken, hidden ones left out."""
        found = {**self.states[way.target], **way.flags}
        return {code: flag for code, flag in found.items() if not flag & Flag.HIDDEN}

    def ways(self, source: str, target: str) -> list[Transition]:
        """The ways from one state to another; if there is none, all that lead to it."""
        into = [way for way in self.transitions if way.target == target]
        return [way for way in into if way.source == source] or into
