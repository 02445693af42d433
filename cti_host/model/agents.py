"""Who is at the keyboard, and the menu that they see."""

from __future__ import annotations

from dataclasses import dataclass

from cti_host.isolation.read_only import make_read_only
from cti_host.model.fields import Address

ADMINISTRATOR = "Administrator"
# What a token may be good for: calls and their panels, reading, changing, events of phone systems.
SCOPES = ("pop", "read", "write", "phone_events")


@dataclass(frozen=True)
class Agent:
    """Who is at the keyboard.

    :param name: the name that they sign in with
    :param display: the name that is shown; empty: `name`
    :param email: their e-mail address
    :param profiles: their profiles of rights ("Support Agent")
    :param contact_id: the id of the person in the data who is this agent; `None`: unknown
    :param contact_source: the plugin that has this person; empty: the first that has ticket lists
    :param organizations: the ids of the organizations that they are limited to, each with those
        below it; empty: all. They belong to the plugin `contact_source`, too: of any other plugin's
        organizations an agent who is limited sees none
    :param scopes: what the token that came with the request is good for, of `SCOPES`; `None`:
        there was none, somebody is at a browser
    """

    name: str
    display: str = ""
    email: str = ""
    profiles: frozenset[str] = frozenset()
    contact_id: int | None = None
    contact_source: str = ""
    organizations: frozenset[int] = frozenset()
    scopes: frozenset[str] | None = None

    def __post_init__(self) -> None:
        make_read_only(self, "profiles", "organizations", "scopes")

    @property
    def is_administrator(self) -> bool:
        """Whether they may see how the host itself fares."""
        return ADMINISTRATOR in self.profiles

    def contact_in(self, source: str) -> int | None:
        """The id of the agent's person, if it is a person of this plugin."""
        return self.contact_id if self.contact_source in ("", source) else None

    def organizations_in(self, source: str) -> frozenset[int] | None:
        """The organizations of a plugin that the agent is limited to; `None`: not limited."""
        if not self.organizations:
            return None
        return self.organizations if self.contact_source in ("", source) else frozenset()

    def __str__(self) -> str:
        return self.display or self.name


@dataclass(frozen=True)
class Right:
    """Whether something may be done, and why.

    :param subject: with what: a class, or what a plugin calls it that keeps no classes ("calls")
    :param action: what is done with it ("read")
    :param allowed: whether it may be done
    :param reason: why, in a few words
    :param within: what the subject is one of: the classes above it
    """

    subject: str
    action: str
    allowed: bool
    reason: str
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class Organization:
    """An organization that agents can be limited to.

    :param id: its id in the data of its plugin
    :param name: what it is called there
    :param source: the name of the plugin that returned it, put there by the dispatcher
    """

    id: int
    name: str
    source: str = ""


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the menu.

    :param label: what it says, in the agent's language
    :param url: the page that it opens
    :param icon: the name of a Bootstrap icon
    :param post: whether it is a button that changes something (sign out), sent with a CSRF token
    """

    label: str
    url: Address
    icon: str = ""
    post: bool = False
