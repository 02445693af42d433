"""Two plugins with people, and many people on one number, in a real browser.

The people of `tickets`, of an iTop and of a phone book have the same ids on purpose.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from barriers import barriers
from demo_server import demo_server
from fake_itop import PASSWORD, USER, FakeItop, running
from itop_model import TicketsModel
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.long

NOW = datetime(2026, 3, 2, 9, 30)
PLUGINS_D = Path(__file__).parents[1] / "whole" / "plugins.d"
KNOWN = "/pop?phone=0987654321"
WHO = "Marguerite Delaunay, Fluvia France, Paris"
CROWD, CROWD_NUMBER, CROWD_FIRST = 130, "0511223344", 5000
OpenBrowser = Callable[..., BrowserContext]
OpenPage = Callable[..., Page]


def crowd() -> Iterator[dict[str, Any]]:
    """People who share one number: Ada 001 to Ada 130."""
    for number in range(1, CROWD + 1):
        names = {"first_name": f"Ada {number:03}", "name": "Byron", "org_id": 1}
        fields = {**names, "phone": "05 11 22 33 44", "email": f"ada{number:03}@example.org"}
        yield {"class": "Person", "id": CROWD_FIRST + number, "fields": fields}


@pytest.fixture(scope="module")
def itop_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeItop]:
    """A fake iTop with the demonstration."""
    model = TicketsModel(tmp_path_factory.mktemp("itop"))
    model.load(NOW)
    with running(FakeItop(model)) as fake:
        yield fake
    model.close()


@pytest.fixture(scope="module")
def site(itop_server: FakeItop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a host with `tickets`, an iTop and a phone book."""
    folder = tmp_path_factory.mktemp("site")
    more = folder / "crowd.jsonl"
    more.write_text("".join(json.dumps(record) + "\n" for record in crowd()))

    def settings(toml: str) -> str:
        shutil.copy(PLUGINS_D / "phone_book.py", folder / "config" / "demo_plugins")
        book = Path(shutil.copy(PLUGINS_D / "phone_book.csv", folder / "config"))
        with book.open("a", encoding="utf-8") as file:
            file.write(f'19,"{WHO}",+33 9 87 65 43 21\n')
        return toml.replace('"tickets",', '"tickets", "itop", "phone_book",') + (
            f'\n[plugin.itop]\nurl = "{itop_server.url}"\nuser = "{USER}"\n'
            f'password = "{PASSWORD}"\ndirectory = "live"\ntimezone = "UTC"\n'
        )

    with demo_server(folder, now=NOW, files=[more], change=settings) as address:
        yield address


@pytest.fixture(scope="module")
def site_cookies(sign_in: Callable[[str], Any], site: str) -> Any:
    """What a browser keeps after an agent signed in there."""
    return sign_in(site)


@pytest.fixture
def open_page(open_browser: OpenBrowser, site: str, site_cookies: Any) -> OpenPage:
    """`open_page(**options)`: a page of an agent of that host."""

    def open_(**options: Any) -> Page:
        return open_browser(base_url=site, storage_state=site_cookies, **options).new_page()

    return open_


def choose(page: Page, label: str) -> None:
    page.get_by_label("Caller", exact=True).select_option(label=label)


def test_everybody_is_offered_and_told_apart(open_page: OpenPage) -> None:
    page = open_page()
    page.goto(KNOWN)
    told = [f"{WHO} (CTI Host)", f"{WHO} (iTop)", f"{WHO} (phone book)"]
    combo = page.get_by_label("Caller", exact=True)
    expect(combo.locator("option")).to_have_text(
        [
            "All contacts found",
            *told[:2],
            "Marguerite Delaunay, Fluvia France",
            told[2],
            "Unknown contact",
        ]
    )
    listed = page.get_by_role("region", name="All contacts found")
    for name in told:
        expect(listed.get_by_role("link", name=name, exact=True)).to_be_visible()
    listed.get_by_role("link", name=told[1], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Paris (iTop)")


def test_each_has_their_own_tickets_or_none(open_page: OpenPage) -> None:
    page = open_page()
    page.goto(KNOWN)
    title = "User Requests opened for this caller"
    expect(page.get_by_role("region", name=f"{title} CTI Host")).to_be_visible()
    expect(page.get_by_role("region", name=f"{title} iTop")).to_be_visible()
    choose(page, f"{WHO} (CTI Host)")
    ours = page.get_by_role("region", name=title)
    expect(ours.get_by_role("link", name="R-000028", exact=True)).to_have_attribute(
        "href", re.compile(r"^/objects/UserRequest/28\?from_call=%2Fpop")
    )
    expect(page.get_by_role("link", name="opens in a new tab")).to_have_count(0)
    choose(page, f"{WHO} (iTop)")
    theirs = page.get_by_role("region", name=title)
    expect(theirs.get_by_role("link", name="R-000028 (opens in a new tab)").first).to_be_visible()
    choose(page, f"{WHO} (phone book)")
    expect(page.get_by_role("heading", level=1)).to_contain_text("(phone book)")
    expect(page.get_by_role("table")).to_have_count(0)


@pytest.mark.parametrize("source", ["iTop", "phone book"])
def test_a_form_names_a_stranger_in_its_log_and_chooses_nobody(
    open_page: OpenPage, source: str
) -> None:
    page = open_page()
    page.goto(KNOWN)
    choose(page, f"{WHO} ({source})")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"({source})")
    page.get_by_role("button", name="Create a new User Request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New User Request")
    main = page.get_by_role("main")
    expect(main.get_by_label("Public log")).to_have_value(
        re.compile(rf"^Call from .*\nCaller: {WHO}, \+33 9 87 65 43 21$")
    )
    expect(main.get_by_label("Caller required", exact=True)).to_have_value("")


