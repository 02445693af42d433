"""The README shows what the demonstration prints, and its three calls are what they say."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.pop.explain import explain_url
from cti_host.testing import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def demo(tmp_path: Path) -> Any:
    """The demonstration, its data loaded: the application and the lines that it prints."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    app = create_app(tmp_path / "config" / "demo.toml", timeout=PATIENCE_SECONDS)
    host = app.extensions["cti_host"]
    with (
        app.test_request_context(base_url="http://127.0.0.1:8080"),
        host.database.connection_context(),
    ):
        migrate.upgrade(host)
        answers = host.hooks.set_up("load_demo")
    yield app, [line for _plugin, lines in answers for line in lines]
    host.database.close_all()


def test_the_readme_shows_what_the_demonstration_prints(demo: Any) -> None:
    _app, lines = demo
    assert "\n".join(f"  {line}" for line in lines) in README


def test_its_calls_find_one_caller_several_and_nobody(demo: Any) -> None:
    app, lines = demo
    found = [
        explain_url(app, line.split()[0]).panel_json["callers"] for line in lines if "/pop" in line
    ]
    assert [min(len(callers), 2) for callers in found] == [1, 2, 0]
