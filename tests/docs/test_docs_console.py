"""Every command that the documents show prints what they show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_itop import USER, FakeItop, running
from itop_model import TicketsModel

pytestmark = pytest.mark.long

DOCS = Path(__file__).parents[2] / "docs"
# Their commands are those of a site that is there already.
ON_A_SITE = {"rights"}


# writing-a-plugin: see test_docs_fresh_install.py
@pytest.mark.parametrize(
    "name",
    [
        "database",
        "getting-started",
        "admin-guide",
        "accounts",
        "import-export",
        "moving-from-itop",
        "oql",
        "organizations",
        "rights",
    ],
)
def test_the_commands_print_what_is_shown(name: str, console: Any) -> None:
    if name in ON_A_SITE:
        console.run("cti-host db upgrade")
    differences = console.check(DOCS / f"{name}.md")
    assert not differences, "\n\n".join(differences)


@pytest.fixture
def console_of_itop(console: Any, tmp_path: Path) -> Iterator[Any]:
    """A folder whose settings for iTop lead to a fake one with the demonstration."""
    (tmp_path / "model").mkdir()
    model = TicketsModel(tmp_path / "model")
    model.load()
    with running(FakeItop(model)) as fake:
        console.shown = {fake.url: "https://itop.example.org/itop"}
        for name in ("itop.toml", "itop-copy.toml"):
            file = console.folder / "config" / "examples" / name
            text = file.read_text(encoding="utf-8")
            text = text.replace("https://itop.example.org/itop", fake.url)
            file.write_text(text.replace('"cti-host"', f'"{USER}"'), encoding="utf-8")
        yield console
    model.close()


@pytest.mark.parametrize("name", ["itop", "itop-copy"])
def test_the_commands_in_front_of_an_itop_print_what_is_shown(
    name: str, console_of_itop: Any
) -> None:
    differences = console_of_itop.check(DOCS / f"{name}.md")
    assert not differences, "\n\n".join(differences)
