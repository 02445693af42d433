"""What commands share: the configuration file, and the application built at first use."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from cti_host.settings.problems import ConfigRefused

if TYPE_CHECKING:  # imported when they are used: `--version` and `--help` need no application
    from flask import Flask

    from cti_host.host import Host
    from cti_host.settings.config import Config

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Context:
    """The configuration file of a command, and the application that it makes."""

    def __init__(self, config_file: str | None) -> None:
        self.config_file = config_file
        self._app: Flask | None = None

    @property
    def path(self) -> Path:
        """The configuration file: the one named, or that of a usual place.

        :raises ConfigRefused: there is none
        """
        from cti_host.app import find_config

        return find_config(self.config_file)

    @property
    def app(self) -> Flask:
        """The application, built at first use.

        :raises ConfigRefused: with every mistake in the configuration and the plugins
        """
        from cti_host.app import create_app, log_policy
        from cti_host.privacy import logs

        if self._app is None:
            self._app = create_app(self.path, command=True)
            logs.keep_to(log_policy(self.host.settings))
        return self._app

    @property
    def host(self) -> Host:
        """The host of the application."""
        host: Host = self.app.extensions["cti_host"]
        return host

    def configuration(self) -> Config | None:
        """The configuration alone, mistakes and all; `None`: there is none.

        :raises ConfigRefused: one is there, or was named, and can't be read
        """
        from cti_host.settings.config import Config

        try:
            path = self.path
        except ConfigRefused:
            return None
        return Config(path, lenient=True)

    def make_database_ready(self) -> None:
        """Make a new SQLite database; with any other that is not up to date, end with a message.

        Inside the application's context.
        """
        from cti_host.databases.ready import NotUpToDate, make_ready

        try:
            made = make_ready(self.host)
        except NotUpToDate as refused:
            fail(str(refused), "run: cti-host db upgrade")
        if made:
            click.echo(f"made the database {self.host.settings.database}", err=True)

    def close(self) -> None:
        """Close the host of the application, if it was built."""
        if self._app is not None:
            self.host.close()


pass_context = click.make_pass_decorator(Context)


def fail(message: str, remedy: str = "") -> NoReturn:
    """Say what is wrong and what to do, and end with code 1."""
    click.echo(f"cti-host: {message}", err=True)
    if remedy:
        click.echo(f"    -> {remedy}", err=True)
    sys.exit(1)
