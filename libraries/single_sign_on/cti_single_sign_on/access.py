"""Somebody whom a directory knows, and the agent who they are here."""

from __future__ import annotations

from dataclasses import dataclass

from cti_host import Agent
from cti_single_sign_on.settings import SingleSignOnConfig

LONGEST_NAME = 64
LONGEST_TEXT = 255


class NoAccess(Exception):
    """Somebody is known, but may not come in.

    :param reason: `"name"`: the name can't be used; `"profiles"`: no group gives a profile;
        `"organizations"`: no group gives an organization
    """

    def __init__(self, reason: str, identity: Identity) -> None:
        super().__init__(reason)
        self.reason = reason
        self.identity = identity


@dataclass(frozen=True)
class Identity:
    """Somebody as a directory describes them.

    :param name: the name that they sign in with
    :param display: the name that is shown; empty: `name`
    :param email: their e-mail address; the person in the data with this address is the agent
    :param groups: what gives profiles
    :param organizations: what gives organizations
    """

    name: str
    display: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


def agent_of(identity: Identity, config: SingleSignOnConfig) -> Agent:
    """The agent who somebody is.

    :raises NoAccess: they may not come in: without a profile, or without an organization where the
        settings say that groups give them
    """
    name = identity.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise NoAccess("name", identity)
    profiles = set(config.everybody)
    for group in identity.groups:
        profiles.update(config.profiles.get(group, ()))
    if not profiles:
        raise NoAccess("profiles", identity)
    return Agent(
        name,
        _text(identity.display),
        _text(identity.email),
        frozenset(profiles),
        contact_source=config.people,
        organizations=_organizations(identity, config),
    )


def _organizations(identity: Identity, config: SingleSignOnConfig) -> frozenset[int]:
    """The organizations that somebody is limited to; empty: they see all."""
    if not config.organizations:
        return frozenset()
    allowed = [config.organizations.get(one, ()) for one in identity.organizations]
    if "all" in allowed:
        return frozenset()
    ids = frozenset(number for some in allowed for number in some if isinstance(number, int))
    if not ids:  # an empty set would mean all
        raise NoAccess("organizations", identity)
    return ids


def _text(text: str) -> str:
    text = text.strip()
    return text[:LONGEST_TEXT] if text.isprintable() else ""
