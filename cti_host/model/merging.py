"""What leads to a person, when two persons who are one become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cti_host.isolation.read_only import make_read_only


@dataclass(frozen=True)
class Moved:
    """What of a plugin led to one person and leads to another one now, or would.

    :param kind: what the plugin calls it, also when it is moved back ("call_record")
    :param label: what it is called, in the agent's language ("Calls")
    :param ids: by what the plugin finds each of it again
    :param source: the name of the plugin whose it is, put there by the dispatcher
    """

    kind: str
    label: str
    ids: Sequence[int]
    source: str = ""

    def __post_init__(self) -> None:
        make_read_only(self, "ids")
