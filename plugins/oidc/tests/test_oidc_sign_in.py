"""Signing in at a real provider: who comes in, as whom, and who doesn't."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from cti_host.settings.problems import ConfigRefused


def test_an_agent_comes_back_as_who_the_claims_say(site: Any) -> None:
    with site.browser() as browser:
        answer = browser.get("/who")
        assert answer.json() == {
            "name": "ada",
            "display": "Ada Lovelace",
            "email": "ada@example.org",
            "profiles": ["Support Agent"],
            "organizations": [],
        }
        assert str(answer.url) == f"{site.url}/who"
        assert browser.get("/who").history == []


def test_both_databases_keep_sessions(make_site: Any, postgres_url: str) -> None:
    site = make_site(database=postgres_url)
    with site.browser() as browser:
        assert browser.get("/who").json()["name"] == "ada"
        site.pass_time(1000)
        assert browser.get("/who").json()["name"] == "ada"
        assert site.provider.refreshed == 1


def test_the_request_has_a_state_a_nonce_and_a_challenge(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
    (asked,) = site.provider.asked
    assert len(asked["state"]) >= 24
    assert len(asked["nonce"]) >= 24
    assert asked["code_challenge_method"] == "S256"
    assert (
        len(base64.urlsafe_b64decode(asked["code_challenge"] + "=")) == hashlib.sha256().digest_size
    )
    assert asked["scope"] == "openid profile email"
    assert "prompt" not in asked


def test_a_call_comes_back_to_its_panel(site: Any) -> None:
    with site.browser() as browser:
        answer = browser.get("/pop?phone=%2B33%209%2087&name=L%27H%C3%B4te")
        assert urlsplit(str(answer.url)).query == "phone=%2B33%209%2087&name=L%27H%C3%B4te"


def test_two_tabs_sign_in_at_once(site: Any) -> None:
    with site.browser() as browser:
        browser.follow_redirects = False
        ways = []
        for page in ("/who?tab=1", "/who?tab=2"):
            begun = browser.get("/oidc/begin", params={"next": page})
            ways.append(httpx.get(begun.headers["location"]).headers["location"])
        for way, page in zip(ways, ("/who?tab=1", "/who?tab=2"), strict=True):
            assert browser.get(way).headers["location"] == page
        assert browser.get("/who").json()["name"] == "ada"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_the_way_back_leads_nowhere_else(site: Any, target: str) -> None:
    with site.browser() as browser:
        answer = browser.get("/oidc/begin", params={"next": target})
        assert str(answer.url) == f"{site.url}/"


def callback_of(site: Any, browser: httpx.Client) -> str:
    """Where the provider sends a browser back to, before it goes there."""
    browser.follow_redirects = False
    begun = browser.get("/oidc/begin")
    return str(httpx.get(begun.headers["location"]).headers["location"])


def test_an_answer_counts_once(site: Any) -> None:
    with site.browser() as browser:
        way = callback_of(site, browser)
        assert browser.get(way).status_code == 302
        again = browser.get(way)
        assert again.status_code == 400
        assert "was finished before" in again.text


def test_an_answer_counts_in_the_browser_that_asked_only(site: Any) -> None:
    with site.browser() as victim, site.browser() as attacker:
        way = callback_of(site, attacker)
        assert victim.get(way).status_code == 400
        assert victim.get("/who", headers={"Accept": "application/json"}).status_code == 401


def test_a_code_needs_the_verifier_of_the_browser_that_asked(site: Any) -> None:
    with site.browser() as one, site.browser() as other:
        stolen = parse_qs(urlsplit(callback_of(site, one)).query)["code"][0]
        own = parse_qs(urlsplit(callback_of(site, other)).query)["state"][0]
        answer = other.get("/oidc/callback", params={"code": stolen, "state": own})
        assert answer.status_code == 400
        assert site.sessions() == 0


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": ["another-client"]}, "aud"),
        ({"aud": ["another-client"], "azp": "cti-host"}, "aud"),
        ({"aud": ["cti-host", "another-client"], "azp": "another-client"}, "azp"),
        ({"nonce": "of another sign-in"}, "nonce"),
        ({"exp": 1}, "exp"),
        ({"sub": ""}, "sub"),
        ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
    ],
)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    site: Any, told: dict[str, Any], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    site.provider.told = told
    with site.browser() as browser:
        answer = browser.get("/who")
    assert answer.status_code == 403
    assert "can't be trusted" in answer.text or "can&#39;t be trusted" in answer.text
    assert site.sessions() == 0
    assert any(why in record.getMessage() for record in caplog.records if "ID token" in record.msg)


@pytest.mark.parametrize(("clock", "status"), [(50, 200), (-340, 200), (400, 403), (-400, 403)])
def test_clocks_may_be_a_minute_apart(site: Any, clock: int, status: int) -> None:
    """An ID token lasts 300 seconds, so one of 340 seconds ago expired 40 seconds ago."""
    site.provider.clock = clock
    with site.browser() as browser:
        assert browser.get("/who").status_code == status


def test_how_far_clocks_may_be_apart_is_a_setting(make_site: Any) -> None:
    site = make_site("clock_skew_seconds = 500")
    site.provider.clock = 400
    with site.browser() as browser:
        assert browser.get("/who").status_code == 200


@pytest.mark.parametrize("kid", ["", "same"])
def test_new_keys_are_read_when_they_are_needed(site: Any, kid: str) -> None:
    site.provider.change_key(kid)
    with site.browser() as browser:
        assert browser.get("/who").status_code == 200
    site.provider.change_key(kid)
    with site.browser() as browser:
        assert browser.get("/who").status_code == 200


def forge(
    site: Any, monkeypatch: pytest.MonkeyPatch, make: Callable[[dict[str, Any]], str]
) -> None:
    """Have the provider's token endpoint hand out another ID token, made of the true claims."""
    true_response = site.provider.app.view_functions["token"]

    def token() -> Any:
        response = true_response()
        answer = response.get_json()
        body = answer["id_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        answer["id_token"] = make(claims)
        response.set_data(json.dumps(answer))
        return response

    monkeypatch.setitem(site.provider.app.view_functions, "token", token)


def part(data: dict[str, Any]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def test_unsigned_tokens_and_shared_secrets_are_refused(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The description of the provider names HS256 and none, too: neither counts."""
    secret = OctKey.import_key(site.provider.client.secret)
    for make in (
        lambda claims: f"{part({'alg': 'none'})}.{part(claims)}.",
        lambda claims: jwt.encode({"alg": "HS256"}, claims, secret, ["HS256"]),
        lambda claims: "nonsense",
        lambda claims: "",
    ):
        with monkeypatch.context() as patch, site.browser() as browser:
            forge(site, patch, make)
            assert browser.get("/who").status_code == 403
    assert site.sessions() == 0


def test_an_id_token_without_a_nonce_is_refused(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(claims: dict[str, Any]) -> str:
        del claims["nonce"]
        return str(site.provider.signed(claims))

    forge(site, monkeypatch, make)
    with site.browser() as browser:
        assert browser.get("/who").status_code == 403


def test_another_issuers_answer_is_refused(site: Any) -> None:
    with site.browser() as browser:
        way = callback_of(site, browser)
        assert browser.get(f"{way}&iss=https%3A%2F%2Fevil.example").status_code == 403
    with site.browser() as browser:
        way = callback_of(site, browser)
        assert browser.get(f"{way}&iss={site.provider.url}").status_code == 302


def test_an_answer_without_its_issuer_is_refused_where_it_was_promised(site: Any) -> None:
    site.provider.description = {"authorization_response_iss_parameter_supported": True}
    with site.browser() as browser:
        assert browser.get("/who").status_code == 403


def test_the_provider_may_say_no(site: Any) -> None:
    with site.browser() as browser:
        way = callback_of(site, browser)
        state = parse_qs(urlsplit(way).query)["state"][0]
        answer = browser.get("/oidc/callback", params={"state": state, "error": "access_denied"})
        assert answer.status_code == 403
        assert "Example Ltd did not let you in." in answer.text


def test_a_description_of_another_provider_is_refused(
    site: Any, caplog: pytest.LogCaptureFixture
) -> None:
    site.provider.description = {"issuer": "https://evil.example"}
    with site.browser() as browser:
        answer = browser.get("/who")
    assert answer.status_code == 503
    assert "Example Ltd is not available right now." in answer.text
    assert "https://evil.example" in caplog.text


@pytest.mark.parametrize("endpoint", ["token_endpoint", "jwks_uri", "authorization_endpoint"])
def test_nothing_is_sent_to_an_address_that_others_can_read(site: Any, endpoint: str) -> None:
    site.provider.description = {endpoint: "http://login.example.org/x"}
    with site.browser() as browser:
        assert browser.get("/who").status_code == 503


def test_a_program_gets_401_and_no_redirect(site: Any) -> None:
    with site.browser(Accept="application/json") as browser:
        answer = browser.get("/who")
        assert answer.status_code == 401
        assert answer.history == []


def test_the_page_speaks_french(site: Any) -> None:
    site.provider.user = "bob"
    with site.browser(**{"Accept-Language": "fr"}) as browser:
        answer = browser.get("/who")
    assert "aucun de vos groupes ne vous donne de profil ici" in answer.text
    assert site.provider.asked[0]["ui_locales"] == "fr"


def test_a_secret_goes_into_the_form_where_the_provider_wants_it_there(site: Any) -> None:
    site.provider.description = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    site.provider.client.secret = "a-secret: with +signs&"
    with site.browser() as browser:
        assert browser.get("/who").status_code == 200


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('issuer = "http://login.example.org"\nclient_id = "x"', "is not an address that nobody"),
        ('issuer = "https://login.example.org"', "client_id"),
        ('issuer = "https://a.example"\nclient_id = "x"', "no group gives a profile"),
        (
            'issuer = "https://a.example"\nclient_id = "x"\nclient_secret_file = "no-such"\n'
            'everybody = ["Support Agent"]',
            "can't be read, or is empty",
        ),
        (
            'issuer = "https://a.example"\nclient_id = "x"\nscopes = ["profile"]',
            '"openid" is missing',
        ),
        (
            'issuer = "https://a.example"\nclient_id = "x"\norganizations = { a = ["b"] }',
            "is not a list of ids of organizations",
        ),
    ],
)
def test_settings_that_can_not_work_are_refused_at_the_start(
    make_host: Any, toml: str, words: str
) -> None:
    with pytest.raises(ConfigRefused) as refused:
        make_host(f"[plugin.oidc]\n{toml}", plugins=["oidc"], sign_in=False)
    assert words in str(refused.value)


def test_a_pop_of_any_length_can_sign_in(site: Any) -> None:
    long = "/pop?phone=1&note=" + secrets.token_hex(3000)
    with site.browser() as browser:
        assert browser.get("/oidc/begin", params={"next": long}).status_code == 200
        assert browser.get("/who").json()["name"] == "ada"


def test_a_sign_in_that_took_too_long_begins_again(
    site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with site.browser() as browser:
        way = callback_of(site, browser)
        later = time.time() + 700
        monkeypatch.setattr("cti_oidc.pending.time.time", lambda: later)
        answer = browser.get(way)
        assert answer.status_code == 400
        assert "took too long" in answer.text
