"""Commands about signing in: where agents are, ended at once, and the second factor."""

from __future__ import annotations

import json

import click

from cti_accounts import accounts
from cti_accounts.commands.refusals import refusals
from cti_accounts.models import AgentAccount
from cti_accounts.sessions.store import end_all, open_sessions


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@refusals
def sessions(name: str, as_json: bool) -> None:
    """List where an agent is signed in."""
    listed = open_sessions(accounts.existing_agent(name))
    if as_json:
        rows = [
            {
                "device": one.device,
                "address": one.address,
                "signed_in": f"{one.created.isoformat()}Z",
                "last_used": f"{one.used.isoformat()}Z",
            }
            for one in listed
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in listed:
        click.echo(
            f"{one.device or 'unknown browser'} at {one.address or 'an unknown address'}: "
            f"signed in {one.created} UTC, last used {one.used} UTC"
        )
    if not listed:
        click.echo(f"{name} is not signed in")


@click.command("sign-out")
@click.argument("name", required=False)
@click.option("--all", "everybody", is_flag=True, help="End the sessions of all agents.")
@refusals
def sign_out(name: str | None, everybody: bool) -> None:
    """End all sessions of an agent, at once."""
    if everybody == (name is not None):
        raise click.UsageError("give a NAME, or --all")
    if name is not None:
        click.echo(f"sessions ended: {accounts.sign_out_agent(name)}")
        return
    click.echo(f"sessions ended: {sum(end_all(account) for account in AgentAccount.select())}")


@click.command("second-factor-reset")
@click.argument("name")
@refusals
def second_factor_reset(name: str) -> None:
    """Take an agent's second factor away, when the device and the recovery codes are lost."""
    if accounts.reset_second_factor(name):
        click.echo(f"{name} has no second factor any more, and is signed out everywhere")
    else:
        click.echo(f"{name} had no second factor; {name} is signed out everywhere")


COMMANDS: tuple[click.Command, ...] = (sessions, sign_out, second_factor_reset)
