"""A folder with a file to move, and what came out of moving it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_itop_config import command

EXAMPLES = Path(__file__).parent / "examples"


@dataclass(frozen=True)
class Imported:
    """What one run gave: exit code, the report by key, the file that was written."""

    code: int
    out: str
    err: str
    text: str

    @property
    def toml(self) -> dict[str, Any]:
        """The file, read."""
        return tomllib.loads(self.text)

    @property
    def report(self) -> dict[str, Any]:
        """What `--json` printed."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    def became(self, key: str) -> list[str]:
        """What became of a key: "taken", "differs: …"."""
        return [
            f"{entry['status']}: {entry['message']}".removesuffix(": ")
            for entry in self.report["settings"]
            if entry["key"] == key
        ]

    def lines(self, key: str) -> list[str]:
        """The lines of the report on a key, with the names of files without their folders."""
        lines = [
            f"{entry['file']}:{entry['line']}: {entry['status']}: {entry['message']}"
            for entry in self.report["settings"]
            if entry["key"] == key
        ]
        return [re.sub(r"/(?:[^/:]*/)+", "", line).removesuffix(": ") for line in lines]


Import = Callable[..., Imported]


@pytest.fixture
def import_file(tmp_path: Path) -> Import:
    """`import_file(source, "--backend", "tickets")`: move a text, bytes, or files that exist."""

    def import_(source: str | bytes | Path | Sequence[Path], *options: str) -> Imported:
        if isinstance(source, str | bytes):
            file = tmp_path / "config-itop.php"
            file.write_bytes(source.encode() if isinstance(source, str) else source)
            source = file
        files = [source] if isinstance(source, Path) else source
        output = tmp_path / "cti.toml"
        output.unlink(missing_ok=True)
        arguments = [*map(str, files), "--json", "-o", str(output), *options]
        done = CliRunner().invoke(command, arguments)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        text = output.read_text(encoding="utf-8") if output.exists() else ""
        return Imported(done.exit_code, done.stdout, done.stderr, text)

    return import_


@pytest.fixture
def examples() -> Path:
    """The examples of the extension's documentation."""
    return EXAMPLES
