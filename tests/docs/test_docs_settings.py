"""The admin guide and the default settings know every key, and the shipped files are accepted."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from cti_host import PluginConfig
from cti_host.app import create_app
from cti_host.hookspecs import contracts
from cti_host.loader import find_plugins
from cti_host.settings.config import Config
from cti_host.settings.problems import Problem
from cti_host.settings.sections import (
    CallerInformation,
    Creation,
    DisplayTickets,
    MetricsSettings,
    Privacy,
    Server,
    TicketListSettings,
)
from cti_host.settings.settings import Settings

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "admin-guide.md").read_text(encoding="utf-8")
# Sections of the guide have headings of their own; keys of the host's models stand in tables.
HOST_MODELS = (
    CallerInformation,
    Creation,
    DisplayTickets,
    MetricsSettings,
    Privacy,
    Server,
    TicketListSettings,
)


def section(heading: str) -> str:
    """The part of the guide below a heading, up to the next one of its level or above."""
    found = re.search(rf"^(#+) .*{re.escape(heading)}.*$", GUIDE, re.M)
    assert found, f"the guide has no section {heading}"
    after = GUIDE[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", after, re.M)
    return after[: end.start()] if end else after


def keys(text: str) -> set[str]:
    """The keys that tables explain: type, default and meaning beside each."""
    rows = re.findall(r"^\| `([^`]+)` \| [^|]+ \| [^|]+ \| [^|]{6,}", text, re.M)
    return set(rows)


@pytest.mark.parametrize("key", Settings.model_fields)
def test_every_key_of_the_host_is_in_the_guide(key: str) -> None:
    heading = re.search(rf"^#+ .*`\[{key}(\.CLASS)?\]`", GUIDE, re.M)
    tables = key in keys(section("The host"))
    assert heading or tables or (key == "plugin" and "`[plugin]`" in GUIDE)


@pytest.mark.parametrize(
    ("model", "key"), [(model, key) for model in HOST_MODELS for key in model.model_fields]
)
def test_every_key_of_a_section_is_in_the_guide(model: type[BaseModel], key: str) -> None:
    assert key in keys(GUIDE), model.__name__


def plugins() -> Iterator[tuple[str, type[BaseModel]]]:
    """Name of section and settings of each plugin of this repository."""
    config = Config(ROOT / "config" / "cti.toml")
    for plugin in find_plugins(config).loaded:
        heading = plugin.section[0] if len(plugin.section) == 1 else f"plugin.{plugin.name}"
        yield str(heading), type(plugin.config)


@pytest.mark.parametrize(("heading", "model"), [*plugins()])
def test_every_key_of_a_plugin_is_in_the_guide(heading: str, model: type[BaseModel]) -> None:
    assert "timeout" in keys(GUIDE)
    own = set(model.model_fields) - set(PluginConfig.model_fields)
    if own:
        assert own <= keys(section(f"[{heading}]"))
    else:
        assert f"[{heading}]" in GUIDE


def test_every_plugin_of_this_repository_is_in_settings_that_are_shipped() -> None:
    files = [ROOT / "config" / "cti.toml", *(ROOT / "config" / "examples").glob("*.toml")]
    enabled = {name for f in files for name in tomllib.loads(f.read_text("utf-8"))["plugins"]}
    files = [*(ROOT / "plugins").glob("*/pyproject.toml")]
    # A distribution may bring commands only.
    folders = {p.parent.name for p in files if '"cti_host.plugins"' in p.read_text("utf-8")}
    assert enabled == folders


@pytest.mark.parametrize("key", sorted(set(Settings.model_fields) - {"plugin"}))
def test_every_key_of_the_host_is_in_the_default_settings(key: str) -> None:
    text = (ROOT / "config" / "cti.toml").read_text(encoding="utf-8")
    assert re.search(rf"^(# )?({key} = |\[+{key}\b)", text, re.M)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of config/, so that the database and the key are made elsewhere."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    return tmp_path / "config"


def problems(file: Path) -> list[Problem]:
    """What `cti-host check` says about a file; refusals are raised."""
    app: Any = create_app(file)
    found: list[Problem] = app.extensions["cti_host"].problems
    app.extensions["cti_host"].database.close_all()
    return found


@pytest.mark.parametrize("name", ["cti.toml", "demo.toml"])
def test_a_shipped_file_has_no_problem(folder: Path, name: str) -> None:
    assert problems(folder / name) == []


def test_the_settings_in_front_of_an_itop_are_accepted(folder: Path) -> None:
    (folder.parent / "var").mkdir()
    (folder.parent / "var" / "itop-password").write_text("a secret\n")
    assert problems(folder / "examples" / "itop.toml") == []
    assert problems(folder / "examples" / "itop-copy.toml") == []
    assert problems(folder / "examples" / "mail.toml") == []


def test_the_settings_for_single_sign_on_are_accepted(folder: Path) -> None:
    assert problems(folder / "examples" / "single-sign-on.toml") == []


def test_the_settings_for_an_asterisk_are_accepted(folder: Path) -> None:
    (folder.parent / "var").mkdir()
    (folder.parent / "var" / "asterisk-secret").write_text("a secret\n")
    assert problems(folder / "examples" / "asterisk.toml") == []


def test_the_settings_of_the_itop_extension_are_accepted(folder: Path) -> None:
    found = problems(folder / "examples" / "itop-extension.toml")
    assert [problem.key for problem in found] == ["indirect_creation.Change.preset.origin"]
    assert found[0].warning


def test_the_example_for_itop_has_all_sections_of_the_extension() -> None:
    text = (ROOT / "config" / "examples" / "itop-extension.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    assert {
        "url_parameters",
        "caller_information",
        "direct_creation",
        "indirect_creation",
        "display_tickets",
        "ecall_parameters",
    } <= set(data)
    assert [*data["indirect_creation"]] == ["UserRequest", "Incident", "Change", "Person"]
    assert len(data["display_tickets"]["lists"]) == 4


def test_the_lines_that_the_guide_quotes_are_those_that_agents_read() -> None:
    lines = {contract.unavailable for contract in contracts().values()}
    quoted = re.findall(r"^\| [^|]+ \| \*(.+?)\*", section("When a plugin fails or hangs"), re.M)
    assert len(quoted) >= 6
    names = r"\b(acme_reformat|tickets|ecall|accounts|itop)\b(?=\.| is| are| right)"
    for line in quoted:
        assert re.sub(names, "%(plugin)s", line) in lines
