"""Commands about accounts: added, changed, deactivated."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

import click

from cti_accounts import accounts
from cti_accounts.commands.refusals import refusals
from cti_accounts.models import (
    AgentAccount,
    AgentOrganization,
    AgentProfile,
    AgentToken,
    Profile,
    SecondFactor,
)
from cti_accounts.organizations import names
from cti_accounts.people import require_person
from cti_accounts.profiles import PROFILES
from cti_accounts.tokens import revoke_tokens
from cti_host import writing

_profile_option = click.option(
    "--profile",
    "profiles",
    multiple=True,
    required=True,
    metavar="PROFILE",
    help=f"A profile of rights; may be given more than once. Known: {', '.join(PROFILES)}.",
)
_organization_option = click.option(
    "--organization",
    "organizations",
    multiple=True,
    metavar="NAME|ID",
    help="Limit the agent to an organization and those below it; may be given more than once.",
)
_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of stdin."
)


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("no terminal to ask for the password at: use --password-stdin")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


@click.command()
@click.argument("name")
@_profile_option
@click.option("--display", default="", help="The name to show, instead of NAME.")
@click.option("--email", default="")
@click.option("--contact", type=int, metavar="ID", help="The id of the person who is this agent.")
@_organization_option
@_password_option
@refusals
def add(
    name: str,
    profiles: tuple[str, ...],
    display: str,
    email: str,
    contact: int | None,
    organizations: tuple[str, ...],
    password_stdin: bool,
) -> None:
    """Add an agent who signs in as NAME."""
    secret = _read_password(password_stdin)
    limits = accounts.organizations_named(organizations)
    ids = [one.id for one in limits]
    account = accounts.add_agent(name, secret, profiles, display, email, contact, ids)
    click.echo(f"added agent {account.name}: {', '.join(dict.fromkeys(profiles))}")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(as_json: bool) -> None:
    """List the agents."""
    listed = _listed()
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    if not listed:
        click.echo("no agents; add one: cti-host agent add NAME --profile PROFILE", err=True)
    for agent in listed:
        notes = [", ".join(agent["profiles"])]
        if agent["contact_id"] is not None:
            notes.append(f"person {agent['contact_id']}")
        if agent["organizations"]:
            notes.append(f"limited to {', '.join(names(agent['organizations']))}")
        if agent["tokens"]:
            notes.append(f"tokens: {agent['tokens']}")
        if agent["second_factor"]:
            notes.append("second factor")
        if not agent["active"]:
            notes.append("deactivated")
        shown = f" ({agent['display']})" if agent["display"] else ""
        click.echo(f"{agent['name']}{shown}: {'; '.join(notes)}")


@click.command()
@click.argument("name")
@click.option("--display", help="The name to show.")
@click.option("--email")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="PROFILE",
    help="These profiles instead of those before; may be given more than once.",
)
@refusals
def modify(name: str, display: str | None, email: str | None, profiles: tuple[str, ...]) -> None:
    """Change what is known of an agent; what isn't named stays."""
    if display is None and email is None and not profiles:
        raise click.UsageError("say what to change: --display, --email or --profile")
    accounts.modify_agent(name, display=display, email=email, profiles=profiles or None)
    click.echo(f"changed {name}")


@click.command()
@click.argument("name")
@_password_option
@click.option(
    "--revoke-tokens/--keep-tokens",
    "tokens_too",
    default=True,
    help="Whether the agent's tokens end, too; they do unless you keep them.",
)
@refusals
def password(name: str, password_stdin: bool, tokens_too: bool) -> None:
    """Give an agent another password; their sessions end, and so do their tokens."""
    new = _read_password(password_stdin)
    with writing():
        accounts.set_password(name, new)
        revoked = revoke_tokens(name) if tokens_too else 0
    click.echo(f"changed the password of {name}")
    if revoked:
        click.echo(f"tokens revoked: {revoked}")


@click.command()
@click.argument("name")
@_profile_option
@refusals
def profiles(name: str, profiles: tuple[str, ...]) -> None:
    """Give an agent these profiles instead of those they have."""
    accounts.set_profiles(name, profiles)
    click.echo(f"{name} has now: {', '.join(dict.fromkeys(profiles))}")


@click.command()
@click.argument("name")
@_organization_option
@click.option("--all", "unlimited", is_flag=True, help="The agent is not limited any more.")
@refusals
def organizations(name: str, organizations: tuple[str, ...], unlimited: bool) -> None:
    """Limit an agent to these organizations, and those below them, instead of those before."""
    if unlimited == bool(organizations):
        raise click.UsageError("give an --organization, or --all")
    limits = accounts.limit_agent(name, organizations)
    listed = ", ".join(one.name for one in limits)
    click.echo(f"{name} is limited to: {listed}" if limits else f"{name} is not limited any more")


@click.command()
@click.argument("name")
@refusals
def deactivate(name: str) -> None:
    """Keep an agent out: sessions end at once, tokens work no more."""
    accounts.deactivate_agent(name)
    click.echo(f"deactivated {name}")


@click.command()
@click.argument("name")
@refusals
def activate(name: str) -> None:
    """Let a deactivated agent in again."""
    accounts.activate_agent(name)
    click.echo(f"activated {name}")


@click.command()
@click.argument("name")
@click.argument("contact_id", metavar="ID", type=int, required=False)
@click.option("--remove", is_flag=True, help="The agent is nobody in the data.")
@refusals
def link(name: str, contact_id: int | None, remove: bool) -> None:
    """Say that an agent is the person with this ID."""
    if remove == (contact_id is not None):
        raise click.UsageError("give an ID, or --remove")
    accounts.existing_agent(name)
    if contact_id is not None:
        require_person(contact_id)
    accounts.link_agent(name, contact_id)
    click.echo(f"{name} is person {contact_id}" if contact_id else f"{name} is nobody in the data")


def _listed() -> list[dict[str, Any]]:
    owned: dict[int, list[str]] = {}
    having = AgentProfile.select(AgentProfile.agent, Profile.name).join(Profile)
    for agent_id, name in _rows(having.order_by(Profile.name)):
        owned.setdefault(agent_id, []).append(name)
    strong = {agent_id for (agent_id,) in _rows(SecondFactor.select(SecondFactor.agent))}
    limits: dict[int, list[int]] = {}
    limiting = AgentOrganization.select(AgentOrganization.agent, AgentOrganization.organization_id)
    for agent_id, id_ in _rows(limiting.order_by(AgentOrganization.organization_id)):
        limits.setdefault(agent_id, []).append(id_)
    tokens = Counter(agent_id for (agent_id,) in _rows(AgentToken.select(AgentToken.agent)))
    return [
        {
            "name": account.name,
            "display": account.display,
            "email": account.email,
            "active": account.active,
            "profiles": owned.get(account.id, []),
            "contact_id": account.contact_id,
            "second_factor": account.id in strong,
            "organizations": limits.get(account.id, []),
            "tokens": tokens[account.id],
        }
        for account in AgentAccount.select().order_by(AgentAccount.name_key)
    ]


def _rows(query: Any) -> Iterable[tuple[Any, ...]]:
    return cast(Iterable[tuple[Any, ...]], query.tuples())


def _former(name: str, command: click.Command) -> click.Command:
    """The same command under the name that it had, for scripts."""
    return click.Command(
        name, callback=command.callback, params=command.params, help=command.help, hidden=True
    )


COMMANDS: tuple[click.Command, ...] = (
    add,
    show,
    modify,
    password,
    profiles,
    organizations,
    deactivate,
    activate,
    link,
    _former("disable", deactivate),
    _former("enable", activate),
)
