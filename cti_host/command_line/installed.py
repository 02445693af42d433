"""Commands that installed distributions add to `cti-host` and that need no configuration."""

from __future__ import annotations

import click

from cti_host.installed_points import InstalledPoint, installed_points
from cti_host.isolation.ended import is_of_the_keyboard
from cti_host.settings.problems import ConfigRefused, Problem

ENTRY_POINT_GROUP = "cti_host.commands"


class BrokenCommand(click.ClickException):
    """A command is installed but can't be had: it can't be imported, or is no command."""


class InstalledCommands:
    """The commands of the entry point group `cti_host.commands`, imported when they are used.

    :param own: the names of the host's own commands, which nobody else may take
    :raises ConfigRefused: two distributions own one name, or one takes a name of the host
    """

    def __init__(self, own: set[str]) -> None:
        owners: dict[str, InstalledPoint] = {}
        problems: list[Problem] = []
        for point in sorted(installed_points(ENTRY_POINT_GROUP), key=lambda p: p.owner):
            # One distribution may be found in two folders of the search path; it is the same.
            other = owners.setdefault(point.name, point)
            if point.name in own:
                problems.append(_two_owners(point.name, "the host", point.owner))
            elif other.value != point.value:
                problems.append(_two_owners(point.name, other.owner, point.owner))
        if problems:
            raise ConfigRefused(problems)
        self._points = owners

    @property
    def names(self) -> list[str]:
        """What they are called."""
        return [*self._points]

    def working(self) -> set[str]:
        """The names of those that can be had; of each other one a line on standard error."""
        found = set()
        for name in self._points:
            try:
                self.load(name)
            except BrokenCommand as broken:
                click.echo(f"({broken.message})", err=True)
            else:
                found.add(name)
        return found

    def load(self, name: str) -> click.Command | None:
        """Import a command; `None`: nobody installed one of this name.

        :raises BrokenCommand: it can't be imported, or is no click command
        """
        if name not in self._points:
            return None
        point = self._points[name]
        try:
            command = point.load()
        except BaseException as error:
            if is_of_the_keyboard(error):
                raise
            reason = f"can't be imported: {type(error).__name__}: {error}"
        else:
            if isinstance(command, click.Command):
                return command
            reason = f"is no click command: {point.value}"
        raise BrokenCommand(f"the command {name!r} of {point.owner} {reason}")


def _two_owners(name: str, one: str, other: str) -> Problem:
    text = f"two owners of the command {name!r}: {one}, {other}"
    return Problem(ENTRY_POINT_GROUP, 0, "", text, "uninstall one of them")
