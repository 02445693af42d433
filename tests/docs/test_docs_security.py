"""Each promise of docs/security.md names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+)`", PAGE)))
FOLDERS = ("tests", "libraries", "plugins")


@pytest.fixture(scope="module")
def written() -> set[str]:
    """The names of all tests."""
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("test_*.py")]
    texts = (file.read_text(encoding="utf-8") for file in files)
    return {name for text in texts for name in re.findall(r"def (test_\w+)\(", text)}


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_shows_a_promise_is_there(name: str, written: set[str]) -> None:
    assert name in written


def test_every_promise_has_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| (?!Promise|-)", line)]
    assert len(rows) > 20
    assert [row for row in rows if "`test_" not in row] == []
