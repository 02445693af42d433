"""Make or refresh `.venv`: locked dependencies, checked by hash, and our distributions editable.

Usage: `python3 scripts/set_up.py [runtime|dev]`; `make` calls it before everything else. `dev` has
the tools for tests too. What is there already is kept; a virtual environment that was moved, left
half-made, or made by another Python is made anew.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


def main(wanted: str) -> None:
    """Bring `.venv` up to date with the lock `wanted`, and say what takes time."""
    if sys.version_info < (3, 11):  # noqa: UP036  # this is who tells people
        raise SystemExit(f"CTI Host needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    python = str(VENV / "bin" / "python")
    if stamp("made-by") != made_by():
        say("Making the virtual environment .venv")
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
        write_stamp("made-by", made_by())
    if stamp("locked") not in accepted(wanted):
        say(f"Installing requirements/{wanted}.txt into .venv (once; this may take a minute)")
        lock = str(ROOT / "requirements" / f"{wanted}.txt")
        run(sys.executable, str(ROOT / "scripts" / "install_locked.py"), python, "-r", lock)
        write_stamp("locked", digest(wanted))
    run(python, str(ROOT / "scripts" / "install_editable.py"))


def made_by() -> str:
    """What a virtual environment depends on: where it lies, and its Python."""
    return f"{ROOT}\n{sys.version}\n"


def digest(name: str) -> str:
    """Which lock this is, by its content."""
    content = (ROOT / "requirements" / f"{name}.txt").read_bytes()
    return f"{name} {hashlib.sha256(content).hexdigest()}"


def accepted(wanted: str) -> set[str]:
    """The locks that will do: the lock for tests holds the whole of the other one."""
    return {digest("dev"), digest(wanted)}


def stamp(name: str) -> str:
    """What was noted in the virtual environment, or an empty text."""
    file = VENV / f"cti-host-{name}"
    return file.read_text("utf-8") if file.exists() else ""


def write_stamp(name: str, text: str) -> None:
    """Note what was finished, so that the next run need not do it."""
    (VENV / f"cti-host-{name}").write_text(text, "utf-8")


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def run(*command: str) -> None:
    """Run a command, and end with its status where it fails; it has said why."""
    status = subprocess.run(command, check=False).returncode
    if status:
        raise SystemExit(status)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "runtime")
