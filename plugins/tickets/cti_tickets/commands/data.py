"""The commands `cti-host data …`."""

from __future__ import annotations

import json

import click

from cti_tickets.commands.data_export import export_command
from cti_tickets.commands.data_import import import_command
from cti_tickets.commands.running import connected, progress_bar
from cti_tickets.model.as_json import model_as_json
from cti_tickets.model.as_markdown import model_as_markdown
from cti_tickets.model.data_model import schema
from cti_tickets.transfer.renumber import count, renumber


@click.group()
def data() -> None:
    """Import and export people and tickets, and keep their numbers in order."""


data.add_command(import_command)
data.add_command(export_command)


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
    with connected(), progress_bar("Renumbering", count()) as progress:
        seen, changed = renumber(progress)
    if as_json:
        click.echo(json.dumps({"objects": seen, "changed": changed}))
    else:
        click.echo(f"Looked at {seen} objects, changed {changed}.")
