"""The command `cti-host data import`."""

from __future__ import annotations

import codecs
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from itertools import islice
from pathlib import Path
from typing import Any

import click

from cti_host import current_host, update_statistics
from cti_tickets.commands.running import connected, progress_bar
from cti_tickets.model.data_model import schema
from cti_tickets.transfer.importing import (
    WRITING,
    ImportBusy,
    ImportInterrupted,
    ImportRefused,
    import_files,
)
from cti_tickets.transfer.matching import BadMatch, match_by
from cti_tickets.transfer.outcome import Action, Imported
from cti_tickets.transfer.pending import interrupted
from cti_tickets.transfer.reading.plain import Wish
from cti_tickets.transfer.reading.records import BadLine, zone_of
from cti_tickets.transfer.run import Options

# More lines than these tell nobody anything; JSON has them all.
SHOWN = 50
# The exit status when some lines were left out.
SOME_LEFT_OUT = 3
_DONE = {Action.CREATE: "created", Action.CHANGE: "changed", Action.SKIP: "as before"}
_TO_DO = {Action.CREATE: "To create", Action.CHANGE: "To change", Action.SKIP: "To skip"}


@click.command("import")
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option("--class", "class_name", help="The class of CSV files not named after their class.")
@click.option(
    "--match",
    "matches",
    multiple=True,
    metavar="[CLASS:]CODES",
    help="Change stored objects: those with the same id, ref, email, …; name,org_id: with both.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing.")
@click.option(
    "--skip-bad", is_flag=True, help="Import the good lines, and put the bad ones into a file."
)
@click.option(
    "--ignore-unknown", is_flag=True, help="Leave out attributes and classes not known here."
)
@click.option(
    "--empty-missing", is_flag=True, help="Leave keys empty that lead to nothing, if they may be."
)
@click.option("--encoding", help="The encoding of the files, if they don't show it: cp1252, …")
@click.option(
    "--dates",
    type=click.Choice(["dmy", "mdy"]),
    help="In 05/01/2026, what comes first: the day or the month.",
)
@click.option("--timezone", "zone_name", help="The time zone of moments that name none.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--give-up", is_flag=True, help="Forget the rest of an import that was interrupted; no FILES."
)
def import_command(
    files: tuple[Path, ...],
    class_name: str | None,
    matches: tuple[str, ...],
    dry_run: bool,
    skip_bad: bool,
    ignore_unknown: bool,
    empty_missing: bool,
    encoding: str | None,
    dates: str | None,
    zone_name: str | None,
    as_json: bool,
    give_up: bool,
) -> None:
    """Import FILES: all of them, or nothing and a list of every bad line.

    JSON lines: {"class": "Person", "id": 7, "fields": {"name": "Lovelace"}}; also a list of such
    objects, or what iTop's core/get returned. CSV or a workbook (.xlsx): the first row names the
    attributes, by code or label; the file's name, or --class, names the class. "-" is standard
    input. Ids are kept, and objects may refer to others that come later, also in another file.

    Without --match every object is new. With it, an object that is stored already is changed, and
    one that is stored as it is in the file is left alone.

    An import that was interrupted is finished by the next one, before anything else.
    """
    if give_up == bool(files):
        raise click.UsageError("name FILES to import, or --give-up alone")
    if give_up:
        _give_up()
        return
    if class_name is not None and class_name not in schema():
        raise click.BadParameter(f"there is no class {class_name}", param_hint="--class")
    try:
        options = Options(
            match_by=match_by(matches),
            ignore_unknown=ignore_unknown,
            empty_missing=empty_missing,
            skip_bad=skip_bad,
            # Standard input has no folder of its own.
            bad_folder=Path() if Path("-") in files else None,
            dry_run=dry_run,
        )
    except BadMatch as error:
        raise click.BadParameter(str(error), param_hint="--match") from None
    wish = Wish(
        class_name or "",
        _encoding(encoding),
        None if dates is None else dates == "dmy",
        _zone(zone_name),
    )
    try:
        with _on_disk(files) as paths, connected():
            outcome = import_files(
                paths, wish, lambda number, size: progress_bar(_label(number), size), options
            )
            if not dry_run:
                update_statistics(current_host().database)
    except ImportRefused as refused:
        _tell_refusal(refused, as_json)
        sys.exit(1)
    except (ImportBusy, ImportInterrupted) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    if as_json:
        click.echo(json.dumps(_as_json(outcome, options), ensure_ascii=False))
    else:
        _tell(outcome, options)
    sys.exit(SOME_LEFT_OUT if outcome.skipped else 0)


def _give_up() -> None:
    try:
        with connected():
            before = interrupted()
            if before is not None:
                before.give_up()
    except ImportBusy as error:
        raise click.ClickException(str(error)) from None
    if before is None:
        click.echo("No import was interrupted.")
        return
    files = ", ".join(before.files)
    click.echo(
        f"The import of {files} is given up: "
        f"{before.written} of {before.objects} objects are stored, and stay."
    )


