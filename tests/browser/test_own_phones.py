"""Calls through one's own phones, notes that two write at once, queues: as agents use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from barriers import barriers
from cti_calls.api_for_plugins import Direction, Fact, FactKind, PhoneEvent, Taken
from cti_calls.model.tables import CallKey
from cti_calls.store.devices import add_device
from demo_server import NAME, demo_server
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from cti_host.app import create_app

pytestmark = pytest.mark.long

# A phone system that places calls; what becomes of them the tests tell.
SWITCH = '''
"""Places calls from the phones of the source "main"."""

from secrets import token_hex

from cti_calls.api_for_plugins import Originated
from cti_host import hookimpl


class Plugin:
    """A phone system without phones."""

    @hookimpl(of="calls")
    def can_originate(self, device):
        return True if device.source == "main" else None

    @hookimpl(of="calls")
    def originate(self, agent, device, number, ticket):
        return Originated(token_hex()) if device.source == "main" else None
'''
OpenBrowser = Callable[..., BrowserContext]
Tell = Callable[..., int]
PERSON = "/objects/Person/20"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Tell, Any]]:
    """The demonstration with a phone system and two phones of its agent; how to tell of calls."""
    folder = tmp_path_factory.mktemp("phones")

    def with_switch(toml: str) -> str:
        (folder / "config" / "demo_plugins" / "switch.py").write_text(SWITCH, encoding="utf-8")
        return toml.replace('"calls", ', '"calls", "switch", ')

    with demo_server(folder, change=with_switch, files=[_nothing(folder)]) as address:
        app = create_app(folder / "config" / "demo.toml")
        host = app.extensions["cti_host"]

        def tell(*facts: Fact) -> int:
            event = PhoneEvent("test", payload=repr(facts), facts=facts)
            with app.app_context(), host.database.connection_context():
                taken = host.hooks.first("take_phone_events", Taken, source="main", events=[event])
            assert taken is not None
            return int(taken.calls[-1])

        with app.app_context(), host.database.connection_context():
            add_device("main", "201", [NAME], "Desk")
            add_device("main", "209", [NAME], "Home")
        yield address, tell, app
        host.close()


def _nothing(folder: Path) -> Path:
    """A file without data: with one, the demonstration's own is loaded."""
    file = folder / "nothing.jsonl"
    file.write_text("", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def cookies_here(sign_in: Callable[..., Any], site: tuple[str, Tell, Any]) -> Any:
    """What a browser keeps after the agent signed in there."""
    return sign_in(site[0])


@pytest.fixture
def open_page(open_browser: OpenBrowser, site: tuple[str, Tell, Any], cookies_here: Any) -> Any:
    """`open_page(**options)`: a page of the agent of that host."""

    def open_(**options: Any) -> Page:
        options = {"viewport": {"width": 1366, "height": 850}, **options}
        return open_browser(base_url=site[0], storage_state=cookies_here, **options).new_page()

    return open_


def placed_here(page: Page, app: Any) -> str:
    """The token of the call that a page shows."""
    id_ = int(page.url.rpartition("/")[2])
    host = app.extensions["cti_host"]
    with app.app_context(), host.database.connection_context():
        return str(CallKey.get(CallKey.call == id_).key)


def check(page: Page) -> None:
    """A page has no barrier, wide or narrow, and is not too wide."""
    for width, height in ((1366, 850), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        assert barriers(page) == []


# From one phone the same number is called once in a few seconds.
@pytest.mark.parametrize(("javascript", "phone"), [(True, "Home"), (False, "Desk")])
def test_a_person_is_called_from_the_phone_that_is_chosen(
    open_page: Any, site: tuple[str, Tell, Any], *, javascript: bool, phone: str
) -> None:
    tell = site[1]
    page = open_page(java_script_enabled=javascript)
    page.goto(PERSON)
    menu = page.locator(".cti-dial").first
    menu.locator("summary").click()
    menu.get_by_role("button", name=f"From {phone}").click()
    status = page.locator("#call .cti-status")
    expect(status).to_have_text("Ringing")
    if not javascript:
        return
    expect(page.locator("html[data-live=open]")).to_be_attached()
    page.evaluate("window.sameDocument = true")
    # The latest call through this phone is the one that was just placed.
    out = Fact(FactKind.STARTED, "x", direction=Direction.OUT, token=placed_here(page, site[2]))
    tell(out, Fact(FactKind.ANSWERED, "x", leg="1", device="209"))
    tell(Fact(FactKind.ANSWERED, "x", leg="2"))
    expect(status).to_have_text("Talking")
    tell(Fact(FactKind.HUNG_UP, "x", cause="Normal Clearing"))
    expect(status).to_have_text("Answered")
    assert page.evaluate("window.sameDocument")


def test_the_phone_menu_of_a_ticket_has_both_phones(open_page: Any) -> None:
    page = open_page()
    page.goto("/objects/Incident/43")
    desk = page.get_by_role("button", name=re.compile("Call phone number .*from Desk"))
    expect(desk).to_be_visible()
    page.locator(".cti-phone-menu details.cti-menu summary").first.click()
    home = page.get_by_role("button", name=re.compile("Call phone number .*from Home"))
    home.click()
    expect(page.locator("#call")).to_contain_text("Outbound")


def over(key: str) -> Fact:
    """The end of a call: one that still rings would stand before other pages."""
    return Fact(FactKind.HUNG_UP, key)


def test_of_two_who_write_a_note_the_second_sees_what_the_first_wrote(
    open_page: Any, site: tuple[str, Tell, Any]
) -> None:
    at = Fact(FactKind.STARTED, "note", direction=Direction.IN, remote="+33199007701")
    id_ = site[1](at, Fact(FactKind.RINGING, "note", leg="1", device="201"), over("note"))
    first, second = open_page(), open_page()
    for page in (first, second):
        page.goto(f"/calls/{id_}")
    first.get_by_role("textbox", name="Note").fill("Wants a quote")
    second.get_by_role("textbox", name="Note").fill("Called back")
    first.get_by_role("button", name="Save the note").click()
    expect(first.get_by_role("alert")).to_have_text("Saved.")
    second.get_by_role("button", name="Save the note").click()
    expect(second.get_by_text("has saved another note meanwhile")).to_be_visible()
    expect(second.locator(".cti-note-changes ins")).to_contain_text("Wants a quote")
    expect(second.get_by_role("textbox", name="Note")).to_have_value("Called back")
    check(second)
    second.get_by_role("button", name="Save the note").click()
    second.get_by_text("Earlier notes (1)").click()
    expect(second.locator(".cti-note-versions")).to_contain_text("Wants a quote")
    check(second)


def test_a_note_that_is_not_saved_is_not_left_without_a_question(
    open_page: Any, site: tuple[str, Tell, Any]
) -> None:
    at = Fact(FactKind.STARTED, "unsaved", direction=Direction.IN, remote="+33199007703")
    id_ = site[1](at, Fact(FactKind.RINGING, "unsaved", leg="1", device="201"), over("unsaved"))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page = open_page()
    page.on("dialog", stay)
    page.goto(f"/calls/{id_}")
    note = page.get_by_role("textbox", name="Note")
    note.fill("Wants a quote")
    page.get_by_role("link", name="CTI Host").click()
    expect(note).to_have_value("Wants a quote")
    assert asked == ["beforeunload"]
    note.press("Control+Enter")
    expect(page.get_by_role("alert")).to_have_text("Saved.")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_note_stays_while_a_ticket_is_linked_and_a_person_found(
    open_page: Any, site: tuple[str, Tell, Any], *, javascript: bool
) -> None:
    key = f"beside{javascript}"
    number = "+33199007704" if javascript else "+33199007705"
    at = Fact(FactKind.STARTED, key, direction=Direction.IN, remote=number)
    id_ = site[1](at, Fact(FactKind.RINGING, key, leg="1", device="201"), over(key))
    page = open_page(java_script_enabled=javascript)
    page.goto(f"/calls/{id_}")
    note = page.get_by_role("textbox", name="Note")
    note.fill("Wants a quote")
    name, ticket = page.get_by_label("Name of a person"), page.get_by_label("Reference of a ticket")
    name.fill("delaunay")
    name.press("Enter")
    theirs = page.get_by_role("button", name=re.compile("It is theirs.*Delaunay"))
    expect(theirs).to_be_visible()
    expect(note).to_have_value("Wants a quote")
    ticket.fill("R-000028")
    if javascript:
        ticket.press("Enter")
    else:
        page.get_by_role("button", name="Link").click()
    expect(page.get_by_role("alert")).to_contain_text("The call is linked to R-000028.")
    expect(note).to_have_value("Wants a quote")
    theirs.click()
    expect(page.get_by_text("Save the note first")).to_be_visible()
    expect(note).to_have_value("Wants a quote")
    if javascript:
        check(page)
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_role("alert")).to_have_text("Saved.")
    expect(note).to_have_value("Wants a quote")


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_pages_of_phones_and_queues_have_no_barrier(
    open_page: Any, site: tuple[str, Tell, Any], locale: str
) -> None:
    missed = Fact(FactKind.STARTED, f"m{locale}", direction=Direction.IN, remote="+33199007702")
    queued = Fact(FactKind.QUEUED, f"m{locale}", queue="support")
    id_ = site[1](missed, queued, Fact(FactKind.HUNG_UP, f"m{locale}"))
    page = open_page(locale=locale)
    for address in (PERSON, f"/calls/{id_}", "/calls/missed", "/calls/phones"):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", locale[:2])
        for summary in page.locator(".cti-phone-menu details.cti-menu summary").all()[:1]:
            summary.click()
        check(page)
