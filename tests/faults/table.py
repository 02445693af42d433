"""The table of docs/reliability.md: a row for each fault."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.kit.outcome import Outcome
from tests.faults.registry import Fault, faults

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
HEAD = "| Fault | What was done | What was lost | How long it took |\n|---|---|---|---|\n"
_ROW = re.compile(r"^\| `(\w+)` \|.*\n", re.M)


def row(fault: Fault, outcome: Outcome) -> str:
    """The row of a fault, without the end of the line."""
    took = "; ".join(filter(None, (outcome.took, f"all of it {outcome.seconds:.0f} s")))
    cells = (f"`{fault.name}`", outcome.done, outcome.lost, took)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def names(page: Path = PAGE) -> list[str]:
    """The faults that have a row."""
    return _ROW.findall(page.read_text(encoding="utf-8"))


def write(fault: Fault, outcome: Outcome, page: Path = PAGE) -> None:
    """Write the row of a fault into the page; the others stay."""
    text = page.read_text(encoding="utf-8")
    rows = {found[1]: found[0] for found in _ROW.finditer(text)}
    rows[fault.name] = row(fault, outcome) + "\n"
    ordered = [rows[one.name] for one in faults() if one.name in rows]
    before, _, after = text.partition(HEAD)
    rest = _ROW.sub("", after)
    page.write_text(before + HEAD + "".join(ordered) + rest, encoding="utf-8")
