"""Exceptions that are meant to end a thread or a process, raised by a plugin.

Of a plugin they end its own answer only.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Ended(Exception):
    """The call raised what is meant to end a thread or a process, such as `SystemExit`."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


def is_of_the_keyboard(error: BaseException) -> bool:
    """Whether somebody ends the command that called the plugin, by Ctrl-C."""
    at_the_keyboard = threading.current_thread() is threading.main_thread()
    return isinstance(error, KeyboardInterrupt) and at_the_keyboard


@contextmanager
def failing_only() -> Iterator[None]:
    """Inside, what is meant to end the process is a failure like any other.

    :raises Ended: instead of it
    """
    try:
        yield
    except Exception:
        raise
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
        raise Ended(error) from error
