"""What the documents show is what happens: their blocks are read, and their commands are run.

A block ```console is run: lines that begin with `$ ` are commands, the others are what they print.
`…` in them stands for any text. Blocks of a document run
in order, in one folder that holds `config/` and `docs/examples/` of this repository. What differs
from run to run (times, tokens) is masked on both sides. With `CTI_DOCS_UPDATE=1` the documents are
rewritten with what the commands print now.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import warm_commands

ROOT = Path(__file__).parents[2]
# The folder in which the documents say that the host is installed.
SHOWN_FOLDER = "/srv/cti-host"
FENCE = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.M | re.S)
MASKS = (
    (re.compile(r"\b\d+\.\d ms"), "0.0 ms"),
    (re.compile(r"\b[A-Za-z0-9_-]{43}\b"), "TOKEN"),
    (re.compile(r"(/config/cti\.toml):\d+"), r"\1:0"),  # a comment more in the file changes it
    (re.compile(r"datetime\.datetime\([^)]*\)"), "DATETIME"),
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document; `line` counts from 1."""

    path: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def documents() -> list[Path]:
    """Every page of documentation in the repository."""
    found = [ROOT / "README.md", ROOT / "CHANGELOG.md"]
    for folder in ("docs", "plugins", "tests", "config"):
        found += [p for p in (ROOT / folder).rglob("*.md") if not _is_foreign(p)]
    return sorted(path for path in found if path.is_file())


def _is_foreign(path: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(ROOT).parts)


def blocks(path: Path, language: str) -> list[Block]:
    """The blocks of a document that are in a language."""
    text = path.read_text(encoding="utf-8")
    return [
        Block(path, text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for found in FENCE.finditer(text)
        if found[1] == language
    ]


@pytest.fixture(name="documents")
def _documents() -> list[Path]:
    """Every page of documentation."""
    return documents()


@pytest.fixture(name="blocks")
def _blocks() -> Callable[[Path, str], list[Block]]:
    """`blocks(path, "toml")`: the blocks of a document in a language."""
    return blocks


@dataclass
class Console:
    """A folder as a reader of the documents has it, and what runs commands there.

    `shown` maps what a command prints here to what documents show instead: an address. `programs`
    is the folder of commands such as `python`; `cti-host` is theirs too, but need not load
    everything each time. `variables` are set in the environment.
    """

    folder: Path
    shown: dict[str, str] = field(default_factory=dict)
    programs: Path = Path(sys.executable).parent
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, command: str) -> str:
        """Run a command; answer what a terminal would show, the folder as documents name it."""
        environment = {
            **{name: value for name, value in os.environ.items() if name != "CTI_HOST_CONFIG"},
            "PATH": os.pathsep.join([*self._programs(), os.environ["PATH"]]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",  # output and errors in the order in which they came
            "LC_ALL": "C.UTF-8",
            **self.variables,
        }
        done = subprocess.run(  # noqa: S602 -- the documents show a shell
            command,
            shell=True,
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        printed = done.stdout.replace(str(self.folder), SHOWN_FOLDER)
        for real, shown in self.shown.items():
            printed = printed.replace(real, shown)
        return printed

    def _programs(self) -> list[str]:
        warm = self.folder.parent / "programs"
        if not warm.exists():
            warm.mkdir()
            warm_commands.put_into(warm, str(self.programs / "python"))
        return [str(warm), str(self.programs)]

    def check(self, path: Path) -> list[str]:
        """Run every console block of a document; answer where it shows something else."""
        differences: list[str] = []
        text = path.read_text(encoding="utf-8")
        for block in blocks(path, "console"):
            rewritten = ""
            for command in commands(block.text):
                printed = self.run(command.typed)
                printed = printed if not printed or printed.endswith("\n") else printed + "\n"
                same = matches(command.output, printed)
                rewritten += f"$ {command.shown}\n{command.output if same else printed}"
                if not same:
                    differences.append(
                        f"{block}: $ {command.shown}\n"
                        f"--- it shows\n{command.output}--- it prints\n{printed}"
                    )
            text = text.replace(block.text, rewritten, 1)
        if differences and os.environ.get("CTI_DOCS_UPDATE") == "1":
            path.write_text(text, encoding="utf-8")
            return []
        return differences


@dataclass(frozen=True)
class Command:
    """A command of a console block: as it is shown (`> ` continues it), as it is typed."""

    shown: str
    typed: str
    output: str


def commands(text: str) -> Iterator[Command]:
    """The commands of a console block, each with the output that is shown for it."""
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        lines = part.split("\n")
        count = 1
        while lines[count : count + 1] and re.match(r">( |$)", lines[count]):
            count += 1
        typed = [lines[0], *(re.sub("^> ?", "", line) for line in lines[1:count])]
        yield Command("\n".join(lines[:count]), "\n".join(typed), "\n".join(lines[count:]))


def matches(shown: str, printed: str) -> bool:
    """Whether a document shows what was printed, times and tokens aside."""
    pattern = re.escape(_masked(shown.strip())).replace("…", ".*?")
    return re.fullmatch(pattern, _masked(printed.strip()).replace("…", "..."), re.S) is not None


def _masked(text: str) -> str:
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text


@pytest.fixture
def console(tmp_path: Path) -> Console:
    """A folder with the settings and the examples, as after an installation."""
    folder = tmp_path / "cti-host"
    shutil.copytree(ROOT / "config", folder / "config")
    shutil.copytree(
        ROOT / "docs" / "examples",
        folder / "docs" / "examples",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return Console(folder)
