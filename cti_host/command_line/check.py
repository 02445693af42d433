"""`cti-host check`: every mistake in the configuration, without starting."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

import click

from cti_host.command_line.context import Context, json_option, pass_context
from cti_host.model import Finding, Level
from cti_host.settings.problems import ConfigRefused, Problem


@click.command()
@click.option("--online", is_flag=True, help="Also try what plugins stand on: servers, accounts.")
@json_option
@pass_context
def check(context: Context, online: bool, as_json: bool) -> None:
    """Report every mistake in the configuration at once, without starting."""
    try:
        problems = context.host.problems
        refused = False
    except ConfigRefused as error:
        problems, refused = error.problems, True
    findings = _check_online(context) if online and not refused else []
    failed = any(finding.level is Level.BAD for _plugin, finding in findings)
    if as_json:
        answer = {"ok": not (refused or failed), "problems": [_as_dict(p) for p in problems]}
        if online:
            answer["online"] = [
                {"plugin": plugin, **asdict(finding)} for plugin, finding in findings
            ]
        click.echo(json.dumps(answer))
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        errors = sum(not problem.warning for problem in problems)
        if refused:
            click.echo(f"{errors} mistake{'s' if errors != 1 else ''} to correct", err=True)
        else:
            click.echo(f"{context.path}: all right")
        for plugin, finding in findings:
            click.echo(f"{plugin}: {finding.level:7}  {finding.what}: {finding.detail}")
            if finding.remedy:
                click.echo(f"    -> {finding.remedy}")
        if online and not findings and not refused:
            click.echo("no plugin stands on anything outside this host")
    sys.exit(1 if refused or failed else 0)


def _check_online(context: Context) -> list[tuple[str, Finding]]:
    host = context.host
    with context.app.app_context(), host.database.connection_context():
        return host.hooks.check_online()


def _as_dict(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "key": problem.key,
        "message": problem.message,
        "remedy": problem.remedy,
        "level": "warning" if problem.warning else "error",
    }
