"""Progress bars on stderr, one a class."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import Any

import click


class Bars:
    """Shows a bar for the class that is worked on; a context manager."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._name = ""
        self._bar: Any = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def __call__(self, name: str, done: int, total: int) -> None:
        """Move on by so many objects of a class that has about `total`."""
        if name != self._name:
            self._stack.close()
            self._name = name
            bar = click.progressbar(
                length=max(total, 1), label=name, file=sys.stderr, show_pos=True
            )
            self._bar = self._stack.enter_context(bar)
        self._bar.update(done)
