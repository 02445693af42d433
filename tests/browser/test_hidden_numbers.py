"""No number stays in the browser: not in its addresses, its history or what it tells as referrer.

Once with `[privacy] hide_parameters`, and once with signed links.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cti_signed_links.signature import sign
from demo_server import demo_server
from playwright.sync_api import BrowserContext, Page, Request, expect

pytestmark = pytest.mark.long

KNOWN, UNKNOWN = "0987654321", "0536490042"
# However it is written: with the 0 in front, or with +33.
SAME_IN_ALL_WRITINGS = (KNOWN[1:], UNKNOWN[1:])
SETTINGS = {
    "hide_parameters": "\n[privacy]\nhide_parameters = true\n",
    "signed_links": '\n[pop_links]\nsigned = "required"\n',
}
Link = Callable[[str], str]


@pytest.fixture(scope="module", params=SETTINGS)
def setting(request: pytest.FixtureRequest) -> str:
    """What hides the numbers."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def site(setting: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A demonstration that hides numbers: its address and its folder."""
    folder = tmp_path_factory.mktemp("hidden")

    def change(toml: str) -> str:
        toml = toml.replace('"dialects",', '"dialects", "signed_links",')
        return toml + SETTINGS[setting]

    none = folder / "none.jsonl"
    none.touch()
    with demo_server(folder, change=change, files=[none]) as address:
        yield address, folder


@pytest.fixture
def page(
    site: tuple[str, Path],
    sign_in: Callable[[str], Any],
    open_browser: Callable[..., BrowserContext],
) -> Page:
    """A page of an agent of that host."""
    return open_browser(base_url=site[0], storage_state=sign_in(site[0])).new_page()


@pytest.fixture
def link(site: tuple[str, Path], setting: str) -> Link:
    """What the phone system opens: `link("0987654321")`."""

    def link_(number: str) -> str:
        if setting == "hide_parameters":
            return f"/pop?phone={number}"
        key = (site[1] / "var" / "pop_link_key").read_bytes()
        return "/pop?" + sign({"phone": number}, key, int(time.time()) + 120)

    return link_


def says_a_number(text: str) -> bool:
    return any(number in text for number in SAME_IN_ALL_WRITINGS)


def history(page: Page) -> list[str]:
    """The addresses that the browser goes back and forth between."""
    session = page.context.new_cdp_session(page)
    entries = session.send("Page.getNavigationHistory")["entries"]
    session.detach()
    return [entry["url"] for entry in entries]


@dataclass
class Requests:
    """The requests that a browser made, in their order, and those of them that were answered."""

    made: list[Request] = field(default_factory=list)
    finished: list[Request] = field(default_factory=list)

    def referrers(self) -> list[str]:
        """What was told as referrer, "" for nothing.

        Of finished requests only: for the headers of one that was given up when its page was left,
        Playwright waits for ever.
        """
        return [request.all_headers().get("referer", "") for request in self.finished]


def requests_after(page: Page, act: Callable[[], None]) -> Requests:
    """The requests that the browser makes because of something."""
    requests = Requests()

    def note(request: Request) -> None:
        requests.made.append(request)

    def note_finished(request: Request) -> None:
        if request in requests.made:
            requests.finished.append(request)

    page.on("request", note)
    page.on("requestfinished", note_finished)
    act()
    page.remove_listener("request", note)
    page.remove_listener("requestfinished", note_finished)
    return requests


def assert_no_number_is_told(page: Page, requests: Requests) -> None:
    assert requests.finished
    for request in requests.made:
        assert not says_a_number(request.url), request.url
    assert not any(map(says_a_number, requests.referrers()))
    assert not says_a_number(page.evaluate("document.referrer"))
    assert not says_a_number(page.url)
    assert not any(map(says_a_number, history(page))), history(page)


def test_the_address_of_a_panel_is_not_kept(page: Page, link: Link) -> None:
    page.goto("/")
    page.goto(link(KNOWN))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")
    assert "/pop?sealed=" in page.url
    assert not says_a_number(page.url)
    # One entry for the panel: the address that was opened is not one of them.
    assert [url.partition("/pop")[1] for url in history(page)][-2:] == ["", "/pop"]
    assert not any(map(says_a_number, history(page)))


def test_the_next_page_is_not_told_the_number(page: Page, link: Link) -> None:
    page.goto(link(KNOWN))
    panel = page.url
    ticket = page.get_by_role("link", name="R-000028", exact=True).first

    def open_ticket() -> None:
        ticket.click()
        page.wait_for_url("**/28*")

    requests = requests_after(page, open_ticket)
    opened = requests.made[0]
    assert opened in requests.finished
    assert opened.all_headers()["referer"] == panel
    assert_no_number_is_told(page, requests)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")
    assert page.url == panel


def test_choosing_another_caller_tells_no_number(page: Page, link: Link) -> None:
    page.goto(link(KNOWN))

    def choose() -> None:
        page.get_by_label("Caller", exact=True).select_option(label="Unknown contact")
        expect(page.get_by_role("heading", level=1)).to_have_text("Unknown contact")

    assert_no_number_is_told(page, requests_after(page, choose))


def test_a_form_that_is_filled_in_with_the_number_does_not_have_it_in_its_address(
    page: Page, link: Link
) -> None:
    page.goto(link(UNKNOWN))

    def create() -> None:
        page.get_by_role("button", name="Create a new Person").click()
        expect(page.get_by_label("Phone", exact=True)).not_to_have_value("")

    assert_no_number_is_told(page, requests_after(page, create))
