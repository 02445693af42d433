"""Whoever has a number can be called back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cti_host import Caller, OutboundAction, Ticket
from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

SOURCES = {"softphone": Path(__file__).parents[1] / "softphone.py"}
# What other plugins returned.
TICKET = Ticket("Case", 71, "C-71", "A broken printer", source="help_desk")
NUMBERS = {"phone": "+33 1 99 00 70 01", "mobile_phone": "06 39 98 00 01"}
ADA = Caller("Contact", 1, "Ada Nguyen", NUMBERS, source="phone_book")


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    """A host with the softphone."""
    return make_host(plugins=["softphone"], sources=SOURCES)


def actions(running: RunningHost, caller: Caller | None) -> list[OutboundAction]:
    """What the phone menu of the ticket offers."""
    with running.app.test_request_context():
        return running.host.hooks.outbound_actions(TICKET, caller)


def test_a_ticket_offers_each_number_of_its_caller(running: RunningHost) -> None:
    offered = [(action.label, action.url, action.number) for action in actions(running, ADA)]
    assert offered == [
        ("Call", "tel:+33199007001", "+33 1 99 00 70 01"),
        ("Call the mobile phone", "tel:0639980001", "06 39 98 00 01"),
    ]


def test_a_number_that_is_not_there_is_not_offered(running: RunningHost) -> None:
    assert actions(running, Caller("Contact", 2, "Bo", {"phone": ""}, source="phone_book")) == []
    assert actions(running, None) == []


def test_another_softphone_has_another_scheme(make_host: MakeHost) -> None:
    toml = '[plugin.softphone]\nscheme = "sip"\nattributes = { phone = "Call" }\n'
    running = make_host(toml, plugins=["softphone"], sources=SOURCES)
    assert [action.url for action in actions(running, ADA)] == ["sip:+33199007001"]
