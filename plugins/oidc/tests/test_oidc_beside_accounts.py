"""Beside name and password: the first plugin that knows somebody counts, the pages offer both."""

from __future__ import annotations

from typing import Any

import pytest

from cti_host.testing import RunningHost

PASSWORD = "wonderful-1815"


def add_agent(running: RunningHost) -> None:
    """The agent Charles, with a password."""
    from cti_accounts import add_agent as add

    with running.app.app_context(), running.host.database.connection_context():
        add("charles", PASSWORD, ["Administrator"], "Charles Babbage")


@pytest.mark.parametrize("plugins", [["accounts", "oidc", "who"], ["oidc", "accounts", "who"]])
def test_either_way_leads_in(make_site: Any, plugins: list[str]) -> None:
    site = make_site(plugins=plugins)
    add_agent(site.running)
    with site.browser() as browser:
        page = browser.get("/who")
        assert page.status_code == 200
        assert "Sign in with Example Ltd" in page.text
        assert 'href="/oidc/begin?next=/who"' in page.text
        if plugins[0] == "accounts":
            assert 'name="password"' in page.text
        else:
            assert "Sign in with name and password" in page.text
        assert browser.get("/oidc/begin?next=/who").json()["name"] == "ada"
    with site.browser() as browser:
        form = browser.get("/sign-in?next=/who").text
        token = form.partition('name="csrf_token" value="')[2].partition('"')[0]
        typed = {"name": "charles", "password": PASSWORD, "next": "/who", "csrf_token": token}
        assert browser.post("/sign-in", data=typed).json()["name"] == "charles"
        assert "/oidc/sign-out" not in browser.get("/").text


def test_alone_it_needs_no_page(site: Any) -> None:
    with site.browser() as browser:
        history = [response.url.path for response in browser.get("/who").history]
    assert history == ["/who", "/oidc/sign-in", "/authorize", "/oidc/callback"]
