"""The plugin: its hooks."""

from __future__ import annotations

import logging
from urllib.parse import quote

from cti_single_sign_on import NoAccess, agent_of, check_access
from flask import Blueprint, Request, request, url_for
from flask_babel import gettext as _

from cti_host import Agent, Host, NavigationItem, hookimpl
from cti_proxy_auth import settings
from cti_proxy_auth.headers import identity_in
from cti_proxy_auth.views import pages

log = logging.getLogger("cti_host.plugin.proxy_auth")


class Plugin:
    """Believes a proxy about who is signed in."""

    Config = settings.Config

    def __init__(self, config: settings.Config) -> None:
        self._config = config
        self._host: Host | None = None

    @hookimpl
    def register(self, host: Host) -> None:
        """Refuse settings that would let somebody in by mistake."""
        self._host = host
        host.public_endpoints.add("proxy_auth.refused")
        check_access(host, "proxy_auth", self._config)
        for key, name in self._config.headers.items():
            if {"-", "_"} & set(name) and not self._config.drops_underscores:
                twin = name.replace("-", "_")
                host.problem(
                    ("plugin", "proxy_auth", key),
                    f"a client may send {twin!r}, which the host can't tell from {name!r}",
                    f"choose a name without - and _ ({name.replace('-', '').replace('_', '')!r}), "
                    "or let the proxy drop such headers and set drops_underscores = true",
                )

    @hookimpl
    def identify_agent(self, request: Request) -> Agent | None:
        """Whoever the proxy says is signed in. A token is another plugin's."""
        if request.authorization is not None and request.authorization.type == "bearer":
            return None
        identity = identity_in(request, self._config)
        if identity is None:
            return None
        try:
            return agent_of(identity, self._config)
        except NoAccess as refused:
            log.warning("%r may not come in: %s", identity.name[:64], refused.reason)
            return None

    @hookimpl
    def sign_in_url(self, next_url: str) -> str | None:
        """Where the proxy signs people in, or the page that says why somebody may not come in.

        Other plugins that sign people in go first where the proxy said nothing.
        """
        if identity_in(request, self._config) is not None:
            return url_for("proxy_auth.refused")
        if self._config.sign_in_url:
            return self._config.sign_in_url.replace("{next}", quote(next_url, safe=""))
        others = self._host and set(self._host.hooks.owners("sign_in_url")) - {"proxy_auth"}
        return None if others else url_for("proxy_auth.refused")

    @hookimpl
    def sign_in_links(self, next_url: str) -> list[NavigationItem] | None:
        """The proxy's own sign-in page, if the settings name it."""
        if not self._config.sign_in_url:
            return None
        url = self._config.sign_in_url.replace("{next}", quote(next_url, safe=""))
        return [NavigationItem(_("Sign in with your organization's account"), url, "building")]

    @hookimpl
    def navigation(self, agent: Agent) -> list[NavigationItem] | None:
        """The way out, if the settings name it, for those whom the proxy signed in."""
        identity = self._config.sign_out_url and identity_in(request, self._config)
        if not identity or identity.name.strip() != agent.name:
            return None
        return [NavigationItem(_("Sign out"), self._config.sign_out_url, "box-arrow-right")]

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """The page that says why somebody may not come in."""
        return [pages(self._config)]
