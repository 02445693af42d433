"""Install the distributions of a lock, each checked by its hash: with uv, which takes seconds.

Usage: `install_locked.py PYTHON -r LOCK`: the Python to install into, and the lock. uv is that
of `.venv`, put there first if the lock has it. Where there is none, or it fails (it doesn't read
pip's settings), pip does it, in a minute.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"


def main(python: str, _option: str, lock: str) -> int:
    """Install; return the exit status of whoever did it last."""
    pip = [python, "-m", "pip", "install", "-qq", "--no-input", "--require-hashes"]
    if not UV.exists() and Path(python).parent == UV.parent:
        _install_uv(pip, Path(lock).read_text("utf-8"))
    if UV.exists():
        uv = [str(UV), "pip", "install", "--quiet", "--python", python]
        if _run(*uv, "--require-hashes", "-r", lock) == 0:
            return 0
    return _run(*pip, "-r", lock)


def _install_uv(pip: list[str], lock: str) -> None:
    """Install uv as the lock pins it."""
    found = re.search(r"^uv==.*(?:\n +--hash=.*)+", lock, re.M)
    if found is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "uv.txt"
        alone.write_text(found[0] + "\n", "utf-8")
        _run(*pip, "-r", str(alone))


def _run(*command: str) -> int:
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
