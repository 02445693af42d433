"""Agents of some profiles see numbers masked, everywhere, and lose nothing by it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

import pytest

from cti_host.testing import MakeHost

from .conftest import MakeSite, Site

# Digits of the numbers below, whatever stands between them.
_SEEN = [re.compile(r"\D{0,9}".join(one)) for one in ("987654321", "612345678")]
ADMIN = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        return Agent("root", "Root", profiles=frozenset({"Administrator"}))
"""
MASKED = """
[privacy]
mask_on_screen = ["Administrator"]
mask_emails = true

[caller_information]
query = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone"
display_name = "friendlyname, org_name, phone"

[ecall_parameters]
url = "tel:{telephone}"
url_parameters = { telephone = "phone" }
"""


def assert_hidden(text: str) -> None:
    """There is no writing of a number in what a browser got, and no e-mail address."""
    plain = unquote(text)
    for number in _SEEN:
        assert not number.search(plain), number.search(plain)
    assert "ada@example.org" not in plain


@pytest.fixture
def masked(make_site: MakeSite) -> Site:
    plugins = ["phone_reformat", "tickets", "ecall", "admin"]
    site = make_site(MASKED, plugins=plugins, sources={"admin": ADMIN}, sign_in=False)
    site.add("Organization", name="Analytical Ltd")
    site.add(
        "Person",
        name="Lovelace",
        first_name="Ada",
        org_id=1,
        phone="+33 9 87 65 43 21",
        mobile_phone="06.12.34.56.78",
        email="ada@example.org",
    )
    site.add(
        "UserRequest",
        title="Call 09 87 65 43 21 back",
        description="Her mobile is 06 12 34 56 78, her mail ada@example.org.",
        org_id=1,
        caller_id=1,
        origin="phone",
        public_log="She called from 0987654321.",
    )
    return site


def opened(site: Site, url: str) -> str:
    """Where a browser gets to."""
    for _ in range(5):
        response = site.browser.get(url)
        if response.status_code not in (302, 303):
            assert response.status_code == 200, response.text
            return url
        url = response.location
        assert_hidden(url)
    raise AssertionError(url)


@pytest.mark.parametrize("path", ["/pop", "/lookup"])
def test_the_panel_shows_no_number_and_neither_does_its_address(masked: Site, path: str) -> None:
    url = opened(masked, f"{path}?phone=0987654321")
    page = masked.get(url)
    assert_hidden(page.html)
    assert "Ada Lovelace" in page.text
    assert "09 87 ** ** 21" in page.text or "+33 9 87 ** ** 21" in page.text
    for link in page.links.values():
        assert_hidden(link)
    # Another caller is chosen, a ticket opened: the call goes along.
    assert "Unknown contact" in masked.get(f"{url}&selected_caller=unknown").text


def test_json_holds_no_number(masked: Site) -> None:
    response = masked.browser.get("/pop?phone=0987654321", headers={"Accept": "application/json"})
    assert_hidden(response.text)
    panel = json.loads(response.text)
    assert panel["callers"][0]["attributes"]["phone"] == "+33 9 87 ** ** 21"
    assert panel["callers"][0]["attributes"]["email"] == "a***@example.org"


def test_every_page_of_objects_shows_them_masked(masked: Site) -> None:
    for path in (
        "Person/1",
        "Person/1/modify",
        "Person/1?tab=history",
        "UserRequest/1",
        "UserRequest/1/modify",
        "UserRequest/1?tab=history",
        "Person",
        "Person?sort=phone",
        "UserRequest",
        "Person/export?format=csv",
        "Person/export?format=json",
        "Person/export?format=columns.csv&columns=friendlyname,phone,email",
        "Person/export?format=columns.json&columns=friendlyname,phone,email",
        "UserRequest/export?format=csv",
        "directory",
    ):
        page = masked.get(f"/objects/{path}")
        assert page.status == 200, path
        assert_hidden(page.html)


def test_parts_of_an_address_find_nobody(masked: Site) -> None:
    masked.add("Person", name="Byron", first_name="Ada", org_id=1, email="anne@example.org")

    def found(text: str) -> set[str]:
        listed = masked.get(f"/objects/Person?q={quote(text)}").text
        answered = masked.browser.get(f"/api/v1/objects/Person?q={quote(text)}").get_json()
        names = {one["friendlyname"] for one in answered["items"]}
        assert names == {name for name in ("Ada Lovelace", "Ada Byron") if name in listed}
        return names

    assert found("lovelace") == {"Ada Lovelace"}
    for part in ("anne", "anne@", "anne@example", "nne@example.org", "example.org", "byron anne"):
        assert found(part) == set(), part
    # Who knows the whole address may look for it, as for a number.
    assert found("Anne@Example.org") == {"Ada Byron"}


def test_a_form_that_is_saved_as_it_is_changes_nothing(masked: Site) -> None:
    for class_name in ("Person", "UserRequest"):
        before = masked.stored(class_name, 1)
        saved = masked.save(f"/objects/{class_name}/1/modify")
        assert saved.status == 303
        after = masked.stored(class_name, 1)
        assert {**after, "last_update": None} == {**before, "last_update": None}


