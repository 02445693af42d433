"""What every test may use: the kit for plugin authors, loaded here once for all of them."""

import asyncio
import os
from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from rules_once import QuickRule
from templates_once import QuickEnvironment

pytest_plugins = ["cti_host.testing"]

# How long an example takes says nothing on a busy machine, and examples may share a host.
settings.register_profile(
    "any_machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("any_machine")

# Processes that tests start need not compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

Flask.jinja_environment = QuickEnvironment
Flask.url_rule_class = QuickRule


@pytest.fixture(autouse=True)
def no_loop_of_a_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide the event loop of an open browser from tests that don't use it.

    The sync API of Playwright leaves its loop "running" in the thread of the tests for as long as
    there is a browser, whichever tests come then: `asyncio.run` would be refused there.
    """
    loop = asyncio._get_running_loop()
    if loop is None or "browser" in request.fixturenames:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
