"""How much a program may ask: so many requests a minute, by agent."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import SlidingWindowCounterRateLimiter


class RequestRate:
    """Counts the requests of agents, in a window of a minute that moves with the time.

    It counts in the memory of this process: a request costs no statement. Where several processes
    serve, an agent may ask each of them so much.

    :param per_minute: so many are allowed; 0: any number
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._counted: tuple[SlidingWindowCounterRateLimiter, RateLimitItem] | None = None
        self._making = threading.Lock()

    def seconds_to_wait(self, agent: str) -> int:
        """Count a request of an agent, unless there were too many.

        :param agent: the agent's name
        :return: 0: go ahead; otherwise in so many seconds there is room for one
        """
        if not self._per_minute:
            return 0
        limiter, allowed = self._limiter()
        if limiter.hit(allowed, agent):
            return 0
        room = limiter.get_window_stats(allowed, agent).reset_time - time.time()
        return max(1, math.ceil(room))

    def _limiter(self) -> tuple[SlidingWindowCounterRateLimiter, RateLimitItem]:
        with self._making:
            if self._counted is None:
                # Loaded with the first request: commands and most servers have no use for it.
                from limits import RateLimitItemPerMinute
                from limits.storage import MemoryStorage
                from limits.strategies import SlidingWindowCounterRateLimiter

                limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
                self._counted = limiter, RateLimitItemPerMinute(self._per_minute)
            return self._counted
