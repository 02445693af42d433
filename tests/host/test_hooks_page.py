"""docs/hooks.md says what the hooks' contracts and docstrings say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cti_host.command_line.docgen import argument_names, hooks_markdown, read_docstring
from cti_host.contract import Kind
from cti_host.hookspecs import contracts
from cti_host.testing import MakeHost

PAGE = Path(__file__).parents[2] / "docs" / "hooks.md"


def test_the_page_is_what_is_generated() -> None:
    assert PAGE.read_text(encoding="utf-8") == hooks_markdown(), (
        "run: python -m cti_host.command_line.docgen > docs/hooks.md"
    )


def test_the_command_prints_the_page() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-m", "cti_host.command_line.docgen"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.decode() == hooks_markdown()


def test_every_hook_has_an_entry_and_a_line_in_the_index() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for hook in contracts():
        assert page.count(f"\n## {hook}\n") == 1
        assert page.count(f"| [`{hook}`](#{hook}) |") == 1


@pytest.mark.parametrize("hook", contracts())
def test_a_docstring_says_when_what_answer_order_and_what_happens_on_an_error(hook: str) -> None:
    text = read_docstring(hook)
    assert text.summary.endswith(".")
    assert text.fires.startswith("Fires ")
    assert text.answer
    assert text.order
    assert text.on_error
    assert list(text.parameters) == argument_names(hook)
    assert all(text.parameters.values())


@pytest.mark.parametrize(
    "hook",
    [h for h, contract in contracts().items() if contract.kind not in (Kind.EVENT, Kind.SETUP)],
)
def test_a_docstring_says_what_none_means(hook: str) -> None:
    assert "`None`" in read_docstring(hook).answer


def test_the_example_on_the_page_runs(make_host: MakeHost) -> None:
    found = re.search(r"```python\n(from cti_host.*?)```", hooks_markdown(), re.DOTALL)
    assert found
    running = make_host(plugins=["acme"], sources={"acme": found[1]})
    assert running.get_json("/pop?phone=80987654321")["parameters"] == {"phone": "0987654321"}
    assert running.get_json("/pop?phone=0987654321")["parameters"] == {"phone": "0987654321"}
