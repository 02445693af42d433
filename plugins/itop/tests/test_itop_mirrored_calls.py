"""Callers from the copy nearby: found without iTop, also while it is down."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel

from cti_host.testing import MakeHost, RunningHost

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")
KNOWN = "/pop?phone=0987654321"
Open = Callable[..., RunningHost]


@pytest.fixture
def site(make_host: MakeHost, itop_server: FakeItop) -> Open:
    """`site(change)`: a host whose mirror was just filled."""

    def open_(change: Callable[[str], str] = str, *, fill: bool = True) -> RunningHost:
        toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"').replace('"live"', '"mirror"')
        running = make_host(change(toml), plugins=["phone_reformat", "itop", "ecall"])
        if fill:
            synchronize(running)
        itop_server.requests.clear()
        return running

    return open_


def synchronize(running: RunningHost) -> None:
    with running.app.app_context(), running.host.database.connection_context():
        ((_plugin, (group,)),) = running.host.hooks.set_up("commands")
        outcome = CliRunner().invoke(group, ["sync"])
        assert outcome.exit_code == 0, outcome.output


def with_query(query: str) -> Callable[[str], str]:
    return lambda toml: f'{toml}\n[caller_information]\nquery = "{query}"\n'


def ids(panel: Any) -> list[int]:
    return [caller["id"] for caller in panel["callers"]]


def test_a_caller_is_found_without_asking_itop_with_the_same_reason(
    site: Open, itop_server: FakeItop
) -> None:
    panel = site().get_json(KNOWN)
    (caller,) = panel["callers"]
    assert (caller["class"], caller["id"]) == ("Person", 20)
    assert caller["display"] == "Marguerite Delaunay, Fluvia France"
    assert caller["why"] == "Phone, stored in international form, region FR"
    assert itop_server.queries("Person") == []


def test_the_name_shows_while_itop_is_down(site: Open, itop_server: FakeItop) -> None:
    running = site()
    itop_server.fails = "down"
    panel = running.get_json(KNOWN)
    assert ids(panel) == [20]
    assert panel["problems"] == [
        "Tickets from itop are not available right now. iTop can't be reached."
    ]
    page = running.client().get(KNOWN).text
    assert "Marguerite Delaunay" in page
    assert "Create a new User Request" in page


def test_a_form_opens_with_the_presets_that_need_no_itop_and_says_which_are_missing(
    site: Open, itop_server: FakeItop
) -> None:
    running = site(
        lambda toml: toml.replace('origin = "phone"', 'origin = "phone"\nphone = ":phone"')
    )
    itop_server.fails = "down"
    page = running.client().get(f"/create/UserRequest{KNOWN.removeprefix('/pop')}")
    assert page.status_code == 200
    assert "Presets from itop are not available right now." in page.text
    assert "Please fill in yourself: org_id." in page.text
    (form,) = re.findall(r'href="([^"]*operation=new[^"]*)"', page.text)
    query = parse_qs(urlsplit(unescape(form)).query)
    assert query["default[caller_id]"] == ["20"]
    assert query["default[origin]"] == ["phone"]
    assert query["default[phone]"] == ["+33987654321"]
    assert "default[org_id]" not in query


@pytest.mark.parametrize("failure", ["down", "maintenance"])
def test_nobody_is_said_to_be_unknown_whom_itop_was_not_asked_for(
    site: Open, itop_server: FakeItop, failure: str
) -> None:
    running = site()
    itop_server.fails = failure
    # From the fourth call on iTop is left alone, which is no answer either.
    for _call in range(5):
        page = running.client().get("/pop?phone=0536490042").text
        assert "Nobody in the data has this number" not in page
        assert "the caller may well be in the data" in page
        assert "Create a new Person" not in page


@pytest.mark.parametrize("directory", ["mirror", "live"])
def test_people_who_left_are_marked(
    site: Open, demo_model: TicketsModel, itop_server: FakeItop, directory: str
) -> None:
    with demo_model.undone():
        demo_model.answer(
            {"operation": "core/update", "class": "Person", "key": "20",
             "fields": {"status": "inactive"}, "comment": "a test"}
        )  # fmt: skip
        running = site(
            lambda toml: toml.replace('"mirror"', f'"{directory}"'), fill=directory == "mirror"
        )
        (caller,) = running.get_json(KNOWN)["callers"]
        assert caller["display"] == "Marguerite Delaunay, Fluvia France, inactive"
        assert "inactif" in running.client(Accept_Language="fr").get(KNOWN).text


@pytest.mark.parametrize("directory", ["mirror", "live"])
@pytest.mark.parametrize("more", ["", " AND status = 'active'"])
def test_a_field_with_two_numbers_is_found_by_either(
    site: Open, demo_model: TicketsModel, directory: str, more: str
) -> None:
    with demo_model.undone():
        demo_model.answer(
            {"operation": "core/update", "class": "Person", "key": "20",
             "fields": {"phone": "05 36 49 00 77 / 06 12 34 56 78"}, "comment": "a test"}
        )  # fmt: skip

        def change(toml: str) -> str:
            toml = toml.replace('"mirror"', f'"{directory}"')
            return with_query(f"SELECT Person WHERE phone LIKE :phone{more}")(toml)

        running = site(change, fill=directory == "mirror")
        for number in ("0536490077", "0612345678"):
            assert ids(running.get_json(f"/pop?phone={number}")) == [20]
        assert ids(running.get_json("/pop?phone=0536490078")) == []


def test_who_is_not_in_the_mirror_is_asked_for_in_itop(site: Open, itop_server: FakeItop) -> None:
    assert ids(site(fill=False).get_json(KNOWN)) == [20]
    assert len(itop_server.queries("Person")) == 1


def test_only_what_the_query_compares_counts(site: Open, itop_server: FakeItop) -> None:
    running = site(with_query("SELECT Person WHERE mobile_phone LIKE :phone"))
    assert ids(running.get_json("/pop?phone=0639980224")) == [24]
    itop_server.requests.clear()
    assert ids(running.get_json("/pop?phone=0261913024")) == []
    assert len(itop_server.queries("Person")) == 1  # the phone of 24, which does not count


def test_a_query_with_more_in_it_is_asked_of_itop(site: Open, itop_server: FakeItop) -> None:
    running = site(with_query("SELECT Person WHERE phone LIKE :phone AND status = 'active'"))
    assert ids(running.get_json(KNOWN)) == [20]
    assert itop_server.queries("Person")


def test_an_address_is_found_in_any_case(site: Open, itop_server: FakeItop) -> None:
    def by_email(toml: str) -> str:
        toml = toml.replace('phone = "phone"\n\n', 'phone = "phone"\nmail = "email"\n\n', 1)
        return with_query("SELECT Person WHERE phone LIKE :phone OR email = :email")(toml)

    running = site(by_email)
    panel = running.get_json("/lookup?mail=Marguerite.DELAUNAY@flu-fr.example")
    assert ids(panel) == [20]
    assert panel["callers"][0]["why"] == "Email, the same text"
    assert itop_server.queries("Person") == []


def test_several_come_by_name(site: Open) -> None:
    assert ids(site().get_json("/pop?phone=0199001200")) == [21, 22, 23]
