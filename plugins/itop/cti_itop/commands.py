"""The commands `cti-host itop …`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

import click

from cti_itop.export.command import Copying, copy_command
from cti_itop.mirror.control import Mirroring
from cti_itop.mirror.lease import LeaseLost, LeaseTaken
from cti_itop.mirror.mirror import MirrorState
from cti_itop.mirror.sync import Synced
from cti_itop.mirror.watched import end_with_input
from cti_itop.progress import Bars
from cti_itop.rest.errors import ItopProblem

# The server's own requests go first.
NICENESS = 10
_AGAIN = "What was read is kept: run `cti-host itop sync` again, and it goes on from there."


def itop_group(
    mirroring: Callable[[], Mirroring | None], copying: Callable[[], Copying]
) -> click.Group:
    """The group `itop`.

    :param mirroring: answers the mirror, or `None` if the settings want none
    :param copying: answers what copying needs
    """

    @click.group("itop")
    def group() -> None:
        """iTop: its persons nearby, and its data in this host's own store."""

    group.add_command(_sync(mirroring))
    group.add_command(copy_command(copying))
    return group


def _sync(mirroring: Callable[[], Mirroring | None]) -> click.Command:
    @click.command("sync")
    @click.option("--anew", is_flag=True, help="Begin anew, also if a run was interrupted.")
    @click.option("--renumber", is_flag=True, help="Understand every number anew: the settings "
                  "of numbers have changed.")  # fmt: skip
    @click.option("--status", is_flag=True, help="Only say how old and how full the mirror is.")
    @click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
    @click.option("--watched", "owner", metavar="LEASE", default="", hidden=True)
    def sync(anew: bool, renumber: bool, status: bool, as_json: bool, owner: str) -> None:
        """Copy iTop's persons and organizations, so that callers are found at once.

        Callers are looked up in what the last complete run has copied. A run that was interrupted
        is gone on with. The server does this by itself every `sync_minutes`.
        """
        found = mirroring()
        if found is None:
            raise click.ClickException(
                'there is no mirror: [plugin.itop] says directory = "live"; write "mirror"'
            )
        if status:
            _tell_state(found.mirror.state(), as_json)
            return
        if owner:
            os.nice(NICENESS)
            end_with_input()
        try:
            with Bars() as bars:
                synced = found.synchronize(bars, anew=anew, renumber=renumber, owner=owner)
        except (LeaseTaken, LeaseLost) as error:
            raise click.ClickException(f"{error}; see `cti-host itop sync --status`") from None
        except ItopProblem as error:
            raise click.ClickException(f"iTop: {error}. {_AGAIN}") from None
        _tell(synced, as_json)

    return sync


def _tell(synced: Synced, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(synced)))
        return
    rate = (synced.organizations + synced.persons - synced.resumed) / max(synced.seconds, 0.001)
    copied = f"{synced.persons} persons and {synced.organizations} organizations"
    click.echo(f"{copied} in {synced.seconds:.1f} s ({rate:.0f} objects/s)")
    if synced.resumed:
        click.echo(f"{synced.resumed} of them were read by an earlier attempt")
    click.echo(f"{synced.written} were new or changed, {synced.gone} are gone")


def _tell_state(state: MirrorState, as_json: bool) -> None:
    if as_json:
        age = state.age if state.filled else None
        click.echo(json.dumps({
            "filled": state.filled,
            "age_seconds": age,
            "as_of": _moment(state.started),
            "persons": state.persons,
            "organizations": state.organizations,
            "running": state.running,
            "interrupted": state.interrupted,
            "problem": state.problem,
            "problem_at": _moment(state.problem_at),
        }))  # fmt: skip
        return
    if state.filled:
        click.echo(f"{state.persons} persons and {state.organizations} organizations, as iTop was "
                   f"{_ago(state.age)} ago ({_moment(state.started)})")  # fmt: skip
    else:
        click.echo("nothing was copied yet: every caller is asked for in iTop")
    if state.interrupted:
        doing = "is under way" if state.running else "was interrupted"
        where = f" at {state.run_class}, {state.run_done} read" if state.run_class else ""
        click.echo(f"a run {doing}{where}")
    if state.problem:
        click.echo(f"the last attempt failed ({_moment(state.problem_at)}): {state.problem}")


def _moment(seconds: int) -> str | None:
    """A moment as text, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(" ")[:19] + " UTC" if seconds else None


def _ago(seconds: int) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
