"""The commands of this plugin: `oql`, beside `data`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from cti_host import Number, current_host
from cti_tickets.data_commands import data
from cti_tickets.oql import Oql, OqlError
from cti_tickets.records import FRIENDLYNAME, Records

# A statement takes only so many values.
_BATCH = 1000


def commands(oql: Oql) -> Sequence[click.Command]:
    """The commands, for an OQL engine."""

    @click.command("oql")
    @click.argument("query")
    @click.option(
        "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the query."
    )
    @click.option(
        "--params-json", metavar="JSON", help='Parameters as JSON: {"callers_list": [1, 2]}.'
    )
    @click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
    def oql_command(
        query: str, params: Sequence[str], params_json: str | None, as_json: bool
    ) -> None:
        """Print what a query finds.

        A parameter that is a phone number is compared as one, as in a call; an extension only
        where the parameter is one of the attributes of [url_parameters].
        """
        values = _parameters(params, params_json)
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

    return [oql_command, data]


def _parameters(params: Sequence[str], params_json: str | None) -> dict[str, Any]:
    try:
        given: Any = json.loads(params_json) if params_json else {}
    except ValueError as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--params-json") from None
    if not isinstance(given, dict):
        raise click.BadParameter("not a JSON object", param_hint="--params-json")
    for param in params:
        name, equals, value = param.partition("=")
        if not equals:
            raise click.BadParameter(f"{param!r} is not NAME=VALUE", param_hint="--param")
        given[name] = value
    return {
        name: _as_in_a_call(name, value) if isinstance(value, str) else value
        for name, value in given.items()
    }


def _as_in_a_call(name: str, text: str) -> str | Number:
    host = current_host()
    number = host.hooks.parse_number(text)
    # "123" is an extension if it is called "phone", and an id if it is called "selected_caller".
    known = name in host.settings.url_parameters.values()
    return number if number is not None and (number.e164 or known) else text
