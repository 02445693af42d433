"""Sessions as the database keeps them: begun, ended, listed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cti_accounts.last_use import session_seconds
from cti_accounts.models import AgentAccount, AgentSession, moment_of, seconds_now
from cti_accounts.settings import current_config
from cti_host import writing

# How long somebody may take between the password and the second factor.
HALF_SECONDS = 15 * 60


@dataclass(frozen=True)
class OpenSession:
    """A session as its agent sees it.

    :param id_: tells it from the agent's others
    :param device: "Firefox, Linux", as the browser described itself; empty: it did not
    :param address: where it signed in from
    :param created: when, in UTC
    :param used: when it was last used, to a few minutes, in UTC
    """

    id_: int
    device: str
    address: str
    created: datetime
    used: datetime


def key_hash(key: str) -> str:
    """What is kept of a key. Keys are long and random: a plain hash can't be guessed back."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def is_over(created: int, used: int, now: float) -> bool:
    """Whether a session has had its time.

    :param created: when it began
    :param used: when it was last used, as far as that was written: it may have been later
    """
    config = current_config()
    if now - created >= config.session_hours * 3600:
        return True
    idle = config.idle_minutes * 60
    return idle > 0 and now - used >= idle + session_seconds(idle)


def begin(
    account: AgentAccount, *, complete: bool, strong: bool, device: str = "", address: str = ""
) -> str:
    """Begin a session; returns the key that its browser keeps.

    :param complete: whether it opens pages; else the second factor is still to come
    :param strong: whether the second factor was given
    """
    key = secrets.token_urlsafe(32)
    with writing():
        oldest = seconds_now() - int(current_config().session_hours * 3600)
        AgentSession.delete().where(AgentSession.created < oldest).execute()
        AgentSession.create(
            agent=account,
            hash=key_hash(key),
            complete=complete,
            strong=strong,
            device=device,
            address=address,
        )
    return key


def find(key: object) -> AgentSession | None:
    """The session of a key, with its account; `None`: it has ended, or its agent is deactivated.

    One that waits for its second factor is found only for a quarter of an hour.
    """
    if not isinstance(key, str) or not key:
        return None
    found = (
        AgentSession.select(AgentSession, AgentAccount)
        .join(AgentAccount)
        .where(AgentSession.hash == key_hash(key))
        .get_or_none()
    )
    now = seconds_now()
    if found is None or not found.agent.active or is_over(found.created, found.used, now):
        return None
    if not found.complete and now - found.created >= HALF_SECONDS:
        return None
    session: AgentSession = found
    return session


def make_strong(session: AgentSession) -> None:
    """Note that the second factor was given in this session."""
    AgentSession.update(strong=True).where(AgentSession.id == session.id).execute()


def end(key: object) -> None:
    """End the session of a key, if it has not ended."""
    if isinstance(key, str) and key:
        AgentSession.delete().where(AgentSession.hash == key_hash(key)).execute()


def end_one(account: AgentAccount, id_: int) -> bool:
    """End one of an agent's sessions; returns whether it was there."""
    own = (AgentSession.agent == account) & (AgentSession.id == id_)
    return bool(AgentSession.delete().where(own).execute())


def end_all(account: AgentAccount) -> int:
    """End all sessions of an agent, half-finished ones too; returns how many it could use."""
    own = AgentSession.agent == account
    with writing():
        complete = AgentSession.select().where(own & AgentSession.complete).count()
        AgentSession.delete().where(own).execute()
    return int(complete)


def open_sessions(account: AgentAccount) -> list[OpenSession]:
    """The sessions of an agent, last used first."""
    rows: Iterable[AgentSession] = (
        AgentSession.select()
        .where((AgentSession.agent == account) & AgentSession.complete)
        .order_by(AgentSession.used.desc(), AgentSession.id.desc())
    )
    now = seconds_now()
    return [
        OpenSession(row.id, row.device, row.address, moment_of(row.created), moment_of(row.used))
        for row in rows
        if not is_over(row.created, row.used, now)
    ]
