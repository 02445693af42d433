"""What the search of every page finds: objects of plugins, in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cti_host.isolation.read_only import make_read_only
from cti_host.model.agents import NavigationItem
from cti_host.model.fields import Address


@dataclass(frozen=True)
class SearchHit:
    """Something that was found.

    :param title: what it is called
    :param url: its page
    :param detail: what tells it apart from others that are called alike, in one line
    :param caller_key: of a person who may call: their `Caller.key`, so that a number can be given
        to them; empty: it is no such person
    """

    title: str
    url: Address
    detail: str = ""
    caller_key: str = ""


@dataclass(frozen=True)
class SearchGroup:
    """What was found of one kind; texts are in the agent's language.

    :param label: what the kind is called ("Person")
    :param hits: the best ones, best first; some are enough, no agent reads twenty
    :param more_url: a page with all of them; empty: there is none, or there are no others
    :param offers: what to do if nothing is found anywhere, such as to create what was looked for; a
        group of offers alone needs neither label nor hits
    """

    label: str = ""
    hits: Sequence[SearchHit] = ()
    more_url: Address = ""
    offers: Sequence[NavigationItem] = ()

    def __post_init__(self) -> None:
        make_read_only(self, "hits", "offers")
