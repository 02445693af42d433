"""Forms that are already filled in: new tickets and persons, and changes."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def field(page: Page, label: str) -> Locator:
    """A field of the form, by its label."""
    return page.get_by_role("main").get_by_label(re.compile(f"^{label}( required)?$"))


def chosen(box: Locator) -> Locator:
    """What a box to choose from shows."""
    return box.locator("option:checked")


def test_a_user_request_is_filled_in_for_the_caller_chosen(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    page.get_by_label("Caller", exact=True).select_option("tickets:Person:21")
    expect(page.get_by_role("heading", level=1)).to_contain_text("François d'Estaing")
    page.get_by_role("button", name="Create a new User Request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New User Request")
    expect(chosen(field(page, "Organization"))).to_have_text("Fluvia France")
    expect(chosen(field(page, "Caller"))).to_have_text("François d'Estaing")
    expect(chosen(field(page, "Origin"))).to_have_text("Phone")
    expect(field(page, "Public log")).to_have_value(
        re.compile(r"^Call from customer dated \d\d/\d\d/\d{4}, \d\d:\d\d$")
    )
    expect(field(page, "Title")).to_have_value("")


def test_nobody_is_filled_in_while_several_are_meant(page: Page) -> None:
    page.goto("/pop?phone=0199001200")
    page.get_by_role("button", name="Create a new Incident").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New Incident")
    expect(chosen(field(page, "Caller"))).to_have_text("–")
    expect(chosen(field(page, "Origin"))).to_have_text("Phone")


def test_a_saved_user_request_has_an_inbound_phone_call(page: Page) -> None:
    page.goto("/pop?phone=%2B33639980224")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zoë Lacroix")
    page.get_by_role("button", name="Create a new User Request").click()
    field(page, "Title").fill("Ça « coince » <again>")
    field(page, "Description").fill("The map won't open.\nSince noon.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("User Request created.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ça « coince » <again>")
    expect(page.get_by_text(re.compile(r"R-\d{6}")).first).to_be_visible()
    log = page.get_by_role("article").filter(has_text="Call from customer dated")
    expect(log).to_contain_text("Camille Moreau")
    page.get_by_role("main").get_by_role("link", name="Phone Calls").click()
    calls = page.locator("main tbody tr")
    expect(calls).to_have_count(1)
    expect(calls).to_contain_text("Inbound")
    expect(calls).to_contain_text("Zoë Lacroix")
    expect(calls).to_contain_text("Camille Moreau")


def test_from_a_new_ticket_the_way_leads_back_to_the_call(page: Page) -> None:
    page.goto("/pop?phone=0261913025")
    page.get_by_role("button", name="Create a new Incident").click()
    field(page, "Title").fill("No charts at sea")
    field(page, "Description").fill("Since the storm.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Back to the call").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maëlle Le Goff")
    expect(page.get_by_role("region", name="Incidents")).to_contain_text("No charts at sea")


def test_wrong_input_keeps_what_was_typed_and_names_the_field(page: Page) -> None:
    page.goto("/create/UserRequest?phone=0987654321&selected_caller=20")
    field(page, "Description").fill("Typed with care: 100 % & <more>")
    field(page, "Private log").fill("A note that must not be lost")
    field(page, "Urgency").select_option(label="High")
    page.get_by_role("button", name="Save").click()
    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("Nothing was saved yet.")
    expect(problems.get_by_role("link")).to_have_text(["Title"])
    expect(problems).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(field(page, "Description")).to_have_value("Typed with care: 100 % & <more>")
    expect(field(page, "Private log")).to_have_value("A note that must not be lost")
    expect(field(page, "Public log")).to_have_value(re.compile("^Call from customer dated"))
    expect(chosen(field(page, "Urgency"))).to_have_text("High")
    expect(chosen(field(page, "Caller"))).to_have_text("Marguerite Delaunay")
    title = field(page, "Title")
    expect(title).to_have_attribute("aria-invalid", "true")
    message = title.get_attribute("aria-describedby")
    expect(page.locator(f"#{message}")).to_be_visible()
    problems.get_by_role("link", name="Title").click()
    expect(title).to_be_focused()


def test_a_corrected_form_is_saved_as_it_was_meant(page: Page) -> None:
    page.goto("/create/UserRequest?phone=0261913026&selected_caller=26")
    field(page, "Description").fill("It squeaks.")
    page.get_by_role("button", name="Save").click()
    field(page, "Title").fill("Squeaking crane")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Squeaking crane")
    expect(page.get_by_role("article").filter(has_text="Call from customer")).to_have_count(1)
    expect(page.get_by_role("link", name="Phone Calls 1")).to_be_visible()


def test_a_new_person_brings_the_number_and_comes_back_chosen(page: Page) -> None:
    page.goto("/pop?phone=0536490077")
    page.get_by_role("button", name="Create a new Person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New Person")
    expect(field(page, "Phone")).to_have_value("+33 5 36 49 00 77")
    field(page, "Last name").fill("Ö'Brien-Łuczak")
    field(page, "First name").fill("Zélie")
    field(page, "Organization").select_option(label="Harbour & Sons")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zélie Ö'Brien-Łuczak")
    expect(page).to_have_url(
        re.compile(r"/pop\?phone=0536490077&selected_caller=tickets:Person:\d+$")
    )
    combo = page.get_by_label("Caller", exact=True)
    expect(chosen(combo)).to_have_text("Zélie Ö'Brien-Łuczak, Harbour & Sons")
    expect(page.get_by_role("region", name="User Requests").first).to_be_visible()


def test_a_ticket_is_modified(page: Page) -> None:
    page.goto("/objects/Incident/23")
    page.get_by_role("link", name="Modify").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Modify I-000023")
    field(page, "Title").fill("Tablet charges only sideways")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tablet charges only sideways")


def test_a_ticket_goes_its_way_from_assigned_to_closed(page: Page) -> None:
    status = page.locator(".cti-object-head .cti-status")

    def press(name: str) -> None:
        page.locator(".cti-actions").get_by_role("link", name=name, exact=True).click()

    page.goto("/objects/UserRequest/37")
    press("Pending")
    button = page.get_by_role("button", name="Pending")
    button.click()
    problems = page.get_by_role("alert")
    expect(problems).to_contain_text("Pending reason: Is required")
    expect(problems).to_be_focused()
    field(page, "Pending reason").fill("Waiting for the controller.")
    button.click()
    expect(status).to_have_text("Pending")
    press("Assign")
    expect(field(page, "Agent").locator("option:checked")).to_have_text("Sofia Lindqvist")
    page.get_by_role("button", name="Assign").click()
    expect(status).to_have_text("Assigned")
    press("Mark as resolved")
    field(page, "Solution").fill("Access was given.")
    page.get_by_role("button", name="Mark as resolved").click()
    expect(status).to_have_text("Resolved")
    press("Close this request")
    page.get_by_role("button", name="Close this request").click()
    expect(status).to_have_text("Closed")
    expect(page.locator(".cti-actions a")).to_have_text(["Modify"])


def test_what_asks_for_nothing_happens_at_once(page: Page, administrator: Page) -> None:
    page.goto("/objects/UserRequest/27")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    administrator.goto("/objects/UserRequest/27")
    administrator.get_by_label("New entry").fill("Typed <beside>")
    administrator.get_by_text("Note a phone call").click()
    administrator.get_by_label("Note", exact=True).fill("Rang at 9")
    administrator.get_by_role("button", name="Approve").click()
    expect(administrator.get_by_text("Saved.")).to_be_visible()
    expect(administrator.locator(".cti-object-head .cti-status")).to_have_text("Approved")
    # What is typed beside stays.
    expect(administrator.get_by_label("New entry")).to_have_value("Typed <beside>")
    expect(administrator.get_by_label("Note", exact=True)).to_have_value("Rang at 9")


def test_seeing_or_modifying_a_ticket_fills_nothing_in(page: Page) -> None:
    page.goto("/objects/UserRequest/39")
    entries = page.get_by_role("article").count()
    calls = page.get_by_role("main").get_by_role("link", name="Phone Calls").inner_text()
    page.get_by_role("link", name="Modify").click()
    expect(field(page, "Public log")).to_have_value("")
    expect(field(page, "Private log")).to_have_value("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(entries)
    assert page.get_by_role("main").get_by_role("link", name="Phone Calls").inner_text() == calls


def test_a_change_that_somebody_else_overtook_is_kept_and_said(page: Page) -> None:
    page.goto("/objects/Incident/25/modify")
    other = page.context.new_page()
    other.goto("/objects/Incident/25/modify")
    field(other, "Public log").fill("From the other one")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    field(page, "Public log").fill("Typed meanwhile")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this")
    expect(field(page, "Public log")).to_have_value("Typed meanwhile")


def test_an_abstract_class_asks_which_kind(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="New ticket").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New Ticket")
    page.get_by_role("main").get_by_role("link", name="Incident").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New Incident")


def test_a_save_that_waits_for_others_says_so(page: Page) -> None:
    page.goto("/objects/new/UserRequest")
    says = page.get_by_text("Not saved yet: this waits until others have saved.")
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    expect(says).to_be_hidden()
    # Playwright looks at no page that waits for an answer, so this form never gets to the server.
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_role("button", name="Save").click()
    expect(says).to_be_visible()
