"""What profiles may do with each class, and why, for `cti-host rights`."""

from __future__ import annotations

from collections.abc import Iterator

from cti_host import Right
from cti_tickets.model.data_model import schema
from cti_tickets.rights.access import access_of_profiles
from cti_tickets.rights.settings import known_actions


def explained(profiles: frozenset[str]) -> Iterator[Right]:
    """A right for each action with each class that has objects."""
    who, every = access_of_profiles(profiles), schema()
    above: dict[str, list[str]] = {}
    for cls in every:
        for below in every.concrete(cls.name):
            above.setdefault(below, []).append(cls.name)
    for cls in every:
        if cls.abstract:
            continue
        within = tuple(name for name in above.get(cls.name, ()) if name != cls.name)
        for action in known_actions(every, cls.name):
            verdict = who.may(action, cls.name)
            yield Right(cls.name, action, verdict.allowed, verdict.reason, within)
