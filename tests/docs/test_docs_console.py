"""Every command that the documents show prints what they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["getting-started", "admin-guide", "writing-a-plugin", "oql"])
def test_the_commands_print_what_is_shown(name: str, console: Any) -> None:
    differences = console.check(DOCS / f"{name}.md")
    assert not differences, "\n\n".join(differences)
