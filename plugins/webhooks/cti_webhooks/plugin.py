"""The plugin: its settings, its endpoint and its commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
import peewee
from cti_calls.api_for_plugins import PHONE_SYSTEM
from flask import Blueprint, Flask, current_app

from cti_host import Finding, Host, current_host, hookimpl
from cti_webhooks import settings
from cti_webhooks.commands import webhook_commands
from cti_webhooks.endpoint import ENDPOINT, Endpoint
from cti_webhooks.models import MODELS
from cti_webhooks.online_check import findings
from cti_webhooks.refusals import Refusals
from cti_webhooks.sources import ReadySource, ready_sources
from cti_webhooks.store import can_store, store


class Plugin:
    """Phone systems that post what happens."""

    Config = settings.Config

    def __init__(self, config: settings.Config) -> None:
        self._config = config
        self._sources: Mapping[str, ReadySource] = {}
        self._refusals = Refusals(lambda source, event: store(current_host(), source, event))

    @hookimpl
    def register(self, host: Host) -> None:
        """Read the files of the sources; open the address to phone systems, which don't sign in."""
        for name in self._config.sources:
            host.takes_name(PHONE_SYSTEM, name, ("plugin", "webhooks", "sources", name))
        self._sources = ready_sources(host, self._config)
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

        def note_the_last() -> None:
            with app.app_context():
                self._refusals.flush()

        host.before_closing.insert(0, note_the_last)
        host.public_endpoints.add(ENDPOINT)
        host.own_csrf_endpoints.add(ENDPOINT)
        if self._sources and not can_store(host):
            host.warn(
                ("plugin", "webhooks", "sources"),
                "no enabled plugin keeps calls, so phone systems are told to try again later",
                'add "calls" to plugins',
            )

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """The address that phone systems post to."""
        return [Endpoint(self._config, lambda: self._sources, self._refusals).blueprint]

    @hookimpl
    def commands(self) -> Sequence[click.Command]:
        """`cti-host webhooks`."""
        return [webhook_commands(self._config, lambda: self._sources)]

    @hookimpl
    def check_online(self) -> Sequence[Finding]:
        """How old the secret of each address is, and whether its requests are checked further."""
        return findings([*self._sources.values()])

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """How often addresses were changed, and signed requests that came."""
        return MODELS
