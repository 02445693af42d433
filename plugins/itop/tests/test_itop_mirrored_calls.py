"""Callers from the copy nearby: found without iTop, also while it is down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fake_itop import PASSWORD, USER, FakeItop

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
