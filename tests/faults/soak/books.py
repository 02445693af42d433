"""What was done in a soak, how it went, and what was acknowledged."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter, defaultdict

from tests.faults.kit.outcome import p95


class Books:
    """Entries of all users, from any thread."""

    def __init__(self) -> None:
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.failed: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        """What a host that was killed at that moment did not answer; saves were sent again."""
        self.titles: list[str] = []
        """Of the tickets that were acknowledged."""
        self.changed: dict[str, str] = {}
        """By the path of its API: the description that was acknowledged last."""
        self._lock = threading.Lock()

    def enter(self, what: str, good: bool, seen: object, seconds: float) -> None:
        """Enter one thing that was done.

        :param seen: what came back instead, to count alike failures together
        """
        with self._lock:
            self.times[what].append(seconds)
            if not good:
                self.failed[f"{what}: {seen}"] += 1
                print(f"{time.strftime('%H:%M:%S')}  failed  {what}: {seen}", flush=True)

    def enter_cut(self, what: str) -> None:
        """Enter something whose connection a killed host cut."""
        with self._lock:
            self.cut[what] += 1

    @property
    def total(self) -> int:
        """How much was done so far."""
        with self._lock:
            return sum(map(len, self.times.values()))

    def lines(self) -> list[str]:
        """A line for each kind of work, with its times."""
        with self._lock:
            return [_line(what, found) for what, found in sorted(self.times.items())]


def _line(what: str, seconds: list[float]) -> str:
    if not any(seconds):
        return f"{what:22} {len(seconds):8,}"
    figures = (1000 * statistics.median(seconds), 1000 * p95(seconds), max(seconds))
    shown = "median {:6.0f} ms, p95 {:6.0f} ms, slowest {:5.1f} s".format(*figures)
    return f"{what:22} {len(seconds):8,}  {shown}"
