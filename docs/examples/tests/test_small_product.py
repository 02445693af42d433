"""Three examples are a product: who calls, their tickets, and calling back from a ticket."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

EXAMPLES = Path(__file__).parents[1]
PLUGINS = ["phone_book", "help_desk", "softphone"]
SETTINGS = "".join(
    f"[plugin.{name}]\nfile = {json.dumps(str(EXAMPLES / f'{name}.csv'))}\n"
    for name in ("phone_book", "help_desk")
)


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    """A host with these three plugins, and one that reads numbers."""
    sources = {name: EXAMPLES / f"{name}.py" for name in PLUGINS}
    return make_host(SETTINGS, plugins=["phone_reformat", *PLUGINS], sources=sources)


def test_from_a_call_to_a_ticket_to_calling_back(running: RunningHost) -> None:
    client = running.client()
    panel = client.get("/pop?phone=0199007001").text
    assert "Ada Nguyen" in panel
    link = re.search(r'href="([^"]+)"[^>]*>C-71<', panel)
    assert link
    ticket = client.get(html.unescape(link[1])).text
    assert "The printer on the second floor is broken" in ticket
    form = re.search(r'<form class="cti-phone-menu"[^>]* action="([^"]+)"', ticket)
    token = re.search(r'name="csrf_token" value="([^"]+)"', ticket)
    action = re.search(r'name="action" value="([^"]+)"', ticket)
    assert form
    assert token
    assert action
    values = {"csrf_token": token[1], "action": html.unescape(action[1])}
    called = client.post(html.unescape(form[1]), data=values)
    assert called.status_code == 303
    assert called.headers["Location"] == "tel:0199007001"


def test_everything_is_whose_it_is(running: RunningHost) -> None:
    panel = running.get_json("/pop?phone=0199007001")
    assert [caller["source"] for caller in panel["callers"]] == ["phone_book"]
    assert [group["source"] for group in panel["ticket_lists"]] == ["help_desk"]
    assert panel["problems"] == []
