"""The `cti-host` command: its own commands put together, and what a mistake of the user says."""

from __future__ import annotations

import logging

import click

from cti_host import __version__
from cti_host.command_line.group import HostGroup
from cti_host.settings.places import CONFIG_VARIABLE

# Where each command is; it is imported when it is used.
_OWN = {
    "check": "check:check",
    "db": "database:db",
    "demo": "running:demo",
    "explain": "explain:explain",
    "plugin": "new_plugin.command:plugin",
    "plugins": "plugins:plugins",
    "privacy": "privacy:privacy",
    "rights": "rights:rights",
    "serve": "running:serve",
}


@click.group(cls=HostGroup, own=_OWN, no_args_is_help=True)
@click.option("--config", metavar="FILE", help=f"The configuration (or {CONFIG_VARIABLE}).")
@click.version_option(__version__, prog_name="cti-host")
def cli(config: str | None) -> None:
    """CTI Host: who is calling, their tickets, and a form that is already filled in."""


def main() -> None:
    """Run the command; a mistake of the user is a message, never a trace."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        cli(prog_name="cti-host")
    except Exception as error:
        from cti_host.command_line.mistakes import tell

        tell(error)
