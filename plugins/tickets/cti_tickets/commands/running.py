"""What the commands that work on the database have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from cti_host import current_host


@contextmanager
def connected() -> Iterator[None]:
    """A connection for the command, unless it has one already."""
    database = current_host().database
    opened = bool(database.connect(reuse_if_open=True))
    try:
        yield
    finally:
        if opened:
            database.close()


@contextmanager
def progress_bar(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, if somebody looks at it."""
    with click.progressbar(
        length=length, label=label, file=sys.stderr, update_min_steps=max(1, length // 200)
    ) as bar:
        yield bar.update
