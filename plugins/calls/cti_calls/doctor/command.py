"""`cti-host doctor`: every hop from the phone system to the painted pop."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from cti_calls.doctor.hops import hops
from cti_host import Level, current_host


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def doctor(as_json: bool) -> None:
    """Say of each hop from the phone system to the screen whether it works, with its remedy.

    Ends with code 1 if one doesn't.
    """
    host = current_host()
    with host.database.connection_context():
        found = hops(host)
    if as_json:
        click.echo(json.dumps([{"plugin": plugin, **asdict(one)} for plugin, one in found]))
    else:
        for plugin, one in found:
            click.echo(f"{plugin}: {one.level:7}  {one.what}: {one.detail}")
            if one.remedy:
                click.echo(f"    -> {one.remedy}")
    sys.exit(1 if any(one.level is Level.BAD for _plugin, one in found) else 0)
