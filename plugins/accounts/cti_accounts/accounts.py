"""What can be done with accounts: added, changed, given tokens. Each is one transaction.

All functions run inside an application's context, with an open database.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Iterable

import peewee

from cti_accounts.models import (
    AgentAccount,
    AgentProfile,
    AgentToken,
    Profile,
    new_session_key,
)
from cti_accounts.passwords import hashed, password_problem
from cti_accounts.profiles import PROFILES, closest_profile
from cti_host import database, nearest

MAX_NAME = 64
MAX_TEXT = 255
MAX_ID = 2**31 - 1


class AccountRefused(ValueError):
    """What was asked for can't be done; the message says why, and nothing was changed."""


def name_key(name: str) -> str:
    """What all writings of one name have in common."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def find_agent(name: str) -> AgentAccount | None:
    """The account with this name, in any case; `None`: there is none."""
    key = name_key(name)
    if not key or len(name) > MAX_NAME or "\0" in key:
        return None
    return AgentAccount.get_or_none(AgentAccount.name_key == key)


def add_agent(
    name: str,
    password: str,
    profiles: Iterable[str],
    display: str = "",
    email: str = "",
    contact_id: int | None = None,
) -> AgentAccount:
    """Add an agent.

    :param name: what they sign in with: up to 64 characters, in any case
    :param password: what they prove it with; only its argon2 hash is kept
    :param profiles: at least one of `PROFILES`
    :param display: the name that is shown; empty: `name`
    :param contact_id: the id of the person in the data who is this agent
    :raises AccountRefused: the name is taken or not a name, the password is weak, a profile is
        unknown, a text is too long
    """
    name = _checked_name(name)
    wanted = _checked_profiles(profiles)
    display, email = _checked_text("display", display), _checked_text("email", email)
    contact_id = _checked_contact(contact_id)
    _check_password(password, name)
    if find_agent(name):
        raise AccountRefused(f"there is an agent {name!r} already")
    try:
        with database.atomic():
            account = AgentAccount.create(
                name=name,
                name_key=name_key(name),
                display=display,
                email=email,
                password=hashed(password),
                contact_id=contact_id,
            )
            _give_profiles(account, wanted)
    except peewee.IntegrityError:  # somebody else was faster
        raise AccountRefused(f"there is an agent {name!r} already") from None
    return account


def set_password(name: str, password: str) -> None:
    """Give an agent another password; they are signed out everywhere.

    :raises AccountRefused: no such agent, or the password is weak
    """
    account = _existing(name)
    _check_password(password, account.name)
    _update(account, password=hashed(password), fs_uniquifier=new_session_key())


def set_profiles(name: str, profiles: Iterable[str]) -> None:
    """Give an agent these profiles instead of those they have.

    :raises AccountRefused: no such agent or profile, or none was named
    """
    account = _existing(name)
    wanted = _checked_profiles(profiles)
    with database.atomic():
        AgentProfile.delete().where(AgentProfile.agent == account).execute()
        _give_profiles(account, wanted)


def disable_agent(name: str) -> None:
    """Keep an agent out: their sessions and tokens count no more from now on.

    :raises AccountRefused: no such agent
    """
    _update(_existing(name), active=False, fs_uniquifier=new_session_key())


def enable_agent(name: str) -> None:
    """Let an agent in again, with the password and the tokens they had.

    :raises AccountRefused: no such agent
    """
    _update(_existing(name), active=True)


def link_agent(name: str, contact_id: int | None) -> None:
    """Say which person in the data an agent is; `None`: nobody.

    :raises AccountRefused: no such agent, or not an id
    """
    _update(_existing(name), contact_id=_checked_contact(contact_id))


def issue_token(name: str, label: str = "") -> str:
    """A new token that lets a program in as this agent. It can't be shown again.

    :raises AccountRefused: no such agent, or the agent is disabled
    """
    account = _existing(name)
    if not account.active:
        raise AccountRefused(f"agent {account.name!r} is disabled")
    token = secrets.token_urlsafe(32)
    AgentToken.create(agent=account, hash=token_hash(token), label=_checked_text("label", label))
    return token


def revoke_tokens(name: str) -> int:
    """Take all tokens of an agent back; answers how many there were.

    :raises AccountRefused: no such agent
    """
    account = _existing(name)
    return int(AgentToken.delete().where(AgentToken.agent == account).execute())


def token_hash(token: str) -> str:
    """What is kept of a token. Tokens are long and random: a plain hash can't be guessed back."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _existing(name: str) -> AgentAccount:
    account = find_agent(name)
    if account is None:
        near = nearest(name, [agent.name for agent in AgentAccount.select(AgentAccount.name)])
        hint = f"; did you mean {near!r}?" if near else ""
        raise AccountRefused(f"there is no agent {name!r}{hint}")
    return account


def _update(account: AgentAccount, **values: object) -> None:
    AgentAccount.update(**values).where(AgentAccount.id == account.id).execute()


def _give_profiles(account: AgentAccount, names: list[str]) -> None:
    for name in names:
        profile = Profile.get_or_none(Profile.name == name) or Profile.create(name=name)
        AgentProfile.create(agent=account, profile=profile)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise AccountRefused("the name is empty")
    if len(name) > MAX_NAME:
        raise AccountRefused(f"the name has {len(name)} characters; at most {MAX_NAME} are kept")
    if not name.isprintable() or len(name_key(name)) > 2 * MAX_NAME:
        raise AccountRefused("the name has characters that can't be typed or read")
    return name


def _checked_profiles(profiles: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(profiles))
    if not wanted:
        raise AccountRefused("name at least one profile: " + ", ".join(PROFILES))
    for name in wanted:
        if name not in PROFILES:
            close = closest_profile(name)
            hint = f"did you mean {close!r}?" if close else f"known: {', '.join(PROFILES)}"
            raise AccountRefused(f"there is no profile {name!r}; {hint}")
    return wanted


def _checked_text(what: str, text: str) -> str:
    text = text.strip()
    if len(text) > MAX_TEXT or not text.isprintable():
        raise AccountRefused(f"{what} is longer than {MAX_TEXT} characters, or unreadable")
    return text


def _checked_contact(contact_id: int | None) -> int | None:
    if contact_id is not None and not 1 <= contact_id <= MAX_ID:
        raise AccountRefused(f"{contact_id} is not the id of a person")
    return contact_id


def _check_password(password: str, name: str) -> None:
    problem = password_problem(password, name)
    if problem:
        raise AccountRefused(problem)
