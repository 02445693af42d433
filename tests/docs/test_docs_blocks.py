"""Settings and code that documents show are read by what they are written for."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cti_host.loader import find_plugins
from cti_host.settings.config import Config

ROOT = Path(__file__).parents[2]
Blocks = Callable[[Path, str], list[Any]]
ALL = '"accounts", "phone_reformat", "tickets", "ecall", "event_log", "dialects"'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of a site's settings, with the folders that examples name."""
    for name in ("config", "var", "plugins.d"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "docs" / "examples" / "acme_reformat.py", tmp_path / "plugins.d")
    return tmp_path / "config"


def test_every_block_of_settings_is_accepted(
    documents: list[Path], blocks: Blocks, site: Path
) -> None:
    seen = 0
    for block in [block for path in documents for block in blocks(path, "toml")]:
        seen += 1
        data = tomllib.loads(block.text)
        if "project" in data:  # of a pyproject.toml
            continue
        # A block without `plugins` is a part of a file.
        whole = block.text if "plugins" in data else f"plugins = [{ALL}]\n{block.text}"
        file = site / "cti.toml"
        file.write_text(whole, encoding="utf-8")
        problems = find_plugins(Config(file)).problems
        assert [problem for problem in problems if not problem.warning] == [], block
    assert seen > 20


def test_every_block_of_python_compiles(documents: list[Path], blocks: Blocks) -> None:
    for block in [block for path in documents for block in blocks(path, "python")]:
        # A signature alone, as the reference of hooks shows it, has no body.
        text = block.text.rstrip()
        compile(f"{text} ..." if text.endswith(":") else text, str(block), "exec")


def test_every_block_that_is_a_plugin_loads(
    documents: list[Path], blocks: Blocks, site: Path
) -> None:
    found = [b for path in documents for b in blocks(path, "python") if "class Plugin" in b.text]
    assert found
    file = site / "cti.toml"
    # The plugin tickets brings the hooks that add to the data model.
    settings = 'plugins = ["shown", "tickets"]\nplugins_dir = "../plugins.d"\n'
    file.write_text(settings, encoding="utf-8")
    for block in found:
        (site.parent / "plugins.d" / "shown.py").write_text(block.text, encoding="utf-8")
        plugins, _hooks, problems = find_plugins(Config(file))
        assert problems == [], block
        plugin = plugins[0]
        assert plugin.hooks, block


def test_every_block_of_json_is_json(documents: list[Path], blocks: Blocks) -> None:
    for block in [block for path in documents for block in blocks(path, "json")]:
        try:
            json.loads(block.text)
        except ValueError:
            for line in block.text.splitlines():
                json.loads(line)