def test_what_is_changed_beside_a_number_keeps_the_number(masked: Site) -> None:
    page = masked.get("/objects/UserRequest/1/modify")
    text = page.fields["description"]
    assert "06 12 ** ** 78" in text
    saved = masked.submit(page, description=f"{text} Urgent.", title="Back: 09 87 ** ** 21!")
    assert saved.status == 303
    stored = masked.stored("UserRequest", 1)
    assert stored["description"] == (
        "Her mobile is 06 12 34 56 78, her mail ada@example.org. Urgent."
    )
    assert stored["title"] == "Back: 09 87 65 43 21!"


def test_a_new_number_can_be_typed(masked: Site) -> None:
    assert masked.save("/objects/Person/1/modify", phone="04 11 22 33 44").status == 303
    assert masked.stored("Person", 1)["phone"] == "04 11 22 33 44"


def test_a_new_contact_gets_the_number_of_the_call(masked: Site) -> None:
    url = opened(masked, "/create/Person?phone=0612345600&selected_caller=unknown")
    page = masked.get(url)
    assert "0612345600" not in unquote(page.html)
    form = next(f for f in page.forms if "first_name" in f.fields)
    assert "*" in form.fields["phone"]
    values = {**form.fields, "name": "Hopper", "first_name": "Grace", "org_id": "1"}
    assert masked.post(url, values).status == 303
    assert re.sub(r"\D", "", masked.stored("Person", 2)["phone"]).endswith("612345600")


def test_a_number_that_is_not_seen_can_be_called(masked: Site) -> None:
    page = masked.get("/objects/Person/1")
    form = next(f for f in page.forms if f.action.endswith("/call/phone"))
    called = masked.post(form.action, form.fields)
    assert (called.status, called.location) == (303, "tel:+33987654321")
    # The second click of a double click comes here where no JavaScript keeps it back.
    assert masked.post(form.action, form.fields).location == "/objects/Person/1"
    assert "Nothing was dialled again." in masked.get("/objects/Person/1").text
    assert "tel:" in page.headers["Content-Security-Policy"]
    assert masked.post("/objects/Person/1/call/name", form.fields).status == 404
    assert masked.post("/objects/Person/99/call/phone", form.fields).status == 404
    ticket = masked.get("/objects/UserRequest/1")
    menu = next(f for f in ticket.forms if f.action.endswith("/call"))
    action = re.search(r'name="action" value="([^"]+)"', ticket.html)
    assert action is not None
    fields = {**menu.fields, "action": action[1]}
    called = masked.post(menu.action, fields)
    assert (called.status, called.location) == (303, "tel:+33987654321")
    # The phone call that was recorded has the number in its note.
    assert_hidden(masked.get("/objects/UserRequest/1?tab=calls").html)


def test_others_see_everything(make_site: MakeSite) -> None:
    site = make_site('[privacy]\nmask_on_screen = ["Document author"]\n')
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", name="Lovelace", first_name="Ada", org_id=1, phone="0987654321")
    assert "0987654321" in site.get("/objects/Person/1").text
    assert site.get("/pop?phone=0987654321").status == 200


def test_addresses_may_hide_numbers_for_everybody(make_host: MakeHost) -> None:
    running = make_host("[privacy]\nhide_parameters = true\n", plugins=["phone_reformat"])
    first = running.client().get("/pop?phone=0987654321")
    assert first.status_code == 303
    assert_hidden(first.location)
    page = running.client().get(first.location).text
    assert "0987654321" in re.sub(r"\D", "", page)
    assert 'name="sealed"' in page


def test_a_link_that_would_tell_a_number_is_sealed(masked: Site) -> None:
    url = "/objects/Person?" + quote("phone=09 87 65 43 21", safe="=")
    page = masked.get(url)
    for link in page.links.values():
        assert_hidden(link)
    found = masked.get("/objects/Person?sort=phone")
    assert "Ada" in found.text


def test_the_api_holds_no_number_and_a_change_by_it_loses_none(masked: Site) -> None:
    for path in ("Person/1", "Person", "UserRequest/1", "UserRequest?fields=title,description"):
        response = masked.browser.get(
            f"/api/v1/objects/{path}", headers={"Accept": "application/json"}
        )
        assert response.status_code == 200, response.text
        assert_hidden(response.text)
    one = masked.browser.get("/api/v1/objects/Person/1", headers={"Accept": "application/json"})
    assert "+33 9 87 ** ** 21" in one.text


def test_a_profile_that_is_not_there_is_a_warning(check: Callable[[str], Any]) -> None:
    (problem,) = check('[privacy]\nmask_on_screen = ["Document auhtor"]\n')
    _line, key, message, remedy, is_warning = problem
    assert (key, is_warning) == ("privacy.mask_on_screen[0]", True)
    assert "Document auhtor" in message
    assert "Document author" in remedy


def test_lists_are_not_sorted_by_what_is_masked(masked: Site) -> None:
    """The order, and where a page begins, would tell what it is."""
    asked = masked.get("/api/v1/objects/Person?sort=email")
    assert asked.status == 400
    assert "email" not in json.loads(asked.text)["errors"]["sort"]
    assert "sort=email" not in unquote(masked.get("/objects/Person").text)
    assert masked.get("/objects/Person?sort=email").status < 500
