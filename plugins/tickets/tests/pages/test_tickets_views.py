"""The pages of objects, and calls that are placed from a ticket."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cti_tickets.model.classes.history import CreationKey
from cti_tickets.model.data_model import schema
from cti_tickets.store.computed import utc_now
from cti_tickets.store.concurrency.clicks import DOUBLE_CLICK

TICKETS = schema().concrete("Ticket")
NEEDED: dict[str, dict[str, Any]] = {
    "Organization": {"name": "New Ltd"},
    "Location": {"name": "Paris", "org_id": 1},
    "Person": {"name": "Byron", "first_name": "Annabella", "org_id": 1},
    "Team": {"name": "Engines", "org_id": 1},
    "lnkPersonToTeam": {"person_id": 1, "team_id": 2},
    "lnkContactToTicket": {"ticket_id": 1, "contact_id": 1},
    "DeliveryModel": {"name": "Gold"},
    "ContactType": {"name": "Manager"},
    "ServiceFamily": {"name": "Office"},
    "Service": {"name": "Mail", "org_id": 1},
    "ServiceSubcategory": {"name": "New box", "service_id": 1},
    "PhoneCall": {"ticket_id": 1, "agent_id": 1, "flow": "inbound"},
    **{name: {"title": "T", "description": "D", "org_id": 1} for name in TICKETS},
}
ECALL = """
[ecall_parameters]
url = "https://cti.example.org/index.php"
[ecall_parameters.url_parameters.phone]
attributes = { telephone = "phone", mail = "email" }
[ecall_parameters.url_parameters.mobile_phone]
attributes = { telephone = "mobile_phone" }
"""
CALL = "/ticket/tickets/UserRequest/1/call"
PHONE = "telephony_integration_ecall_phone"
MOBILE = "telephony_integration_ecall_mobile_phone"


def fill(site: Any) -> Any:
    site.add("Organization", name="Analytical Ltd")
    site.add(
        "Person",
        first_name="Ada",
        name="Lovelace",
        org_id=1,
        phone="+33 9 87 65 43 21",
        email="ada+work@example.org",
    )
    site.add("Team", name="Service desk", org_id=1, phone="321")
    site.add("Service", name="Telephony", org_id=1)
    site.add("UserRequest", title="First", description="x", org_id=1, caller_id=1, origin="mail")
    return site


@pytest.fixture
def site(make_site: Any) -> Any:
    """A site with a person, a team, and a ticket of the person."""
    return fill(make_site('timezone = "Europe/Paris"\n'))


@pytest.fixture
def phones(make_site: Any) -> Any:
    """The same with the phone menu."""
    return fill(make_site(ECALL, plugins=["phone_reformat", "tickets", "ecall"]))


# Seeing


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("class_name", [*NEEDED])
def test_each_class_has_a_page_with_its_labels(site: Any, class_name: str, language: str) -> None:
    object_id = site.add(class_name, **NEEDED[class_name])
    page = site.get(f"/objects/{class_name}/{object_id}", Accept_Language=language)
    assert page.status == 200
    cls = schema()[class_name]
    assert cls.label.in_language(language) in page.text
    # What a ticket is called is its heading.
    for code in {*NEEDED[class_name]} - {"title"}:
        assert cls.attributes[code].label.in_language(language) in page.text
    assert ("Modifier" if language == "fr" else "Modify") in page.links


def test_markup_is_shown_as_such_but_harmless(site: Any) -> None:
    html = (
        '<p onclick="x()">One <b>two</b></p><script>alert(1)</script><img src="//evil.example/x">'
    )
    ticket = site.add("Incident", title="T", description=html, org_id=1)
    page = site.get(f"/objects/Incident/{ticket}")
    assert "<p>One <b>two</b></p>" in page.html
    for harm in ("onclick", "alert(1)", "evil.example"):
        assert harm not in page.html
    # The form shows what is stored, as text.
    form = site.get(f"/objects/Incident/{ticket}/modify")
    assert form.fields["description"] == html
    assert "<script>alert(1)" not in form.html


@pytest.mark.parametrize("text", ["a < b and c > d", "<jane@example.org> wrote", "1 <2> 3 & 4"])
def test_plain_text_stays_plain(site: Any, text: str) -> None:
    ticket = site.add("Incident", title="T", description=text, org_id=1)
    page = site.get(f"/objects/Incident/{ticket}")
    assert text in page.text
    assert "cti-markup" not in page.html


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_in_markup_leads_to_the_web_only(site: Any, address: str) -> None:
    html = f'<p><a href="{address}">here</a> <a href="https://example.org/">there</a></p>'
    ticket = site.add("Incident", title="T", description=html, org_id=1)
    page = site.get(f"/objects/Incident/{ticket}")
    assert address not in page.html
    assert 'href="https://example.org/" rel="noopener noreferrer"' in page.html


def test_the_databases_show_the_same(make_site: Any, database_url: str) -> None:
    site = fill(make_site(database=database_url, toml='timezone = "Europe/Paris"\n'))
    site.save("/objects/UserRequest/1/modify", end_date="2026-07-15T09:30", public_log="Hello")
    page = site.get("/objects/UserRequest/1")
    assert "Ada Lovelace, Analytical Ltd" in page.text
    assert "15/07/2026, 09:30" in page.text or "7/15/26, 9:30" in page.text, page.text
    assert "Hello" in page.text
    assert site.get("/objects/UserRequest/1?tab=calls").status == 200


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("Ticket/1", "First"),
        ("Contact/1", "Ada Lovelace"),
        ("Contact/2", "Service desk"),
    ],
)
def test_a_parent_class_in_the_address_leads_to_the_object(
    site: Any, path: str, title: str
) -> None:
    page = site.get(f"/objects/{path}")
    assert page.status == 200
    assert title in page.text
    assert page.links["Modify"].startswith("/objects/" + {
        "Ticket/1": "UserRequest/1", "Contact/1": "Person/1", "Contact/2": "Team/2"
    }[path])  # fmt: skip
    assert site.save(f"/objects/{path}/modify").status == 303


@pytest.mark.parametrize("action", ["", "/modify"])
@pytest.mark.parametrize(
    "path",
    [
        "UserRequest/2",
        "UserRequest/0",
        "Incident/1",  # it is a user request
        "Person/2",  # it is a team
        "UserRequest/2147483648",
        "UserRequest/9223372036854775808",
        "UserRequest/" + "9" * 4000,
        "UserRequest/" + "9" * 5000,
        "UserRequest/-1",
        "UserRequest/x",
        "Nothing/1",
        "userrequest/1",
        "LogEntry/1",
        "%F0%9F%98%80/1",
    ],
)
def test_what_is_not_there_is_404(site: Any, path: str, action: str) -> None:
    page = site.get(f"/objects/{path}{action}")
    assert page.status == 404
    # That of an error, to be told to an administrator.
    assert "reference" not in page.html.partition("<main")[2]


@pytest.mark.parametrize("path", ["new/Nothing", "new/LogEntry"])
def test_an_unknown_class_is_404(site: Any, path: str) -> None:
    page = site.get(f"/objects/{path}")
    assert page.status == 404
    assert "There is no class" in page.text


def test_numbers_and_mails_are_links(site: Any) -> None:
    page = site.get("/objects/Person/1")
    assert page.links["+33 9 87 65 43 21"] == "tel:+33987654321"
    assert page.links["ada+work@example.org"] == "mailto:ada+work@example.org"
    assert "321" not in site.get("/objects/Team/2").links


def test_each_number_of_a_field_is_a_link(make_site: Any) -> None:
    site = make_site(plugins=["phone_reformat", "tickets"])
    site.add("Organization", name="Analytical Ltd")
    text = "09 87 65 43 21 / 09 87 65 43 22"
    person = site.add("Person", first_name="A", name="B", org_id=1, phone=text)
    page = site.get(f"/objects/Person/{person}")
    assert text in page.text
    assert page.links["+33987654321"] == "tel:+33987654321"
    assert page.links["+33987654322"] == "tel:+33987654322"


def test_a_mail_address_starts_no_mail_of_its_own_making(site: Any) -> None:
    person = site.add(
        "Person", first_name="E", name="V", org_id=1, email="e?cc=all&body=x@example.org"
    )
    links = site.get(f"/objects/Person/{person}").links
    target = links["e?cc=all&body=x@example.org"]
    assert target == "mailto:e%3Fcc%3Dall%26body%3Dx@example.org"


def test_keys_lead_to_their_objects(site: Any) -> None:
    page = site.get("/objects/UserRequest/1")
    assert site.get(page.links["Analytical Ltd"]).status == 200
    assert page.links["Ada Lovelace"] == "/objects/Person/1"


def test_phone_calls_have_a_tab(site: Any) -> None:
    assert "No phone calls yet." in site.get("/objects/UserRequest/1?tab=calls").text
    site.add("PhoneCall", ticket_id=1, contact_id=1, agent_id=1, flow="inbound", note="Rang")
    page = site.get("/objects/UserRequest/1?tab=calls")
    assert "Rang" in page.text
    assert "Inbound" in page.text
    assert "Phone Calls 1" in page.text


@pytest.mark.parametrize(
    ("back", "shown"), [("/pop?phone=1", True), ("//evil.example", False), ("", False)]
)
def test_the_way_back_is_shown_if_it_is_on_this_host(site: Any, back: str, shown: bool) -> None:
    page = site.get(f"/objects/UserRequest/1?next={back}")
    assert ("Back to the call" in page.links) == shown


def test_nobody_sees_an_object_without_signing_in(site: Any) -> None:
    for path in ("Person/1", "Person/1/modify", "new/Person", "options/Person"):
        assert site.get(f"/objects/{path}", X_Nobody="1").status != 200


# Calling


def test_the_menu_offers_what_has_a_number(phones: Any) -> None:
    page = phones.get("/objects/UserRequest/1")
    assert offered(page) == [f"ecall:{PHONE}"]
    phones.save("/objects/Person/1/modify", mobile_phone="0612345678")
    page = phones.get("/objects/UserRequest/1")
    assert offered(page) == [f"ecall:{PHONE}", f"ecall:{MOBILE}"]


def test_a_page_may_lead_to_the_phone_system_and_nowhere_else(phones: Any) -> None:
    policy = phones.get("/objects/UserRequest/1").headers["Content-Security-Policy"]
    assert "form-action 'self' https://cti.example.org" in policy


def test_shortcut_actions_stand_beside_the_menu(make_site: Any) -> None:
    toml = f'shortcut_actions = "{PHONE}"\n{ECALL}'
    site = fill(make_site(toml, plugins=["phone_reformat", "tickets", "ecall"]))
    assert (
        "<summary"
        not in site.get("/objects/UserRequest/1").html.split("cti-actions")[1].split("</div>")[0]
    )
    site.save("/objects/Person/1/modify", mobile_phone="0612345678")
    html = site.get("/objects/UserRequest/1").html.partition("<main")[2]
    assert (
        html.index(f"ecall:{PHONE}") < html.index("cti-menu-items") < html.index(f"ecall:{MOBILE}")
    )
    assert html.count(f"ecall:{PHONE}") == 1


def test_a_click_opens_the_phone_system_and_is_recorded(phones: Any) -> None:
    agent = phones.add("Person", first_name="T", name="A", org_id=1, email="test@cti.example")
    sent = press(phones, PHONE)
    assert sent.status == 303
    assert sent.location == (
        "https://cti.example.org/index.php"
        "?telephone=%2B33%209%2087%2065%2043%2021&mail=ada%2Bwork%40example.org"
    )
    (call,) = phones.rows("PhoneCall")
    assert (call["flow"], call["contact_id"], call["ticket_id"]) == ("outbound", 1, 1)
    assert "+33" in call["note"]
    assert call["agent_id"] == agent
    page = phones.get("/objects/UserRequest/1?tab=calls")
    assert "Outbound" in page.text


def test_the_databases_record_the_same_call(make_site: Any, database_url: str) -> None:
    site = fill(
        make_site(ECALL, plugins=["phone_reformat", "tickets", "ecall"], database=database_url)
    )
    site.add("Person", first_name="T", name="A", org_id=1, email="test@cti.example")
    assert press(site, PHONE).status == 303
    assert [row["flow"] for row in site.rows("PhoneCall")] == ["outbound"]


@pytest.mark.parametrize("action", [MOBILE, "nothing", "%3Cscript%3E"])
def test_a_call_that_is_not_offered_is_404_and_leaves_no_record(phones: Any, action: str) -> None:
    page = press(phones, action)
    assert page.status == 404
    assert "This call can't be placed: the caller has no such number." in page.text
    assert phones.rows("PhoneCall") == []


@pytest.mark.parametrize("path", ["Person/1", "UserRequest/9", "Nothing/1"])
def test_only_a_ticket_that_is_there_can_be_called_from(phones: Any, path: str) -> None:
    assert press(phones, PHONE, path).status == 404


def test_a_call_needs_the_page_it_is_placed_from(phones: Any) -> None:
    assert phones.post(CALL, {"action": f"ecall:{PHONE}"}).status == 400
    assert phones.get(CALL).status == 405
    assert phones.rows("PhoneCall") == []


BROKEN = '''
from cti_host import hookimpl

class Plugin:
    """Records calls, when it works."""

    @hookimpl(strangers=True)
    def call_placed(self, ticket, caller, action, agent):
        raise RuntimeError("no disk")
'''


def test_a_call_is_placed_even_if_recording_it_fails(make_site: Any) -> None:
    site = fill(
        make_site(
            ECALL,
            plugins=["phone_reformat", "tickets", "ecall", "broken"],
            sources={"broken": BROKEN},
        )
    )
    site.add("Person", first_name="T", name="A", org_id=1, email="test@cti.example")
    sent = press(site, PHONE)
    assert sent.status == 303
    assert sent.location.startswith("https://cti.example.org/")
    assert len(site.rows("PhoneCall")) == 1
    page = site.get("/objects/UserRequest/1")
    assert "broken" in page.text
    assert "no disk" not in page.text


def test_a_second_click_opens_the_phone_system_no_more(phones: Any) -> None:
    assert press(phones, PHONE).location.startswith("https://cti.example.org/")
    again = press(phones, PHONE)
    assert (again.status, again.location) == (303, "/ticket/tickets/UserRequest/1")
    page = phones.get("/objects/UserRequest/1")
    assert "This number was called a moment ago. Nothing was dialled again." in page.text
    # Another number of the same person is another call.
    phones.save("/objects/Person/1/modify", mobile_phone="0612345678")
    assert press(phones, MOBILE).location.startswith("https://cti.example.org/")


def test_the_same_number_is_called_again_a_little_later(phones: Any) -> None:
    press(phones, PHONE)
    with phones.running.app.app_context(), phones.running.host.database.connection_context():
        CreationKey.update(created=utc_now() - 2 * DOUBLE_CLICK).execute()
    assert press(phones, PHONE).location.startswith("https://cti.example.org/")
    assert press(phones, PHONE).location.startswith("/")


NO_MENU = '''
from cti_host import hookimpl

class Plugin:
    """A phone menu that is out of order."""

    @hookimpl(strangers=True)
    def outbound_actions(self, ticket, caller):
        raise RuntimeError("no line")
'''


def test_a_phone_menu_that_fails_is_a_line_on_the_ticket_and_not_on_its_form(
    make_site: Any,
) -> None:
    site = fill(make_site(plugins=["tickets", "menu"], sources={"menu": NO_MENU}))
    line = "Phone actions from menu are not available right now."
    page = site.get("/objects/UserRequest/1")
    assert page.status == 200
    assert line in page.text
    assert "Description" in page.text
    form = site.get("/objects/UserRequest/1/modify")
    assert line not in form.text
    assert site.submit(form, title="Saved").status == 303


def press(site: Any, action: str, path: str = "UserRequest/1") -> Any:
    """Press the button of an action, as the ticket's page would send it."""
    token = next(
        form.fields["csrf_token"]
        for form in site.get("/objects/UserRequest/1").forms
        if "csrf_token" in form.fields
    )
    fields = {"csrf_token": token, "action": f"ecall:{action}"}
    return site.post(f"/ticket/tickets/{path}/call", fields)


def offered(page: Any) -> list[str]:
    """The keys of the phone menu's actions."""
    return re.findall(r'name="action" value="([^"]+)"', page.html)
