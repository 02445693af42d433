"""How long a call may be open without a word of it before it is supposed to have ended."""

from __future__ import annotations

from dataclasses import dataclass

from cti_calls.model.records import CallState


@dataclass(frozen=True)
class Limits:
    """The most that a call stays open after the last fact, in milliseconds."""

    ringing: int
    queued: int
    talking: int

    def of(self, state: CallState) -> int:
        """That of a call in this state."""
        if state is CallState.RINGING:
            return self.ringing
        return self.queued if state is CallState.QUEUED else self.talking
