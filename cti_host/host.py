"""What a plugin gets to know of the host that runs it."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import peewee
from flask import current_app, has_request_context

from cti_host.context_values import context_values
from cti_host.hooks import Hooks
from cti_host.loaded import LoadedPlugin
from cti_host.metrics.metrics import Metrics
from cti_host.model import Agent, KnownNames, PageScript
from cti_host.privacy import logs
from cti_host.settings.config import Config
from cti_host.settings.problems import Problem
from cti_host.settings.settings import Settings
from cti_host.settings.toml import KeyPath

log = logging.getLogger("cti_host.host")


@dataclass
class Host:
    """One running host: settings, hooks, database, plugins.

    A plugin meets it in `register(host)` and may keep it. Every page needs an agent, but for
    those in `public_endpoints` ("accounts.sign_in"), to which a plugin may add its own. The form
    of an endpoint in `own_csrf_endpoints` checks its CSRF token itself, so that it can give back
    what was typed. `right_checks` are called with the parts of the address of an endpoint before
    the token of its form is checked, so that a missing right is told first: each raises what makes
    a page with 403. `kept_apart` are folders of files that rows of the database lead to, which a
    backup of it leaves out. `panel_form_targets` are addresses of other systems that the panel's
    buttons may lead to. `known_names` are what plugins call their data, by plugin; they are there
    once every plugin has met the host, and so are `unique_names` (see `takes_name`).
    `before_closing` is called before the process ends, to finish what is done beside the requests.
    `page_scripts` are loaded by every page of an agent. A plugin adds counters of its own to
    `metrics.registry`, by the library prometheus_client.
    """

    config: Config
    hooks: Hooks
    database: peewee.Database
    plugins: list[LoadedPlugin]
    models: list[type[peewee.Model]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    public_endpoints: set[str] = field(
        default_factory=lambda: {
            "static",
            "bootstrap.static",
            "cti_host.language",
            "cti_host.theme",
        }
    )
    own_csrf_endpoints: set[str] = field(default_factory=set)
    right_checks: dict[str, Callable[..., object]] = field(default_factory=dict)
    kept_apart: list[Path] = field(default_factory=list)
    panel_form_targets: list[str] = field(default_factory=list)
    page_scripts: list[PageScript] = field(default_factory=list)
    known_names: dict[str, KnownNames] = field(default_factory=dict)
    caller_attributes: list[tuple[KeyPath, str]] = field(default_factory=list)
    before_closing: list[Callable[[], object]] = field(default_factory=list)
    unique_names: dict[str, dict[str, KeyPath]] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def settings(self) -> Settings:
        """The host's part of `cti.toml`."""
        return self.config.settings

    def close(self) -> None:
        """Finish what plugins do beside the requests, then close the database."""
        for finish in self.before_closing:
            try:
                finish()
            except Exception as error:
                log.error("finishing failed: %s", type(error).__name__)
        pool: Any = self.database
        pool.close_all()

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

    def read_secret(self, file: str, path: KeyPath, remedy: str) -> str:
        """Read a secret from a file that a key names; if there is none, that is reported.

        :param file: the value of the key, a path from the folder of the configuration
        :param path: where the key is: `("plugin", "oidc", "client_secret_file")`
        :param remedy: what to write into the file
        :return: the text without blanks around it; empty: none, and the host refuses to start
        """
        place = self.config.resolve(file)
        try:
            secret = place.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError):
            secret = ""
        if not secret:
            self.problem(path, f"{place} can't be read, or is empty", remedy)
        return secret

    def client_tls(self, ca_file: str, path: KeyPath) -> ssl.SSLContext | None:
        """What checks the certificate of a server; if it can't, that is reported.

        :param ca_file: the value of a key: a file of certificates to believe instead of the
            system's, in PEM form; empty: the system's
        :param path: where the key is
        :return: `None`: the file can't be used, and the host refuses to start
        """
        file = str(self.config.resolve(ca_file)) if ca_file else None
        try:
            return ssl.create_default_context(cafile=file)
        except OSError as error:
            reason = error.strerror or "it is not a PEM file"
            remedy = "name a file of certificates in PEM form"
            self.problem(path, f"{file} can't be read: {reason}", remedy)
            return None

    def logs_numbers(self, logger_name: str) -> None:
        """Say, in `register`, that a logger writes numbers, since a setting of its plugin says so.

        Logs hold no numbers otherwise, unless `[privacy] log_numbers` says so.

        :param logger_name: "cti_host.plugin.event_log"
        """
        logs.own_rule(logger_name)

    def takes_name(self, kind: str, name: str, path: KeyPath) -> None:
        """Say, in `register`, that a key names one of a kind of things, whatever plugin has them.

        Two of a kind with one name are refused. Which names there are is in `unique_names`.

        :param kind: what is named, in the words of the settings: "phone system"
        :param path: where the name is: `("plugin", "webhooks", "sources", "desk")`
        """
        taken = self.unique_names.setdefault(kind, {})
        if name in taken:
            other = ".".join(map(str, taken[name]))
            self.problem(
                path, f"[{other}] is a {kind} of the same name", "give one of them another name"
            )
        taken.setdefault(name, path)

    def names_caller_attribute(self, path: KeyPath, code: str) -> None:
        """Say, in `register`, that a key names an attribute of callers, whoever looks them up.

        The host warns where no enabled plugin has callers with this attribute.

        :param path: where the key is: `("ecall_parameters", "url_parameters", "telephone")`
        :param code: the attribute: "phone"
        """
        self.caller_attributes.append((path, code))


def current_host() -> Host:
    """The host of the current application context."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]  # asked for often
    return cast(Host, app.extensions["cti_host"])


def is_serving() -> bool:
    """Whether a request is being answered: then it counts who is signed in, if anybody is.

    It is false in commands, also where they pretend a request, to make addresses or to explain one.
    """
    if not has_request_context():
        return False
    values = context_values()
    return "cti_agent" in values and "cti_command" not in values


def current_agent() -> Agent:
    """The agent of the current request, on a page that needs one.

    :raises RuntimeError: the page is public and nobody is signed in
    """
    agent = context_values().get("cti_agent")
    if agent is None:
        raise RuntimeError("no agent is signed in on this page")
    return cast(Agent, agent)
