"""The commands `cti-host data …`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cti_host import current_host
from cti_tickets.model.as_json import model_as_json
from cti_tickets.model.as_markdown import model_as_markdown
from cti_tickets.model.data_model import schema
from cti_tickets.transfer.importing import ImportRefused, import_files
from cti_tickets.transfer.renumber import count, renumber


@click.group()
def data() -> None:
    """Import people and tickets, and keep their numbers in order."""


@data.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--class", "class_name", help="The class of CSV files not named after their class.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def import_command(files: tuple[Path, ...], class_name: str | None, as_json: bool) -> None:
    """Import FILES: all of them, or nothing and a list of every bad line.

    JSON lines: {"class": "Person", "id": 7, "fields": {"name": "Lovelace"}}. CSV (the name ends
    in .csv): the first line names the attributes; the file's name, or --class, names the class.
    Ids are kept, and objects may refer to others that come later, also in another file.
    """
    if class_name is not None and class_name not in schema():
        raise click.BadParameter(f"there is no class {class_name}", param_hint="--class")
    try:
        size = sum(path.stat().st_size for path in files)
        with _connected(), _progress("Importing", size) as progress:
            counts = import_files(files, class_name, progress)
    except ImportRefused as refused:
        problems = refused.problems
        if as_json:
            listed = [{"file": p.file, "line": p.line, "message": p.message} for p in problems]
            click.echo(json.dumps({"imported": {}, "problems": listed}, ensure_ascii=False))
        for problem in problems if not as_json else []:
            click.echo(str(problem), err=True)
        click.echo(f"Nothing was imported: {len(problems)} problems.", err=True)
        sys.exit(1)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    if as_json:
        click.echo(json.dumps({"imported": counts, "problems": []}))
    else:
        for name, number in counts.items():
            click.echo(f"{name}: {number}")
        click.echo(f"Imported {sum(counts.values())} objects.")


@data.command("model")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def model_command(as_json: bool) -> None:
    """Print the data model: classes, attributes, values, keys, life cycles.

    Without --json it is Markdown, as on the page of the documentation.
    """
    if as_json:
        click.echo(json.dumps(model_as_json(schema()), ensure_ascii=False))
    else:
        click.echo(model_as_markdown(schema()), nl=False)


@data.command("renumber")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def renumber_command(as_json: bool) -> None:
    """Understand every stored phone number anew: run it when the settings of numbers changed."""
    with _connected(), _progress("Renumbering", count()) as progress:
        seen, changed = renumber(progress)
    if as_json:
        click.echo(json.dumps({"objects": seen, "changed": changed}))
    else:
        click.echo(f"Looked at {seen} objects, changed {changed}.")


@contextmanager
def _connected() -> Iterator[None]:
    """A connection for the command, unless it has one already."""
    database = current_host().database
    opened = bool(database.connect(reuse_if_open=True))
    try:
        yield
    finally:
        if opened:
            database.close()


@contextmanager
def _progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, if somebody looks at it."""
    with click.progressbar(
        length=length, label=label, file=sys.stderr, update_min_steps=max(1, length // 200)
    ) as bar:
        yield bar.update
