"""The two hosts of a soak: one that is left alone and watched, and one that is killed."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpx
import psutil  # type: ignore[import-untyped]  # it ships no types
from real_server import Serving, serving_site, until

from tests.faults.kit.site import Site
from tests.faults.soak.watch import workers

# What is done to the second host, in turn.
KINDS = (
    "a worker told to end",
    "a worker killed",
    "the host told to end",
    "the host killed",
)


@dataclass
class _Away:
    """When the second host, or one of its workers, was away."""

    killed: bool
    began: float
    ended: float = float("inf")


@dataclass
class Hosts:
    """Two hosts for one database.

    :param steady: lives from the beginning to the end: what grows, grows there
    :param port: where the other one listens, whenever it runs
    """

    site: Site
    steady: Serving
    port: int = 0
    done: Counter[str] = field(default_factory=Counter)
    """What was done to the second host, and how often."""
    _away: list[_Away] = field(default_factory=list)

    def any_port(self) -> int:
        """Where the next request goes."""
        return random.choice((self.steady.port, self.port))  # noqa: S311 -- nothing secret

    def excuses(self, port: int, since: float, error: httpx.TransportError) -> bool:
        """Whether a request may have failed: nobody listened, or who did was killed meanwhile.

        What a host has begun to read when it is told to end must be answered.

        :param since: when the request began, on the monotonic clock
        """
        return port == self.port and any(
            one.ended >= since and (one.killed or isinstance(error, httpx.ConnectError))
            for one in self._away
        )

    def keep_killing(self, seconds: float, ends: threading.Event) -> None:
        """Start the second host, and do something to it again and again.

        :param seconds: how long it works between two deeds
        """
        turn = 0
        while not ends.is_set():
            with self._second() as second:
                while not ends.wait(seconds):
                    kind = KINDS[turn % len(KINDS)]
                    turn += 1
                    if self._do(kind, second):
                        break
            until(lambda second=second: not second.listens())  # type: ignore[misc]
            second.close()

    @contextmanager
    def _second(self) -> Iterator[Serving]:
        with serving_site(self.site.config, port=self.port, log="second.log") as second:
            self.port = second.port
            self._back()
            yield second
            self._leaves(killed=False)

    def _do(self, kind: str, second: Serving) -> bool:
        """Do it; returns whether the host has to be started again."""
        self.done[kind] += 1
        first = second.process.pid
        if kind.startswith("the host"):
            if kind == "the host killed":
                self._leaves(killed=True)
                os.killpg(first, signal.SIGKILL)
            return True
        before = workers(first)
        with suppress(psutil.NoSuchProcess):
            if kind == "a worker killed":
                self._leaves(killed=True)
                random.choice(before).kill()  # noqa: S311 -- nothing secret
            else:
                random.choice(before).terminate()  # noqa: S311 -- nothing secret
        until(lambda: len(set(workers(first)) - set(before)) == 1)
        self._back()
        return False

    def _leaves(self, *, killed: bool) -> None:
        self._away.append(_Away(killed, time.monotonic()))

    def _back(self) -> None:
        for one in self._away:
            one.ended = min(one.ended, time.monotonic())
