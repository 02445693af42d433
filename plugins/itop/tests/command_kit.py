"""Commands as processes of their own, for tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import warm_commands

# How long anything may take: ten times what a busy machine needs.
PATIENCE_SECONDS = 300


@contextmanager
def started(config: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command that runs; it is killed when the block ends, if it still does."""
    with subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "cti_host", "--config", str(config), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run(config: Path, *words: str) -> tuple[int, str, str]:
    """Run a command to its end: its status, and what it printed."""
    done = subprocess.run(  # noqa: S603 -- our own command
        warm_commands.words("--config", str(config), *words),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr
