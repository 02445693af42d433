"""The pages of reference say what contracts, docstrings and fields say."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path

import pytest

import cti_host
from cti_host import model
from cti_host.command_line.docgen import PAGES, hooks_markdown
from cti_host.command_line.docstrings import Docstring, annotations_of, read_docstring
from cti_host.command_line.known_hooks import host_hooks, plugin_hooks
from cti_host.command_line.types_page import documented_types, names_in
from cti_host.contract import Kind
from cti_host.testing import MakeHost

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "hooks.md"
TYPES = dict(documented_types())


HOOKS = {**host_hooks(), **plugin_hooks()}


def text_of(hook: str) -> Docstring:
    """The docstring of a hook."""
    return read_docstring(HOOKS[hook].function)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_is_generated(name: str) -> None:
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == PAGES[name](), (
        f"run: python -m cti_host.command_line.docgen {name} > docs/{name}.md"
    )


def docgen(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command that prints a page."""
    return subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-X", "utf8", "-m", "cti_host.command_line.docgen", *arguments],
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("arguments", "name"), [((), "hooks"), (("types",), "types")])
def test_the_command_prints_a_page(arguments: tuple[str, ...], name: str) -> None:
    assert docgen(*arguments).stdout.decode() == PAGES[name]()


def test_the_command_says_which_pages_there_are() -> None:
    done = docgen("hoks")
    assert (done.returncode, done.stderr.decode()) == (1, "there are the pages: hooks, types\n")


def test_every_hook_has_an_entry_and_a_line_in_the_index() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for hook in HOOKS:
        assert page.count(f"\n## {hook}\n") == 1
        assert page.count(f"| [`{hook}`](#{hook}) |") == 1


@pytest.mark.parametrize("hook", HOOKS)
def test_a_docstring_says_when_what_answer_order_and_what_happens_on_an_error(hook: str) -> None:
    text = text_of(hook)
    assert text.summary.endswith(".")
    assert text.fires.startswith("Fires ")
    assert text.returns
    assert text.order
    assert text.on_error
    assert list(text.parameters) == [*annotations_of(HOOKS[hook].function)[0]]
    assert all(text.parameters.values())


@pytest.mark.parametrize(
    "hook",
    [name for name, h in HOOKS.items() if h.contract.kind not in (Kind.EVENT, Kind.SETUP)],
)
def test_a_docstring_says_what_none_means(hook: str) -> None:
    assert "`None`" in text_of(hook).returns


def test_the_example_on_the_page_runs(make_host: MakeHost) -> None:
    found = re.search(r"```python\n(from cti_host.*?)```", hooks_markdown(), re.DOTALL)
    assert found
    running = make_host(plugins=["acme"], sources={"acme": found[1]})
    assert running.get_json("/pop?phone=80987654321")["parameters"] == {"phone": "0987654321"}
    assert running.get_json("/pop?phone=0987654321")["parameters"] == {"phone": "0987654321"}


def test_every_type_that_crosses_a_hook_is_on_the_page_of_types() -> None:
    crossing: set[str] = set()
    for hook in host_hooks().values():
        arguments, returned = annotations_of(hook.function)
        for annotation in (*arguments.values(), returned):
            crossing |= names_in(annotation)
    ours = {
        name
        for name, it in vars(model).items()
        if getattr(it, "__module__", "").startswith("cti_host.model.")
    }
    assert {"Match", "Caller", "Ticket", "TicketList", "OutboundAction"} <= crossing
    assert crossing & ours <= {*TYPES}


@pytest.mark.parametrize("name", TYPES)
def test_a_type_is_public_and_has_an_entry(name: str) -> None:
    assert name in cti_host.__all__
    assert (DOCS / "types.md").read_text(encoding="utf-8").count(f"\n## {name}\n") == 1


@pytest.mark.parametrize("name", [name for name, it in TYPES.items() if isinstance(it, type)])
def test_a_docstring_explains_every_field_and_member_and_nothing_else(name: str) -> None:
    documented = TYPES[name]
    text = read_docstring(documented)
    assert text.summary.endswith(".")
    expected: list[str] = []
    if is_dataclass(documented):
        expected = [field.name for field in fields(documented)]
    elif issubclass(documented, Enum):
        expected = [member.name for member in documented]
    assert [*text.parameters] == expected
    assert all(text.parameters.values())


def test_a_type_says_where_it_is_given_returned_and_held() -> None:
    page = PAGES["types"]()
    entry = page[page.index("\n## Caller\n") : page.index("\n## Unavailable\n")]
    assert "Given to [`ticket_lists`](hooks.md#ticket_lists), " in entry
    assert "In [`Match`](#match), [`TicketDetails`](#ticketdetails)." in entry
    assert "| `id` | `int` | required | the id in the plugin's data |" in entry


def test_a_hook_of_a_plugin_names_the_plugin_and_where_its_types_are() -> None:
    page = PAGES["hooks"]()
    entry = page[page.index("\n## data_classes\n") :]
    assert "Brought by: `tickets`; its types are in `cti_tickets.api_for_plugins`." in entry
    assert '@hookimpl(of="tickets")\ndef data_classes(self) -> Sequence[DataClass]:' in entry
    assert page.index("\n## Hooks of plugins\n") < page.index("\n## data_classes\n")
