"""How large a fault is, and what came of it."""

from __future__ import annotations

import enum
import statistics
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


class Size(enum.Enum):
    """How large a fault is: a few seconds for every test run, or as large as it was found."""

    SHORT = 0
    LONG = 1

    def pick(self, short: int, long: int) -> int:
        """One of two numbers: of connections, saves, rounds."""
        return (short, long)[self.value]


@dataclass(frozen=True)
class Outcome:
    """What came of a fault.

    :param done: what was done to the server, with counts
    :param lost: what was lost, of how many; "nothing of …" when all is well
    :param held: whether what must hold did
    :param took: figures of time, for people to read; nothing is judged by them
    :param seconds: how long all of it took; the runner fills it in
    """

    done: str
    lost: str
    held: bool
    took: str = ""
    seconds: float = 0


@dataclass
class Tally:
    """Counts what must hold, from any thread: each case is good, or lost with a reason."""

    _good: Counter[str] = field(default_factory=Counter)
    _lost: Counter[str] = field(default_factory=Counter)
    _reasons: list[str] = field(default_factory=list)
    _broken: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, what: str, good: bool, reason: object = "") -> bool:
        """Count one case.

        :param what: what it is one of, in the plural: "pops", "saves"
        :param good: whether it went as it must
        :param reason: what was seen instead; the first few are printed
        :return: `good`
        """
        with self._lock:
            (self._good if good else self._lost)[what] += 1
            seen = _line(f"{what}: {reason}")
            if not good and len(self._reasons) < 5 and seen not in self._reasons:
                self._reasons.append(seen)
        return good

    def check(self, what: str, good: bool, reason: object = "") -> bool:
        """Check what holds once or not at all, and is not counted.

        :param what: what must hold, as a sentence: "the log has no secret"
        :param reason: what was seen instead
        """
        with self._lock:
            if not good:
                self._broken.append(_line(f"not so: {what} ({reason})"))
        return good

    def good(self, what: str) -> int:
        """How many cases of a kind were good so far."""
        return self._good[what]

    def outcome(self, done: str, took: str = "") -> Outcome:
        """All that was counted: it held when nothing was lost, and something was counted."""
        totals = self._good + self._lost
        of = _listed(totals)
        lost = f"{_listed(self._lost) or 'nothing'} of {of}"
        if self._reasons:
            lost += f" ({'; '.join(self._reasons)})"
        held = bool(totals) and not self._lost and not self._broken
        return Outcome(done, "; ".join([lost, *self._broken]), held, took)


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def times(what: str, seconds: Iterable[float]) -> str:
    """Figures of times for the table: "pops: median 12 ms, p95 40 ms, slowest 71 ms"."""
    found = sorted(seconds)
    if not found:
        return f"{what}: none"
    shown = (("median", statistics.median(found)), ("p95", p95(found)), ("slowest", found[-1]))
    return f"{what}: " + ", ".join(f"{name} {1000 * value:.0f} ms" for name, value in shown)


def p95(seconds: Sequence[float]) -> float:
    """What 95 of 100 times are not above."""
    if len(seconds) < 2:
        return seconds[0]
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]
