"""Who is behind a request: from its session or its token, with one small SQL statement."""

from __future__ import annotations

import time
from functools import cache

import peewee
from flask import Request, session

from cti_accounts.accounts import token_hash
from cti_accounts.models import AgentAccount, AgentProfile, AgentToken, Profile
from cti_accounts.settings import current_config
from cti_host import Agent, database, is_postgresql

# Flask-Login and Flask-Security keep these two in the session when somebody signs in.
SESSION_KEY = "_user_id"
SIGNED_IN_AT = "fs_paa"


def identify(request: Request) -> Agent | None:
    """The agent of a request; `None`: nobody, or one who is disabled.

    A request with a bearer token is what its token says, whatever else its session says. Other
    kinds of `Authorization` (of a proxy before the host, say) are not ours.
    """
    authorization = request.authorization
    if authorization is not None and authorization.type == "bearer":
        token = authorization.token
        return _agent("token", token_hash(token)) if token else None
    key = session.get(SESSION_KEY)
    if not isinstance(key, str) or not _still_lasts():
        return None
    return _agent("session", key)


def _still_lasts() -> bool:
    started = session.get(SIGNED_IN_AT, 0)
    return bool(time.time() - started < current_config().session_hours * 3600)


def _agent(by: str, key: str) -> Agent | None:
    rows = database.execute_sql(_statement(by, is_postgresql(database.obj)), (key,)).fetchall()
    if not rows:
        return None
    name, display, email, contact_id, active, _profile = rows[0]
    if not active:
        return None
    profiles = frozenset(row[-1] for row in rows if row[-1] is not None)
    return Agent(name, display, email, profiles, contact_id, current_config().people)


@cache
def _statement(by: str, postgresql: bool) -> str:
    """The SQL, compiled once per process and kind of database: it runs on every page."""
    query = (
        AgentAccount.select(
            AgentAccount.name,
            AgentAccount.display,
            AgentAccount.email,
            AgentAccount.contact_id,
            AgentAccount.active,
            Profile.name,
        )
        .join(AgentProfile, peewee.JOIN.LEFT_OUTER)
        .join(Profile, peewee.JOIN.LEFT_OUTER)
    )
    if by == "token":
        query = query.switch(AgentAccount).join(AgentToken).where(AgentToken.hash == "")
    else:
        query = query.where(AgentAccount.fs_uniquifier == "")
    text, parameters = query.sql()
    assert len(parameters) == 1  # noqa: S101 -- the key, and nothing else
    return str(text)
