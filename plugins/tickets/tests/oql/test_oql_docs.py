"""The examples of docs/oql.md are queries that work, and what it says of them is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cti_oql import Oql, OqlError
from cti_oql.functions.registry import FUNCTIONS, UNITS
from cti_oql.resolve.fields import known_codes
from cti_oql.syntax.parse import parse
from cti_tickets.model.classes.registry import MODELS
from cti_tickets.model.data_model import schema_of

PAGE = Path(__file__).parents[4] / "docs" / "oql.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```oql\n(.*?)```", TEXT, re.DOTALL)
# The classes that a site has, unless plugins add to them.
OWN = schema_of(MODELS)
# What examples need another value for than "x".
VALUES = {"days": 3}


def table(header: str) -> list[list[str]]:
    """The rows of the table that begins with a header; of each cell what is in backticks."""
    _before, _header, rest = TEXT.partition(f"\n{header}\n")
    lines = rest.split("\n\n")[0].splitlines()[1:]
    # A bar inside a cell is escaped.
    cells = [[c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [[re.sub(r"^`(.*?)`.*", r"\1", c).replace(r"\|", "|") for c in row] for row in cells]


READ_AS = table("| Written | Is read as | |")
INSTEAD = table("| Instead of | Write |")
KINDS = table("| Kind | Is |")


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_documentation_runs(oql: Oql, database: Any, text: str) -> None:
    values = {name: VALUES.get(name, "x") for name in oql.resolve(text).parameters}
    oql.ids(database, text, values)


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_fits_the_classes_that_a_site_has(text: str) -> None:
    Oql(OWN).resolve(text)


@pytest.mark.parametrize(("written", "read"), [row[:2] for row in READ_AS])
def test_a_condition_is_read_as_the_documentation_says(written: str, read: str) -> None:
    assert parse(f"SELECT Person WHERE {written}") == parse(f"SELECT Person WHERE {read}")


@pytest.mark.parametrize(("wrong", "right"), INSTEAD)
def test_what_is_written_elsewhere_is_an_error_and_has_another_way(
    oql: Oql, database: Any, wrong: str, right: str
) -> None:
    with pytest.raises(OqlError):
        oql.resolve(wrong)
    oql.ids(database, right, {})


def test_every_kind_of_error_is_explained() -> None:
    kinds = {kind.kind for kind in _subclasses(OqlError)}
    assert {kind for kind, _meaning in KINDS} == kinds


def test_the_functions_are_those_of_the_language() -> None:
    rows = [f"| `{each.usage}` | {each.description} |" for each in FUNCTIONS.values()]
    assert "\n".join(["| Function | Returns |", "|---|---|", *rows, ""]) in TEXT


def test_every_unit_is_explained() -> None:
    assert {*re.findall(r"\b[A-Z]+\b", TEXT)} >= {*UNITS}


def test_the_attributes_that_the_documentation_names_are_there() -> None:
    codes = {c for name in ("UserRequest", "Person") for c in known_codes(OWN, OWN[name])}
    rows = table("| Code | Is |")
    named = {code for row in rows for code in re.findall(r"\w+", row[0])}
    assert named <= codes


def test_the_documentation_has_the_examples() -> None:
    assert len(EXAMPLES) > 40
    assert (len(READ_AS), len(INSTEAD)) == (6, 10)


def _subclasses(cls: type[OqlError]) -> list[type[OqlError]]:
    return [s for c in cls.__subclasses__() for s in (c, *_subclasses(c))]
