"""What can go wrong with copies of a database, whichever it is."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path


class CopyFailed(Exception):
    """A copy could not be made or put in place, and nothing has changed; `remedy` may be empty."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class InUse(CopyFailed):
    """A database can't be replaced while others use it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "stop the host (all hosts) and whatever else uses the database")


def name_it(part: Path, target: Path) -> None:
    """Give a finished file its name, unless another file has that already.

    :raises OSError: it has, or the folder can't be written
    """
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as that of a memory stick
        part.rename(target)


def kept_name(folder: Path, stem: str, suffix: str) -> Path:
    """A name that no file has, for what a database was: "cti-before-upgrade-20260302-093000.db".

    Two within a second get names of their own.

    :param stem: what stands before the time in UTC
    :param suffix: what stands after it, with its dot
    """
    name = f"{stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    candidates = [name, *(f"{name}-{number}" for number in range(2, 100))]
    paths = [folder / f"{candidate}{suffix}" for candidate in candidates]
    return next(candidate for candidate in paths if not candidate.exists())
