"""What a mistake of the user says: a message and what to do, never a trace."""

from __future__ import annotations

import sys
from typing import NoReturn

import click
import peewee
from playhouse.pool import MaxConnectionsExceeded

from cti_host.command_line.context import fail
from cti_host.database_troubles import DRIVER_ERRORS, trouble_of, words_of
from cti_host.dispatch import SetupFailed
from cti_host.settings.problems import ConfigRefused

_OF_THE_DATABASE = (peewee.PeeweeException, MaxConnectionsExceeded, *DRIVER_ERRORS)


def tell(error: Exception) -> NoReturn:
    """Say what was wrong, and end the command.

    :raises Exception: the error itself, if it is no mistake of the user
    """
    if isinstance(error, ConfigRefused):
        for problem in error.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    if isinstance(error, SetupFailed):
        fail(str(error))
    if isinstance(error, _OF_THE_DATABASE):
        trouble = trouble_of(error)
        if trouble is not None:
            fail(f"{words_of(trouble).log}: {error}", words_of(trouble).remedy)
        fail(f"the database said: {error}", "check the setting `database`; run: cti-host db check")
    if isinstance(error, BrokenPipeError):
        sys.exit(141)
    raise error
