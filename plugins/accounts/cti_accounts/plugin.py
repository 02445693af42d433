"""The plugin: its hooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from threading import BoundedSemaphore

import click
import peewee
from flask import Blueprint, Request, current_app, url_for
from flask_babel import gettext as _

from cti_accounts import hashing, privacy, settings
from cti_accounts.commands import agent_commands
from cti_accounts.demo import load_demo_agent
from cti_accounts.identify import identify, is_signed_in_here
from cti_accounts.models import MODELS
from cti_accounts.pages import blueprint
from cti_accounts.people import active_agents, agent_called, link_unless_taken, move_accounts
from cti_accounts.profiles import PROFILES
from cti_accounts.rights import explained
from cti_host import (
    Agent,
    Caller,
    DataSubject,
    Host,
    Moved,
    NavigationItem,
    PersonalData,
    Removal,
    Right,
    address_of,
    hookimpl,
    kept_for_pages,
)


def _menu() -> Sequence[NavigationItem]:
    """What the menu has for whoever signed in here: their account, and the way out."""
    return (
        NavigationItem(_("My account"), address_of("accounts.account"), "person-gear"),
        NavigationItem(
            _("Sign out"), address_of("accounts.sign_out"), "box-arrow-right", post=True
        ),
    )


class Plugin:
    """Agents, profiles and sign-in."""

    Config = settings.Config

    def __init__(self, config: settings.Config) -> None:
        self._config = config

    @hookimpl
    def register(self, host: Host) -> None:
        """Check the settings, and open the pages of signing in to everybody."""
        known = [plugin.name for plugin in host.plugins]
        if self._config.people not in ("", *known):
            host.problem(
                ("plugin", "accounts", "people"),
                f"the plugin {self._config.people!r} is not enabled",
                f"enabled: {', '.join(known)}",
            )
        current_app.extensions[settings.EXTENSION] = self._config
        # The signature of the cookie must last as long as the session whose key it holds.
        hours = timedelta(hours=self._config.session_hours)
        current_app.config["PERMANENT_SESSION_LIFETIME"] = hours
        places = BoundedSemaphore(self._config.password_checks_at_once)
        current_app.extensions[hashing.EXTENSION] = places
        host.public_endpoints |= {
            "accounts.sign_in",
            "accounts.check_sign_in",
            "accounts.code",
            "accounts.first_set_up",
        }
        host.own_csrf_endpoints.add("accounts.check_sign_in")

    @hookimpl
    def identify_agent(self, request: Request) -> Agent | None:
        """Whoever signed in with this browser, or whose token came along."""
        return identify(request)

    @hookimpl
    def link_agent(self, agent: Agent, contact_id: int) -> bool | None:
        """Keep which person an agent with an account is, unless another one is."""
        return link_unless_taken(agent.name, contact_id)

    @hookimpl
    def known_agent(self, name: str) -> Agent | None:
        """The agent with an account of this name."""
        return agent_called(name)

    @hookimpl
    def known_agents(self) -> list[Agent]:
        """All agents whose accounts are active."""
        return active_agents()

    @hookimpl
    def known_profiles(self) -> Sequence[str]:
        """The profiles that agents may be given."""
        return PROFILES

    @hookimpl
    def explain_rights(self, profiles: frozenset[str]) -> Sequence[Right]:
        """What agents may do with their own accounts, and how they sign in."""
        return explained(profiles, self._config)

    @hookimpl
    def sign_in_url(self, next_url: str) -> str:
        """The sign-in page, which leads back."""
        return url_for("accounts.sign_in", next=next_url)

    @hookimpl
    def sign_in_links(self, next_url: str) -> list[NavigationItem]:
        """The sign-in page, for those who come to another plugin's."""
        url = url_for("accounts.sign_in", next=next_url)
        return [NavigationItem(_("Sign in with name and password"), url, "key")]

    @hookimpl
    def navigation(self, agent: Agent) -> Sequence[NavigationItem] | None:
        """The agent's account, and the way out; nothing for those that others signed in."""
        return kept_for_pages("accounts.menu", _menu) if is_signed_in_here() else None

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

    @hookimpl
    def agent_names(self, subject: DataSubject) -> list[str]:
        """The names of their accounts, of deactivated ones, too."""
        return [account.name for account in privacy.accounts_of(subject, self._config.people)]

    @hookimpl
    def personal_data(self, subject: DataSubject) -> Sequence[PersonalData]:
        """The person's account, if they have one."""
        return privacy.personal_data(subject, self._config.people)

    @hookimpl
    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> Sequence[Removal]:
        """Their account is closed."""
        return privacy.erase(subject, self._config.people, dry_run=dry_run)

    @hookimpl(strangers=True)
    def move_person(
        self, old: Caller, new: Caller, only: Sequence[Moved] | None, dry_run: bool
    ) -> Sequence[Moved]:
        """Whose account is one person's is the other one."""
        kind = "agent_account"
        ids = next((one.ids for one in only if one.kind == kind), ()) if only is not None else None
        return [Moved(kind, _("Accounts"), move_accounts(old, new, ids, dry_run=dry_run))]
