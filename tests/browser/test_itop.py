"""A host in front of an iTop, in a real browser: iTop's pages, and the phone menu of this host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from barriers import barriers
from demo_server import demo_server
from fake_itop import PASSWORD, USER, FakeItop, running
from itop_model import TicketsModel
from playwright.sync_api import BrowserContext, Page, expect

NOW = datetime(2026, 3, 2, 9, 30)
KNOWN = "/pop?phone=0987654321"
OpenBrowser = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def itop_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeItop]:
    """A fake iTop with the demonstration."""
    model = TicketsModel(tmp_path_factory.mktemp("itop"))
    model.load(NOW)
    with running(FakeItop(model)) as fake:
        yield fake
    model.close()


@pytest.fixture(scope="session")
def itop_site(itop_server: FakeItop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a host in front of it."""

    def in_front_of_itop(toml: str) -> str:
        return toml.replace('"tickets"', '"itop"') + (
            f'\n[plugin.itop]\nurl = "{itop_server.url}"\nuser = "{USER}"\n'
            f'password = "{PASSWORD}"\ndirectory = "live"\ntimezone = "UTC"\n'
        )

    folder = tmp_path_factory.mktemp("site")
    with demo_server(folder, change=in_front_of_itop) as address:
        yield address


@pytest.fixture(scope="session")
def itop_cookies(sign_in: Callable[[str], Any], itop_site: str) -> Any:
    """What a browser keeps after an agent signed in there."""
    return sign_in(itop_site)


@pytest.fixture
def open_page(open_browser: OpenBrowser, itop_site: str, itop_cookies: Any) -> Callable[..., Page]:
    """`open_page(**options)`: a page of an agent of that host."""

    def open_(**options: Any) -> Page:
        context = open_browser(base_url=itop_site, storage_state=itop_cookies, **options)
        return context.new_page()

    return open_


def test_a_ticket_of_the_panel_opens_in_itop_in_a_tab_of_its_own(
    open_page: Callable[..., Page], itop_server: FakeItop
) -> None:
    page = open_page()
    page.goto(KNOWN)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")
    link = page.get_by_role("link", name="R-000028 (opens in a new tab)").first
    with page.context.expect_page() as opened:
        link.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("iTop")
    assert opened.value.url == (
        f"{itop_server.url}/pages/UI.php?operation=details&class=UserRequest&id=28"
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")


def test_a_button_of_the_panel_opens_the_form_of_itop(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(KNOWN)
    page.get_by_role("button", name="Create a new User Request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("iTop")
    expect(page.get_by_text("default[caller_id]=20")).to_be_visible()


def test_from_the_panel_to_a_call_and_its_record(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(KNOWN)
    page.get_by_role("link", name="Call R-000028").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Access to the year-end folder")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Call phone number").first.click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text(
        "The phone system would dial now"
    )
    page.reload()
    calls = page.get_by_role("region", name="Phone Calls")
    record = calls.get_by_role("row").filter(has_text="Outbound")
    expect(record).to_have_count(1)
    expect(record).to_contain_text("Marguerite Delaunay")
    page.get_by_role("button", name="Record a call that came in").click()
    expect(page.get_by_text("The call was recorded.")).to_be_visible()
    inbound = page.get_by_role("region", name="Phone Calls").get_by_role("row")
    expect(inbound.filter(has_text="Inbound").first).to_be_visible()
    page.get_by_role("link", name="Back to the call").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_have_no_barrier(open_page: Callable[..., Page], width: int) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    problems = []
    for address in (KNOWN, "/ticket/itop/UserRequest/28", "/ticket/itop/Person/20"):
        page.goto(address)
        problems += barriers(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    assert problems == []
