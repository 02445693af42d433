"""A person whose data is exported or erased, and what plugins say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cti_host.isolation.read_only import make_read_only
from cti_host.localised import Localised
from cti_host.model.fields import Count


@dataclass(frozen=True)
class DataSubject:
    """A person whose data is exported or erased, and by what texts they are recognised.

    :param class_name: the class in the plugin's data ("Person")
    :param id: the id in the plugin's data
    :param display: what an admin recognises them by: their name and organization
    :param names: their name in the ways in which it is written in full: "Ada Lovelace"
    :param emails: their e-mail addresses
    :param numbers: the keys of their phone numbers ("+33987654321"), and the texts
    :param words: parts of their name, which may also be a part of somebody else's
    :param shared: those of `names`, `emails` and `numbers` that somebody else has, too
    :param source: the name of the plugin that has them, put there by the dispatcher
    :param agents: the names that they sign in with: those that the plugin says, and those of
        `agent_names`, found out before their account is closed, for what is kept by that name
    """

    class_name: str
    id: int
    display: str
    names: Sequence[str] = ()
    emails: Sequence[str] = ()
    numbers: Sequence[str] = ()
    words: Sequence[str] = ()
    shared: Sequence[str] = ()
    source: str = ""
    agents: Sequence[str] = ()

    def __post_init__(self) -> None:
        make_read_only(self, "names", "emails", "numbers", "words", "shared", "agents")

    @property
    def key(self) -> str:
        """Who they are: "tickets:Person:20"."""
        return f"{self.source}:{self.class_name}:{self.id}"


@dataclass(frozen=True)
class PersonalData:
    """A part of what is stored about a person.

    :param title: what it is ("Tickets")
    :param entries: the objects, each as label to text
    """

    title: str
    entries: Sequence[Mapping[str, str]] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        make_read_only(self, "entries")


@dataclass(frozen=True)
class Removal:
    """What was removed from one kind of data, or would be.

    :param what: the kind of data ("phone calls")
    :param count: how many rows were deleted, or changed
    :param how: what became of them ("deleted", "anonymised"), with the rule that says so
    """

    what: str
    count: Count
    how: str = ""


@dataclass(frozen=True)
class LinkCheck:
    """What a plugin says of an address that a phone system opened.

    :param query: the query of the address without what only proves it
    :param refusal: why it is refused, as one sentence; `None`: it is good
    :param expires: until when it is good, in seconds since 1970: whoever has to sign in first comes
        to the call until then; `None`: for as long as any address of the host
    """

    query: str
    refusal: Localised | None = None
    expires: int | None = None
