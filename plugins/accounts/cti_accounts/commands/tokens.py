"""Commands about tokens: made, listed, revoked."""

from __future__ import annotations

import json

import click

from cti_accounts import tokens
from cti_accounts.accounts import existing_agent
from cti_accounts.commands.refusals import refusals
from cti_host import SCOPES


@click.command()
@click.argument("name")
@click.option("--label", default="", metavar="TEXT", help="Its name: what the token is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    default=tokens.USUAL_SCOPES,
    show_default=True,
    metavar="SCOPE",
    help=f"What it is good for; may be given more than once. Known: {', '.join(SCOPES)}.",
)
@click.option(
    "--days",
    type=int,
    help="How long it lives; without this, as long as `longest_token_days` allows.",
)
@refusals
def token(name: str, label: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Print a new token of an agent, for a program: Authorization: Bearer TOKEN."""
    new = tokens.issue_token(name, label, scopes, days)
    click.echo("keep it safe: it is shown only now", err=True)
    click.echo(new)


@click.command("tokens")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@refusals
def list_tokens(name: str, as_json: bool) -> None:
    """List an agent's tokens; the tokens themselves can't be shown again."""
    listed = tokens.tokens_of(existing_agent(name))
    if as_json:
        rows = [
            {
                "name": one.name,
                "scopes": list(one.scopes),
                "created": f"{one.created.isoformat()}Z",
                "expires": f"{one.expires.isoformat()}Z" if one.expires else None,
                "last_used": f"{one.used.isoformat()}Z" if one.used else None,
                "expired": one.expired,
            }
            for one in listed
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in listed:
        ends = f"ends {one.expires:%Y-%m-%d}" if one.expires else "never ends"
        if one.expired:
            ends = f"ended {one.expires:%Y-%m-%d}"
        used = f"last used {one.used} UTC" if one.used else "not used yet"
        click.echo(f"{one.name}: {' '.join(one.scopes)}; {ends}; {used}")
    if not listed:
        click.echo(f"{name} has no tokens")


@click.command()
@click.argument("name")
@click.argument("token", required=False)
@refusals
def revoke(name: str, token: str | None) -> None:
    """Revoke the token called TOKEN of an agent; without TOKEN, all of them."""
    click.echo(f"tokens revoked: {tokens.revoke_tokens(name, token)}")


COMMANDS: tuple[click.Command, ...] = (token, list_tokens, revoke)
