"""The hooks of the start: what a plugin brings, and what it does before there are requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click
import peewee
from flask import Blueprint

from cti_host.contract import Budget, Kind, contract
from cti_host.model import Finding, HealthCheck, KnownNames, Organization

if TYPE_CHECKING:
    from cti_host.host import Host


class SetUpHookSpecs:
    """The hooks that fire when the application is built, a server or a command starts."""

    @contract(Kind.SETUP, type, budget=Budget.NONE)
    def hookspecs(self) -> type | None:
        """Bring hooks of your own, which other plugins implement.

        Fires once, before `register`, when all plugins are set up; what other plugins implement of
        these hooks is then checked as strictly as the host's own. Fire them with
        `host.hooks.collect("name", Result, …)`, `first`, `change`, `event`, `results` or `set_up`.

        :return: a class whose methods are marked with `contract(Kind.…, …)`; each has a docstring
            that says what this page says of every hook. `None`: no hooks
        Order: the order of the config; two owners of a hook are refused.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, budget=Budget.NONE)
    def register(self, host: Host) -> None:
        """Meet the host: keep what you need, check your settings.

        Fires once, when the application is built, before the set-up hooks below.

        :param host: settings, hooks, database; `host.problem(...)` refuses the configuration
        :return: nothing
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, KnownNames, budget=Budget.NONE)
    def known_names(self) -> KnownNames | None:
        """Name the classes and attributes of this plugin's data that settings may use.

        Fires once, when the application is built, after `register`. The host compares the settings
        with the names: `cti-host check` finds those that are misspelt.

        :return: the names; `None`: this plugin has no data, or doesn't know the names beforehand
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, Blueprint, many=True, budget=Budget.NONE)
    def blueprints(self) -> Sequence[Blueprint]:  # type: ignore[empty-body]
        """Add pages. A blueprint carries its plugin's name.

        Fires once, when the application is built.

        :return: Flask blueprints; every page of theirs needs an agent unless marked `public`
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, click.Command, many=True, budget=Budget.NONE)
    def commands(self) -> Sequence[click.Command]:  # type: ignore[empty-body]
        """Add commands to `cti-host`. They run inside the application's context.

        Fires when the command line is used.

        :return: click commands or groups
        Order: the order of the config; two owners of a name are refused.
        On an error: the command line says which plugin failed.
        """

    @contract(Kind.SETUP, type[peewee.Model], many=True, budget=Budget.NONE)
    def models(self) -> Sequence[type[peewee.Model]]:  # type: ignore[empty-body]
        """Add tables. Their migrations lie in `migrations/` beside the plugin's module.

        Fires once, when the application is built.

        :return: peewee models with `database = cti_host.database` in their `Meta`
        Order: the order of the config; two owners of a class name are refused.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, str, many=True, budget=Budget.NONE)
    def load_demo(self) -> Sequence[str]:  # type: ignore[empty-body]
        """Fill in what a demonstration needs, unless it is there already.

        Fires on `cti-host demo`, when the tables are up to date.

        :return: lines that tell the visitor what to try: a URL, how to sign in
        Order: the order of the config.
        On an error: the demonstration doesn't start and says which plugin failed.
        """

    @contract(Kind.EVENT, budget=Budget.NONE)
    def server_started(self) -> None:
        """A process of the server is about to answer requests: begin work that goes on beside them.

        Fires once in each worker process, inside the application's context (`flask.current_app`);
        not for commands, nor for tests. Several processes on several hosts may run: what only one
        of them may do needs a lease in the database. Use a daemon thread, so that the process can
        end.

        :return: nothing; results are ignored
        Order: the order of the config.
        On an error: logged; the server answers all the same.
        """

    @contract(Kind.COLLECT, Organization, many=True, budget=Budget.NONE)
    def organizations(self, text: str) -> Sequence[Organization] | None:
        """Find the organization that somebody means, to limit an agent to it and those below it.

        Fires when an agent's organizations are set or listed, and where a sign-in names them.

        :param text: the name of an organization, in any case, or its id
        :return: the organizations with this name, or the one with this id; `None` or empty: none
        Order: all results are kept, in the order of the config.
        On an error: the plugin counts as one that has no such organization.
        """

    @contract(Kind.COLLECT, Finding, many=True, budget=Budget.NONE)
    def check_online(self) -> Sequence[Finding] | None:
        """Find out whether what the plugin stands on works: a server, an account, its rights.

        Fires on `cti-host check --online` only, inside the application's context. Nobody is on the
        phone, so it may take its time; it must change nothing.

        :return: a finding for each thing that was tried, good ones too; `None` or empty: the plugin
            stands on nothing outside this host
        Order: all results are kept, in the order of the config.
        On an error: reported as a bad finding of this plugin.
        """

    @contract(Kind.COLLECT, HealthCheck, many=True)
    def health_checks(self) -> Sequence[HealthCheck] | None:
        """Tell whether what the plugin stands on works, for load balancers and monitoring.

        Fires when somebody asks for `/health`, once a second at most in each process, inside the
        application's context and without an agent. It must be quick, and change nothing.

        :return: a check for each thing that may fail; `None` or empty: there is none
        Order: all results are kept, in the order of the config.
        On an error: the host is shown as degraded, and gets requests all the same.
        """
