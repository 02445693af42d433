"""A new customer calls: who it is, and their organization on the way."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

UNKNOWN = "0536490177"


def test_persons_are_found_while_one_types(page: Page) -> None:
    page.goto(f"/find-caller?phone={UNKNOWN}")
    box = page.get_by_role("main").get_by_role("searchbox", name="Name or e-mail address")
    box.press_sequentially("delaunay marg")
    expect(page.get_by_role("heading", level=2)).to_contain_text(["Marguerite Delaunay"])
    expect(page.locator("#cti-status")).to_contain_text("Marguerite Delaunay")
    expect(box).to_be_focused()
    add = page.get_by_role("button", name=re.compile("^Add .* to Marguerite Delaunay"))
    expect(add).to_be_visible()


def test_a_new_customer_is_created_with_their_organization(page: Page) -> None:
    page.goto(f"/pop?phone={UNKNOWN}")
    page.get_by_role("button", name="Create a new Person").click()
    page.get_by_label(re.compile("^Last name")).fill("Okafor")
    page.get_by_label(re.compile("^First name")).fill("Adaeze")
    page.get_by_text("New: Organization").click()
    page.get_by_label("Name (Organization)").fill("Okafor Carpentry")
    page.get_by_role("button", name="Save").click()
    # Back on the panel, with the person chosen.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Adaeze Okafor")
    expect(page.locator(".cti-person")).to_contain_text("Okafor Carpentry")
