"""Calls as they happen, on the pages that agents have open."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import warm_commands
from barriers import barriers
from cti_calls.simulator.playing import hand_over, scene_of
from cti_calls.simulator.scenes import Beat, Scene
from demo_server import PASSWORD
from playwright.sync_api import BrowserContext, Page, expect

from cti_host.app import create_app

pytestmark = pytest.mark.long

OpenBrowser = Callable[..., BrowserContext]
WHO, NUMBER = "Marguerite Delaunay", "+33987654321"
RITA, OMAR = "rita", "omar"


class Call:
    """A call that happens moment by moment, told by another process than the server."""

    def __init__(self, app: Any, moments: Sequence[Beat]) -> None:
        self._app, self._moments = app, iter(moments)

    def goes_on(self) -> None:
        """Let the next moment happen."""
        host = self._app.extensions["cti_host"]
        with self._app.app_context(), host.database.connection_context():
            hand_over(host, next(self._moments))

    def ends(self) -> None:
        """Let all that is left of it happen."""
        with suppress(StopIteration):
            while True:
                self.goes_on()


@pytest.fixture(scope="module")
def switchboard(server: str, folder: Path) -> Iterator[Any]:
    """The application of another process of the same site, and two agents."""
    config_file = folder / "config" / "demo.toml"
    for name in (RITA, OMAR):
        add = ["agent", "add", name, "--profile", "Support Agent", "--password-stdin"]
        command = warm_commands.words("--config", str(config_file), *add)
        subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True)  # noqa: S603 -- our own command
    app = create_app(config_file)
    yield app
    app.extensions["cti_host"].database.close_all()


@pytest.fixture
def phone_system(switchboard: Any) -> Iterator[Callable[..., Call]]:
    """`phone_system(scene, *agents)`: a call at these agents, which rings when it goes on."""
    calls: list[Call] = []

    def call(scene: Scene, *agents: str, number: str = NUMBER) -> Call:
        calls.append(Call(switchboard, scene_of(scene, agents, number=number)))
        return calls[-1]

    yield call
    for one in calls:
        one.ends()


@pytest.fixture(scope="module")
def cookies_of(switchboard: Any, sign_in: Callable[..., Any], server: str) -> dict[str, Any]:
    """What the browsers of the two agents keep after they signed in."""
    return {name: sign_in(server, name) for name in (RITA, OMAR)}


@pytest.fixture
def open_page(open_browser: OpenBrowser, cookies_of: dict[str, Any]) -> Callable[[str, str], Page]:
    """`open_page(agent, address)`: a page of an agent's browser, which hears of calls."""

    def open_(agent: str, address: str) -> Page:
        page = open_browser(storage_state=cookies_of[agent]).new_page()
        listen(page, address)
        return page

    return open_


def listen(page: Page, address: str) -> None:
    """Open a page and wait until it hears of calls."""
    page.goto(address)
    expect(page.locator("html[data-live=open][data-live-leading]")).to_be_attached()


def pops(page: Page) -> Any:
    return page.locator(".cti-pop")


