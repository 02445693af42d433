"""The search of every page: results while typing, by keyboard, and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect


def test_half_a_name_and_enter_open_a_person(page: Page) -> None:
    page.goto("/objects/Ticket")
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search for a name")
    expect(field).to_be_focused()
    page.keyboard.type("delau mar")
    found = page.get_by_role("listbox").get_by_role("group", name="Person").get_by_role("option")
    expect(found).to_have_text([re.compile("Marguerite Delaunay.*Fluvia France")])
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")


def test_results_are_chosen_with_the_arrow_keys(page: Page) -> None:
    page.goto("/")
    field = page.get_by_role("combobox", name="Search for a name")
    field.fill("year-end")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_contain_text("R-000028 Access to the year-end folder")
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("year-end")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/objects/UserRequest/28$"))


def test_a_typing_error_is_forgiven_and_a_stranger_can_be_created(administrator: Page) -> None:
    page = administrator
    page.goto("/")
    field = page.get_by_role("combobox", name="Search for a name")
    field.fill("Margerite Delaunai")
    results = page.get_by_role("listbox")
    expect(results.get_by_role("option")).to_contain_text(["Marguerite Delaunay"])
    field.fill("Zebulon Quagga")
    expect(results.get_by_role("option", name="New Person: Zebulon Quagga")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Last name")).to_have_value("Quagga")


def test_the_results_have_a_page_without_javascript(open_browser: Any) -> None:
    page = open_browser(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_role("banner").get_by_label("Search for a name").fill("lefev")
    page.get_by_role("banner").get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search: lefev")
    page.get_by_role("region", name="Person").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lefèvre")


def test_the_number_of_an_unknown_caller_is_given_to_somebody_known(administrator: Page) -> None:
    page = administrator
    page.goto("/pop?phone=0536490081")
    page.get_by_role("searchbox", name="Do you know who it is?").fill("garcon noel")
    page.get_by_role("main").get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Add +33 5 36 49 00 81 to Noël Garçon").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Noël Garçon")
    expect(page.get_by_text("+33 5 36 49 00 81 was added to Noël Garçon")).to_be_visible()
    expect(page.get_by_label("Caller", exact=True)).to_have_value(re.compile("^tickets:Person:"))


def test_somebody_known_is_found_on_the_panel_while_typing(page: Page) -> None:
    page.goto("/pop?phone=0536490082")
    panel = page.url
    page.get_by_role("searchbox", name="Do you know who it is?").press_sequentially("lefev")
    add = page.get_by_role("button", name="Add +33 5 36 49 00 82 to Hélène Lefèvre")
    expect(add).to_be_visible()
    expect(page.locator("#cti-status")).to_contain_text("Hélène Lefèvre")
    # The call is still what the page is about.
    assert page.url == panel
    expect(page.get_by_role("heading", level=1)).to_have_text("Unknown contact")


def test_who_withholds_their_number_gets_a_ticket_all_the_same(page: Page) -> None:
    page.goto("/pop?phone=")
    page.get_by_role("searchbox", name="Do you know who it is?").fill("lefevre")
    page.get_by_role("main").get_by_role("button", name="Find").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is calling?")
    page.get_by_role("link", name="New User Request Hélène Lefèvre").click()
    chosen = page.get_by_role("combobox", name="Caller").locator("option:checked")
    expect(chosen).to_have_text("Hélène Lefèvre")
