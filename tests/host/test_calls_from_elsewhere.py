"""A call that a plugin knows of: what its panel shows, and the address that opens it."""

from __future__ import annotations

from typing import Any

import pytest

from cti_host.testing import MakeHost

SETTINGS = "[plugin.people]\nfound = ['Ada Lovelace']\ntickets = 3\n"
NAME_TOO = '[url_parameters]\nphone = "phone"\nname = "name"\n'
KNOWS_CALLS = """
from flask import Blueprint, jsonify, request

from cti_host import hookimpl, panel_address, panel_of


class Plugin:
    \"\"\"Knows of calls.\"\"\"

    @hookimpl
    def blueprints(self):
        pages = Blueprint("switchboard", __name__)

        @pages.get("/brief")
        def brief():
            number = request.args["number"]
            panel = panel_of(number, 7)
            return jsonify(
                title=panel.title,
                tickets=[one.total for one in panel.ticket_lists],
                notices=list(panel.notices),
                address=panel_address(number, 7),
            )

        return [pages]
"""


@pytest.fixture(params=["", NAME_TOO], ids=["phone", "phone and name"])
def running(request: pytest.FixtureRequest, make_panel: MakeHost) -> Any:
    return make_panel(
        SETTINGS + request.param, plugins=["switchboard"], sources={"switchboard": KNOWS_CALLS}
    )


def test_the_panel_of_a_call_is_there_for_other_pages(running: Any) -> None:
    told = running.client().get("/brief?number=0987654321").get_json()
    assert (told["title"], told["tickets"], told["notices"]) == ("Ada Lovelace", [3], [])


def test_its_address_opens_the_panel_and_shows_no_number(running: Any) -> None:
    client = running.client()
    address = client.get("/brief?number=0987654321").get_json()["address"]
    assert "0987654321" not in address
    assert "0987654321" in client.get(address).text
    (call, _callers, _agent) = running.plugin("people").received[-1]
    assert (call.received["phone"], call.record) == ("0987654321", 7)


def test_a_withheld_number_opens_a_panel_that_says_so(running: Any) -> None:
    client = running.client()
    told = client.get("/brief?number=").get_json()
    assert told["notices"] == ["The caller withheld their number: the phone system sent none."]
    page = client.get(told["address"])
    assert page.status_code == 200
    assert "The caller withheld their number" in page.text


def test_the_links_of_the_panel_keep_the_record(running: Any) -> None:
    client = running.client()
    address = client.get("/brief?number=0987654321").get_json()["address"]
    client.get(f"{address}&selected_caller=unknown&call=8")
    assert running.plugin("people").asked[-1].record == 7


def test_a_record_that_anybody_wrote_into_an_address_is_none(running: Any) -> None:
    running.client().get("/pop?phone=0987654321&name=x&call=7")
    assert running.plugin("people").asked[-1].record is None


def test_a_parameter_of_the_site_keeps_its_name(make_panel: MakeHost) -> None:
    running = make_panel(SETTINGS + '[url_parameters]\ncall = "phone"\n')
    page = running.client().get("/pop?call=0987654321").text
    assert '<input type="hidden" name="call" value="0987654321">' in page
    assert running.plugin("people").asked[-1].record is None
