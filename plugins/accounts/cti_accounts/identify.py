"""Who is behind a request: from its session or its token, with one small SQL statement."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import peewee
from flask import Request, g, session

from cti_accounts.last_use import TOKEN_SECONDS, note_use, session_seconds
from cti_accounts.models import (
    AgentAccount,
    AgentOrganization,
    AgentProfile,
    AgentSession,
    AgentToken,
    Profile,
)
from cti_accounts.sessions.browser import SESSION_KEY
from cti_accounts.sessions.store import is_over, key_hash
from cti_accounts.settings import current_config
from cti_host import Agent, database, is_postgresql

_SIGNED_IN = "cti_accounts_signed_in"
# What every statement begins with; the fields of the credential and the profile follow.
_ACCOUNT = (
    AgentAccount.name,
    AgentAccount.display,
    AgentAccount.email,
    AgentAccount.contact_id,
    AgentAccount.active,
)


def identify(request: Request) -> Agent | None:
    """The agent of a request; `None`: nobody, or one who is deactivated.

    A request with a bearer token is what its token says, whatever else its session says. Other
    kinds of `Authorization` (of a proxy before the host, say) are not ours.
    """
    authorization = request.authorization
    if authorization is not None and authorization.type == "bearer":
        return _by_token(authorization.token) if authorization.token else None
    key = session.get(SESSION_KEY)
    return _by_session(key) if isinstance(key, str) else None


def is_signed_in_here() -> bool:
    """Whether the agent of this request signed in with a password of ours, in this browser."""
    return bool(g.get(_SIGNED_IN))


def _by_session(key: str) -> Agent | None:
    rows = _rows(AgentSession, key)
    if not rows:
        return None
    id_, created, used, complete, strong = rows[0][len(_ACCOUNT) : -2]
    now = int(time.time())
    if not complete or is_over(created, used, now):
        return None
    agent = _agent(rows, None)
    if agent is None:
        return None
    config = current_config()
    if not strong and config.needs_second_factor(agent.profiles):
        return None
    setattr(g, _SIGNED_IN, True)
    if created > now:
        # The clock was set back: the session would last until it is that late again, and longer.
        note_use(AgentSession, id_, now, created=now)
    elif not 0 <= now - used < session_seconds(config.idle_minutes * 60):
        note_use(AgentSession, id_, now)
    return agent


def _by_token(token: str) -> Agent | None:
    rows = _rows(AgentToken, token)
    if not rows:
        return None
    id_, expires, used, scopes = rows[0][len(_ACCOUNT) : -2]
    now = int(time.time())
    if expires is not None and now >= expires:
        return None
    agent = _agent(rows, frozenset(scopes.split()))
    if agent is not None and (used is None or not 0 <= now - used < TOKEN_SECONDS):
        note_use(AgentToken, id_, now)
    return agent


def _agent(rows: list[tuple[Any, ...]], scopes: frozenset[str] | None) -> Agent | None:
    name, display, email, contact_id, active = rows[0][: len(_ACCOUNT)]
    if not active:
        return None
    profiles = frozenset(row[-1] for row in rows if row[-1] is not None)
    organizations = frozenset(row[-2] for row in rows if row[-2] is not None)
    people = current_config().people
    return Agent(name, display, email, profiles, contact_id, people, organizations, scopes)


def _rows(by: type[AgentSession | AgentToken], key: str) -> list[tuple[Any, ...]]:
    """Rows for the profiles and organizations of the agent; none: no such session or token."""
    statement = _statement(by, is_postgresql(database.obj))
    rows: list[tuple[Any, ...]] = database.execute_sql(statement, (key_hash(key),)).fetchall()
    return rows


@cache
def _statement(by: type[AgentSession | AgentToken], postgresql: bool) -> str:
    """The SQL, compiled once per process and kind of database: it runs on every page."""
    credential: tuple[Any, ...] = (
        (AgentToken.id, AgentToken.expires, AgentToken.used, AgentToken.scopes)
        if by is AgentToken
        else (
            AgentSession.id,
            AgentSession.created,
            AgentSession.used,
            AgentSession.complete,
            AgentSession.strong,
        )
    )
    query = (
        AgentAccount.select(*_ACCOUNT, *credential, AgentOrganization.organization_id, Profile.name)
        .join(by)
        .switch(AgentAccount)
        .join(AgentOrganization, peewee.JOIN.LEFT_OUTER)
        .switch(AgentAccount)
        .join(AgentProfile, peewee.JOIN.LEFT_OUTER)
        .join(Profile, peewee.JOIN.LEFT_OUTER)
        .where(by.hash == "")
    )
    text, parameters = query.sql()
    assert len(parameters) == 1  # noqa: S101 -- the key, and nothing else
    return str(text)
