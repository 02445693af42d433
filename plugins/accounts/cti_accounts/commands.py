"""`cti-host agent ...`: accounts from the command line."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import click

from cti_accounts import accounts
from cti_accounts.models import AgentAccount, AgentProfile, AgentToken, Profile
from cti_accounts.profiles import PROFILES

_P = ParamSpec("_P")
_T = TypeVar("_T")

_profile_option = click.option(
    "--profile",
    "profiles",
    multiple=True,
    required=True,
    metavar="PROFILE",
    help=f"A profile of rights; may be given more than once. Known: {', '.join(PROFILES)}.",
)
_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of stdin."
)


def agent_commands() -> click.Group:
    """The group; a new one each time, because the host wraps it for its application."""
    group = click.Group("agent", help="Agents: who may sign in, and with which profiles.")
    for command in (add, show, password, profiles, token, revoke, disable, enable, link):
        group.add_command(command)
    return group


def _refusals(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Turn a refusal into a message and exit code 1."""

    @wraps(function)
    def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return function(*args, **kwargs)
        except accounts.AccountRefused as refused:
            raise click.ClickException(str(refused)) from None

    return wrapper


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
@_password_option
@_refusals
def add(
    name: str,
    profiles: tuple[str, ...],
    display: str,
    email: str,
    contact: int | None,
    password_stdin: bool,
) -> None:
    """Add an agent who signs in as NAME."""
    secret = _read_password(password_stdin)
    account = accounts.add_agent(name, secret, profiles, display, email, contact)
    click.echo(f"added agent {account.name}: {', '.join(dict.fromkeys(profiles))}")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
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
        if agent["tokens"]:
            notes.append(f"tokens: {agent['tokens']}")
        if not agent["active"]:
            notes.append("disabled")
        shown = f" ({agent['display']})" if agent["display"] else ""
        click.echo(f"{agent['name']}{shown}: {'; '.join(notes)}")


@click.command()
@click.argument("name")
@_password_option
@_refusals
def password(name: str, password_stdin: bool) -> None:
    """Give an agent another password; their sessions end."""
    accounts.set_password(name, _read_password(password_stdin))
    click.echo(f"changed the password of {name}")


@click.command()
@click.argument("name")
@_profile_option
@_refusals
def profiles(name: str, profiles: tuple[str, ...]) -> None:
    """Give an agent these profiles instead of those they have."""
    accounts.set_profiles(name, profiles)
    click.echo(f"{name} has now: {', '.join(dict.fromkeys(profiles))}")


@click.command()
@click.argument("name")
@click.option("--label", default="", help="What the token is for.")
@_refusals
def token(name: str, label: str) -> None:
    """Print a new token of an agent, for a program: Authorization: Bearer TOKEN."""
    new = accounts.issue_token(name, label)
    click.echo("keep it safe: it is shown only now", err=True)
    click.echo(new)


@click.command()
@click.argument("name")
@_refusals
def revoke(name: str) -> None:
    """Take all tokens of an agent back."""
    click.echo(f"tokens taken back: {accounts.revoke_tokens(name)}")


@click.command()
@click.argument("name")
@_refusals
def disable(name: str) -> None:
    """Keep an agent out: sessions and tokens count no more."""
    accounts.disable_agent(name)
    click.echo(f"disabled {name}")


@click.command()
@click.argument("name")
@_refusals
def enable(name: str) -> None:
    """Let a disabled agent in again."""
    accounts.enable_agent(name)
    click.echo(f"enabled {name}")


@click.command()
@click.argument("name")
@click.argument("contact_id", metavar="ID", type=int, required=False)
@click.option("--remove", is_flag=True, help="The agent is nobody in the data.")
@_refusals
def link(name: str, contact_id: int | None, remove: bool) -> None:
    """Say that an agent is the person with this ID."""
    if remove == (contact_id is not None):
        raise click.UsageError("give an ID, or --remove")
    accounts.link_agent(name, contact_id)
    click.echo(f"{name} is person {contact_id}" if contact_id else f"{name} is nobody in the data")


def _listed() -> list[dict[str, Any]]:
    owned: dict[int, list[str]] = {}
    having = AgentProfile.select(AgentProfile.agent, Profile.name).join(Profile)
    for agent_id, name in _rows(having.order_by(Profile.name)):
        owned.setdefault(agent_id, []).append(name)
    tokens = Counter(agent_id for (agent_id,) in _rows(AgentToken.select(AgentToken.agent)))
    return [
        {
            "name": account.name,
            "display": account.display,
            "email": account.email,
            "active": account.active,
            "profiles": owned.get(account.id, []),
            "contact_id": account.contact_id,
            "tokens": tokens[account.id],
        }
        for account in AgentAccount.select().order_by(AgentAccount.name_key)
    ]


def _rows(query: Any) -> Iterable[tuple[Any, ...]]:
    return cast(Iterable[tuple[Any, ...]], query.tuples())
