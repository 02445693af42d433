"""Lists in a browser: found and sorted by keyboard, changed with and without JavaScript."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

OpenBrowser = Callable[..., BrowserContext]


def rows(page: Page) -> int:
    return page.locator("table.cti-objects tbody tr").count()


def test_calls_are_found_and_sorted_with_the_keyboard(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Ticket calls").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phone Call")
    everything = rows(page)
    page.get_by_label("Text or number").focus()
    page.keyboard.type("headset")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Found: 1")).to_be_visible()
    page.get_by_role("link", name="No filter").click()
    expect(page.locator("table.cti-objects tbody tr")).to_have_count(everything)
    filters = page.get_by_role("search", name="Filter this list")
    filters.get_by_label("Flow").select_option("outbound")
    page.get_by_role("button", name="Show").click()
    assert 0 < rows(page) < everything
    heading = page.get_by_role("columnheader", name="Date")
    expect(heading).to_have_attribute("aria-sort", "descending")
    heading.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(filters.get_by_label("Flow")).to_have_value("outbound")


def test_a_box_ticks_all_rows(page: Page) -> None:
    page.goto("/objects/PhoneCall")
    page.get_by_label("Select all on this page").check()
    ticked = page.locator("input[name=ids]:checked")
    expect(ticked).to_have_count(rows(page))
    page.get_by_label("Select all on this page").uncheck()
    expect(ticked).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_calls_are_changed_together(open_browser: OpenBrowser, javascript: bool) -> None:
    page = open_browser(java_script_enabled=javascript).new_page()
    page.goto("/objects/PhoneCall?q=wireless")
    page.locator("input[name=ids]").check()
    page.get_by_role("button", name="Modify …").click()
    page.get_by_label("Note", exact=True).fill(f"Weak wireless, with JavaScript: {javascript}")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text("Will change: 1.")).to_be_visible()
    page.get_by_role("button", name="Change all").click()
    expect(page.get_by_text("Changed: 1.")).to_be_visible()
    expect(page.get_by_text(f"Weak wireless, with JavaScript: {javascript}")).to_be_visible()
    expect(page.get_by_label("Text or number")).to_have_value("wireless")


def test_nothing_is_ticked_and_that_is_said(page: Page) -> None:
    page.goto("/objects/PhoneCall")
    page.get_by_role("button", name="Modify …").click()
    expect(page.get_by_text("Nothing is selected.")).to_be_visible()


def test_a_call_is_deleted_after_a_question(page: Page) -> None:
    page.goto("/objects/PhoneCall?q=label+printer")
    page.locator("table.cti-objects tbody a").first.click()
    page.get_by_role("link", name="Delete …").click()
    expect(page.get_by_text("This can't be undone.")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Delete …").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Phone Call deleted.")).to_be_visible()
    page.goto("/objects/PhoneCall?q=label+printer")
    expect(page.get_by_text("Nothing was found.")).to_be_visible()


def test_a_long_list_is_turned_over(page: Page) -> None:
    page.goto("/objects/UserRequest?q=headset")
    expect(page.get_by_role("navigation", name="Pages of this list")).to_have_count(0)
    page.goto("/objects/Ticket")
    assert rows(page) == 50
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Previous")).to_be_visible()
    page.get_by_role("link", name="First").click()
    expect(page.get_by_role("link", name="Next")).to_be_visible()


def test_a_file_is_taken_away(page: Page) -> None:
    # One page of the list, whatever other tests create.
    page.goto("/objects/UserRequest?q=for")
    listed = rows(page)
    assert 1 < listed < 50
    with page.expect_download() as download:
        page.get_by_role("link", name="All attributes: CSV").click()
    assert download.value.suggested_filename == "UserRequest.csv"
    with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
        taken = list(csv.DictReader(file))
    assert len(taken) == listed
    assert taken[0]["ref"] == page.locator("a.cti-ref").first.inner_text()
