"""Two entries of a person become one, by keyboard; and the pages of persons and organizations."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from barriers import barriers
from playwright.sync_api import BrowserContext, Page, expect


def created(page: Page, first_name: str, name: str, **more: str) -> str:
    """Create a person by the form; the address of their page."""
    page.goto("/objects/new/Person")
    page.get_by_label(re.compile("^First name")).fill(first_name)
    page.get_by_label(re.compile("^Last name")).fill(name)
    page.get_by_label(re.compile("^Organization")).select_option(label="Fluvia France")
    for label, text in more.items():
        page.get_by_label(re.compile(f"^{label}")).fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    return page.url


def test_two_entries_become_one_by_keyboard_and_two_again(administrator: Page) -> None:
    page = administrator
    address = "prudence.martineau@flu-fr.example"
    twice = created(page, "P.", "Martineau", Email=address, Function="Controller")
    stays = created(page, "Prudence", "Martineau", Email=address)
    expect(page.get_by_role("main")).to_contain_text("Perhaps the same")
    assert barriers(page, dark=True) == []
    page.get_by_role("link", name="Compare with P. Martineau").press("Enter")
    first_name = page.get_by_role("radiogroup", name="First name")
    expect(first_name.get_by_role("radio").first).to_be_focused()
    expect(
        page.get_by_role("radiogroup", name="Function").get_by_role("radio").last
    ).to_be_checked()
    assert barriers(page, dark=True) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1366, "height": 850})
    page.keyboard.press("ArrowRight")
    expect(first_name.get_by_role("radio").last).to_be_checked()
    page.get_by_role("button", name="Merge", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("P. Martineau")
    expect(page.get_by_role("main")).to_contain_text("Controller")
    assert page.url == stays
    page.goto(twice)
    assert page.url == stays
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("The merge was undone.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prudence Martineau")
    page.goto(twice)
    expect(page.get_by_role("heading", level=1)).to_have_text("P. Martineau")


@pytest.fixture
def plain(open_browser: Callable[..., BrowserContext]) -> Page:
    """A page of a signed-in agent whose browser runs no JavaScript."""
    return open_browser(java_script_enabled=False).new_page()


def test_the_page_of_a_person_offers_a_ticket_for_them_without_javascript(plain: Page) -> None:
    plain.goto("/objects/Person/20")
    expect(plain.get_by_role("region", name="Ticket: Caller")).to_contain_text("R-000028")
    expect(plain.get_by_role("link", name="+33 9 87 65 43 21")).to_have_attribute(
        "href", "tel:+33987654321"
    )
    plain.locator("summary", has_text="New ticket for").click()
    plain.get_by_role("link", name="Incident", exact=True).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("New Incident")
    expect(plain.get_by_label(re.compile("^Caller"))).to_have_value(re.compile("20"))


@pytest.mark.parametrize("width", [1366, 683, 390])
@pytest.mark.parametrize("path", ["/objects/Person/20", "/objects/Organization/2"])
def test_pages_of_persons_and_organizations_are_as_wide_as_the_screen(
    page: Page, path: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(page, dark=True) == []
