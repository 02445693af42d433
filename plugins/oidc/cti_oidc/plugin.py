"""The plugin: its hooks."""

from __future__ import annotations

from collections.abc import Sequence

import peewee
from cti_single_sign_on import check_access
from flask import Blueprint, Request, session, url_for
from flask_babel import gettext as _

from cti_host import (
    Agent,
    DataSubject,
    Finding,
    Host,
    Level,
    NavigationItem,
    PersonalData,
    Removal,
    address_of,
    hookimpl,
)
from cti_oidc import privacy, settings
from cti_oidc.identify import SESSION_KEY, identify
from cti_oidc.models import MODELS
from cti_oidc.provider import Provider, ProviderFailed
from cti_oidc.views import PUBLIC, Pages


class Plugin:
    """Agents sign in at an OpenID Connect provider."""

    Config = settings.Config

    def __init__(self, config: settings.Config) -> None:
        self._config = config
        self._provider = Provider(config, "")

    @hookimpl
    def register(self, host: Host) -> None:
        """Read the client's secret, and open the pages of the sign-in to everybody."""
        check_access(host, "oidc", self._config)
        if self._config.client_secret_file:
            secret = host.read_secret(
                self._config.client_secret_file,
                ("plugin", "oidc", "client_secret_file"),
                "put the secret that the provider gave into it",
            )
            self._provider = Provider(self._config, secret)
        host.public_endpoints |= {f"oidc.{name}" for name in PUBLIC}
        host.own_csrf_endpoints.add("oidc.back_channel_logout")

    @hookimpl
    def identify_agent(self, request: Request) -> Agent | None:
        """Whoever signed in at the provider with this browser."""
        return identify(request, self._config, self._provider)

    @hookimpl
    def sign_in_url(self, next_url: str) -> str:
        """The way to the provider, which leads back."""
        return url_for("oidc.sign_in", next=next_url)

    @hookimpl
    def sign_in_links(self, next_url: str) -> list[NavigationItem]:
        """The provider, for those who come to another plugin's sign-in page."""
        label = _("Sign in with %(provider)s", provider=self._config.provider_name)
        return [NavigationItem(label, url_for("oidc.begin", next=next_url), "building")]

    @hookimpl
    def navigation(self, agent: Agent) -> list[NavigationItem] | None:
        """The way out, for those who came in this way."""
        if SESSION_KEY not in session:
            return None
        url = address_of("oidc.sign_out")
        return [NavigationItem(_("Sign out"), url, "box-arrow-right", post=True)]

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """The pages."""
        return [Pages(self._config, self._provider).blueprint]

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """The table."""
        return MODELS

    @hookimpl
    def personal_data(self, subject: DataSubject) -> list[PersonalData]:
        """The sessions of the agent who is this person."""
        return privacy.personal_data(subject)

    @hookimpl
    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> list[Removal]:
        """The sessions of the agent who is this person end."""
        return privacy.erase(subject, dry_run=dry_run)

    @hookimpl
    def expire_data(self, dry_run: bool) -> list[Removal]:
        """The sessions that are over."""
        return privacy.expire(self._config.session_hours, dry_run=dry_run)

    @hookimpl
    def check_online(self) -> list[Finding]:
        """Whether the provider can be reached, and does what is needed."""
        what = f"the provider {self._config.issuer}"
        try:
            keys = len(self._provider.keys(older_than=0).keys)
            algorithms = self._provider.algorithms()
            missing = [
                name
                for name in ("authorization_endpoint", "token_endpoint")
                if not self._provider.endpoint(name)
            ]
        except ProviderFailed as failed:
            return [Finding(what, Level.BAD, str(failed))]
        if missing or not algorithms or not keys:
            lacks = ", ".join([*missing, *([] if algorithms and keys else ["a usable key"])])
            return [Finding(what, Level.BAD, f"its description lacks {lacks}")]
        return [Finding(what, Level.GOOD, f"can be reached; {keys} keys, {', '.join(algorithms)}")]
