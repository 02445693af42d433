"""`cti-host db`: the tables of the database."""

from __future__ import annotations

import json

import click

from cti_host.command_line.context import Context, json_option, pass_context
from cti_host.databases import migrate


@click.group()
def db() -> None:
    """The database: its tables."""


@db.command()
@json_option
@pass_context
def upgrade(context: Context, as_json: bool) -> None:
    """Create or change the tables that the enabled plugins need."""
    with context.app.app_context(), context.host.database.connection_context():
        done = migrate.upgrade(context.host)
    if as_json:
        click.echo(json.dumps({"applied": done}))
        return
    for name in done:
        click.echo(f"applied {name}")
    click.echo("the database is up to date")
