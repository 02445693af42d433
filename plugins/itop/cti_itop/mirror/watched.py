"""A process that ends when the one that began it ends, which holds the other end of its input."""

from __future__ import annotations

import os
import threading

_STANDARD_INPUT = 0


def end_with_input() -> None:
    """From now on, end this process at once when its standard input ends."""
    threading.Thread(target=_watch, name="cti-itop-watch", daemon=True).start()


def _watch() -> None:
    # Not by way of `sys.stdin`: its lock, held when the interpreter ends, is a fatal error.
    while os.read(_STANDARD_INPUT, 4096):
        pass
    os._exit(0)
