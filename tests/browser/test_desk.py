"""A ticket and its form, worked with by mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Dialog, Page, expect

DELAUNAY = "phone=0987654321&selected_caller=tickets:Person:20"


def test_a_ticket_of_a_call_is_answered_by_keyboard_and_the_call_stays(page: Page) -> None:
    page.goto(f"/pop?{DELAUNAY}")
    page.get_by_role("link", name="R-000028", exact=True).first.click()
    expect(page.get_by_role("main")).to_contain_text("On the phone: Marguerite Delaunay")
    page.get_by_label("New entry").fill("Called <back>,\n\n  twice")
    page.get_by_role("radio", name="Private log").check()
    page.get_by_label("New entry").press("Control+Enter")
    expect(page.get_by_role("article").first).to_contain_text("Private log")
    expect(page.get_by_label("New entry")).to_have_value("")
    page.get_by_role("link", name="Modify").click()
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="Back to the call").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")


def test_a_ticket_is_given_to_somebody_of_its_team(page: Page) -> None:
    page.goto("/objects/UserRequest/44")
    page.get_by_role("link", name="Assign to …").click()
    page.get_by_label("Assign to").select_option(label="Camille Moreau")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("complementary")).to_contain_text("Camille Moreau")
    expect(page.locator(".cti-object-head .cti-status")).to_have_text("Assigned")
    expect(page.get_by_role("button", name="Take")).to_have_count(0)


def test_the_people_of_the_teams_come_when_somebody_presses_a(page: Page) -> None:
    page.goto("/objects/UserRequest/46")
    link, people = page.get_by_role("link", name="Assign to …"), page.get_by_label("Assign to")
    page.keyboard.press("a")
    expect(people).to_be_focused()
    expect(link).to_have_count(0)
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    expect(people).to_have_count(0)
    page.keyboard.press("Enter")
    expect(people).to_be_focused()
    page.get_by_role("link", name="Cancel").click()
    expect(link).to_be_focused()
    expect(page).to_have_url(re.compile("/objects/UserRequest/46$"))


def test_who_chooses_too_late_is_told_in_the_form(
    page: Page, open_browser: Callable[..., BrowserContext]
) -> None:
    page.goto("/objects/Incident/40")
    other = open_browser(java_script_enabled=False).new_page()
    other.goto("/objects/Incident/40")
    other.get_by_role("link", name="Assign to …").click()
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    other.get_by_label("Assign to").select_option(label="Camille Moreau")
    other.get_by_role("button", name="Assign", exact=True).click()
    expect(other.get_by_role("complementary")).to_contain_text("Camille Moreau")
    page.keyboard.press("a")
    people = page.get_by_label("Assign to")
    people.select_option(index=2)
    chosen = people.input_value()
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this in the meantime")
    expect(people).to_be_focused()
    expect(people).to_have_value(chosen)


def test_a_form_begins_where_something_is_missing_and_its_fields_follow(page: Page) -> None:
    page.goto("/create/UserRequest?phone=0987654321&selected_caller=20")
    expect(page.get_by_label(re.compile("^Title"))).to_be_focused()
    expect(page.get_by_label("Parent request")).to_be_hidden()
    service, part = (
        page.get_by_label("Service", exact=True),
        page.get_by_label("Service subcategory"),
    )
    expect(part.locator("option")).not_to_have_count(1)
    before = part.locator("option").count()
    with page.expect_response(re.compile(r"/following\?")):
        service.select_option(label="Network")
    expect(part.locator("option")).not_to_have_count(before)
    expect(part.locator("option").filter(has_text="New connection")).to_have_count(1)
    # The buttons are at hand, however long the form is.
    expect(page.get_by_role("button", name="Save")).to_be_in_viewport()


def test_whoever_leaves_unsaved_text_is_asked(page: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto("/objects/Incident/29/modify")
    page.get_by_label(re.compile("^Title")).fill("Not saved yet")
    page.get_by_text("Language: English").click()
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_label(re.compile("^Title"))).to_have_value("Not saved yet")
    assert asked == ["beforeunload"]
    page.remove_listener("dialog", stay)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Screen flickers")


def test_a_note_of_a_call_is_saved_by_keyboard(page: Page) -> None:
    page.goto("/objects/UserRequest/34")
    page.get_by_label("New entry").fill("Not yet")
    page.get_by_text("Note a phone call").click()
    page.get_by_label("Note", exact=True).fill("Called by keyboard")
    page.get_by_label("Note", exact=True).press("Control+Enter")
    expect(page.get_by_role("article").filter(has_text="Called by keyboard")).to_have_count(1)
    expect(page.get_by_label("New entry")).to_have_value("Not yet")


def test_files_are_added_downloaded_and_deleted(page: Page) -> None:
    page.goto("/objects/UserRequest/44")
    files = page.get_by_label("Add files")
    files.set_input_files({"name": "big.txt", "mimeType": "text/plain", "buffer": b"x" * 2_100_000})
    page.get_by_label("New entry").fill("With a picture")
    page.get_by_role("button", name="Add", exact=True).click()
    # Too large is told before anything is sent.
    expect(page.get_by_label("New entry")).to_have_value("With a picture")
    assert not files.evaluate("field => field.validity.valid")
    name = "A picture of what the screen shows 1.png"
    png = b"\x89PNG\r\n\x1a\n" + bytes(400)
    files.set_input_files({"name": name, "mimeType": "image/png", "buffer": png})
    page.get_by_role("button", name="Add", exact=True).click()
    listed = page.get_by_role("region", name="Files")
    expect(listed).to_contain_text("408")
    expect(page.get_by_role("article").filter(has_text="With a picture")).to_be_visible()
    with page.expect_download() as download:
        listed.get_by_role("link", name=name).click()
    assert download.value.suggested_filename == name
    assert download.value.path().read_bytes() == png
    listed.locator("summary").click()
    page.get_by_role("button", name="Delete this file").click()
    expect(page.get_by_role("region", name="Files")).to_have_count(0)
    expect(page.get_by_role("article").first).to_contain_text("File deleted")


def test_a_reference_and_a_number_stay_on_one_line(page: Page) -> None:
    lines = """all => all.filter((one) => /^[RIPC]-[0-9]+$/.test(one.textContent.trim()))
                          .map((one) => one.getClientRects().length)"""
    for width in (1366, 1024, 390):
        page.set_viewport_size({"width": width, "height": 850})
        for path in ("/objects/Organization/2", "/objects/Person/20", f"/pop?{DELAUNAY}", "/"):
            page.goto(path)
            found = page.locator("main a").evaluate_all(lines)
            assert {*found} == {1}, (path, width, found)
