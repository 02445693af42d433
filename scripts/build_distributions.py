"""Build every distribution as sdist and wheel into `dist/`, and check what they hold.

Each wheel must have every file of its package (templates, catalogues, migrations, grammars,
`py.typed`), be built from its sdist, and be importable when it is installed away from this
repository. Run it as `make build`: it installs the wheels into the Python that runs it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from distributions import ROOT, project_files

LOAD_ALL = """
from importlib.metadata import entry_points
import cti_host.command_line.cli
for plugin in entry_points(group="cti_host.plugins"):
    plugin.load()
    print("  loads:", plugin.name)
"""


def main() -> None:
    """Build, check, install and load all of them; end with a message at the first fault."""
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    for project in [file.parent for file in project_files()]:
        # `build` makes the wheel out of the sdist, so an sdist that lacks a file shows as well.
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist), str(project))
        for package in packages(project):
            check(dist, package)
    wheels = [str(wheel) for wheel in sorted(dist.glob("*.whl"))]
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-input", "--no-index"]
    run(*pip, "--no-deps", "--force-reinstall", *wheels)
    with tempfile.TemporaryDirectory() as elsewhere:
        run(sys.executable, "-P", "-c", LOAD_ALL, folder=elsewhere)
    print(f"{len(wheels)} wheels and {len(list(dist.glob('*.tar.gz')))} sdists are in dist/")


def packages(project: Path) -> list[Path]:
    """The import packages of a project folder."""
    return sorted(file.parent for file in project.glob("cti_*/__init__.py"))


def check(dist: Path, package: Path) -> None:
    """Compare a package's folder with the wheel that holds it."""
    expected = {
        file.relative_to(package.parent).as_posix()
        for file in package.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    expected.add(f"{package.name}/py.typed")
    for wheel in dist.glob("*.whl"):
        held = set(zipfile.ZipFile(wheel).namelist())
        if f"{package.name}/__init__.py" in held:
            missing = sorted(expected - held)
            if missing:
                raise SystemExit(f"{wheel.name} lacks: {', '.join(missing)}")
            print(f"  {wheel.name}: {len(expected)} files", flush=True)
            return
    raise SystemExit(f"no wheel in dist/ holds the package {package.name}")


def run(*command: str, folder: str | None = None) -> None:
    """Run a command; show what it printed only when it fails."""
    quiet = command[1:3] == ("-m", "build")
    done = subprocess.run(
        command,
        cwd=folder,
        check=False,
        text=True,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout or ''}\nfailed: {' '.join(command[1:])}")


if __name__ == "__main__":
    main()
