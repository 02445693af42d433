"""Check that the locks and docs/dependencies.md agree with what we depend on.

Every direct dependency, and every one of an extra, must be pinned in its lock, within the range
that is asked for, with hashes, and have a line in docs/dependencies.md; both locks must pin the
same versions.
"""

from __future__ import annotations

import re
from pathlib import Path

from direct_dependencies import direct_dependencies, extra_dependencies, name_of
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent


def pins(lock: str) -> dict[str, str]:
    """The versions in a lock, by name; a version without a hash ends the run."""
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    found = {}
    for entry in entries:
        pinned = re.match(r"([A-Za-z0-9._-]+)(?:\[.*?\])?==([^\s;]+)", entry)
        if pinned is None or "--hash=sha256:" not in entry:
            raise SystemExit(f"{lock}: not a pinned version with hashes: {entry.splitlines()[0]}")
        found[name_of(pinned[1])] = pinned[2]
    return found


def asked_for(file: str) -> list[str]:
    """The requirements of an `.in` file."""
    lines = (ROOT / "requirements" / file).read_text("utf-8").splitlines()
    stripped = [line.partition("#")[0].strip() for line in lines]
    return [line for line in stripped if line]


def problems() -> list[str]:
    """What does not agree, as sentences."""
    runtime, dev = pins("runtime.txt"), pins("dev.txt")
    documented = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    wanted = {
        "runtime.txt": (runtime, [*direct_dependencies(), *asked_for("runtime.in")]),
        "dev.txt": (dev, [*extra_dependencies(), *asked_for("dev.in")]),
    }
    found = []
    for lock, (versions, requirements) in wanted.items():
        for requirement in map(Requirement, requirements):
            name = name_of(requirement.name)
            if not requirement.specifier.contains(versions.get(name, ""), prereleases=True):
                found.append(f"{lock} does not pin {requirement}: run `make lock`")
            if f"| {name} |" not in documented:
                found.append(f"docs/dependencies.md has no line for {name}")
    found += [
        f"dev.txt has another {name} than runtime.txt"
        for name in runtime
        if dev.get(name) != runtime[name]
    ]
    return found


if __name__ == "__main__":
    if faults := problems():
        raise SystemExit("\n".join(sorted(set(faults))))
