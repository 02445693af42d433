"""Keys: what they reach, the window that lists them, and the switch for those without Ctrl."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from barriers import barriers
from playwright.sync_api import BrowserContext, Page, expect

TICKET = "/objects/UserRequest/31"


@pytest.fixture
def page(open_browser: Callable[..., BrowserContext]) -> Page:
    """A browser of its own: what it keeps, others don't see."""
    return open_browser().new_page()


def test_a_key_lists_the_keys_of_the_page(page: Page) -> None:
    page.goto(TICKET)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys on this page")
    for key, name in (("/", "Search"), ("m", "Modify"), ("r", "New entry"), ("Ctrl+Enter", "Add")):
        expect(keys.get_by_role("row", name=f"{key} {name}", exact=True)).to_be_visible()
    assert barriers(page, dark=True) == []
    page.keyboard.press("m")  # the window is open
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("m")
    expect(page).to_have_url(re.compile("/31/modify$"))


def test_keys_are_letters_in_a_text(page: Page) -> None:
    page.goto(TICKET)
    page.keyboard.press("r")
    text = page.get_by_label("New entry")
    expect(text).to_be_focused()
    page.keyboard.type("mr?/")
    expect(text).to_have_value("mr?/")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_without_ctrl_can_be_switched_off(page: Page) -> None:
    page.goto(TICKET)
    switch = page.get_by_role("checkbox", name="Use keys without Ctrl")
    page.get_by_role("button", name="Keys").click()
    switch.uncheck()
    page.get_by_role("button", name="Close").click()
    page.goto(TICKET)
    for key in ("m", "?", "/"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.url.endswith(TICKET)
    assert page.evaluate("document.activeElement === document.body")
    page.get_by_role("button", name="Keys").click()
    switch.check()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search for a name")).to_be_focused()


def test_a_caller_and_the_form_of_a_new_ticket_are_a_key_away(page: Page) -> None:
    page.goto("/pop?phone=0987654321")
    page.keyboard.press("c")
    expect(page.get_by_label("Caller", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("User Request")


def test_a_narrow_screen_shows_the_keys_whole(open_browser: Callable[..., BrowserContext]) -> None:
    page = open_browser(viewport={"width": 390, "height": 844}, locale="fr-FR").new_page()
    page.goto(TICKET)
    page.keyboard.press("?")
    box = page.get_by_role("dialog", name="Raccourcis de cette page").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
