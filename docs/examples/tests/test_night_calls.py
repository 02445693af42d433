"""A call at night fills in its form, a call by day leaves it alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti_host import Call
from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

SOURCES = {"night_calls": Path(__file__).parents[1] / "night_calls.py"}
# The office of this test never opens.
SETTINGS = """
timezone = "Europe/Paris"

[indirect_creation.UserRequest]
enabled = true

[plugin.night_calls]
opens = 0
closes = 0
values = { title = "Night call from $phone$" }
"""
PLUGINS = ["phone_reformat", "tickets", "night_calls"]


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    """A host that has the plugin alone, with its own office hours, in Paris."""
    return make_host('timezone = "Europe/Paris"', plugins=["night_calls"], sources=SOURCES)


@pytest.mark.parametrize(
    ("hour", "night"), [(5, True), (6, False), (15, False), (16, True), (23, True)]
)
def test_office_hours_are_those_of_the_time_zone(
    running: RunningHost, hour: int, night: bool
) -> None:
    moment = datetime(2026, 7, 1, hour, 30, tzinfo=UTC)  # in Paris two hours later
    call = Call({"phone": "0199007001"}, {"phone": "0199007001"}, received_at=moment)
    with running.app.test_request_context():
        values = running.plugin("night_calls").creation_presets(call)
    assert (values is not None) is night
    if night:
        assert values["title"].startswith("Night call from 0199007001 (")


def test_the_form_is_filled_in(make_host: MakeHost) -> None:
    running = make_host(SETTINGS, plugins=PLUGINS, sources=SOURCES)
    form = running.client().get("/create/UserRequest?phone=0199007001", follow_redirects=True)
    assert form.status_code == 200
    assert "Night call from +33199007001" in form.text


def test_by_day_the_form_stays_as_it_is(make_host: MakeHost) -> None:
    by_day = SETTINGS.replace("closes = 0", "closes = 24")
    running = make_host(by_day, plugins=PLUGINS, sources=SOURCES)
    form = running.client().get("/create/UserRequest?phone=0199007001", follow_redirects=True)
    assert form.status_code == 200
    assert "Night call" not in form.text
