"""A disk of a few megabytes in a mount namespace of its own: nobody else sees it."""

from __future__ import annotations

import dataclasses
import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.faults import ROOT
from tests.faults.kit.outcome import Outcome, Size

_MOUNT = ("mount", "-t", "tmpfs", "-o", "size=8m", "cti-host")


def on_small_disk(module: str, size: Size, folder: Path) -> Outcome | None:
    """Run `on_disk(size, folder)` of a module in a process for which a folder is a small disk.

    :return: `None`: this system lets nobody make one (it has no `unshare`, or forbids it)
    """
    unshare = shutil.which("unshare")
    own = [unshare or "", "--user", "--map-root-user", "--mount"]
    if unshare is None or _run([*own, *_MOUNT, str(folder)]).returncode:
        return None
    done = _run([*own, sys.executable, "-m", __name__, module, size.name, str(folder)])
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 -- our own commands
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )


def _main(module: str, size: str, folder: str) -> None:
    subprocess.run([*_MOUNT, folder], check=True)  # noqa: S603 -- our own command
    outcome = importlib.import_module(module).on_disk(Size[size], Path(folder))
    print(json.dumps(dataclasses.asdict(outcome)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
