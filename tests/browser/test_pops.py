"""The panel of a call: who is calling, and what they have open."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from demo_server import NAME, PASSWORD
from playwright.sync_api import Page, expect

OWN, OF_ORGANIZATION = "User Requests opened for this caller", "opened for the organization"


def mark(page: Page) -> None:
    """Leave a mark that only a new page would wipe out."""
    page.evaluate("window.sameDocument = true")


def is_same_document(page: Page) -> bool:
    """Whether the page is still the one that was marked."""
    return bool(page.evaluate("window.sameDocument === true"))


def test_a_known_caller_is_the_first_thing_seen(page: Page) -> None:
    page.goto("/pop?phone=0987654321")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Marguerite Delaunay")
    expect(page).to_have_title(re.compile("^Marguerite Delaunay"))
    expect(page.get_by_text("Contacts with phone number +33 9 87 65 43 21")).to_be_visible()
    expect(page.get_by_text("(received: 0987654321)")).to_be_visible()
    # How the number is stored is for those who ask.
    why = page.get_by_text("stored in international form, region FR")
    expect(why).to_be_hidden()
    page.locator("summary").filter(has_text="Why this person").click()
    expect(why).to_be_visible()
    box = heading.bounding_box()
    assert box is not None
    assert box["y"] < 200
    assert page.evaluate(
        "Math.max(...[...document.querySelectorAll('main *')]"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
    ) == page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)")


def test_a_known_caller_comes_with_their_tickets(page: Page) -> None:
    page.goto("/pop?phone=0987654321")
    combo = page.get_by_label("Caller", exact=True)
    expect(combo.locator("option")).to_have_text(
        ["Marguerite Delaunay, Fluvia France, Paris", "Unknown contact"]
    )
    own = page.get_by_role("region", name=OWN)
    row = own.get_by_role("row").filter(has_text="R-000028")
    expect(row).to_contain_text("Access to the year-end folder")
    for cell in ("Assigned", "Low", "Camille Moreau"):
        expect(row.get_by_role("cell", name=cell, exact=True)).to_be_visible()
    started = row.get_by_title("12/02/2026, 07:48")
    expect(started).to_have_attribute("datetime", "2026-02-12T06:48:00Z")
    expect(started).to_contain_text("ago")
    expect(row.get_by_role("link", name="Modify R-000028")).to_be_visible()
    expect(page.get_by_role("region", name=OF_ORGANIZATION)).to_contain_text("Waterproof phone")
    expect(page.get_by_role("region", name="Incidents")).to_contain_text("Screen flickers")
    expect(page.get_by_role("button", name="Create a new")).to_have_text(
        ["Create a new User Request", "Create a new Incident", "Create a new Person"]
    )


def test_a_known_caller_stands_on_the_left(page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 850})
    page.goto("/pop?phone=0987654321")
    person = page.get_by_role("definition").filter(has_text="Accountant")
    expect(person).to_be_visible()
    number = page.locator(".cti-person").get_by_role("link", name="+33 9 87 65 43 21")
    expect(number).to_have_attribute("href", "tel:+33987654321")
    left, lists = person.bounding_box(), page.get_by_role("region", name=OWN).bounding_box()
    assert left is not None
    assert lists is not None
    assert left["x"] + left["width"] <= lists["x"]


def test_the_start_page_is_the_agents_day(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search for a name")).to_be_focused()
    mine = page.get_by_role("region", name="My open tickets")
    expect(mine).to_contain_text("Access to the year-end folder")
    for name in ("My team's queue", "Last worked on", "Missed calls", "My calls today"):
        expect(page.get_by_role("region", name=name)).to_be_visible()
    # On a telephone, what matters stands before what is only there to try.
    page.set_viewport_size({"width": 390, "height": 844})
    tops = [
        page.get_by_role("region", name=name).bounding_box()
        for name in ("My open tickets", "Missed calls", "My calls today", "Try a call")
    ]
    heights = [box["y"] for box in tops if box]
    assert len(heights) == len(tops)
    assert heights == sorted(heights)


def test_a_shared_number_offers_everybody_and_guesses_nobody(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    expect(page.get_by_role("heading", level=1)).to_have_text("3 contacts share this number")
    combo = page.get_by_label("Caller", exact=True)
    expect(combo.locator("option")).to_have_text(
        [
            "All contacts found",
            "François d'Estaing, Fluvia France, Paris",
            "Hélène Lefèvre, Fluvia France, Paris",
            "Noël Garçon, Fluvia France, Paris",
            "Unknown contact",
        ]
    )
    expect(combo).to_have_value("all")
    found = page.get_by_role("region", name="All contacts found")
    expect(found.get_by_text("2 others share it")).to_have_count(3)
    incidents = page.get_by_role("region", name="Incidents")
    expect(incidents).to_contain_text("François d'Estaing")
    expect(incidents).to_contain_text("Noël Garçon")


def test_an_unknown_number_has_no_lists(page: Page) -> None:
    page.goto("/pop?phone=0536490042")
    expect(page.get_by_role("heading", level=1)).to_have_text("Unknown contact")
    expect(page.get_by_label("Caller", exact=True).locator("option")).to_have_text(
        ["Unknown contact"]
    )
    expect(page.get_by_text("Nobody in the data has this number.")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_role("button", name="Create a new Person")).to_be_visible()


def test_another_caller_comes_without_a_new_page(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    mark(page)
    combo = page.get_by_label("Caller", exact=True)
    combo.focus()
    combo.select_option(label="Hélène Lefèvre, Fluvia France, Paris")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hélène Lefèvre")
    expect(page.get_by_role("region", name=OWN)).to_contain_text("Delegate my calendar")
    expect(page.get_by_role("region", name="Incidents")).not_to_contain_text("Estaing")
    expect(page).to_have_title(re.compile("^Hélène Lefèvre"))
    assert is_same_document(page)
    query = parse_qs(urlsplit(page.url).query)
    assert query == {"phone": ["0199001200"], "selected_caller": ["tickets:Person:22"]}


def test_who_was_chosen_is_said_aloud_and_the_focus_stays(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    combo = page.get_by_label("Caller", exact=True)
    combo.focus()
    combo.select_option(label="Noël Garçon, Fluvia France, Paris")
    status = page.locator("#cti-status")
    expect(status).to_have_text("Noël Garçon, Fluvia France, Paris")
    expect(status).to_have_attribute("aria-live", "polite")
    expect(page.get_by_label("Caller", exact=True)).to_be_focused()


def test_unknown_contact_removes_the_lists_and_all_brings_them_back(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    mark(page)
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_label("Caller", exact=True).select_option("unknown")
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Unknown contact")
    page.get_by_label("Caller", exact=True).select_option("all")
    expect(page.get_by_role("region", name="Incidents")).to_contain_text("Noël Garçon")
    assert is_same_document(page)


def test_one_of_several_is_also_chosen_by_a_click_on_the_name(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    mark(page)
    page.get_by_role("link", name="François d'Estaing").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("François d'Estaing")
    expect(page.get_by_label("Caller", exact=True)).to_have_value("tickets:Person:21")
    assert is_same_document(page)


def test_a_long_list_is_paged_ten_at_a_time(page: Page) -> None:
    page.goto("/pop?phone=0261918800")
    mark(page)
    own = page.get_by_role("region", name=OWN)
    expect(own.get_by_role("heading")).to_have_text(f"{OWN} 23")
    expect(own.locator("tbody tr")).to_have_count(10)
    expect(own.get_by_text("1–10 of 23")).to_be_visible()
    expect(own.get_by_role("link", name="Previous")).to_have_count(0)
    own.get_by_role("link", name="Next").click()
    expect(own.get_by_text("11–20 of 23")).to_be_visible()
    own.get_by_role("link", name="Next").click()
    expect(own.get_by_text("21–23 of 23")).to_be_visible()
    expect(own.locator("tbody tr")).to_have_count(3)
    expect(own.get_by_role("link", name="Next")).to_have_count(0)
    # The other list is folded, and stays where it was.
    other = page.get_by_role("region", name=OF_ORGANIZATION)
    expect(other.get_by_text("1–10 of 23")).to_be_hidden()
    other.locator("summary").click()
    expect(other.get_by_text("1–10 of 23")).to_be_visible()
    assert is_same_document(page)


def test_the_pages_of_two_lists_are_turned_apart(page: Page) -> None:
    page.goto("/pop?phone=0261918800")
    own = page.get_by_role("region", name=OWN)
    other = page.get_by_role("region", name=OF_ORGANIZATION)
    other.locator("summary").click()
    own.get_by_role("link", name="Next").click()
    expect(own.get_by_text("11–20 of 23")).to_be_visible()
    # What was unfolded stays so.
    other.get_by_role("link", name="Next").click()
    expect(other.get_by_text("11–20 of 23")).to_be_visible()
    expect(own.get_by_text("11–20 of 23")).to_be_visible()
    page.reload()
    expect(own.get_by_text("11–20 of 23")).to_be_visible()


def test_what_callers_wrote_stays_text(page: Page) -> None:
    page.goto("/pop?phone=0261918800")
    own = page.get_by_role("region", name=OWN)
    expect(own.get_by_text("Crane 23 <b>stands</b> still")).to_be_visible()


def test_a_number_is_looked_up_by_hand(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Phone number").fill("+33 (0)9 87 65 43 21")
    page.get_by_role("main").get_by_role("button", name="Look up").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")
    page.get_by_role("banner").get_by_label("Search for a name").fill("0199001200")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("3 contacts share this number")


def test_a_withheld_number_is_said_and_not_searched_for(page: Page) -> None:
    page.goto("/pop?phone=anonymous")
    expect(page.get_by_text("The caller withheld their number")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Unknown contact")


ITOP = "/pages/exec.php?exec_module=combodo-telephony-integration&exec_page=index.php"


def test_the_url_of_itop_opens_the_panel(page: Page) -> None:
    page.goto(f"{ITOP}&phone=+33987654321")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")
    expect(page.get_by_text("(received: +33987654321)")).to_be_visible()
    assert urlsplit(page.url).path == "/pop"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")


def test_the_url_of_itop_survives_the_sign_in(stranger: Page) -> None:
    stranger.goto(f"{ITOP}&phone=+33987654321")
    stranger.get_by_label("Name").fill(NAME)
    stranger.get_by_label("Password").fill(PASSWORD)
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")


def test_an_address_that_nobody_knows_shows_those_that_are_known(page: Page) -> None:
    page.goto("/pages/exec.php?exec_module=other&exec_page=index.php&phone=0987654321")
    expect(page.get_by_role("heading", level=1)).to_have_text("This is not the address of a call")
    expect(page.get_by_role("definition").filter(has_text="0987654321").first).to_be_visible()
    example = page.get_by_text(f"{ITOP}&phone=0987654321")
    example.click()
    assert page.evaluate("getSelection().toString()") == example.text_content()
