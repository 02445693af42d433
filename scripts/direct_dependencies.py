"""Print what our distributions depend on, one requirement a line, as `make lock` wants it.

The dependencies that each `pyproject.toml` names are the only list of them. Our own distributions
are left out: they come from this repository.
"""

from __future__ import annotations

import re
import tomllib

from distributions import project_files


def name_of(requirement: str) -> str:
    """The normalised name of a requirement: `Flask-WTF>=1.2` is `flask-wtf`."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    if found is None:
        raise SystemExit(f"not a requirement: {requirement!r}")
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def direct_dependencies() -> list[str]:
    """The requirements of every distribution, sorted, each once."""
    projects = [tomllib.loads(file.read_text("utf-8"))["project"] for file in project_files()]
    own = {name_of(project["name"]) for project in projects}
    wanted = {needed for project in projects for needed in project.get("dependencies", [])}
    return sorted(needed for needed in wanted if name_of(needed) not in own)


if __name__ == "__main__":
    print("\n".join(direct_dependencies()))
