"""`cti-host check`: every mistake in the configuration, without starting."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import click

from cti_host.command_line.context import Context, json_option, pass_context
from cti_host.command_line.verdict import Verdict
from cti_host.databases.examine import SOURCE, examine
from cti_host.model import Finding, Level
from cti_host.settings.problems import ConfigRefused


@click.command()
@click.option(
    "--online", is_flag=True, help="Also try the database, and what plugins stand on: servers."
)
@json_option
@pass_context
def check(context: Context, online: bool, as_json: bool) -> None:
    """Report every mistake in the configuration at once, without starting."""
    try:
        verdict = Verdict(str(context.path), context.host.problems, refused=False)
    except ConfigRefused as error:
        verdict = Verdict(context.config_file or "", error.problems, refused=True)
    if online:
        findings = [] if verdict.refused else _check_online(context)
        verdict = replace(verdict, findings=findings)
    if as_json:
        click.echo(json.dumps(verdict.as_json()))
    else:
        for problem in verdict.problems:
            click.echo(str(problem), err=True)
        click.echo(verdict.summary(), err=verdict.refused)
        for line in verdict.online_lines():
            click.echo(line)
    sys.exit(0 if verdict.ok else 1)


def _check_online(context: Context) -> list[tuple[str, Finding]]:
    host = context.host
    with context.app.app_context():
        findings = [(SOURCE, finding) for finding in examine(host, quick=True)]
        if findings[0][1].level is Level.BAD:
            return findings + host.hooks.check_online()
        with host.database.connection_context():
            return findings + host.hooks.check_online()
