"""The command `cti-host itop copy`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from cti_itop.export.objects import CopiedClass, Copier, CopyRefused
from cti_itop.export.output import OtherCopy, Output, to_file, to_stream
from cti_itop.mirror.control import patient
from cti_itop.progress import Bars
from cti_itop.rest.client import Connection
from cti_itop.rest.errors import ItopProblem

_AGAIN = "What was copied is kept: run `cti-host itop copy` again, and it goes on from there."


@dataclass(frozen=True)
class Copying:
    """What copying needs of the plugin; `zone` is that of iTop's server."""

    connection: Connection
    zone: ZoneInfo

    def about(self, names: Sequence[str]) -> dict[str, object]:
        """What a file of these classes is about."""
        itop, zone = self.connection.url, self.zone.key
        return {"itop": itop, "classes": list(names), "timezone": zone}


def copy_command(copying: Callable[[], Copying]) -> click.Command:
    """The command, for a plugin that is set up when it runs."""

    @click.command("copy")
    @click.option("--classes", metavar="NAMES", default="", help="Only these, separated by commas.")
    @click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        default="-",
        help='A file, by default "-": standard output.',
    )
    @click.option("--anew", is_flag=True, help="Begin anew, also if copying was interrupted.")
    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    def copy(classes: str, output: Path, anew: bool, as_json: bool) -> None:
        """Copy organizations, persons, tickets … out of iTop, as lines of JSON.

        `cti-host data import --match id` reads them. A class stands for all classes under it:
        Ticket for every kind of ticket.

        Into a file, copying can be interrupted and run again: it goes on where it was. For each
        class the number of objects and the checksum (SHA-256) of their lines are told; equal ones
        are equal objects. The status is 1 if a class could not be read.
        """
        names = [name.strip() for name in classes.split(",") if name.strip()]
        stream = str(output) == "-"
        try:
            one = copying()
            with _opened(one, names, output, anew) as lines, Bars() as bars:
                with closing(patient(one.connection)) as itop:
                    copied = Copier(itop, lines, one.zone.key, bars).run(names)
                lines.finish()
        except (CopyRefused, OtherCopy) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{output}: {error.strerror}") from None
        except ItopProblem as error:
            again = "" if stream else f" {_AGAIN}"
            raise click.ClickException(f"iTop: {error}.{again}") from None
        _tell(copied, as_json, to_errors=stream)
        sys.exit(1 if any(one.problem for one in copied) else 0)

    return copy


@contextmanager
def _opened(one: Copying, names: Sequence[str], path: Path, anew: bool) -> Iterator[Output]:
    if str(path) == "-":
        with click.open_file("-", "wb") as file:
            yield to_stream(file)
        return
    output = to_file(path, one.about(names), anew=anew)
    with output.file:
        yield output


def _tell(copied: Sequence[CopiedClass], as_json: bool, *, to_errors: bool) -> None:
    problems = [one for one in copied if one.problem]
    if as_json:
        result = {"complete": not problems, "classes": [asdict(one) for one in copied]}
        click.echo(json.dumps(result, ensure_ascii=False), err=to_errors)
        return
    for one in copied:
        checksum = f", checksum {one.checksum[:16]}" if one.checksum else ""
        click.echo(f"{one.name}: {one.problem or one.objects}{checksum}", err=to_errors)
    total = sum(one.objects for one in copied)
    left_out = f", {len(problems)} classes could not be read" if problems else ""
    click.echo(f"Copied {total} objects{left_out}.", err=to_errors)
