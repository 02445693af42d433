"""A plugin's project, found as if it were installed: its test needs no `pip install` before it."""

from __future__ import annotations

import tomllib
from pathlib import Path


def as_if_installed(project: Path, metadata: Path) -> tuple[Path, Path]:
    """Describe a project to Python as an installation would.

    Where the project is installed too, this description is found first and hides the other one.

    :param project: the folder with its `pyproject.toml`
    :param metadata: an empty folder to write the description into
    :return: the folders to put in front of the search path for modules
    :raises FileNotFoundError: there is no `pyproject.toml`
    """
    data = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = data["name"], data.get("version", "0")
    folder = metadata / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    (folder / "METADATA").write_text("\n".join([*lines, ""]), encoding="utf-8")
    points = []
    for group, named in data.get("entry-points", {}).items():
        points += [f"[{group}]", *(f"{point} = {value}" for point, value in named.items())]
    (folder / "entry_points.txt").write_text("\n".join([*points, ""]), encoding="utf-8")
    return metadata, project
