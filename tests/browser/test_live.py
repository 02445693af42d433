"""Messages reach every tab of a browser over one connection; one tab leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live_site import Site
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from real_server import until

pytestmark = pytest.mark.long

OpenBrowser = Callable[..., BrowserContext]
OpenTabs = Callable[..., list[Page]]
# What is heard stays with the page, for the test to read.
LISTEN = """
window.heard = [];
document.addEventListener("cti:live", ({ detail }) => {
  document.documentElement.dataset.heard = window.heard.push(detail);
});
"""
WITHOUT_WORKER = "delete window.SharedWorker;"
STREAM = "**/events?*"


@pytest.fixture(scope="module")
def live_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host with the plugin `live`; a cookie says who is at the browser."""
    with Site.serving(tmp_path_factory.mktemp("live")) as site:
        yield site


def address_of(site: Site) -> str:
    return f"http://127.0.0.1:{site.server.port}"


def prepared(context: BrowserContext, site: Site, agent: str = "ada", script: str = "") -> None:
    """Make the pages of a browser those of an agent, and let them listen."""
    context.add_init_script(script + LISTEN)
    context.add_cookies([{"name": "agent", "value": agent, "url": address_of(site)}])


@pytest.fixture
def open_tabs(live_site: Site, open_browser: OpenBrowser) -> OpenTabs:
    """`open_tabs(count)`: tabs of one browser, each with a page; 0: one that has none yet."""

    def open_(
        count: int = 1, *, script: str = "", route: Callable[[Route], Any] | None = None
    ) -> list[Page]:
        context = open_browser(signed_in=False, base_url=address_of(live_site))
        prepared(context, live_site, script=script)
        if route is not None:
            context.route(STREAM, route)
        tabs = [context.new_page() for _ in range(count or 1)]
        for tab in tabs[:count]:
            tab.goto("/")
        return tabs

    return open_


def expect_state(page: Page, state: str) -> None:
    expect(page.locator(f'html[data-live="{state}"]')).to_have_count(1)


def heard(page: Page, count: int = 1) -> Any:
    """What a page has heard, once it is so much."""
    expect(page.locator("html")).to_have_attribute("data-heard", str(count))
    return page.evaluate("delete document.documentElement.dataset.heard, window.heard.splice(0)")


def come_to_front(page: Page) -> None:
    """Each page of an automatic browser takes itself for the one in front: only the word is new."""
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("html[data-live-leading]")).to_have_count(1)


def workers_of(page: Page) -> list[str]:
    session = page.context.browser.new_browser_cdp_session()  # type: ignore[union-attr]
    targets = session.send("Target.getTargets")["targetInfos"]
    session.detach()
    return [one["url"] for one in targets if one["type"] == "shared_worker"]


def test_many_tabs_share_one_connection_and_one_of_them_leads(
    live_site: Site, open_tabs: OpenTabs
) -> None:
    tabs = open_tabs(8)  # with a connection each, a browser would not load the seventh
    for tab in tabs:
        expect_state(tab, "open")
    (worker,) = workers_of(tabs[0])
    assert worker.startswith(address_of(live_site) + "/events/static/live.js?v=")
    come_to_front(tabs[2])
    live_site.say("agent:ada", call=1, number="0987654321")
    leads = []
    for tab in tabs:
        (message,) = heard(tab)
        leads.append(message.pop("leading"))
        assert message["event"] == "ringing"
        assert message["data"] == {"call": 1, "number": "0987654321"}
    assert leads == [tab is tabs[2] for tab in tabs]

    tabs[2].close()
    expect(tabs[7].locator("html[data-live-leading]")).to_have_count(1)
    live_site.say("agent:ada", call=2)
    assert [heard(tab)[0]["leading"] for tab in tabs if tab is not tabs[2]] == [False] * 6 + [True]


def test_a_page_hears_nothing_of_other_agents(live_site: Site, open_tabs: OpenTabs) -> None:
    (tab,) = open_tabs()
    expect_state(tab, "open")
    live_site.say("agent:bob", call=1)
    live_site.say("agent:ada", call=2)
    assert [message["data"] for message in heard(tab)] == [{"call": 2}]


def test_without_shared_workers_each_tab_has_its_own_connection(
    live_site: Site, open_tabs: OpenTabs
) -> None:
    first, second = open_tabs(2, script=WITHOUT_WORKER)
    for tab in (first, second):
        expect_state(tab, "open")
    assert not workers_of(first)
    come_to_front(first)
    live_site.say("agent:ada", call=1)
    assert [heard(tab)[0]["leading"] for tab in (first, second)] == [True, False]


def test_where_streams_fail_the_host_is_asked_from_time_to_time(
    live_site: Site, open_tabs: OpenTabs
) -> None:
    (tab,) = open_tabs(0, script=WITHOUT_WORKER, route=lambda route: route.fulfill(status=200))
    tab.clock.install()
    with tab.expect_response("**/events/poll*"):
        tab.goto("/")
    live_site.say("agent:ada", call=1)
    for _failure in range(2):
        with tab.expect_response("**/events/poll*"):
            tab.clock.run_for(5_000)
    assert heard(tab)[0]["data"] == {"call": 1}
    expect_state(tab, "polling")
    live_site.say("agent:ada", call=2)
    tab.clock.run_for(20_000)
    assert heard(tab)[0]["data"] == {"call": 2}


def test_whoever_is_signed_out_hears_nothing_until_they_are_back(
    live_site: Site, open_tabs: OpenTabs
) -> None:
    (tab,) = open_tabs(script=WITHOUT_WORKER, route=lambda route: route.fulfill(status=401))
    expect_state(tab, "signed-out")
    tab.context.unroute(STREAM)
    come_to_front(tab)
    expect_state(tab, "open")


def test_nothing_is_lost_when_the_server_is_killed(tmp_path: Path, browser: Browser) -> None:
    with Site.serving(tmp_path) as site:
        context = browser.new_context(base_url=address_of(site))
        prepared(context, site)
        tab = context.new_page()
        tab.goto("/")
        expect_state(tab, "open")
        site.say("agent:ada", call=1)
        assert len(heard(tab)) == 1
        site.server.process.kill()
        site.server.process.wait()
        expect_state(tab, "waiting")
        site.say("agent:ada", call=2)
        # The workers notice that they are alone, and let go of the port.
        assert until(lambda: not site.server.listens())
        with site.again():
            expect_state(tab, "open")
            site.say("agent:ada", call=3)
            assert [message["data"]["call"] for message in heard(tab, 2)] == [2, 3]
        context.close()
