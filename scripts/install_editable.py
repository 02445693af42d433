"""Install the host, the libraries and every plugin where they lie, into the Python that runs this.

Their dependencies must be installed already, and nothing is fetched. It does nothing where they
are installed as their `pyproject.toml` files say.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from distributions import project_files


def main() -> None:
    """Install them all in one go, and note for which files that was done."""
    files = project_files()
    state = hashlib.sha256()
    for file in files:
        state.update(f"{file}\n".encode() + file.read_bytes())
    stamp = Path(sys.prefix) / "cti-host-editable"
    if stamp.exists() and stamp.read_text("utf-8") == state.hexdigest():
        return
    print("Installing the host and its plugins, editable", flush=True)
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-input", "--no-index"]
    pip += ["--no-deps", "--no-build-isolation"]
    for file in files:
        pip += ["--editable", str(file.parent)]
    status = subprocess.run(pip, check=False).returncode
    if status:
        raise SystemExit(status)
    stamp.write_text(state.hexdigest(), "utf-8")


if __name__ == "__main__":
    main()
