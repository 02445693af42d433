"""`cti-host explain`: the way of one call through the plugins."""

from __future__ import annotations

import json
import sys

import click

from cti_host.command_line.context import Context, json_option, pass_context


@click.command()
@click.argument("url")
@json_option
@pass_context
def explain(context: Context, url: str, as_json: bool) -> None:
    """Show what each plugin got, answered and took for the URL of a call."""
    from cti_host.pop.explain import explain_url

    explanation = explain_url(context.app, url)
    if as_json:
        click.echo(json.dumps(explanation.as_json(), ensure_ascii=False))
    else:
        click.echo(explanation.as_text())
    sys.exit(1 if explanation.error else 0)
