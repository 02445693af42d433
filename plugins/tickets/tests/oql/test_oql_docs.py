"""The examples of docs/oql.md are queries that work."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cti_tickets.oql import Oql

PAGE = Path(__file__).parents[4] / "docs" / "oql.md"
EXAMPLES = re.findall(r"```oql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_documentation_runs(oql: Oql, database: Any, text: str) -> None:
    values = dict.fromkeys(oql.check(text).parameters, "x")
    oql.ids(database, text, values)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8
