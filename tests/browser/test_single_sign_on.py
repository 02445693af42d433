"""Signing in at a provider and out again, in a real browser: redirects, cookies, forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from local_provider import LocalProvider, local_provider, serving
from playwright.sync_api import Browser, Page, expect

from cti_host.testing import MakeHost


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    """A provider at which nobody is signed in yet."""
    with local_provider() as running:
        running.user = None
        yield running


@pytest.fixture
def page(
    provider: LocalProvider, make_host: MakeHost, browser: Browser, tmp_path: Path
) -> Iterator[Page]:
    """A browser before a host with both ways to sign in; whatever its console says fails."""
    secret = tmp_path / "secret"
    secret.write_text(provider.client.secret)
    toml = f"""
        [plugin.oidc]
        issuer = "{provider.url}"
        client_id = "cti-host"
        client_secret_file = "{secret}"
        label = "Example Ltd"
        profiles = {{ "cti-agents" = ["Support Agent"] }}
    """
    running = make_host(toml, plugins=["accounts", "oidc"], sign_in=False)
    with serving(running.app, "127.0.0.1") as url:
        provider.registered_at(url)
        context = browser.new_context(base_url=url, locale="en-GB")
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        yield page
        context.close()
        assert said == []


def test_in_at_the_provider_and_out_at_both(page: Page, provider: LocalProvider) -> None:
    page.goto("/pop?phone=0987654321")
    page.get_by_role("link", name="Sign in with Example Ltd").click()
    page.get_by_label("Name").fill("ada")
    page.get_by_role("button", name="Sign in at the provider").click()
    expect(page).to_have_url("/pop?phone=0987654321")
    expect(page.locator(".cti-agent")).to_have_text("Ada Lovelace")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out.")
    assert provider.user is None
    page.goto("/")
    expect(page.get_by_role("link", name="Sign in with Example Ltd")).to_be_visible()
