"""Signing out: here, at the provider, and by the provider."""

from __future__ import annotations

import logging
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from local_provider import csrf_token


def sign_out(browser: httpx.Client) -> httpx.Response:
    """Press the button."""
    return browser.post("/oidc/sign-out", data={"csrf_token": csrf_token(browser)})


def test_signing_out_here_signs_out_at_the_provider(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        cookie = browser.cookies["cti_host"]
        page = sign_out(browser)
        assert page.status_code == 200
        way = unescape(re.findall(r'content="0; url=([^"]+)"', page.text)[0])
        asked = parse_qs(urlsplit(way).query)
        assert asked["client_id"] == ["cti-host"]
        assert asked["id_token_hint"][0].startswith("eyJ")
        end = browser.get(way)
        assert str(end.url) == f"{site.url}/oidc/signed-out"
        assert "You are signed out." in end.text
        assert site.provider.user is None
        # What the browser held before is worth nothing now.
        browser.cookies.clear()
        old = {"Cookie": f"cti_host={cookie}", "Accept": "application/json"}
        assert browser.get("/who", headers=old).status_code == 401


def test_who_signs_in_and_out_is_in_the_log(site: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with site.browser() as browser:
        browser.get("/who")
        assert "agent 'ada' signed in from 127.0.0.1" in caplog.text
        assert "signed out" not in caplog.text
        sign_out(browser)
        assert "agent 'ada' signed out from 127.0.0.1" in caplog.text


def test_a_provider_without_sign_out(site: Any) -> None:
    site.provider.description = {"end_session_endpoint": None}
    with site.browser() as browser:
        browser.get("/who")
        page = sign_out(browser)
        assert str(page.url) == f"{site.url}/oidc/signed-out"
        assert site.sessions() == 0
        assert site.provider.user == "ada"


def test_signing_out_needs_the_form(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        assert browser.post("/oidc/sign-out").status_code == 400
        assert browser.get("/oidc/sign-out").status_code == 405
        assert browser.get("/who").json()["name"] == "ada"


@pytest.mark.parametrize(
    "claims",
    [
        {"sid": "session-of-ada"},
        {"sub": "id-of-ada"},
        {"sub": "id-of-ada", "sid": "session-of-ada"},
    ],
)
def test_the_provider_ends_sessions(site: Any, claims: dict[str, Any]) -> None:
    with site.browser() as ada, site.browser() as bob:
        ada.get("/who")
        site.provider.people["bob"]["groups"] = ["cti-agents"]
        site.provider.user = "bob"
        bob.get("/who")
        token = site.provider.logout_token(**claims)
        answer = httpx.post(f"{site.url}/oidc/back-channel-logout", data={"logout_token": token})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        site.provider.user = None
        assert ada.get("/who", headers={"Accept": "application/json"}).status_code == 401
        assert bob.get("/who").json()["name"] == "bob"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"nonce": "an ID token has one"},
        {"events": {}},
        {"events": None},
        {"iat": 1},
        {"iat": None},
        {"sub": None},
    ],
)
def test_other_tokens_end_nothing(site: Any, claims: dict[str, Any]) -> None:
    with site.browser() as browser:
        browser.get("/who")
        token = site.provider.logout_token(**{"sub": "id-of-ada", **claims})
        answer = httpx.post(f"{site.url}/oidc/back-channel-logout", data={"logout_token": token})
        assert answer.status_code == 400
        assert browser.get("/who").history == []


def test_a_token_with_another_key_ends_nothing(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        token = site.provider.logout_token(sub="id-of-ada")
        for bad in ("", "nonsense", token[:-6] + "AAAAAA"):
            answer = httpx.post(f"{site.url}/oidc/back-channel-logout", data={"logout_token": bad})
            assert answer.status_code == 400
        assert browser.get("/who").history == []
