"""The command `cti-host itop copy`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from zoneinfo import ZoneInfo

import click

from cti_host import Host
from cti_itop.export.objects import CopiedClass, Copier, CopyRefused, Progress
from cti_itop.export.order import UnknownClass
from cti_itop.mirror.control import patient
from cti_itop.progress import Bars
from cti_itop.rest.client import Connection
from cti_itop.rest.errors import ItopProblem

# More lines than these tell nobody anything; JSON has them all.
SHOWN_DIFFERENCES = 50
_AGAIN = "What was copied is kept: run `cti-host itop copy` again, and it goes on from there."


@dataclass(frozen=True)
class Copying:
    """What copying needs of the plugin; `zone` is that of iTop's server."""

    host: Host
    connection: Connection
    zone: ZoneInfo

    @contextmanager
    def copier(self, progress: Progress, **options: bool) -> Iterator[Copier]:
        """A copier; its connections are closed afterwards."""
        with closing(patient(self.connection)) as itop:
            yield Copier(self.host, itop, self.zone, progress=progress, **options)


def copy_command(copying: Callable[[], Copying]) -> click.Command:
    """The command, for a plugin that is set up when it runs."""

    @click.command("copy")
    @click.option("--classes", metavar="NAMES", default="", help="Only these, separated by commas.")
    @click.option("--anew", is_flag=True, help="Begin anew, also if copying was interrupted.")
    @click.option("--overwrite", is_flag=True, help="Change objects of another origin, too.")
    @click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
    def copy(classes: str, anew: bool, overwrite: bool, as_json: bool) -> None:
        """Copy organizations, persons, tickets … of iTop into this host's own store.

        A class stands for all classes under it: Ticket for every kind of ticket.

        Ids and references stay, logs come with their dates and authors. It can be interrupted and
        run again: what is there unchanged is not written, what has changed in iTop is changed.
        Nothing is deleted. At the end both sides are compared; the status is 1 if they differ.
        """
        names = [name.strip() for name in classes.split(",") if name.strip()]
        try:
            with Bars() as bars, copying().copier(bars, anew=anew, overwrite=overwrite) as one:
                copied = one.run(names)
        except (UnknownClass, CopyRefused) as error:
            raise click.ClickException(str(error)) from None
        except ItopProblem as error:
            raise click.ClickException(f"iTop: {error}. {_AGAIN}") from None
        _tell(copied, as_json)
        sys.exit(0 if all(one.verified for one in copied) else 1)

    return copy


def _tell(copied: Sequence[CopiedClass], as_json: bool) -> None:
    complete = all(one.verified for one in copied)
    if as_json:
        click.echo(
            json.dumps(
                {"complete": complete, "classes": [asdict(one) for one in copied]},
                ensure_ascii=False,
            )
        )
        return
    for one in copied:
        count = len(one.differences)
        verdict = "verified" if one.verified else f"{count} difference{'s' if count != 1 else ''}"
        click.echo(
            f"{one.name}: {one.itop} in iTop, {one.store} in the store"
            f" ({one.new} new, {one.changed} changed, {one.same} as before): {verdict}"
        )
    found = [difference for one in copied for difference in one.differences]
    for difference in found[:SHOWN_DIFFERENCES]:
        click.echo(str(difference), err=True)
    if len(found) > SHOWN_DIFFERENCES:
        click.echo(f"… and {len(found) - SHOWN_DIFFERENCES} more; --json has them all", err=True)
    click.echo("complete" if complete else "not complete: see the differences", err=not complete)
