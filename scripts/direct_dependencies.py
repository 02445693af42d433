"""Print what our distributions depend on, one requirement a line, as `make lock` wants it.

The dependencies that each `pyproject.toml` names are the only list of them. Our own distributions
are left out: they come from this repository.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from typing import Any

from distributions import project_files


def name_of(requirement: str) -> str:
    """The normalised name of a requirement: `Flask-WTF>=1.2` is `flask-wtf`."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    if found is None:
        raise SystemExit(f"not a requirement: {requirement!r}")
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def direct_dependencies() -> list[str]:
    """The requirements of every distribution, sorted, each once."""
    return _foreign(needed for project in _projects() for needed in project.get("dependencies", []))


def extra_dependencies() -> list[str]:
    """The requirements of every extra of every distribution, sorted, each once."""
    extras = [project.get("optional-dependencies", {}) for project in _projects()]
    return _foreign(needed for extra in extras for group in extra.values() for needed in group)


def _projects() -> list[dict[str, Any]]:
    return [tomllib.loads(file.read_text("utf-8"))["project"] for file in project_files()]


def _foreign(requirements: Iterable[str]) -> list[str]:
    own = {name_of(project["name"]) for project in _projects()}
    return sorted(needed for needed in {*requirements} if name_of(needed) not in own)


if __name__ == "__main__":
    print("\n".join(direct_dependencies()))
