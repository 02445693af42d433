"""The README tells the truth: its table of examples and its table of settings."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from cti_phone_reformat import Plugin

from cti_host import Call, Number, Unsearchable, Value

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, cell by cell."""
    section = README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    return [[cell.strip(" |") for cell in row] for row in rows[2:]]


def described(value: Value) -> list[str]:
    """What the README writes for a value: what it becomes, and how it was given."""
    if isinstance(value, Unsearchable):
        return [f"not searched: {value.reason}", ""]
    if isinstance(value, str):
        return ["stays text", ""]
    if len(value.number_keys) > 1:
        return [" and ".join(f"`{key}`" for key in value.number_keys), str(value.given)]
    if not value.number_keys:
        first = next(iter(dict.fromkeys(reading.key for reading in value.readings)))
        return [f"perhaps `{first}`", str(value.given)]
    if value.key.startswith("digits:"):
        return [f"digits `{value.key.removeprefix('digits:')}`", str(value.given)]
    parts = [f"`{value.e164}`"] if value.e164 else []
    parts += [f"extension `{value.extension}`"] if value.extension else []
    return [", ".join(parts), str(value.given)]


@pytest.mark.parametrize("row", table("What becomes what"), ids=lambda row: str(row[0]))
def test_an_example_is_what_really_happens(row: list[str]) -> None:
    plugin = Plugin(Plugin.Config())
    text = row[0].removeprefix("`").removesuffix("`")
    call = Call({"phone": text}, {"phone": text})
    value = (plugin.preprocess_parameters(call) or call).parameters["phone"]
    assert [*row[1:], ""][:2] == described(value)
    stored = plugin.parse_number(text)
    called = value if isinstance(value, Number) else None
    assert (stored and stored.number_keys) == (called and called.number_keys)


def test_every_setting_is_described_with_its_default() -> None:
    documented = {
        key.strip("`"): tomllib.loads(f"value = {default.strip('`')}")["value"]
        for key, default, *_ in table("Settings")
    }
    defaults = {name: getattr(Plugin.Config(), name) for name in Plugin.Config.model_fields}
    assert documented == defaults


def test_the_example_configuration_is_valid() -> None:
    (source,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    settings = tomllib.loads(source)["plugin"]["phone_reformat"]
    assert Plugin.Config.model_validate(settings).region == "FR"