def test_a_call_stands_on_the_page_that_is_open(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    page = open_page(RITA, "/")
    call = phone_system(Scene.PLAIN, RITA)
    call.goes_on()
    pop = page.get_by_role("article", name=WHO)
    expect(pop).to_contain_text("+33 9 87 65 43 21")
    expect(pop.get_by_role("link", name="R-000042")).to_be_visible()
    expect(page.locator("#cti-status")).to_contain_text(WHO)
    assert barriers(page, slight=True) == []
    call.goes_on()
    expect(pop).to_contain_text("On the phone")
    page.keyboard.press("F9")
    expect(page.get_by_role("heading", name=WHO)).to_be_visible()
    expect(pops(page)).to_have_count(0)


def test_of_two_agents_one_answers_and_the_others_pop_goes(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    rita, omar = open_page(RITA, "/"), open_page(OMAR, "/objects/Person")
    call = phone_system(Scene.RING_GROUP, RITA, OMAR)
    call.goes_on()
    expect(rita.get_by_role("article", name=WHO)).to_be_visible()
    expect(omar.get_by_role("article", name=WHO)).to_be_visible()
    call.goes_on()
    expect(pops(omar)).to_have_count(0)
    expect(rita.get_by_role("article", name=WHO)).to_contain_text("On the phone")
    call.goes_on()
    expect(pops(rita)).to_have_count(0)


def test_a_call_takes_nothing_of_what_is_being_typed(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    page = open_page(RITA, "/create/UserRequest?phone=0987654321")
    title = page.get_by_label("Title")
    title.fill("Half a sent")
    phone_system(Scene.PLAIN, RITA).goes_on()
    expect(page.get_by_role("article", name=WHO)).to_be_visible()
    page.keyboard.type("ence")
    expect(title).to_have_value("Half a sentence")
    expect(title).to_be_focused()
    with page.context.expect_page() as opened:
        page.keyboard.press("F9")
    expect(opened.value.get_by_role("heading", name=WHO)).to_be_visible()
    expect(title).to_have_value("Half a sentence")


def test_a_second_call_leaves_the_first_where_it_is(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    page = open_page(RITA, "/")
    phone_system(Scene.PLAIN, RITA).goes_on()
    expect(page.get_by_role("article", name=WHO)).to_have_count(1)
    phone_system(Scene.WITHHELD, RITA).goes_on()
    expect(pops(page)).to_have_count(2)
    expect(pops(page).first).to_contain_text(WHO)
    expect(pops(page).last).to_contain_text("(withheld)")
    expect(pops(page).first.locator("kbd")).to_be_visible()
    expect(pops(page).last.locator("kbd")).to_be_hidden()
    shortcut = page.locator("[aria-keyshortcuts=F9]")
    expect(shortcut).to_have_count(1)
    expect(pops(page).first.locator(shortcut)).to_have_count(1)
    pops(page).first.get_by_role("button", name="Close").click()
    expect(pops(page)).to_have_count(1)
    expect(pops(page).locator(shortcut)).to_have_count(1)


def test_a_page_that_is_opened_meanwhile_shows_the_call(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    page = open_page(RITA, "/")
    call = phone_system(Scene.PLAIN, RITA)
    call.goes_on()
    expect(page.get_by_role("article", name=WHO)).to_be_visible()
    listen(page, "/objects/Person")
    expect(page.get_by_role("article", name=WHO)).to_be_visible()
    call.goes_on()
    call.goes_on()
    expect(pops(page)).to_have_count(0)


def test_a_call_that_rings_while_one_page_goes_and_the_next_comes_is_shown(
    phone_system: Callable[..., Call], open_browser: OpenBrowser, cookies_of: dict[str, Any]
) -> None:
    page = open_browser(storage_state=cookies_of[RITA]).new_page()
    with page.expect_response("**/calls/pops") as asked:
        listen(page, "/")
    asked.value.finished()
    page.goto("/health")  # a page without scripts: nobody hears of calls meanwhile
    call = phone_system(Scene.PLAIN, RITA)
    call.goes_on()
    listen(page, "/objects/Person")
    expect(page.get_by_role("article", name=WHO)).to_be_visible()
    page.goto("/health")
    call.ends()
    listen(page, "/")
    expect(pops(page)).to_have_count(0)


def test_a_call_that_was_closed_stays_closed_on_the_next_pages(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    page = open_page(RITA, "/")
    phone_system(Scene.PLAIN, RITA).goes_on()
    page.get_by_role("article", name=WHO).get_by_role("button", name="Close").click()
    expect(pops(page)).to_have_count(0)
    for address in ("/objects/Person", "/"):
        with page.expect_response("**/calls/pops") as asked:
            listen(page, address)
        asked.value.finished()
    phone_system(Scene.WITHHELD, RITA).goes_on()
    expect(pops(page).last).to_contain_text("(withheld)")
    expect(pops(page)).to_have_count(1)


def test_a_browser_that_is_opened_meanwhile_shows_the_call(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    call = phone_system(Scene.PLAIN, RITA)
    call.goes_on()
    page = open_page(RITA, "/")
    expect(page.get_by_role("article", name=WHO)).to_be_visible()


def test_of_several_tabs_the_one_in_front_shows_the_call(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    behind = open_page(RITA, "/")
    front = behind.context.new_page()
    listen(front, "/objects/Person")
    phone_system(Scene.PLAIN, RITA).goes_on()
    expect(front.get_by_role("article", name=WHO)).to_be_visible()
    expect(pops(behind)).to_have_count(0)


def test_an_agent_chooses_whether_and_when_calls_are_shown(
    phone_system: Callable[..., Call], open_page: Callable[[str, str], Page]
) -> None:
    page = open_page(OMAR, "/calls/pop")
    page.get_by_label("when I answer").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    listen(page, "/")
    hidden, shown = (
        phone_system(Scene.PLAIN, OMAR, number="0199001200"),
        phone_system(Scene.PLAIN, OMAR),
    )
    hidden.goes_on()
    shown.goes_on()
    shown.goes_on()
    expect(page.get_by_role("article", name=WHO)).to_be_visible()
    expect(pops(page)).to_have_count(1)
    page.goto("/calls/pop")
    page.get_by_label("when my phone rings").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_the_start_page_of_the_demonstration_lets_ones_own_phone_ring(page: Page) -> None:
    listen(page, "/")
    page.get_by_role("button", name="Let my phone ring").click()
    expect(page.get_by_text("A made-up call is under way.")).to_be_visible()
    expect(page.get_by_role("article", name=WHO)).to_be_visible()
