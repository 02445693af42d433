"""The command `cti-host data export`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import click
from cti_oql import Oql, OqlError
from cti_oql.tools.error_text import shown

from cti_host import current_host, writing
from cti_tickets.commands.running import connected, progress_bar
from cti_tickets.model.data_model import schema
from cti_tickets.store import access_journal
from cti_tickets.store.transactions import reading
from cti_tickets.transfer.export import (
    ExportedClass,
    Format,
    JsonLines,
    Selection,
    Table,
    count,
    export,
)


@click.command("export")
@click.argument("what", required=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, allow_dash=True),
    default="-",
    help='A file, by default "-": standard output; of CSV of everything, a folder.',
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["jsonl", "csv"]),
    help="By default CSV for a file whose name ends in .csv, else JSON lines.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON, on stderr.")
def export_command(what: str | None, output: Path, format_name: str | None, as_json: bool) -> None:
    """Export WHAT: a class (Person), an OQL query ("SELECT Person WHERE …"), or else everything.

    `cti-host data import` reads what comes out: in an empty database it makes the same objects.
    Counts and checksums (SHA-256) of the lines of each class are told on stderr: equal ones are
    equal objects.
    """
    as_table = format_name == "csv" or (format_name is None and output.suffix.lower() == ".csv")
    with connected(), reading():
        selection = _selection(what)
        if what is None and as_table:
            exported = _folder(selection, output)
        else:
            classes = [schema()[name] for name in selection]
            exported = _one_file(selection, Table(classes) if as_table else JsonLines(), output)
    with connected(), writing():
        for name, ids in selection.items():
            access_journal.exported(name, ids)
    _tell(exported, as_json)


def _selection(what: str | None) -> Selection:
    """The objects that are meant, by class."""
    if what is None:
        return {cls.name: None for cls in schema() if not cls.abstract}
    if what in schema():
        return dict.fromkeys(schema().concrete(what))
    host = current_host()
    try:
        keys = Oql(schema(), host.settings.timezone).ids(host.database, what, {})
    except OqlError as error:
        message = f'{shown(error)}\nWrite a class, such as Person, or a query: "SELECT Person"'
        raise click.ClickException(message) from None
    ids: dict[str, list[int]] = {}
    for name, id_ in keys:
        ids.setdefault(name, []).append(id_)
    return ids


def _one_file(selection: Selection, form: Format, output: Path) -> list[ExportedClass]:
    try:
        with click.open_file(str(output), "wb") as file:
            return _written(selection, form, file)
    except OSError as error:
        raise click.ClickException(f"{output}: {error.strerror}") from None


def _folder(selection: Selection, folder: Path) -> list[ExportedClass]:
    """A table for each class that has objects: `Person.csv`."""
    if str(folder) == "-" or folder.suffix:
        raise click.UsageError(
            "a table has the objects of one class: name the class, or a folder with --output"
        )
    exported = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, ids in selection.items():
            if count({name: ids}):
                with (folder / f"{name}.csv").open("wb") as file:
                    exported += _written({name: ids}, Table([schema()[name]]), file)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    return exported


def _written(selection: Selection, form: Format, file: IO[bytes]) -> list[ExportedClass]:
    with progress_bar("Exporting", count(selection)) as progress:
        return export(selection, form, file, progress)


def _tell(exported: Sequence[ExportedClass], as_json: bool) -> None:
    if as_json:
        classes = {one.name: {"objects": one.objects, "checksum": one.checksum} for one in exported}
        click.echo(json.dumps({"exported": classes}), err=True)
        return
    for one in exported:
        click.echo(f"{one.name}: {one.objects}, checksum {one.checksum[:16]}", err=True)
    click.echo(f"Exported {sum(one.objects for one in exported)} objects.", err=True)
