"""Every key with one letter wrong is refused, and the remedy is the key that was meant."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from cti_host.loader import find_plugins
from cti_host.settings.config import KEYS, TABLES, Config
from cti_host.settings.nearest import did_you_mean, nearest
from cti_host.settings.problems import ConfigRefused
from cti_host.settings.sections import (
    CallerInformation,
    Creation,
    DisplayTickets,
    Server,
    TicketListSettings,
)
from cti_host.settings.settings import Settings
from cti_host.settings.validation import mistakes_of

ROOT = Path(__file__).parents[2]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@cache
def misspelt(word: str) -> set[str]:
    """A word with one letter missing, doubled, wrong, or swapped with its neighbour."""
    found = set()
    for at, letter in enumerate(word):
        before, after = word[:at], word[at + 1 :]
        wrong = LETTERS[(ord(letter) + at) % len(LETTERS)]
        found |= {before + after, before + letter + letter + after, before + wrong + after}
        if after:
            found.add(before + after[0] + letter + after[1:])
    return found - {word, ""}


def cases(keys: list[str]) -> Iterator[tuple[str, str]]:
    """Misspelt and right keys; not those that are as near to another key, or are one."""
    for key in keys:
        others = {*keys, *Settings.model_fields} - {key}
        for wrong in sorted(misspelt(key) - others):
            if not any(wrong in misspelt(other) or other in misspelt(wrong) for other in others):
                yield wrong, key


def models() -> Iterator[type[BaseModel]]:
    """The host's sections, and the settings of each plugin."""
    yield from (CallerInformation, Creation, DisplayTickets, Server, TicketListSettings)
    for name in ("cti.toml", "examples/itop.toml"):
        plugins = find_plugins(Config(ROOT / "config" / name, lenient=True))
        yield from (type(plugin.config) for plugin in plugins.loaded)


@pytest.mark.parametrize("model", dict.fromkeys(models()), ids=lambda model: model.__qualname__)
def test_a_misspelt_key_of_a_section_is_refused_with_the_right_one(model: type[BaseModel]) -> None:
    tried = 0
    for wrong, key in cases([*model.model_fields]):
        table: dict[str, Any] = {wrong: "x"}
        with pytest.raises(ValidationError) as refused:
            model.model_validate(table)
        (remedy,) = [
            mistake.remedy
            for mistake in mistakes_of(refused.value, model, table)
            if mistake.message == "unknown key"
        ]
        assert remedy == f"did you mean {key!r}?", wrong
        tried += 1
    assert tried > 10


@pytest.mark.parametrize("key", KEYS)
def test_a_misspelt_key_at_the_top_is_refused_with_the_right_one(tmp_path: Path, key: str) -> None:
    file = tmp_path / "cti.toml"
    wrong = [wrong for wrong, right in cases(KEYS) if right == key]
    file.write_text("".join(f'{one} = "x"\n' for one in wrong))
    with pytest.raises(ConfigRefused) as refused:
        Config(file)
    assert [problem.key for problem in refused.value.problems] == wrong
    assert {problem.remedy for problem in refused.value.problems} == {f"did you mean {key!r}?"}


@pytest.mark.parametrize("key", TABLES)
def test_a_misspelt_section_is_refused_with_the_right_one(tmp_path: Path, key: str) -> None:
    file = tmp_path / "cti.toml"
    wrong = [wrong for wrong, right in cases(TABLES) if right == key]
    file.write_text("".join(f"[{one}]\n" for one in wrong))
    assert [*tomllib.loads(file.read_text())] == wrong
    problems = find_plugins(Config(file)).problems
    assert [problem.key for problem in problems] == wrong
    assert not any(problem.warning for problem in problems)
    assert {problem.remedy for problem in problems} == {f"did you mean [{key}]?"}


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("ecall_parameters", "url_parameters"),
        ("fa-telephone", "fa-envelope"),
        ("nickname", "name"),
        ("phone", "home"),
        ("opened", "closed"),
        ("id", "is"),
        ("", "x"),
        ("x", ""),
        ("phone", "mobile_phone"),
    ],
)
def test_what_only_looks_a_little_alike_is_not_offered(word: str, known: str) -> None:
    assert nearest(word, [known]) == ""


def test_the_nearest_of_several_is_offered_whatever_its_case() -> None:
    assert nearest("userrequests", ["User", "UserRequest", "UserRequested"]) == "UserRequest"
    assert nearest("closed", ["close", "closed"]) == "closed"


def test_without_a_near_word_the_remedy_lists_them_or_says_something_else() -> None:
    assert did_you_mean("x", ["b", "a"]) == "known: a, b"
    assert did_you_mean("x", ["b", "a"], "leave it out") == "leave it out"
    assert did_you_mean("x", []) == ""
