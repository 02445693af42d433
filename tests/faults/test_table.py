"""The page of documentation has what the scripts say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults import table
from tests.faults.kit.outcome import Outcome
from tests.faults.registry import faults, named


def test_every_fault_has_its_row_in_the_order_of_the_rooms() -> None:
    # `python -m tests.faults NAME --document` writes it.
    assert table.names() == [fault.name for fault in faults()]


def test_a_row_takes_the_place_of_the_former_one(tmp_path: Path) -> None:
    page = tmp_path / "reliability.md"
    shutil.copy(table.PAGE, page)
    before = page.read_text(encoding="utf-8")
    (fault,) = named(["idle_connections"])
    table.write(fault, Outcome("a | b", "nothing of 1 pop", True, seconds=61.4), page)
    text = page.read_text(encoding="utf-8")
    assert "| `idle_connections` | a \\| b | nothing of 1 pop | all of it 61 s |\n" in text
    assert text.count("\n") == before.count("\n")
    assert table.names(page) == table.names()


def test_every_fault_says_what_it_does() -> None:
    for fault in faults():
        assert fault.about.endswith("."), fault.name
        assert fault.point, fault.name
    with pytest.raises(LookupError, match="idle_connections"):
        named(["idle"])
