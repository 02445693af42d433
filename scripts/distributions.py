"""The distributions of this repository: the host, its libraries and its plugins."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def project_files() -> list[Path]:
    """The `pyproject.toml` of every distribution: the host's, then libraries, then plugins."""
    libraries = sorted(ROOT.glob("libraries/*/pyproject.toml"))
    plugins = sorted(ROOT.glob("plugins/*/pyproject.toml"))
    return [ROOT / "pyproject.toml", *libraries, *plugins]
