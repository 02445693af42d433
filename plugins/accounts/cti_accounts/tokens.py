"""Tokens let programs in: each has a name, scopes, and an end; only its hash is kept."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count

from cti_accounts.accounts import AccountRefused, checked_text, existing_agent
from cti_accounts.models import AgentAccount, AgentToken, moment_of, seconds_now
from cti_accounts.sessions.store import key_hash
from cti_accounts.settings import current_config
from cti_host import SCOPES, nearest, writing

DAY = 24 * 3600
MOST_TOKENS = 100
USUAL_SCOPES = ("pop", "read")


@dataclass(frozen=True)
class Token:
    """What is known of a token, besides its hash.

    :param id_: tells it from all others
    :param created: when it was made, in UTC
    :param expires: when it stops working, in UTC; `None`: never
    :param used: when it was last used, to a minute, in UTC; `None`: not yet
    """

    id_: int
    name: str
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime | None
    used: datetime | None
    expired: bool


def issue_token(
    name: str, label: str = "", scopes: Collection[str] = USUAL_SCOPES, days: int | None = None
) -> str:
    """A new token that lets a program in as this agent. It can't be shown again.

    :param name: the agent
    :param label: what the token is called: what it is for; empty: "program", or "program 2", ...
    :param scopes: what it is good for, of `cti_host.SCOPES`
    :param days: how long it lives; `None`: as long as the settings allow; 0: it never ends, where
        the settings allow that
    :raises AccountRefused: no such agent, or deactivated; a token of this name; an unknown
        scope or none; too long a life; too many tokens
    """
    account = existing_agent(name)
    if not account.active:
        raise AccountRefused(f"agent {account.name!r} is deactivated")
    label = checked_text("the token's name", label)
    scopes = checked_scopes(scopes)
    expires = _expires(days)
    own = AgentToken.agent == account
    token = secrets.token_urlsafe(32)
    with writing():
        names = {row.name for row in AgentToken.select(AgentToken.name).where(own)}
        if label in names:
            raise AccountRefused(f"{account.name} has a token {label!r} already")
        if len(names) >= MOST_TOKENS:
            raise AccountRefused(f"{account.name} has {MOST_TOKENS} tokens; revoke one first")
        AgentToken.create(
            agent=account,
            hash=key_hash(token),
            name=label or _free_name(names),
            scopes=" ".join(scopes),
            expires=expires,
        )
    return token


def tokens_of(account: AgentAccount) -> list[Token]:
    """The tokens of an agent, in the order in which they were made."""
    rows: Iterable[AgentToken] = (
        AgentToken.select().where(AgentToken.agent == account).order_by(AgentToken.id)
    )
    now = seconds_now()
    return [
        Token(
            row.id,
            row.name,
            tuple(row.scopes.split()),
            row.created,
            None if row.expires is None else moment_of(row.expires),
            None if row.used is None else moment_of(row.used),
            row.expires is not None and now >= row.expires,
        )
        for row in rows
    ]


def revoke_tokens(name: str, label: str | None = None) -> int:
    """Revoke an agent's tokens; returns how many there were.

    :param label: the name of one of them; `None`: all
    :raises AccountRefused: no such agent, or no token of this name
    """
    account = existing_agent(name)
    own = AgentToken.agent == account
    if label is None:
        return int(AgentToken.delete().where(own).execute())
    revoked = int(AgentToken.delete().where(own & (AgentToken.name == label)).execute())
    if not revoked:
        names = [token.name for token in tokens_of(account)]
        near = nearest(label, names)
        hint = f"; did you mean {near!r}?" if near else ""
        raise AccountRefused(f"{account.name} has no token {label!r}{hint}")
    return revoked


def revoke_token(account: AgentAccount, id_: int) -> str | None:
    """Revoke one token of an agent; returns its name. `None`: it is not there."""
    own = (AgentToken.agent == account) & (AgentToken.id == id_)
    found = AgentToken.get_or_none(own)
    if found is None or not AgentToken.delete().where(own).execute():
        return None
    return str(found.name)


def checked_scopes(scopes: Collection[str]) -> tuple[str, ...]:
    """The scopes in their usual order, each once.

    :raises AccountRefused: an unknown one, or none
    """
    if not scopes:
        raise AccountRefused(f"name at least one scope: {', '.join(SCOPES)}")
    for scope in scopes:
        if scope not in SCOPES:
            near = nearest(scope, SCOPES)
            hint = f"did you mean {near!r}?" if near else f"known: {', '.join(SCOPES)}"
            raise AccountRefused(f"there is no scope {scope!r}; {hint}")
    return tuple(scope for scope in SCOPES if scope in scopes)


def _expires(days: int | None) -> int | None:
    longest = current_config().longest_token_days
    wanted = longest if days is None else days
    if wanted < 0 or (longest and not 1 <= wanted <= longest):
        raise AccountRefused(f"a token lives 1 to {longest} days")
    return seconds_now() + wanted * DAY if wanted else None


def _free_name(names: Collection[str]) -> str:
    numbered = (f"program {number}" for number in count(2))
    return next(name for name in chain(["program"], numbered) if name not in names)
