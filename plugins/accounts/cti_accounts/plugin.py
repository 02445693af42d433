"""The plugin: its hooks."""

from __future__ import annotations

from collections.abc import Sequence

import click
import peewee
from flask import Blueprint, Request, current_app, session, url_for
from flask_babel import gettext as _

from cti_accounts import settings
from cti_accounts.commands import agent_commands
from cti_accounts.demo import load_demo_agent
from cti_accounts.identify import SESSION_KEY, identify
from cti_accounts.models import MODELS
from cti_accounts.security import init_security
from cti_accounts.views import blueprint
from cti_host import Agent, Host, NavigationItem, address_of, hookimpl


class Plugin:
    """Agents, profiles and sign-in."""

    Config = settings.Config

    def __init__(self, config: settings.Config) -> None:
        self._config = config

    @hookimpl
    def register(self, host: Host) -> None:
        """Set up Flask-Security, and open the sign-in page to everybody."""
        known = [plugin.name for plugin in host.plugins]
        if self._config.people not in ("", *known):
            host.problem(
                ("plugin", "accounts", "people"),
                f"the plugin {self._config.people!r} is not enabled",
                f"enabled: {', '.join(known)}",
            )
        init_security(current_app._get_current_object(), self._config)  # type: ignore[attr-defined]
        host.public_endpoints |= {"accounts.sign_in", "accounts.check_sign_in"}
        host.own_csrf_endpoints.add("accounts.check_sign_in")

    @hookimpl
    def identify_agent(self, request: Request) -> Agent | None:
        """Whoever signed in with this browser, or whose token came along."""
        return identify(request)

    @hookimpl
    def sign_in_url(self, next_url: str) -> str:
        """The sign-in page, which leads back."""
        return url_for("accounts.sign_in", next=next_url)

    @hookimpl
    def navigation(self, agent: Agent) -> list[NavigationItem] | None:
        """The agent's password, and the way out; nothing for those that others signed in."""
        if SESSION_KEY not in session:
            return None
        return [
            NavigationItem(_("My password"), address_of("accounts.password"), "key"),
            NavigationItem(
                _("Sign out"), address_of("accounts.sign_out"), "box-arrow-right", post=True
            ),
        ]

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """The pages."""
        return [blueprint]

    @hookimpl
    def commands(self) -> list[click.Command]:
        """`cti-host agent ...`"""
        return [agent_commands()]

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """The tables."""
        return MODELS

    @hookimpl
    def load_demo(self) -> list[str]:
        """An agent to try things with."""
        return load_demo_agent()
