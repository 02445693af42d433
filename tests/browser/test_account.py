"""An agent's own account in a browser: second factor, sessions, tokens."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from barriers import barriers
from cti_accounts.second_factor import totp
from demo_server import PASSWORD, demo_server
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.long

OpenBrowser = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demonstration of these tests' own: they change how its agent signs in."""
    with demo_server(tmp_path_factory.mktemp("own")) as address:
        yield address


def code_of(key: str) -> str:
    """What an authenticator with this key shows."""
    return totp.code_at(key.replace(" ", ""), int(time.time()) // totp.STEP_SECONDS)


def sign_in(page: Page) -> None:
    """Name and password."""
    page.goto("/sign-in")
    page.get_by_label("Name").fill("demo")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_an_agent_turns_the_second_factor_on_and_signs_in_with_it(
    open_browser: OpenBrowser, own_server: str
) -> None:
    page = open_browser(signed_in=False, base_url=own_server).new_page()
    sign_in(page)
    page.get_by_role("link", name="My account").click()
    page.get_by_role("link", name="Second factor").click()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    assert barriers(page) == []
    key = page.locator("main code").inner_text()
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not the code of this key.")
    expect(page.get_by_label("Code", exact=True)).to_have_attribute("aria-invalid", "true")
    assert barriers(page) == []
    page.get_by_label("Code", exact=True).fill(code_of(key))
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    codes = page.locator("#recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    assert barriers(page) == []
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Recovery codes left: 10")).to_be_visible()
    assert barriers(page) == []

    other = open_browser(signed_in=False, base_url=own_server, locale="fr-FR").new_page()
    other.goto("/pop?phone=0987654321")
    other.get_by_label("Nom").fill("demo")
    other.get_by_label("Mot de passe").fill(PASSWORD)
    other.get_by_role("button", name="Connexion").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Double authentification")
    expect(other.get_by_label("Code", exact=True)).to_be_focused()
    assert barriers(other) == []
    other.get_by_label("Code", exact=True).fill("nonsense")
    other.keyboard.press("Enter")
    expect(other.get_by_role("alert")).to_contain_text("Ce code est incorrect")
    assert barriers(other) == []
    other.get_by_label("Code", exact=True).fill(codes[0])
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", level=1)).to_contain_text("Marguerite Delaunay")
    expect(other.get_by_text("Il en reste 9")).to_be_visible()

    # Two browsers are listed; one signs the other out, then both.
    page.goto("/account/sessions")
    expect(page.locator("main tbody tr")).to_have_count(2)
    page.get_by_role("button", name=re.compile("^End")).click()
    expect(page.get_by_text("That browser is signed out.")).to_be_visible()
    other.goto("/")
    expect(other.get_by_role("heading", level=1)).to_have_text("Connexion")
    page.goto("/account/second-factor")
    page.get_by_label("Current password").last.fill(PASSWORD)
    page.get_by_role("button", name="Turn the second factor off").click()
    expect(page.get_by_text("The second factor is off.")).to_be_visible()
    page.goto("/account/sessions")
    page.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_text("You are signed out everywhere.")).to_be_visible()


def test_an_agent_makes_a_token_and_revokes_it(open_browser: OpenBrowser, own_server: str) -> None:
    page = open_browser(
        signed_in=False, base_url=own_server, viewport={"width": 390, "height": 900}
    ).new_page()
    sign_in(page)
    page.goto("/account/tokens")
    page.get_by_role("button", name="Make the token").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Enter a name")
    assert barriers(page) == []
    alert.get_by_role("link", name="Scopes").click()
    page.get_by_label("Name", exact=True).fill("wallboard")
    page.get_by_label("pop: Look callers up").check()
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_role("button", name="Make the token").click()
    token = page.locator("#new-token").inner_text()
    assert barriers(page) == []
    asked = page.context.request.get(
        "/pop?phone=0987654321",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
    )
    assert asked.ok
    page.goto("/account/tokens")
    expect(page.get_by_text(token)).to_have_count(0)
    page.get_by_role("button", name="Revoke wallboard").click()
    expect(page.get_by_text("You have no tokens.")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_a_required_second_factor_is_set_up_while_signing_in(
    open_browser: OpenBrowser, tmp_path: Path
) -> None:
    def require(text: str) -> str:
        return text + '\n[plugin.accounts]\nsecond_factor = "required"\n'

    with demo_server(tmp_path, change=require) as address:
        page = open_browser(signed_in=False, base_url=address).new_page()
        sign_in(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
        assert barriers(page) == []
        page.get_by_label("Code", exact=True).fill(code_of(page.locator("main code").inner_text()))
        page.get_by_role("button", name="Turn on").click()
        expect(page.get_by_text("The second factor is on, and you are signed in.")).to_be_visible()
        assert barriers(page) == []
        page.get_by_role("link", name="Go on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Who is calling?")
