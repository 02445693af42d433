"""A pytest plugin: what tests write for a moment lies in memory, where the system has room for it.

A test makes databases, of PostgreSQL with a thousand files each, and nothing of them has to outlive
it: on a disk they take most of a test's time. Whoever sets `TMPDIR` decides otherwise. `tox.ini`
loads this.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

# Linux keeps this one in memory.
MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it
# All of a run takes some hundreds of megabytes.
ENOUGH_BYTES = 4 * 1024**3


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Choose the folder before anything asks for it; processes of the tests inherit it.

    The memory is given back when this process ends, after all workers.
    """
    if "TMPDIR" in os.environ or not _has_room():
        return
    folder = tempfile.mkdtemp(prefix="cti-host-tests-", dir=MEMORY)
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = None  # asked for anew
    # What is registered later is done before: others still remove their own files in it.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _has_room() -> bool:
    """Whether there is such a place, for programs too, and memory enough behind it."""
    try:
        place = os.statvfs(MEMORY)
        told = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        available = next(int(line.split()[1]) for line in told if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return False
    free = min(place.f_bavail * place.f_frsize, available * 1024)
    return not place.f_flag & os.ST_NOEXEC and free >= ENOUGH_BYTES
