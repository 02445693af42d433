"""The commands of this plugin: `oql`, beside `data`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import click
from cti_oql import Oql, OqlError
from cti_oql.tools.error_text import shown
from cti_oql.tools.explain import explain

from cti_host import current_host
from cti_tickets.commands.data import data
from cti_tickets.commands.data_report import report_command
from cti_tickets.commands.oql_batch import answers, error_json
from cti_tickets.commands.oql_parameters import parameters
from cti_tickets.directory.findings import DirectoryReader
from cti_tickets.directory.received_calls import CallStore
from cti_tickets.model.data_model import schema
from cti_tickets.store import access_journal
from cti_tickets.store.records import FRIENDLYNAME, Records

# A statement takes only so many values.
_BATCH = 1000


def commands(
    oql: Oql, read_directory: Callable[[], DirectoryReader], calls: CallStore
) -> Sequence[click.Command]:
    """The commands, for an OQL engine, a directory report and the calls that it tells of."""

    @click.command("oql")
    @click.argument("query", required=False)
    @click.option(
        "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the query."
    )
    @click.option(
        "--params-json", metavar="JSON", help='Parameters as JSON: {"callers_list": [1, 2]}.'
    )
    @click.option(
        "--explain", "explained", is_flag=True, help="Tell how the query is answered instead."
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
        explained: bool,
        batch: BinaryIO | None,
        as_json: bool,
    ) -> None:
        """Print what a query finds.

        Without QUERY it is read from the input; on a terminal, a prompt asks for queries.

        A parameter that is a phone number is compared as one, as in a call; an extension only
        where the parameter is one of the attributes of [url_parameters].
        """
        if batch is not None:
            if query is not None or params or params_json or explained:
                raise click.UsageError("--batch takes queries and parameters from its file only")
            sys.exit(_batch(oql, batch))
        values = parameters(params, params_json)
        if query is None and sys.stdin.isatty() and not explained and not as_json:
            _ask(oql, values)
            return
        text = _read() if query is None else query
        try:
            for line in (_explained if explained else _found)(oql, text, values, as_json):
                click.echo(line)
        except OqlError as error:
            if as_json:
                click.echo(json.dumps({"error": error_json(error)}))
            raise click.ClickException(shown(error)) from None

    more = {"report": report_command(read_directory, calls)}
    with_report = click.Group(data.name, {**data.commands, **more}, help=data.help)
    return [oql_command, with_report]


def _batch(oql: Oql, lines: BinaryIO) -> int:
    """Answer each line; the exit status tells whether all of them had a verdict."""
    status = 0
    for answer in answers(oql, lines):
        click.echo(str(answer))
        if not answer.understood:
            status = 1
    return status


def _ask(oql: Oql, values: dict[str, Any]) -> None:
    # Only who sees the prompt waits for what makes it.
    from cti_tickets.commands.oql_prompt import Prompt, file_history

    Prompt(oql, values, file_history()).run()


def _read() -> str:
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"the input is not UTF-8: {error}") from None
    if not text.strip():
        raise click.UsageError("no query: write it behind the command, or into its input")
    return text.rstrip()


def _found(oql: Oql, text: str, values: dict[str, Any], as_json: bool) -> Iterator[str]:
    database = current_host().database
    keys = oql.ids(database, text, values)
    by_class: dict[str, list[int]] = {}
    for name, id_ in keys:
        by_class.setdefault(name, []).append(id_)
    for name, ids in by_class.items():
        access_journal.seen(name, ids)
    if as_json:
        yield json.dumps({"keys": [f"{name}::{id_}" for name, id_ in keys]})
        return
    class_name = oql.resolve(text).class_name
    records = Records(schema())
    for start in range(0, len(keys), _BATCH):
        ids = [id_ for _name, id_ in keys[start : start + _BATCH]]
        for record in records.load(database, class_name, ids, [FRIENDLYNAME]):
            yield f"{record.class_name}::{record.id}\t{record.text(FRIENDLYNAME)}"
    click.echo(f"{len(keys)} found", err=True)


def _explained(oql: Oql, text: str, values: dict[str, Any], as_json: bool) -> Iterator[str]:
    explanation = explain(oql, current_host().database, text, values)
    yield json.dumps(explanation.as_json()) if as_json else explanation.as_text()
