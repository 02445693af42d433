"""The panel with iTop behind it: who calls, their tickets, and iTop's own pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel

from cti_host.testing import MakeHost, RunningHost

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")

PRESET = '{ caller_id = ":selected_caller" }'
Open = Callable[..., RunningHost]


@pytest.fixture
def site(make_host: MakeHost, itop_server: FakeItop) -> Open:
    """`site(more="", text=…)`: a host in front of the fake iTop."""

    def open_(more: str = "", change: Callable[[str], str] = str) -> RunningHost:
        toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"') + more
        return make_host(change(toml), plugins=["phone_reformat", "itop", "ecall"])

    return open_


def ask(running: RunningHost, url: str) -> Any:
    return running.get_json(url)


def test_the_caller_is_found_in_any_writing_with_the_reason(site: Open) -> None:
    panel = ask(site(), "/pop?phone=0987654321")
    (caller,) = panel["callers"]
    assert (caller["class"], caller["id"]) == ("Person", 20)
    assert caller["display"] == "Marguerite Delaunay, Fluvia France"
    assert caller["attributes"]["phone"] == "+33 9 87 65 43 21"
    assert caller["why"] == "Phone, stored in international form, region FR"
    assert panel["problems"] == []


def test_one_request_finds_the_caller_and_the_lists_take_one_each(
    site: Open, itop_server: FakeItop
) -> None:
    ask(site(), "/pop?phone=0987654321")
    assert len(itop_server.queries("Person")) == 1
    assert len(itop_server.queries("UserRequest")) == 2


def test_who_has_the_digits_in_another_number_is_not_found(
    site: Open, itop_server: FakeItop, demo_model: TicketsModel
) -> None:
    # The candidates of 02 61 91 30 24 are all who have these digits in this order.
    panel = ask(site(), "/pop?phone=0261913024")
    assert [caller["id"] for caller in panel["callers"]] == [24]
    assert ask(site(), "/pop?phone=0987654329")["callers"] == []


def test_an_extension_finds_extensions_only(site: Open) -> None:
    assert [c["id"] for c in ask(site(), "/pop?phone=101")["callers"]] == [10]


def test_several_share_a_number(site: Open) -> None:
    panel = ask(site(), "/pop?phone=0199001200")
    assert {caller["id"] for caller in panel["callers"]} == {21, 22, 23}
    assert {caller["why"] for caller in panel["callers"]} == {
        "Phone, stored in national form, region FR; 2 others share it"
    }


def test_a_query_with_further_conditions_still_finds_any_writing(site: Open) -> None:
    def only_active(toml: str) -> str:
        query = "SELECT Person WHERE (phone LIKE :phone OR mobile_phone = :phone) AND org_id = 2"
        return f'{toml}\n[caller_information]\nquery = "{query}"\n'

    running = site(change=only_active)
    assert [c["id"] for c in ask(running, "/pop?phone=%2B33639980224")["callers"]] == [24]
    assert ask(running, "/pop?phone=0033639980110")["callers"] == []


def test_a_person_found_through_their_ticket(site: Open) -> None:
    def of_tickets(toml: str) -> str:
        query = (
            "SELECT Person AS p JOIN UserRequest AS u ON u.caller_id = p.id "
            "WHERE p.phone = :phone AND u.status != 'closed'"
        )
        return f'{toml}\n[caller_information]\nquery = "{query}"\n'

    assert [c["id"] for c in ask(site(change=of_tickets), "/pop?phone=0987654321")["callers"]] == [
        20
    ]


def test_the_links_of_a_ticket_lead_to_itop_and_the_phone_menu_is_here(
    site: Open, itop_server: FakeItop
) -> None:
    running = site()
    page = running.client().get("/pop?phone=0987654321").text
    view = f"{itop_server.url}/pages/UI.php?operation=details&amp;class=UserRequest&amp;id=28"
    link = re.search(rf'<a class="cti-ref" href="{re.escape(view)}"([^>]*)>', page)
    assert link
    assert 'target="_blank" rel="noopener"' in link[1]
    assert (
        f"{itop_server.url}/pages/UI.php?operation=modify&amp;class=UserRequest&amp;id=28" in page
    )
    assert (
        'href="/ticket/itop/UserRequest/28?phone=0987654321&amp;selected_caller=itop:Person:20" '
        'aria-label="Call R-000028"' in page
    )


def test_the_dates_of_itop_are_in_its_own_zone(site: Open) -> None:
    in_paris = site().client().get("/ticket/itop/UserRequest/28").text
    in_tokyo = site('timezone = "Asia/Tokyo"').client().get("/ticket/itop/UserRequest/28").text
    moments = [re.findall(r'<time datetime="([^"]+)"', page)[0] for page in (in_paris, in_tokyo)]
    assert moments[0][:16] != moments[1][:16]


def test_the_list_in_french_has_french_states(site: Open) -> None:
    page = site().client(Accept_Language="fr").get("/pop?phone=0987654321").text
    assert "Assigné" in page
    assert "Créer" in page


def test_the_form_of_a_new_ticket_is_itops_with_its_presets(
    site: Open, itop_server: FakeItop
) -> None:
    client = site().client()
    address = "/create/UserRequest?phone=0987654321&selected_caller=20"
    response = client.get(address)
    assert response.status_code == 302
    base, _, query = response.location.partition("?")
    assert base == f"{itop_server.url}/pages/UI.php"
    values = {name: texts[0] for name, texts in parse_qs(query).items()}
    assert re.fullmatch(
        r"Call from &lt;customer&gt;<br>on \S+, .+", values.pop("default[public_log]")
    )
    assert values == {
        "operation": "new",
        "class": "UserRequest",
        "default[org_id]": "2",
        "default[caller_id]": "20",
        "default[origin]": "phone",
    }


def test_the_form_of_an_unknown_caller_has_no_organization(site: Open) -> None:
    response = site().client().get("/create/UserRequest?phone=0536490042")
    assert "default%5Borg_id%5D" not in response.location
    response = site().client().get("/create/Person?phone=0536490042")
    assert response.location.endswith("class=Person&default%5Bphone%5D=%2B33536490042")


def test_direct_creation_opens_the_form_of_itop_at_once(site: Open, itop_server: FakeItop) -> None:
    def direct(toml: str) -> str:
        return f"{toml}\n[direct_creation.Incident]\nenabled = true\npreset = {PRESET}\n"

    location = site(change=direct).client().get("/pop?phone=0987654321").location
    assert location.startswith(f"{itop_server.url}/pages/UI.php?operation=new&class=Incident")
    assert location.endswith("&default%5Bcaller_id%5D=20")


def test_the_panel_lets_its_buttons_lead_to_itop(site: Open, itop_server: FakeItop) -> None:
    client, origin = site().client(), itop_server.url.removesuffix("/itop")
    for _again in range(2):  # what is only asked once must not be what allows it
        policy = client.get("/pop?phone=0987654321").headers["Content-Security-Policy"]
        assert policy.endswith(f"form-action 'self' {origin}")
    elsewhere = client.get("/").headers["Content-Security-Policy"]
    assert elsewhere.endswith("form-action 'self'")


def test_a_status_is_never_preset(site: Open) -> None:
    def with_status(toml: str) -> str:
        return toml.replace('origin = "phone"', 'origin = "phone"\nstatus = "closed"')

    running = site(change=with_status)
    (warning,) = running.host.problems
    assert (warning.warning, warning.key) == (True, "indirect_creation.UserRequest.preset.status")
    location = running.client().get("/create/UserRequest?phone=0987654321").location
    assert "status" not in location


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ("down", "iTop can't be reached."),
        ("slow", "iTop takes too long to answer."),
        ("maintenance", "iTop is in maintenance."),
        ("html", "iTop gave no usable answer."),
        ("truncated", "iTop gave no usable answer."),
        ("huge", "iTop's answer is too large. Please tell your administrator."),
        ("password", "iTop refuses the account of this host. Please tell your administrator."),
        (
            "forbidden",
            "The account of this host lacks a right in iTop. Please tell your administrator.",
        ),
    ],
)
def test_each_failure_is_one_clear_line_for_the_agent(
    site: Open,
    itop_server: FakeItop,
    caplog: pytest.LogCaptureFixture,
    failure: str,
    reason: str,
) -> None:
    def impatient(toml: str) -> str:
        return toml.replace("read_seconds = 30", "read_seconds = 0.1")

    running = site("max_reply_mb = 1", impatient if failure == "slow" else str)
    itop_server.fails = failure
    panel = ask(running, "/pop?phone=0987654321")
    assert panel["problems"] == [f"Caller lookup by itop is not available right now. {reason}"]
    page = running.client().get("/pop?phone=0987654321")
    assert page.status_code == 200
    assert "lookup_callers of plugin itop: " in caplog.text
    for secret in (PASSWORD, "987654321"):
        assert secret not in caplog.text
    brief = running.client().get("/ticket/itop/UserRequest/28")
    assert brief.status_code == 503
    assert reason.partition(".")[0].replace("'", "&#39;") in brief.text


def test_one_list_that_fails_costs_only_itself(
    site: Open, itop_server: FakeItop, demo_model: TicketsModel
) -> None:
    def with_incidents(toml: str) -> str:
        return toml.replace(
            "SELECT UserRequest AS u WHERE u.caller_id", "SELECT Incident AS u WHERE u.caller_id"
        )

    demo_model.forbidden = {"Incident"}
    running = site(change=with_incidents)
    panel = ask(running, "/pop?phone=0987654321")
    assert [(found["label"], found["total"]) for found in panel["ticket_lists"]] == [
        ("Of the caller", 0),
        ("Of the organization", 6),
    ]
    (problem,) = panel["problems"]
    assert problem.startswith("Of the caller: This list is not available right now.")
    page = running.client().get("/pop?phone=0987654321").text
    assert "This list is not available right now." in page
    assert "No tickets." not in page


def test_a_list_of_a_class_that_itop_does_not_have_is_not_shown(
    site: Open, demo_model: TicketsModel
) -> None:
    def with_incidents(toml: str) -> str:
        return toml.replace(
            "SELECT UserRequest AS u WHERE u.caller_id", "SELECT Incident AS u WHERE u.caller_id"
        )

    demo_model.without = {"Incident"}
    panel = ask(site(change=with_incidents), "/pop?phone=0987654321")
    assert [found["label"] for found in panel["ticket_lists"]] == ["Of the organization"]
    assert panel["problems"] == []


def test_a_page_past_the_end_is_the_last_page(site: Open) -> None:
    panel = site().client().get("/pop?phone=0987654321&selected_caller=20&page_1=99")
    assert panel.status_code == 200
    assert "No tickets." not in panel.text


def test_a_list_of_all_kinds_of_tickets(site: Open) -> None:
    def all_kinds(toml: str) -> str:
        return toml.replace(
            "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'",
            "SELECT Ticket WHERE caller_id IN (:callers_list)",
        )

    panel = ask(site(change=all_kinds), "/pop?phone=0987654321")
    statuses = {ticket["status"] for ticket in panel["ticket_lists"][0]["tickets"]}
    assert statuses <= {"ongoing", "resolved", "closed"}
    assert statuses


@pytest.mark.parametrize("value", ["anonymous", "%25", "42", "%25CallerNumber%25"])
def test_what_is_no_number_asks_itop_nothing(site: Open, itop_server: FakeItop, value: str) -> None:
    assert ask(site(), f"/pop?phone={value}")["callers"] == []
    assert itop_server.requests == []
