"""docs/json.md shows what the host answers, and explains every key of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cti_host.testing import MakeHost, RunningHost

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "json.md"
EXAMPLE = re.compile(r"<!-- GET (\S+) -->\n```json\n(.*?)```", re.S)


def examples() -> list[tuple[str, str]]:
    """Address and answer of each example."""
    return EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    """A host with the default settings and the data of docs/getting-started.md."""
    settings = (ROOT / "config" / "cti.toml").read_text(encoding="utf-8")
    calls = settings[settings.index("[url_parameters]") :].replace("[plugin.accounts]", "")
    running = make_host(
        re.sub(
            r"\[ecall_parameters.*?(?=# How numbers)|\[plugin.event_log\]", "", calls, flags=re.S
        ),
        plugins=["phone_reformat", "tickets"],
    )
    result = running.app.test_cli_runner()
    from cti_host.command_line.cli import cli

    files = [str(ROOT / "docs" / "examples" / name) for name in ("people.jsonl", "Person.csv")]
    done = result.invoke(cli, ["--config", str(running.config_file), "data", "import", *files])
    assert done.exit_code == 0, done.output
    return running


@pytest.mark.parametrize("address", [address for address, _ in examples()])
def test_an_example_is_what_the_host_answers(running: RunningHost, address: str) -> None:
    answer = running.get_json(address)
    if os.environ.get("CTI_DOCS_UPDATE") == "1":
        _rewrite(address, answer)
    (shown,) = [text for shown_address, text in examples() if shown_address == address]
    assert json.loads(shown) == answer


def test_every_key_is_explained(running: RunningHost) -> None:
    answer = running.get_json("/pop?phone=0199001200")
    explained = set(re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.M))
    assert set(_keys(answer)) <= explained


def _keys(value: dict[str, Any], before: str = "") -> Iterator[str]:
    """The keys of an answer, as the page writes them; those of attributes are the site's."""
    for key, inside in value.items():
        yield before + key
        if isinstance(inside, list) and inside and isinstance(inside[0], dict):
            for item in inside:
                yield from _keys(item, f"{before}{key}[].")


def _rewrite(address: str, answer: Any) -> None:
    text = json.dumps(answer, indent=2, ensure_ascii=False)
    page = PAGE.read_text(encoding="utf-8")
    start = page.index("```json\n", page.index(f"<!-- GET {address} -->")) + len("```json\n")
    PAGE.write_text(page[:start] + text + "\n" + page[page.index("```", start) :], "utf-8")
