"""Views of lists in a browser: chosen, saved and found again, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

OpenBrowser = Callable[..., BrowserContext]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_list_is_made_for_oneself(open_browser: OpenBrowser, javascript: bool) -> None:
    page = open_browser(java_script_enabled=javascript).new_page()
    page.goto("/objects/Location")
    table = page.locator("table.cti-objects")
    first = table.locator("tbody tr").first
    # A click on a value narrows the list down; a chip takes the filter away, by keyboard.
    first.get_by_title("Only these").first.click()
    chip = page.get_by_role("list", name="Active filters").get_by_role("link")
    expect(chip).to_have_count(1)
    chip.focus()
    page.keyboard.press("Enter")
    expect(chip).to_have_count(0)
    # Other columns, in another order.
    page.get_by_text("Columns", exact=True).first.click()
    page.get_by_role("checkbox", name="Postal code").check()
    page.get_by_role("button", name="Show these columns").click()
    headings = table.locator("thead th:not(.cti-col-tick)")
    expect(headings.last).to_have_text("Postal code")
    page.get_by_text("Columns", exact=True).first.click()
    page.get_by_role("link", name="Postal code: One place earlier").click()
    expect(headings.last).not_to_have_text("Postal code")
    # Kept under a name, found again where the list begins.
    name = f"Where they are, JavaScript {javascript}"
    page.get_by_role("link", name="Save as a view …").click()
    page.get_by_label("Name of the view").fill(name)
    page.keyboard.press("Enter")
    views = page.get_by_role("navigation", name="Views of this list")
    expect(views.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
    page.goto("/objects/")
    page.get_by_role("link", name=name).click()
    expect(headings.filter(has_text="Postal code")).to_have_count(1)
    page.get_by_role("link", name="Change this view …").click()
    page.get_by_role("button", name="Delete this view").click()
    expect(page.get_by_text(f"The view “{name}” is deleted.")).to_be_visible()
    expect(page.get_by_label("All", exact=True)).to_be_checked()
