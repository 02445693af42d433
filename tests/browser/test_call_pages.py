"""Lists of calls and a call's page, as agents use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from barriers import barriers
from cti_calls.api_for_plugins import Direction, Fact, FactKind, Party, PhoneEvent, Taken
from cti_calls.simulator.playing import hand_over, scene_of
from cti_calls.simulator.scenes import Scene
from demo_server import NAME
from playwright.sync_api import BrowserContext, Page, expect

from cti_host.app import create_app

OpenBrowser = Callable[..., BrowserContext]
NUMBER, SHOWN, WHO = "+33199007777", "+33 1 99 00 77 77", "0199007777"


@pytest.fixture(scope="module")
def ring(server: str, folder: Path) -> Iterator[Callable[[Scene], Iterator[None]]]:
    """`ring(scene)`: a made-up call at the demonstration's agent; each `next` is a moment of it."""
    app = create_app(folder / "config" / "demo.toml")
    host = app.extensions["cti_host"]

    def ring_(scene: Scene, number: str = NUMBER) -> Iterator[None]:
        for beat in scene_of(scene, [NAME], number=number):
            with app.app_context(), host.database.connection_context():
                hand_over(host, beat)
            yield

    yield ring_
    host.close()


@pytest.fixture
def missed(server: str, folder: Path) -> Iterator[None]:
    """A call that nobody answered; a made-up one would leave nothing to call back."""
    app = create_app(folder / "config" / "demo.toml")
    host = app.extensions["cti_host"]
    at = datetime.now(UTC)
    facts = (
        Fact(FactKind.STARTED, "missed", at, direction=Direction.IN, remote=NUMBER),
        Fact(FactKind.HUNG_UP, "missed", at, by=Party.REMOTE),
        Fact(FactKind.ENDED, "missed", at),
    )
    with app.app_context(), host.database.connection_context():
        event = PhoneEvent("missed", "a call that nobody answered", facts)
        assert host.hooks.first("take_phone_events", Taken, source="main", events=[event])
    yield
    host.close()


def rows(page: Page) -> Any:
    """The calls of the list that is shown."""
    return page.locator("#calls tbody tr")


def test_the_calls_of_now_move_by_themselves(
    page: Page, ring: Callable[[Scene], Iterator[None]]
) -> None:
    page.goto("/calls")
    expect(page.locator("html[data-live=open]")).to_be_attached()
    page.evaluate("window.sameDocument = true")
    call = ring(Scene.PLAIN)
    next(call)
    mine = rows(page).filter(has_text=SHOWN)
    expect(mine).to_contain_text("Ringing")
    next(call)
    expect(mine).to_contain_text("Talking")
    for _rest in call:
        pass
    expect(mine).to_have_count(0)
    assert page.evaluate("window.sameDocument")


def test_a_call_gets_a_note_and_a_ticket(
    page: Page, ring: Callable[[Scene], Iterator[None]]
) -> None:
    call = ring(Scene.PLAIN)
    next(call)
    page.goto("/calls?show=mine")
    rows(page).first.get_by_role("link").first.click()
    page.get_by_role("textbox", name="Note").fill("Wants a quote")
    # The call goes on meanwhile, and takes nothing away.
    for _rest in call:
        pass
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_role("alert")).to_have_text("Saved.")
    page.get_by_label("Reference of a ticket").fill("r-000028")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("R-000028")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Wants a quote")
    page.get_by_role("link", name="Open the panel").click()
    expect(page.get_by_text("Latest calls")).to_be_visible()
    assert "sealed" in page.url


@pytest.mark.usefixtures("missed")
def test_a_missed_caller_is_taken_over_and_done(
    page: Page, open_browser: OpenBrowser, administrator_cookies: Any
) -> None:
    boss = open_browser(storage_state=administrator_cookies).new_page()
    page.goto("/")
    page.get_by_role("link", name=re.compile(r"^Missed \(\d+\)$")).click()
    boss.goto("/calls/missed")
    page.get_by_role("button", name=re.compile("^Mine")).first.click()
    expect(page.get_by_role("button", name="Not mine")).to_be_visible()
    # The other's page is older: the button is still there.
    boss.get_by_role("button", name=re.compile("^Mine")).first.click()
    expect(boss.get_by_role("alert")).to_contain_text("was quicker and calls back")
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Done, without calling").click()
    expect(page.get_by_text("Nobody waits to be called back.")).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_no_page_of_calls_has_a_barrier_or_is_too_wide(
    open_browser: OpenBrowser, ring: Callable[[Scene], Iterator[None]], *, javascript: bool
) -> None:
    for _moment in ring(Scene.MISSED):
        pass
    page = open_browser(java_script_enabled=javascript).new_page()
    page.goto("/calls?show=all")
    link = rows(page).first.get_by_role("link").first.get_attribute("href")
    addresses = ["/calls", "/calls?show=all", link, f"{link}?person=a", "/calls/missed",
                 "/calls/phones", "/calls?show=all&since=x"]  # fmt: skip
    for address in addresses:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        if not javascript:
            continue
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 850})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            assert barriers(page) == []
