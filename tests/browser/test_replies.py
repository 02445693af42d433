"""Templates in the box for a reply, by keyboard and mouse: nothing that is typed is replaced."""

from __future__ import annotations

import re

from barriers import barriers
from playwright.sync_api import Page, expect

TICKET = "/objects/UserRequest/28"
ENTRY = "New entry"


def text_of(page: Page) -> str:
    """What stands in the box."""
    return page.get_by_label(ENTRY).input_value()


def test_a_template_is_inserted_by_keyboard_and_taken_back(page: Page) -> None:
    page.goto(TICKET)
    page.keyboard.press("e")
    menu = page.locator(".cti-templates")
    expect(menu).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    english = page.get_by_role("group", name="English")
    expect(english.get_by_role("button", name="Request received")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.get_by_label(ENTRY)
    expect(box).to_be_focused()
    expect(box).to_have_value(re.compile("^Hello Marguerite Delaunay,\n\nthank you"))
    assert "please mention R-000028." in text_of(page)
    expect(page.get_by_role("status").filter(has_text="Request received")).to_be_visible()
    expect(menu).not_to_have_attribute("open", "")
    page.keyboard.type(" PS: more")
    assert text_of(page).endswith(" PS: more")
    while text_of(page):
        page.keyboard.press("Control+z")


def test_what_is_typed_and_chosen_stays_around_a_template(page: Page) -> None:
    page.goto(TICKET)
    box = page.get_by_label(ENTRY)
    box.fill("First\nlast")
    box.evaluate("box => box.setSelectionRange(0, 5)")
    page.locator(".cti-templates summary").click()
    page.get_by_role("group", name="English").get_by_role("button", name="Nobody answered").click()
    assert text_of(page) == (
        "First\nCalled Marguerite Delaunay: nobody answered. To try again later.\nlast"
    )
    page.keyboard.press("Control+z")
    assert text_of(page) == "First\nlast"


def test_the_log_of_a_template_is_chosen_unless_something_was_typed(page: Page) -> None:
    page.goto(TICKET)
    private, public = (
        page.get_by_role("radio", name="Private log"),
        page.get_by_role("radio", name="Public log"),
    )
    expect(public).to_be_checked()
    box = page.get_by_label(ENTRY)
    box.fill("For the customer")
    page.locator(".cti-templates summary").click()
    german = page.get_by_role("group", name="Deutsch")
    german.get_by_role("button", name="Nobody answered").click()
    expect(public).to_be_checked()
    expect(page.locator("#reply-told")).to_contain_text("It is meant for: Private log.")
    assert text_of(page).startswith("For the customer\nMarguerite Delaunay angerufen")
    box.fill("")
    page.locator(".cti-templates summary").click()
    german.get_by_role("button", name="Nobody answered").click()
    expect(private).to_be_checked()
    expect(page.locator("#reply-told")).not_to_contain_text("meant for")


def test_enter_in_a_choice_adds_an_entry_and_no_template(page: Page) -> None:
    page.goto(TICKET)
    page.get_by_label(ENTRY).fill("Sent by Enter in a choice")
    page.get_by_role("radio", name="Public log").press("Enter")
    added = page.get_by_role("article").filter(has_text="Sent by Enter in a choice")
    expect(added).to_be_visible()


def test_the_menu_is_no_barrier(page: Page) -> None:
    page.goto(TICKET)
    page.locator(".cti-templates summary").click()
    assert barriers(page, dark=True, slight=True) == []
