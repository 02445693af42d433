"""What iTop says that it doesn't have: not asked for again for a while, then once more."""

from __future__ import annotations

import time
from collections.abc import Callable

# Somebody who installs a module in iTop need not restart the host.
ASKED_AGAIN_SECONDS = 600.0


class Absent:
    """Remembers the classes that an iTop lacks, and the attributes that its classes lack.

    :param clock: seconds that only grow
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: dict[tuple[str, str], float] = {}

    def note(self, class_name: str, code: str = "") -> None:
        """Remember that iTop lacks a class, or an attribute of it."""
        self._noted[class_name, code] = self._clock()

    def lacks(self, class_name: str, code: str = "") -> bool:
        """Whether iTop said a while ago at most that it lacks a class, or an attribute of it."""
        noted = self._noted.get((class_name, code))
        return noted is not None and self._clock() - noted < ASKED_AGAIN_SECONDS
