"""The `cti-host` command: its own commands put together, and what a mistake of the user says."""

from __future__ import annotations

import logging
import sys

import click
import peewee

from cti_host import __version__
from cti_host.app import CONFIG_VARIABLE
from cti_host.command_line.check import check
from cti_host.command_line.context import fail
from cti_host.command_line.database import db
from cti_host.command_line.explain import explain
from cti_host.command_line.group import HostGroup
from cti_host.command_line.new_plugin.command import plugin
from cti_host.command_line.plugins import plugins
from cti_host.command_line.running import demo, serve
from cti_host.dispatch import SetupFailed
from cti_host.settings.problems import ConfigRefused


@click.group(cls=HostGroup, no_args_is_help=True)
@click.option("--config", metavar="FILE", help=f"The configuration (or {CONFIG_VARIABLE}).")
@click.version_option(__version__, prog_name="cti-host")
def cli(config: str | None) -> None:
    """CTI Host: who is calling, their tickets, and a form that is already filled in."""


for command in (check, plugins, plugin, serve, demo, db, explain):
    cli.add_command(command)


def main() -> None:
    """Run the command; a mistake of the user is a message, never a trace."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        cli(prog_name="cti-host")
    except ConfigRefused as refused:
        for problem in refused.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    except SetupFailed as failed:
        fail(str(failed))
    except peewee.PeeweeException as error:
        fail(f"the database said: {error}", "check the setting `database`; cti-host db upgrade")
    except BrokenPipeError:
        sys.exit(141)
