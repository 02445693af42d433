"""`server_started` fires in each process of the server, and nowhere else."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from cti_host.app import app_from_environment, create_app
from cti_host.settings.places import CONFIG_VARIABLE
from cti_host.testing import write_config

STARTS = """
    from flask import current_app

    from cti_host import hookimpl


    class Plugin:
        @hookimpl
        def server_started(self):
            current_app.extensions["started"] = True
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path, plugins=["starts"], sources={"starts": STARTS}, sign_in=False)


def test_it_fires_when_a_worker_has_built_its_application(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thresholds = gc.get_threshold()
    with monkeypatch.context() as patched:
        patched.setenv(CONFIG_VARIABLE, str(config))
        app = app_from_environment()
    # A worker looks for garbage its own way; the other tests don't.
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    assert app.extensions["started"]


def test_it_does_not_fire_for_commands_and_tests(config: Path) -> None:
    assert "started" not in create_app(config).extensions
