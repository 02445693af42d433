"""The README tells the truth: each of its examples gives the addresses below it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from cti_host import Caller, Ticket
from cti_host.testing import MakeHost

pytest_plugins = ["cti_host.testing"]

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(\[ecall_parameters\]\n.*?)```\n\n(\|.*?)\n\n", README, re.S)

NUMBERS = """
from cti_host import Number, hookimpl

class Plugin:
    @hookimpl
    def parse_number(self, text):
        digits = text.replace(" ", "")
        return Number(text, "+33" + digits[1:] if digits[0] == "0" else digits)
"""
TICKET = Ticket("UserRequest", 1, "R-000001", "Printer")


def rows(table: str) -> list[list[str]]:
    """The cells of a table, without its head and without backticks."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def caller() -> Caller:
    """The caller whom the README describes."""
    table = README.partition("| Attribute | Value |")[2].partition("\n\n")[0]
    return Caller("Person", 1, "Zoé", dict(rows("| | |" + table)))


def test_there_is_an_example_of_each_flavour() -> None:
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize(("settings", "table"), EXAMPLES)
def test_an_example_offers_what_stands_below_it(
    make_host: MakeHost, settings: str, table: str
) -> None:
    running = make_host(settings, plugins=["numbers", "ecall"], sources={"numbers": NUMBERS})
    assert running.host.problems == []
    with running.app.test_request_context():
        actions = running.host.hooks.outbound_actions(TICKET, caller())
    assert [[a.name, a.label, a.icon, a.url] for a in actions] == rows(table)


def test_the_example_of_shortcuts_names_real_actions(make_host: MakeHost) -> None:
    (line,) = re.findall(r"^shortcut_actions = .*$", README, re.M)
    several = next(settings for settings, _ in EXAMPLES if "mobile_phone]" in settings)
    running = make_host(f"{line}\n{several}", plugins=["ecall"])
    assert len(running.host.settings.shortcut_actions) == 3
    assert running.host.problems == []


def test_every_toml_block_is_valid() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", README, re.S)
    assert [tomllib.loads(block) for block in blocks]
