"""The commands `cti-host data …`."""

from __future__ import annotations

import json

import click

from cti_host import current_host, expiry_text, update_statistics
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
        if changed:
            update_statistics(current_host().database)
    if as_json:
        click.echo(json.dumps({"objects": seen, "changed": changed}))
    else:
        click.echo(f"Looked at {seen} objects, changed {changed}.")


@data.command("expire")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def expire_command(dry_run: bool, as_json: bool) -> None:
    """Delete what was kept for as long as the settings say: phone calls, history, numbers, …

    Every plugin deletes its own. The file of the database keeps free space until it is
    written anew: `cti-host privacy expire` does both.
    """
    with connected():
        done = current_host().hooks.expire_data(dry_run)
    click.echo(expiry_text(done, dry_run=dry_run, as_json=as_json))
    if done.failed:
        raise click.ClickException("; ".join(done.failed))
