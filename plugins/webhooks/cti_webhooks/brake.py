"""Whoever asks with a wrong secret again and again has to wait."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

# So many wrong requests an address may send in so many seconds.
MOST = 30
SECONDS = 60
# So many addresses are remembered, in this process.
REMEMBERED = 10_000


class Brake:
    """Counts the wrong requests of each address; those of a network of IPv6 together.

    :param clock: the time in seconds, from any beginning
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def is_on(self, address: str) -> bool:
        """Whether requests with a wrong secret from an address have to wait."""
        key, now = _key(address), self._clock()
        with self._lock:
            begun, count = self._wrong.get(key, (now, 0))
            return count >= MOST and now - begun < SECONDS

    def failed(self, address: str) -> None:
        """A request with a wrong secret came."""
        key, now = _key(address), self._clock()
        with self._lock:
            begun, count = self._wrong.pop(key, (now, 0))
            self._wrong[key] = (now, 1) if now - begun >= SECONDS else (begun, count + 1)
            while len(self._wrong) > REMEMBERED:
                self._wrong.popitem(last=False)


def _key(address: str) -> str:
    """The address, or the network of one of IPv6: whoever has one has all of it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(int(parsed) >> 64)
