"""The three calls of the demonstration with the settings of a site, asked by a program.

One suite, the same answers: with the `tickets` plugin on both databases, and with an iTop behind
the `itop` plugin, whether it looks callers up there or in its copy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

Ask = Callable[[str], Any]
WITH_ITOP = ["accounts", "phone_reformat", "itop", "ecall", "event_log"]
BACKENDS = ["sqlite", "postgresql", "itop-live", "itop-mirror"]


@pytest.fixture
def site(request: pytest.FixtureRequest, backend: str) -> Any:
    """A host whose people and tickets are in the backend."""
    if backend in ("sqlite", "postgresql"):
        return request.getfixturevalue(
            "make_site" if backend == "sqlite" else "make_postgres_site"
        )()
    make_site = request.getfixturevalue("make_site")
    directory = backend.removeprefix("itop-")
    site = make_site(plugins=WITH_ITOP, directory=directory)
    if directory == "mirror":
        synchronize(site)
    return site


def synchronize(site: Any) -> None:
    """Run `cti-host itop sync`."""
    host = site.app.extensions["cti_host"]
    with site.app.app_context(), host.database.connection_context():
        groups = [group for _plugin, found in host.hooks.set_up("commands") for group in found]
        (itop,) = (group for group in groups if group.name == "itop")
        outcome = CliRunner().invoke(itop, ["sync"])
        assert outcome.exit_code == 0, outcome.output


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """What is behind the hooks."""
    return str(request.param)


@pytest.fixture
def ask(site: Any) -> Ask:
    """`ask("/pop?…")`: what a host answers to a program with a token, on each backend."""
    client = site.client(Accept="application/json")

    def ask_(url: str) -> Any:
        response = client.get(url)
        assert response.status_code == 200, response.text
        return response.get_json()

    return ask_


def test_the_known_caller(ask: Ask, backend: str) -> None:
    panel = ask("/pop?phone=0987654321")
    assert panel["received"] == {"phone": "0987654321"}
    assert panel["parameters"] == {"phone": "+33987654321"}
    assert panel["label"] == "Contacts with phone number +33987654321"
    (caller,) = panel["callers"]
    source = "itop" if "itop" in backend else "tickets"
    assert (caller["source"], caller["class"], caller["id"]) == (source, "Person", 20)
    assert caller["display"] == "Marguerite Delaunay, Fluvia France"
    assert caller["why"] == "Phone, stored in international form, region FR"
    assert [choice["value"] for choice in panel["choices"]] == [f"{source}:Person:20", "unknown"]
    assert panel["selected"] == f"{source}:Person:20"
    assert [creation["class"] for creation in panel["creations"]] == ["UserRequest", "Person"]
    own, of_organization = panel["ticket_lists"]
    assert own["label"] == "User Requests opened for this caller"
    assert [ticket["ref"] for ticket in own["tickets"]] == ["R-000042", "R-000028"]
    url = own["tickets"][1].pop("url")
    assert own["tickets"][1] == {
        "source": source,
        "class": "UserRequest",
        "id": 28,
        "ref": "R-000028",
        "title": "Access to the year-end folder",
        "status": "assigned",
    }
    of_itop = r"http://.*/itop/pages/UI.php\?operation=details&class=UserRequest&id=28"
    assert re.fullmatch(of_itop if "itop" in backend else "/objects/UserRequest/28", url)
    assert of_organization["total"] == 6
    assert panel["problems"] == []


def test_the_number_that_several_share(ask: Ask, backend: str) -> None:
    panel = ask("/pop?phone=0199001200")
    assert [caller["id"] for caller in panel["callers"]] == [21, 22, 23]
    assert {caller["why"] for caller in panel["callers"]} == {
        "Phone, stored in national form, region FR; 2 others share it"
    }
    source = "itop" if "itop" in backend else "tickets"
    keys = [f"{source}:Person:{number}" for number in (21, 22, 23)]
    assert [choice["value"] for choice in panel["choices"]] == ["all", *keys, "unknown"]
    assert panel["selected"] == "all"
    assert [t["ref"] for t in panel["ticket_lists"][0]["tickets"]] == ["R-000031"]


def test_another_caller_chosen(ask: Ask) -> None:
    assert ask("/pop?phone=0199001200&selected_caller=21")["ticket_lists"][0]["total"] == 0
    assert ask("/pop?phone=0199001200&selected_caller=22")["ticket_lists"][0]["total"] == 1
    assert ask("/pop?phone=0199001200&selected_caller=unknown")["ticket_lists"] == []


def test_the_unknown_number(ask: Ask) -> None:
    panel = ask("/pop?phone=0536490042")
    assert panel["callers"] == []
    assert [choice["value"] for choice in panel["choices"]] == ["unknown"]
    assert panel["ticket_lists"] == []
    assert len(panel["creations"]) == 2


@pytest.mark.parametrize(
    "number",
    [
        "0987654321",
        "0033987654321",
        "+33987654321",
        "%2B33987654321",
        "%2B33%209%2087%2065%2043%2021",
        "+33%20(0)9%2087%2065%2043%2021",
        "09/87/65/43/21",
        "tel:%2B33-9-87-65-43-21",
    ],
)
@pytest.mark.parametrize("backend", ["sqlite", "itop-live"], indirect=True)
def test_every_writing_of_a_number_finds_the_same_person(ask: Ask, number: str) -> None:
    assert [caller["id"] for caller in ask(f"/pop?phone={number}")["callers"]] == [20]


@pytest.mark.parametrize(
    "value",
    [
        "anonymous",
        "%3Cunknown%3E",
        "%25",
        "42",
        "%25CallerNumber%25",
        "[Number]",
        "{{caller}}",
    ],
)
@pytest.mark.parametrize("backend", ["sqlite", "itop-live"], indirect=True)
def test_what_is_no_number_finds_nobody_and_says_so(ask: Ask, value: str) -> None:
    panel = ask(f"/pop?phone={value}")
    assert panel["callers"] == []
    assert len(panel["problems"]) == 1


def test_a_program_needs_a_token_that_counts(make_site: Any) -> None:
    site = make_site()
    wrong = site.app.test_client().get(
        "/pop?phone=0987654321",
        headers={"Authorization": "Bearer wrong", "Accept": "application/json"},
    )
    assert wrong.status_code == 401
    assert "Marguerite" not in wrong.text
