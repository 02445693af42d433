"""Who is at the keyboard, and the menu that they see."""

from __future__ import annotations

from dataclasses import dataclass

from cti_host.isolation.read_only import make_read_only
from cti_host.model.fields import Address

ADMINISTRATOR = "Administrator"


@dataclass(frozen=True)
class Agent:
    """Who is at the keyboard.

    :param name: the name that they sign in with
    :param display: the name that is shown; empty: `name`
    :param email: their e-mail address
    :param profiles: their profiles of rights ("Support Agent")
    :param contact_id: the id of the person in the data who is this agent; `None`: unknown
    :param contact_source: the plugin that has this person; empty: the first that has ticket lists
    """

    name: str
    display: str = ""
    email: str = ""
    profiles: frozenset[str] = frozenset()
    contact_id: int | None = None
    contact_source: str = ""

    def __post_init__(self) -> None:
        make_read_only(self, "profiles")

    @property
    def is_administrator(self) -> bool:
        """Whether they may see how the host itself fares."""
        return ADMINISTRATOR in self.profiles

    def contact_in(self, source: str) -> int | None:
        """The id of the agent's person, if it is a person of this plugin."""
        return self.contact_id if self.contact_source in ("", source) else None

    def __str__(self) -> str:
        return self.display or self.name


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