def _label(number: int) -> str:
    """What a pass over the files is called."""
    if number == WRITING:
        return "Writing"
    return "Importing" if number == 1 else "Again, without what is wrong"


def _encoding(name: str | None) -> str:
    """The name that Python has for an encoding."""
    try:
        return codecs.lookup(name).name if name else ""
    except LookupError:
        raise click.BadParameter(f"there is no encoding {name}", param_hint="--encoding") from None


def _zone(name: str | None) -> tzinfo | None:
    try:
        return zone_of(name) if name else None
    except BadLine as error:
        raise click.BadParameter(str(error), param_hint="--timezone") from None


@contextmanager
def _on_disk(files: Sequence[Path]) -> Iterator[list[Path]]:
    """The files; standard input as one, because an import may read it twice."""
    if Path("-") not in files:
        yield list(files)
        return
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "stdin"
        with click.open_file("-", "rb") as stdin, given.open("wb") as copy:
            shutil.copyfileobj(stdin, copy)
        yield [given if path == Path("-") else path for path in files]


def _tell_refusal(refused: ImportRefused, as_json: bool) -> None:
    problems = refused.problems
    if as_json:
        listed = [{"file": p.file, "line": p.line, "message": p.message} for p in problems]
        click.echo(json.dumps({"imported": {}, "problems": listed}, ensure_ascii=False))
    for problem in problems if not as_json else []:
        click.echo(str(problem), err=True)
    click.echo(f"Nothing was imported: {len(problems)} problems.", err=True)


def _as_json(outcome: Imported, options: Options) -> dict[str, Any]:
    """The result for a program; what an import without options has nothing of is left out."""
    counts = outcome.counts
    result: dict[str, Any] = {
        "imported": counts[Action.CREATE],
        "problems": [
            {"file": p.file, "line": p.line, "message": p.message} for p in outcome.skipped
        ],
    }
    if options.match_by:
        result |= {"changed": counts[Action.CHANGE], "same": counts[Action.SKIP]}
    if outcome.remarks:
        result["remarks"] = outcome.remarks
    if outcome.notes.count:
        result["notes"] = list(outcome.notes)
    if outcome.ignored:
        result["ignored"] = outcome.ignored
    if outcome.bad_files:
        result["bad_files"] = [str(path) for path in outcome.bad_files]
    if options.dry_run:
        result |= {str(action): list(listed) for action, listed in outcome.lists.items()}
    return result


def _tell(outcome: Imported, options: Options) -> None:
    for remark in outcome.remarks:
        click.echo(remark, err=True)
    for note in islice(outcome.notes, SHOWN):
        click.echo("{file}:{line}: {attribute}: {message}".format(**note), err=True)
    if outcome.notes.count > SHOWN:
        click.echo(f"… and {outcome.notes.count - SHOWN} more; --json has them all", err=True)
    for name, number in sorted(outcome.ignored.items()):
        click.echo(f"left out {name}: {number} times", err=True)
    for problem in outcome.skipped:
        click.echo(str(problem), err=True)
    if options.dry_run:
        _tell_lists(outcome)
        return
    for name, numbers in _by_class(outcome.counts).items():
        told = [f"{numbers[action]} {word}" for action, word in _DONE.items()]
        click.echo(f"{name}: {', '.join(told) if options.match_by else numbers[Action.CREATE]}")
    for path in outcome.bad_files:
        click.echo(f"To be corrected: {path}")
    totals = {action: sum(counts.values()) for action, counts in outcome.counts.items()}
    if options.match_by:
        told = [f"{totals[action]} {word}" for action, word in _DONE.items()]
        click.echo(f"Imported: {', '.join(told)}{_left_out(outcome)}.")
    else:
        click.echo(f"Imported {totals[Action.CREATE]} objects{_left_out(outcome)}.")


def _left_out(outcome: Imported) -> str:
    return f", left out {len(outcome.skipped)} lines" if outcome.skipped else ""


def _tell_lists(outcome: Imported) -> None:
    for action, title in _TO_DO.items():
        listed = outcome.lists[action]
        click.echo(f"{title}: {listed.count}")
        for one in listed:
            name = f"{one['class']} {one['id']}" if one["id"] else one["class"]
            changing = f": {', '.join(one['attributes'])}" if one.get("attributes") else ""
            click.echo(f"  {name} ({one['file']}:{one['line']}){changing}")
    click.echo(f"Nothing was imported: this was a dry run{_left_out(outcome)}.")


def _by_class(counts: dict[Action, Counter[str]]) -> dict[str, dict[Action, int]]:
    names = dict.fromkeys(name for counter in counts.values() for name in counter)
    return {name: {action: counts[action][name] for action in Action} for name in names}
