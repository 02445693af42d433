"""Calling back from a ticket: a new tab for the phone system, and a record."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_a_shortcut_opens_the_phone_system_and_records_the_call(page: Page, server: str) -> None:
    page.goto("/objects/Incident/43")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Call phone number").click()
    tab = opened.value
    expect(tab.get_by_role("heading", level=1)).to_have_text("The phone system would dial now")
    address, _, query = tab.url.partition("?")
    assert address == f"{server}/demo-phone-system"
    assert query.split("&") == [
        "telephone=01%2099%2000%2012%2000",
        "mailaddress=francois.d.estaing%40flu-fr.example",
    ]
    page.goto("/objects/Incident/43?tab=calls")
    call = page.locator("main tbody tr").filter(has_text="Outbound")
    expect(call).to_have_count(1)
    expect(call).to_contain_text("François d'Estaing")
    expect(call).to_contain_text("Camille Moreau")
    expect(call).to_contain_text("01 99 00 12 00")


def test_the_page_of_the_ticket_counts_the_call_without_being_loaded_again(page: Page) -> None:
    page.goto("/objects/Incident/38")
    count = page.get_by_role("main").get_by_role("link", name="Phone Calls").locator(".badge")
    before = int(count.inner_text())
    page.get_by_label("New entry").fill("What I am typing")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Call phone number").click()
    opened.value.close()
    page.bring_to_front()
    expect(count).to_have_text(str(before + 1))
    expect(page.get_by_role("main").get_by_text("Call phone number:").first).to_be_visible()
    expect(page.get_by_label("New entry")).to_have_value("What I am typing")


def test_the_menu_offers_the_other_numbers(page: Page) -> None:
    page.goto("/objects/UserRequest/31")
    menu = page.locator(".cti-phone-menu details.cti-menu")
    mobile = menu.get_by_role("button", name="mobile", exact=False)
    expect(mobile).to_be_hidden()
    menu.locator("summary").click()
    expect(mobile).to_be_visible()
    with page.context.expect_page() as opened:
        mobile.click()
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    assert opened.value.url.endswith("?telephone=%2B33%20%280%296%2039%2098%2002%2022")
    page.goto("/objects/UserRequest/31?tab=calls")
    expect(page.locator("main tbody tr").filter(has_text="Outbound")).to_have_count(1)


def test_a_number_that_nobody_stored_is_not_offered(page: Page) -> None:
    page.goto("/objects/UserRequest/44")  # Mathilde Peeters has no phone
    expect(page.get_by_role("heading", level=1)).to_have_text("Bookkeeping from home")
    expect(page.get_by_role("button", name="Call")).to_have_count(0)
    expect(page.locator(".cti-phone-menu details.cti-menu")).to_have_count(0)


def test_opening_the_page_of_a_ticket_records_no_call(page: Page) -> None:
    page.goto("/objects/UserRequest/37?tab=calls")
    before = page.locator("main tbody tr").count()
    page.goto("/objects/UserRequest/37")
    page.goto("/objects/UserRequest/37/modify")
    page.goto("/objects/UserRequest/37?tab=calls")
    expect(page.get_by_role("main").get_by_role("link", name="Phone Calls")).to_be_visible()
    assert page.locator("main tbody tr").count() == before


def test_a_double_click_opens_the_phone_system_once(page: Page) -> None:
    page.goto("/objects/Incident/29?tab=calls")
    calls = page.locator("main tbody tr").filter(has_text="Outbound")
    expect(page.get_by_role("main").get_by_role("link", name="Phone Calls")).to_be_visible()
    before = calls.count()
    sent: list[str] = []
    page.context.on(
        "request", lambda request: sent.append(request.url) if request.method == "POST" else None
    )
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Call phone number").first.dblclick()
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    page.reload()
    expect(calls).to_have_count(before + 1)
    assert len([one for one in sent if one.endswith("/call") or "/call?" in one]) == 1
    assert len(page.context.pages) == 2


def test_a_double_click_on_a_number_calls_it_once(page: Page) -> None:
    page.goto("/objects/Person/20")
    page.evaluate(
        """() => {
          window.called = 0;
          document.addEventListener("click", (event) => {
            if (!event.defaultPrevented) window.called += 1;
            event.preventDefault();  // there is no telephone here
          });
        }"""
    )
    page.get_by_role("link", name="+33 9 87 65 43 21").first.dblclick()
    assert page.evaluate("window.called") == 1
