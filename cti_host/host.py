"""What a plugin gets to know of the host that runs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import peewee
from flask import current_app, g

from cti_host.hooks import Hooks
from cti_host.loaded import LoadedPlugin
from cti_host.model import Agent, KnownNames
from cti_host.settings.config import Config
from cti_host.settings.problems import Problem
from cti_host.settings.settings import Settings
from cti_host.settings.toml import KeyPath


@dataclass
class Host:
    """One running host: settings, hooks, database, plugins.

    A plugin meets it in `register(host)` and may keep it. Every page needs an agent, but for
    those in `public_endpoints` ("accounts.sign_in"), to which a plugin may add its own. The form
    of an endpoint in `own_csrf_endpoints` checks its CSRF token itself, so that it can give back
    what was typed. `panel_form_targets` are addresses of other systems that the panel's buttons may
    lead to. `known_names` are what plugins call their data, by plugin; they are there once
    every plugin has met the host.
    """

    config: Config
    hooks: Hooks
    database: peewee.Database
    plugins: list[LoadedPlugin]
    models: list[type[peewee.Model]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    public_endpoints: set[str] = field(
        default_factory=lambda: {"static", "bootstrap.static", "cti_host.language"}
    )
    own_csrf_endpoints: set[str] = field(default_factory=set)
    panel_form_targets: list[str] = field(default_factory=list)
    known_names: dict[str, KnownNames] = field(default_factory=dict)
    caller_attributes: list[tuple[KeyPath, str]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """The host's part of `cti.toml`."""
        return self.config.settings

    def source_label(self, source: str) -> str:
        """What people call a plugin, by its name."""
        return next((one.label for one in self.plugins if one.name == source), source)

    def plugin_problem(self, plugin: str, message: str, remedy: str = "") -> None:
        """Like `problem`, because of what a plugin does; the key is its place in `plugins`."""
        position = [loaded.name for loaded in self.plugins].index(plugin)
        self.problem(("plugins", position), f"{plugin}: {message}", remedy)

    def problem(self, path: KeyPath, message: str, remedy: str = "") -> None:
        """Refuse the configuration because of a key; all refusals are reported together.

        :param path: where the key is: `("display_tickets", "lists", 0, "query")`
        :param message: what is wrong
        :param remedy: what to write instead
        """
        self.problems.append(self.config.problem(path, message, remedy))

    def warn(self, path: KeyPath, message: str, remedy: str = "") -> None:
        """Like `problem`, but the host starts all the same."""
        self.problems.append(self.config.problem(path, message, remedy, warning=True))

    def names_caller_attribute(self, path: KeyPath, code: str) -> None:
        """Say, in `register`, that a key names an attribute of callers, whoever looks them up.

        The host warns where no enabled plugin has callers with this attribute.

        :param path: where the key is: `("ecall_parameters", "url_parameters", "telephone")`
        :param code: the attribute: "phone"
        """
        self.caller_attributes.append((path, code))


def current_host() -> Host:
    """The host of the current application context."""
    return cast(Host, current_app.extensions["cti_host"])


def current_agent() -> Agent:
    """The agent of the current request, on a page that needs one.

    :raises RuntimeError: the page is public and nobody is signed in
    """
    agent = g.get("cti_agent")
    if agent is None:
        raise RuntimeError("no agent is signed in on this page")
    return cast(Agent, agent)
