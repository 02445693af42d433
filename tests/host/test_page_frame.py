"""The bar above a page is written once for a menu, and still says what is each page's own."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from cti_host import LANGUAGES
from cti_host.testing import MakeHost, RunningHost

AGENTS = '''
from cti_host import Agent, NavigationItem, hookimpl


class Plugin:
    """Whoever the request names; how many calls wait for them stands in their menu."""

    @hookimpl
    def identify_agent(self, request):
        name = request.headers["X-Agent"]
        return Agent(name, name.title(), profiles=frozenset(["Support Agent"]))

    @hookimpl
    def agent_may(self, agent, action, class_name):
        return agent.name != "ann"

    @hookimpl
    def navigation(self, agent):
        return [NavigationItem(f"<{len(agent.name)}> wait", "/waiting?a=1&b=2", "clock")]
'''


@pytest.fixture
def site(make_host: MakeHost) -> RunningHost:
    return make_host(plugins=["agents"], sources={"agents": AGENTS}, sign_in=False)


def bar(client: FlaskClient, agent: str, path: str = "/", language: str = "en") -> str:
    """The bar of a page, with the marks of HTML in its texts read."""
    headers = {"X-Agent": agent, "Accept-Language": language}
    page = client.get(path, headers=headers).text
    return html.unescape(page[page.index("<header") : page.index("</header>")])


def test_each_agent_reads_their_own_name_menu_and_way_back(site: RunningHost) -> None:
    client = site.client()
    for agent in ("bob", "eve", "bob", "alice"):
        for path in ("/pop?phone=1&x=<2>", f"/pop?phone={agent}"):
            shown = bar(client, agent, path)
            assert re.findall(r"</svg> (\w+)</span>", shown) == [agent.title()]
            assert f"<{len(agent)}> wait" in shown
            assert set(re.findall('name="next" value="([^"]*)"', shown)) == {path}


def test_texts_of_agents_and_plugins_are_escaped(site: RunningHost) -> None:
    page = site.client().get("/", headers={"X-Agent": "<i>x</i>"}).text
    assert "</svg> &lt;I&gt;X&lt;/I&gt;</span>" in page
    assert "&lt;8&gt; wait" in page
    assert 'href="/waiting?a=1&amp;b=2"' in page


def test_the_bar_is_in_the_language_of_the_page(site: RunningHost) -> None:
    client = site.client()
    for language, word in (("en", "Skip"), ("fr", "Aller"), ("en", "Skip")):
        page = client.get("/", headers={"X-Agent": "bob", "Accept-Language": language}).text
        assert re.search(f'href="#main">{word} ', page)
        others = re.findall('name="language" value="(..)"', page)
        assert others == [code for code in LANGUAGES if code != language]


def test_only_who_is_let_in_searches(site: RunningHost) -> None:
    client = site.client()
    assert "cti-search" in bar(client, "bob")
    assert "cti-search" not in bar(client, "ann")
    assert "cti-search" in bar(client, "eve")


def test_a_form_of_any_page_of_a_session_is_taken_and_of_another_session_none(
    site: RunningHost,
) -> None:
    mine, other = site.client(), site.client()
    tokens = [
        re.findall('name="csrf_token" value="([^"]+)"', bar(client, "bob"))[0]
        for client in (mine, mine, other)
    ]
    sent = [
        mine.post("/language", data={"csrf_token": token, "language": "fr", "next": "/"})
        for token in tokens
    ]
    assert [one.status_code for one in sent] == [302, 302, 400]
