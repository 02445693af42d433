"""What is typed and not saved yet: nobody loses it without a question, and the save is at hand."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Dialog, Locator, Page, expect

Leave = Callable[[Page], None]


def to_french(page: Page) -> None:
    """Choose another language."""
    page.get_by_text("Language: English").click()
    page.get_by_role("button", name="Français").click()


def to_dark(page: Page) -> None:
    """Choose other colours."""
    page.locator("button.cti-theme").click()


def to_time_zones(page: Page) -> None:
    """Go where the time zone is chosen."""
    page.get_by_text("Language: English").click()
    page.get_by_role("link", name="Time zone").click()


def to_the_start(page: Page) -> None:
    """Go to another page."""
    page.get_by_role("link", name="CTI Host").click()


def title(page: Page) -> Locator:
    """The title in a form."""
    return page.get_by_label(re.compile("^Title"))


def entry(page: Page) -> Locator:
    """The box for an entry of a ticket."""
    return page.get_by_label("New entry")


def note(page: Page) -> Locator:
    """The box for a note of a phone call, unfolded."""
    box = page.get_by_label("Note", exact=True)
    if not box.is_visible():
        page.get_by_text("Note a phone call").click()
    return box


@pytest.mark.parametrize("leave", [to_french, to_dark, to_time_zones, to_the_start])
@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/objects/new/UserRequest", title),
        ("/objects/UserRequest/34/modify", title),
        ("/objects/UserRequest/34", entry),
        ("/objects/UserRequest/34", note),
    ],
    ids=["new", "modify", "entry", "note"],
)
def test_whoever_leaves_what_they_typed_is_asked(
    page: Page, address: str, field: Callable[[Page], Locator], leave: Leave
) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(address)
    field(page).fill("Not saved yet")
    leave(page)
    expect(field(page)).to_have_value("Not saved yet")
    assert asked == ["beforeunload"]
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.remove_listener("dialog", stay)
    page.on("dialog", lambda dialog: dialog.accept())


def test_whoever_typed_nothing_is_asked_nothing(page: Page) -> None:
    asked: list[str] = []

    def go_on(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", go_on)
    page.goto("/objects/UserRequest/34/modify")
    to_time_zones(page)
    expect(page).to_have_url(re.compile("/timezone"))
    assert asked == []


# Every field that has the focus is whole above the bar with the save, which stays in sight.
ABOVE_THE_BAR = """field => {
  const bar = field.form.querySelector(":scope > .cti-buttons").getBoundingClientRect();
  const own = field.getBoundingClientRect();
  if (own.bottom > bar.top + 1 && own.top < bar.bottom - 1) return `${own.bottom} > ${bar.top}`;
  return own.top < innerHeight && bar.bottom <= innerHeight + 1 ? "" : "out of sight";
}"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 850)])
@pytest.mark.parametrize("address", ["/objects/new/UserRequest", "/objects/UserRequest/34/modify"])
def test_the_save_is_in_sight_and_covers_no_field(
    open_browser: Callable[..., BrowserContext], address: str, width: int, height: int
) -> None:
    page = open_browser(viewport={"width": width, "height": height}).new_page()
    page.goto(address)
    save = page.locator("main").get_by_role("button", name="Save", exact=True)
    assert page.evaluate("document.documentElement.scrollHeight > innerHeight")
    expect(save).to_be_in_viewport(ratio=1)
    page.evaluate("document.querySelectorAll('main form details').forEach(one => one.open = true)")
    seen = 0
    title(page).focus()
    while (field := page.locator("main form :focus")).count():
        expect(save).to_be_in_viewport(ratio=1)
        if field.evaluate("field => field.matches('input, select, textarea')"):
            assert field.evaluate(ABOVE_THE_BAR) == "", field.evaluate("field => field.outerHTML")
            seen += 1
        page.keyboard.press("Tab")
    assert seen > 5


@pytest.mark.parametrize("locale", ["fr-FR", "de-DE"])
def test_the_parts_of_a_ticket_stand_in_one_row_on_a_telephone(
    open_browser: Callable[..., BrowserContext], locale: str
) -> None:
    page = open_browser(viewport={"width": 390, "height": 844}, locale=locale).new_page()
    page.goto("/objects/UserRequest/28")
    tabs = page.locator(".cti-tabs .nav-link")
    expect(tabs).to_have_count(3)
    boxes = [box for one in tabs.all() if (box := one.bounding_box())]
    assert len({round(box["y"] + box["height"]) for box in boxes}) == 1
    row = page.locator(".cti-tabs")
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
