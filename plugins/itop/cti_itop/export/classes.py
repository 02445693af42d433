"""Which classes to copy, and in which order: first what others lead to."""

from __future__ import annotations

from collections.abc import Sequence

# The classes of iTop's ITIL data model that a host's own store can have, in this order, and what
# stands for several of them.
STANDARD = (
    "DeliveryModel",
    "ContactType",
    "ServiceFamily",
    "Organization",
    "Location",
    "Team",
    "Person",
    "lnkPersonToTeam",
    "Service",
    "ServiceSubcategory",
    "EmergencyChange",
    "NormalChange",
    "RoutineChange",
    "Problem",
    "Incident",
    "UserRequest",
    "lnkContactToTicket",
    "PhoneCall",
)
_CHANGES = ("EmergencyChange", "NormalChange", "RoutineChange")
_UNDER = {
    "Contact": ("Team", "Person"),
    "ApprovedChange": ("EmergencyChange", "NormalChange"),
    "Change": _CHANGES,
    "Ticket": (*_CHANGES, "Problem", "Incident", "UserRequest"),
}


def chosen(names: Sequence[str]) -> list[str]:
    """The classes of these names, and those under them, in order; without names the standard ones.

    A class that isn't a standard one comes as it is, behind the others.
    """
    if not names:
        return list(STANDARD)
    wanted = [one for name in names for one in _UNDER.get(name, (name,))]
    others = [name for name in wanted if name not in STANDARD]
    return list(dict.fromkeys([*(name for name in STANDARD if name in wanted), *others]))