def test_a_form_chooses_its_own_caller(open_page: OpenPage) -> None:
    page = open_page()
    page.goto(KNOWN)
    choose(page, f"{WHO} (CTI Host)")
    expect(page.get_by_role("heading", level=1)).to_contain_text("(CTI Host)")
    page.get_by_role("button", name="Create a new User Request").click()
    main = page.get_by_role("main")
    expect(main.get_by_label("Caller required", exact=True)).to_have_value(re.compile("#20$"))
    expect(main.get_by_label("Public log")).not_to_have_value(re.compile("Caller:"))


def outbound_calls(page: Page) -> dict[str, int]:
    """How many outbound calls the tickets 28 of both systems have."""
    found = {}
    for name, address in (
        ("ours", "/objects/UserRequest/28?tab=calls"),
        ("iTop's", "/ticket/itop/UserRequest/28"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Access to the year-end folder")
        found[name] = page.get_by_role("row").filter(has_text="Outbound").count()
    return found


@pytest.mark.parametrize("whose", ["ours", "iTop's"])
def test_a_call_is_recorded_on_the_ticket_it_was_placed_from(
    open_page: OpenPage, whose: str
) -> None:
    page = open_page()
    before = outbound_calls(page)
    page.goto(KNOWN)
    choose(page, f"{WHO} ({'CTI Host' if whose == 'ours' else 'iTop'})")
    link = "R-000028" if whose == "ours" else "Call R-000028"
    page.get_by_role("link", name=link, exact=True).first.click()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Call phone number").first.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(
        "The phone system would dial now"
    )
    assert outbound_calls(page) == {name: n + (name == whose) for name, n in before.items()}


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_one_of_many_people_is_found_by_name(open_page: OpenPage, javascript: bool) -> None:
    page = open_page(java_script_enabled=javascript)
    page.goto(f"/pop?phone={CROWD_NUMBER}")
    expect(page.get_by_role("heading", level=1)).to_have_text("130 contacts share this number")
    listed = page.get_by_role("region", name="All contacts found")
    expect(listed.get_by_text("100 of 130 shown")).to_be_visible()
    expect(listed.get_by_role("listitem")).to_have_count(100)
    box = listed.get_by_label("Find a name")
    box.fill("byron 12")
    box.press("Enter")
    expect(listed.get_by_text("12 of 130 shown")).to_be_visible()
    expect(listed.get_by_role("listitem")).to_have_count(12)
    expect(page.get_by_label("Find a name")).to_have_value("byron 12")
    if javascript:
        expect(page.get_by_label("Find a name")).to_be_focused()
        expect(page.locator("#cti-status")).to_have_text(
            "130 contacts share this number · 12 of 130 shown"
        )
    listed.get_by_role("link", name="Ada 123 Byron").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada 123 Byron")
    choose(page, "All contacts found")
    if not javascript:
        page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Show all").click()
    expect(listed.get_by_text("100 of 130 shown")).to_be_visible()


def test_a_link_finds_somebody_who_is_not_shown(open_page: OpenPage) -> None:
    page = open_page(locale="fr-FR")
    key = f"tickets:Person:{CROWD_FIRST + 125}"
    page.goto(f"/pop?phone={CROWD_NUMBER}&selected_caller={key}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada 125 Byron")
    expect(page.get_by_text("101 affichés sur 130")).to_be_visible()
    expect(page.get_by_label("Appelant", exact=True)).to_have_value(key)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_have_no_barrier(open_page: OpenPage, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    problems = []
    for address in (
        KNOWN,
        f"{KNOWN}&selected_caller=itop:Person:20",
        f"/pop?phone={CROWD_NUMBER}",
        f"/pop?phone={CROWD_NUMBER}&filter=nobody",
    ):
        page.goto(address)
        problems += barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert problems == []
