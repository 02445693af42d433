"""A provider and a host, both real servers on this machine, and a browser without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from cti_oidc.models import OidcSession
from local_provider import LocalProvider, local_provider, serving

from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

SETTINGS = """
    [plugin.oidc]
    issuer = "{issuer}"
    client_id = "cti-host"
    client_secret_file = "secret"
    label = "Example Ltd"
    profiles = {{ "cti-agents" = ["Support Agent"], "cti-admins" = ["Administrator"] }}
    {more}
"""
# Says who is signed in, by a page and by a form.
WHO = '''
"""Says who is signed in."""

from flask import Blueprint

from cti_host import current_agent, hookimpl


class Plugin:
    """A page that says who is signed in."""

    @hookimpl
    def blueprints(self):
        pages = Blueprint("who", __name__)

        @pages.route("/who", methods=["GET", "POST"])
        def who():
            agent = current_agent()
            return {
                "name": agent.name,
                "display": agent.display,
                "email": agent.email,
                "profiles": sorted(agent.profiles),
                "organizations": sorted(agent.organizations),
            }

        return [pages]
'''


@dataclass
class Site:
    """A provider, and a host that uses it."""

    provider: LocalProvider
    running: RunningHost
    url: str

    @contextmanager
    def browser(self, **headers: str) -> Iterator[httpx.Client]:
        """A browser that follows every redirect."""
        with httpx.Client(
            timeout=60, base_url=self.url, follow_redirects=True, headers=headers, trust_env=False
        ) as client:
            yield client

    def pass_time(self, seconds: float) -> None:
        """Make all sessions as old as they will be then."""
        with self.running.app.app_context(), self.running.host.database.connection_context():
            OidcSession.update(
                started=OidcSession.started - seconds,
                confirmed=OidcSession.confirmed - seconds,
                tried=OidcSession.tried - seconds,
            ).execute()

    def sessions(self) -> int:
        """How many sessions are stored."""
        with self.running.app.app_context(), self.running.host.database.connection_context():
            return int(OidcSession.select().count())


MakeSite = Callable[..., Site]


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    """The provider, running."""
    with local_provider() as running:
        yield running


@pytest.fixture
def make_site(provider: LocalProvider, make_host: MakeHost, tmp_path: Any) -> Iterator[MakeSite]:
    """`make_site("recheck_minutes = 5")`: a running host with these settings of the plugin."""
    with ExitStack() as stack:

        def make(more: str = "", **arguments: Any) -> Site:
            arguments = {
                "plugins": ["oidc", "who"],
                "sources": {"who": WHO},
                "sign_in": False,
                **arguments,
            }
            secret = tmp_path / "secret"
            secret.write_text(provider.client.secret + "\n")
            toml = SETTINGS.format(issuer=provider.url, more=more)
            toml = toml.replace('"secret"', f'"{secret}"')
            running = make_host(toml, **arguments)
            url = stack.enter_context(serving(running.app, "127.0.0.1"))
            provider.registered_at(url)
            return Site(provider, running, url)

        yield make


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """A host with the usual settings."""
    return make_site()
