"""What commands share: the configuration file, and the application built at first use."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask

from cti_host.app import create_app, find_config
from cti_host.host import Host
from cti_host.settings.config import Config
from cti_host.settings.problems import ConfigRefused

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
        return find_config(self.config_file)

    @property
    def app(self) -> Flask:
        """The application, built at first use.

        :raises ConfigRefused: with every mistake in the configuration and the plugins
        """
        if self._app is None:
            self._app = create_app(self.path)
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
        try:
            path = self.path
        except ConfigRefused:
            return None
        return Config(path, lenient=True)

    def close(self) -> None:
        """Close the database connections of the application, if it was built."""
        if self._app is not None:
            pool: Any = self.host.database
            pool.close_all()


pass_context = click.make_pass_decorator(Context)


def fail(message: str, remedy: str = "") -> NoReturn:
    """Say what is wrong and what to do, and end with code 1."""
    click.echo(f"cti-host: {message}", err=True)
    if remedy:
        click.echo(f"    -> {remedy}", err=True)
    sys.exit(1)
