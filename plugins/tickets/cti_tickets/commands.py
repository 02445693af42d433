"""The commands of this plugin: `oql`, beside `data`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

import click

from cti_host import current_host
from cti_tickets.data_commands import data
from cti_tickets.oql import Oql, OqlError
from cti_tickets.oql_batch import answers
from cti_tickets.oql_parameters import parameters
from cti_tickets.records import FRIENDLYNAME, Records

# A statement takes only so many values.
_BATCH = 1000


def commands(oql: Oql) -> Sequence[click.Command]:
    """The commands, for an OQL engine."""

    @click.command("oql")
    @click.argument("query", required=False)
    @click.option(
        "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the query."
    )
    @click.option(
        "--params-json", metavar="JSON", help='Parameters as JSON: {"callers_list": [1, 2]}.'
    )
    @click.option(
        "--batch",
        type=click.File("rb"),
        metavar="FILE",
        help='Answer each line {"query": …, "params": {…}} of a file ("-": of the input).',
    )
    @click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
    def oql_command(
        query: str | None,
        params: Sequence[str],
        params_json: str | None,
        batch: BinaryIO | None,
        as_json: bool,
    ) -> None:
        """Print what a query finds.

        A parameter that is a phone number is compared as one, as in a call; an extension only
        where the parameter is one of the attributes of [url_parameters].
        """
        if batch is not None:
            if query is not None or params or params_json:
                raise click.UsageError("--batch takes queries and parameters from its file only")
            sys.exit(_batch(oql, batch))
        if query is None:
            raise click.UsageError("Missing argument 'QUERY'.")
        _find(oql, query, parameters(params, params_json), as_json)

    return [oql_command, data]


def _batch(oql: Oql, lines: BinaryIO) -> int:
    """Answer each line; the exit status tells whether all of them had a verdict."""
    status = 0
    for answer in answers(oql, lines):
        click.echo(str(answer))
        if not answer.understood:
            status = 1
    return status


def _find(oql: Oql, query: str, values: dict[str, Any], as_json: bool) -> None:
    database = current_host().database
    try:
        keys = oql.ids(database, query, values)
        class_name = oql.check(query).class_name
    except OqlError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps({"keys": [f"{name}::{id_}" for name, id_ in keys]}))
        return
    records = Records(oql.schema)
    for start in range(0, len(keys), _BATCH):
        ids = [id_ for _name, id_ in keys[start : start + _BATCH]]
        for record in records.load(database, class_name, ids, [FRIENDLYNAME]):
            click.echo(f"{record.class_name}::{record.id}\t{record.text(FRIENDLYNAME)}")
    click.echo(f"{len(keys)} found", err=True)
