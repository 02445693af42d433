"""Everything works where JavaScript is off."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect


@pytest.fixture
def plain(open_browser: Callable[..., BrowserContext]) -> Page:
    """A page of a signed-in agent whose browser runs no JavaScript."""
    return open_browser(java_script_enabled=False).new_page()


def test_a_button_shows_the_caller_chosen(plain: Page) -> None:
    plain.goto("/pop?phone=0199001200")
    plain.get_by_label("Caller", exact=True).select_option("tickets:Person:22")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Hélène Lefèvre")
    expect(plain.get_by_label("Caller", exact=True)).to_have_value("tickets:Person:22")
    plain.get_by_label("Caller", exact=True).select_option("unknown")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Unknown contact")
    expect(plain.get_by_role("table")).to_have_count(0)


def test_with_javascript_there_is_no_such_button(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    expect(page.get_by_role("button", name="Create a new Person")).to_be_visible()
    expect(page.get_by_role("button", name="Show")).to_be_hidden()


def test_pages_of_a_list_are_turned(plain: Page) -> None:
    plain.goto("/pop?phone=0261918800")
    own = plain.get_by_role("region", name="User Requests opened for this caller")
    own.get_by_role("link", name="Next").click()
    expect(own.get_by_text("11–20 of 23")).to_be_visible()


def test_a_new_ticket_is_for_the_caller_in_the_box_though_not_shown_yet(plain: Page) -> None:
    plain.goto("/pop?phone=0199001200")
    plain.get_by_label("Caller", exact=True).select_option("tickets:Person:23")
    plain.get_by_role("button", name="Create a new User Request").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("New User Request")
    caller = plain.get_by_role("main").get_by_label("Caller required", exact=True)
    expect(caller.locator("option:checked")).to_have_text("Noël Garçon")


def test_the_phone_menu_opens_and_calls(plain: Page) -> None:
    plain.goto("/objects/Incident/40")  # Maëlle Le Goff has a mobile phone
    plain.locator(".cti-phone-menu details.cti-menu summary").click()
    with plain.context.expect_page() as opened:
        plain.locator(".cti-phone-menu details.cti-menu").get_by_role("button").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(
        "The phone system would dial now"
    )
    assert opened.value.url.endswith("?telephone=0033639980225")


def test_a_second_click_opens_no_phone_system(plain: Page) -> None:
    plain.goto("/objects/UserRequest/42")
    titles = []
    for _click in range(2):
        with plain.context.expect_page() as opened:
            plain.get_by_role("button", name="Call phone number").first.click()
        titles.append(opened.value.get_by_role("heading", level=1).inner_text())
    assert titles == ["The phone system would dial now", "Question about a reminder"]
    expect(
        opened.value.get_by_role("alert").or_(opened.value.get_by_role("status"))
    ).to_contain_text(["This number was called a moment ago. Nothing was dialled again."])


def test_a_template_comes_into_the_box_below_what_was_typed(plain: Page) -> None:
    plain.goto("/objects/UserRequest/28")
    plain.get_by_label("New entry").fill("Typed <first>")
    plain.locator(".cti-templates summary").click()
    english = plain.get_by_role("group", name="English")
    english.get_by_role("button", name="Request received").click()
    box = plain.get_by_label("New entry")
    expect(box).to_have_value(re.compile("^Typed <first>\n\nHello Marguerite Delaunay,"))
    expect(box).to_be_focused()
    assert "?" not in plain.url
    assert "Typed" not in plain.url


def test_a_reply_and_the_note_of_a_call_do_not_cost_each_other(plain: Page) -> None:
    plain.goto("/objects/UserRequest/34")
    plain.get_by_text("Note a phone call").click()
    box, note = plain.get_by_label("New entry"), plain.get_by_label("Note", exact=True)
    facts = plain.get_by_role("complementary", name="Facts")
    box.fill("Typed <first>")
    plain.get_by_role("radio", name="Private log").check()
    note.fill("Asked for a date")
    plain.get_by_role("radio", name="Outbound").check()
    facts.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("article").filter(has_text="Asked for a date")).to_have_count(1)
    expect(box).to_have_value("Typed <first>")
    expect(plain.get_by_role("radio", name="Private log")).to_be_checked()
    plain.get_by_text("Note a phone call").click()
    note.fill("Rang again")
    plain.get_by_role("button", name="Add", exact=True).click()
    # Of the same second as the call, maybe: either may come first.
    expect(plain.get_by_role("article").filter(has_text="Typed <first>")).to_have_count(1)
    expect(note).to_have_value("Rang again")
    expect(box).to_have_value("")


@pytest.mark.parametrize("size", [2_050_000, 2_200_000, 40_000_000])
def test_what_was_typed_stays_where_a_file_is_too_large(
    plain: Page, tmp_path: Path, size: int
) -> None:
    large = tmp_path / "large.txt"
    large.write_bytes(b"x" * size)
    plain.goto("/objects/UserRequest/28")
    plain.get_by_label("New entry").fill("Typed before it was sent")
    plain.get_by_role("radio", name="Private log").check()
    plain.get_by_label("Add files").set_input_files(large)
    plain.get_by_role("button", name="Add", exact=True).click()
    field = plain.get_by_label("Add files")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("2.MB"))
    expect(plain.get_by_label("New entry")).to_have_value("Typed before it was sent")
    expect(plain.get_by_role("radio", name="Private log")).to_be_checked()
    plain.go_back()
    expect(plain.get_by_label("New entry")).to_have_value("Typed before it was sent")
