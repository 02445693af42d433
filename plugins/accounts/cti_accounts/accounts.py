"""What can be done with accounts: added, changed, deactivated. Each is one transaction.

All functions run inside an application's context, with an open database.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import peewee

from cti_accounts.models import AgentAccount, AgentProfile, Profile
from cti_accounts.organizations import UnknownOrganization, named, set_organizations
from cti_accounts.passwords import hashed, password_problem
from cti_accounts.places import forget_places
from cti_accounts.profiles import PROFILES, closest_profile
from cti_accounts.second_factor import store as second_factor
from cti_accounts.sessions import store as sessions
from cti_host import Organization, nearest, writing

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
    organizations: Iterable[int] = (),
) -> AgentAccount:
    """Add an agent.

    :param name: what they sign in with: up to 64 characters, in any case
    :param password: what they prove it with; only its argon2 hash is kept
    :param profiles: at least one of `PROFILES`
    :param display: the name that is shown; empty: `name`
    :param contact_id: the id of the person in the data who is this agent
    :param organizations: the ids of those that they are limited to; empty: not limited
    :raises AccountRefused: the name is taken or not a name, the password is weak, a profile is
        unknown, a text is too long
    """
    name = _checked_name(name)
    wanted = _checked_profiles(profiles)
    display, email = checked_text("display", display), checked_text("email", email)
    contact_id = _checked_contact(contact_id)
    _check_password(password, name)
    if find_agent(name):
        raise AccountRefused(f"there is an agent {name!r} already")
    try:
        with writing():
            account = AgentAccount.create(
                name=name,
                name_key=name_key(name),
                display=display,
                email=email,
                password=hashed(password),
                contact_id=contact_id,
            )
            _give_profiles(account, wanted)
            set_organizations(account, organizations)
    except peewee.IntegrityError:  # somebody else was faster
        raise AccountRefused(f"there is an agent {name!r} already") from None
    return account


def set_password(name: str, password: str) -> None:
    """Give an agent another password; they are signed out everywhere.

    Their tokens stay; `revoke_tokens` revokes them.

    :raises AccountRefused: no such agent, or the password is weak
    """
    account = existing_agent(name)
    _check_password(password, account.name)
    new = hashed(password)
    with writing():
        _update(account, password=new)
        sessions.end_all(account)
        forget_places(account)


def modify_agent(
    name: str,
    *,
    display: str | None = None,
    email: str | None = None,
    profiles: Iterable[str] | None = None,
) -> None:
    """Change what is known of an agent; what is `None` stays.

    :raises AccountRefused: no such agent or profile, or a text is too long
    """
    account = existing_agent(name)
    texts = {"display": display, "email": email}
    values = {what: checked_text(what, text) for what, text in texts.items() if text is not None}
    wanted = None if profiles is None else _checked_profiles(profiles)
    with writing():
        if values:
            _update(account, **values)
        if wanted is not None:
            AgentProfile.delete().where(AgentProfile.agent == account).execute()
            _give_profiles(account, wanted)


def set_profiles(name: str, profiles: Iterable[str]) -> None:
    """Give an agent these profiles instead of those they have.

    :raises AccountRefused: no such agent or profile, or none was named
    """
    modify_agent(name, profiles=profiles)


def deactivate_agent(name: str) -> None:
    """Keep an agent out: their sessions end now, their tokens work no more.

    :raises AccountRefused: no such agent
    """
    account = existing_agent(name)
    with writing():
        _update(account, active=False)
        sessions.end_all(account)


def limit_agent(name: str, organizations: Iterable[str]) -> list[Organization]:
    """Limit an agent to organizations, and those below them, instead of those before.

    :param organizations: their names or ids; none: the agent is not limited
    :return: the organizations
    :raises AccountRefused: no such agent or organization
    """
    account = existing_agent(name)
    found = organizations_named(organizations)
    set_organizations(account, [one.id for one in found])
    return found


def organizations_named(texts: Iterable[str]) -> list[Organization]:
    """The organizations that names or ids stand for.

    :raises AccountRefused: there is no such organization, or several have the name
    """
    try:
        return named(texts)
    except UnknownOrganization as error:
        raise AccountRefused(str(error)) from None


def activate_agent(name: str) -> None:
    """Let an agent in again, with the password, second factor and tokens they had.

    :raises AccountRefused: no such agent
    """
    _update(existing_agent(name), active=True)


def sign_out_agent(name: str) -> int:
    """End all sessions of an agent at once; returns how many there were.

    :raises AccountRefused: no such agent
    """
    return sessions.end_all(existing_agent(name))


def reset_second_factor(name: str) -> bool:
    """Take the second factor and the recovery codes of an agent away, and sign them out.

    :return: whether there was one
    :raises AccountRefused: no such agent
    """
    account = existing_agent(name)
    with writing():
        had = second_factor.remove(account)
        sessions.end_all(account)
    return had


def link_agent(name: str, contact_id: int | None) -> None:
    """Say which person in the data an agent is; `None`: nobody.

    :raises AccountRefused: no such agent, or not an id
    """
    _update(existing_agent(name), contact_id=_checked_contact(contact_id))


def existing_agent(name: str) -> AgentAccount:
    """The account with this name.

    :raises AccountRefused: there is none; the message names the closest
    """
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


def checked_text(what: str, text: str) -> str:
    """A text that fits.

    :raises AccountRefused: it is too long, or has control characters
    """
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
