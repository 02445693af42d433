"""Commands as processes of their own, for tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PATIENCE_SECONDS = 60


def start(config: Path, *words: str) -> subprocess.Popen[str]:
    """Begin a command."""
    return subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "cti_host", "--config", str(config), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(config: Path, *words: str) -> tuple[int, str, str]:
    """Run a command: its status, and what it printed."""
    process = start(config, *words)
    output, errors = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, output, errors
