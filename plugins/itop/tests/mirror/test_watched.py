"""A run that the server began ends with it, and ends clean when it is done before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from command_kit import PATIENCE_SECONDS
from cti_itop.mirror import watched

# Without the rest of the plugin, so that twenty take no time.
BEGIN = f"import runpy; runpy.run_path({watched.__file__!r})['end_with_input']()"


@contextmanager
def started(more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is watched, and does something then; its input is open."""
    with subprocess.Popen(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", f"{BEGIN}; {more}"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("time", range(20))
def test_it_ends_clean_while_its_input_is_open(time: int) -> None:
    with started("pass") as process:
        assert process.stderr is not None
        assert process.wait(PATIENCE_SECONDS) == 0
        assert process.stderr.read() == b""


def test_it_ends_with_its_input() -> None:
    with started("import threading; threading.Event().wait()") as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0
