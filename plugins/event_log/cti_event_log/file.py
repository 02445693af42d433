"""The file of lines: written by several processes, and shortened while they write."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from cti_host import open_private_file


def append(path: Path, data: bytes) -> None:
    """Add to the file, which may be moved away at any moment: the next line makes a new one."""
    # One write in append mode: lines of several processes never mix.
    descriptor = open_private_file(path, os.O_WRONLY | os.O_APPEND)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits while the file is being shortened
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def drop_lines(path: Path, before: datetime, *, dry_run: bool) -> int:
    """Take the lines before a moment out of the file; returns how many. Others stay as they are.

    The file stays the same one, since a process may be about to write to it.
    """
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return 0
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = file.readlines()
        kept = [line for line in lines if not _is_before(line, before)]
        if len(kept) < len(lines) and not dry_run:
            file.seek(0)
            file.writelines(kept)
            file.truncate()
        return len(lines) - len(kept)


def _is_before(line: bytes, before: datetime) -> bool:
    try:
        moment = datetime.fromisoformat(json.loads(line)["time"])
    except (ValueError, KeyError, TypeError):
        return False  # not one of ours
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < before
