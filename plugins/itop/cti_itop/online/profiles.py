"""What the profiles that come with iTop may do; its REST services don't tell it.

With some of them nobody may read anything, with every other one all classes. Creating and changing
are one right there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cti_itop.rest.classes import CHANGES

ADMINISTRATOR = "Administrator"
_ANSWERING = ("Service Desk Agent", "Support Agent")
_CHANGING = ("Change Approver", "Change Implementor", "Change Supervisor")
READING = frozenset(
    {
        ADMINISTRATOR,
        "Configuration Manager",
        "Document author",
        "Portal user",
        "Problem Manager",
        "Service Manager",
        *_ANSWERING,
        *_CHANGING,
    }
)
# They give nobody any right by themselves.
SILENT = frozenset({"Portal power user", "REST Services User"})
KNOWN = READING | SILENT
# They let nobody into iTop's console: customers have a portal of their own.
OUTSIDE = frozenset({"Portal user", *SILENT})
_WRITING: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("Organization", "Location", "Person", "Team"), ("Configuration Manager",)),
    **dict.fromkeys(("Service", "ServiceSubcategory", "ServiceFamily"), ("Service Manager",)),
    **dict.fromkeys(("UserRequest", "Incident"), (*_ANSWERING, "Portal user")),
    "Problem": ("Problem Manager",),
    **dict.fromkeys(CHANGES, _CHANGING),
}
WRITTEN = (*_WRITING,)
"""The classes of which it is known who creates and changes their objects."""


def may_read(profiles: Iterable[str]) -> bool | None:
    """Whether somebody with these profiles may read a class; `None`: a site's own may allow it."""
    return _granted(profiles, READING)


def may_create(profiles: Iterable[str], class_name: str) -> bool | None:
    """Whether somebody with these profiles may create an object; `None`: nobody here knows."""
    if class_name not in _WRITING:
        return True if ADMINISTRATOR in profiles else None
    return _granted(profiles, writers(class_name))


def writers(class_name: str) -> frozenset[str]:
    """The profiles that create and change objects of a class out of `WRITTEN`."""
    return frozenset({ADMINISTRATOR, *_WRITING[class_name]})


def creators(class_name: str) -> tuple[str, ...]:
    """The profiles that agents may be given to create an object of a class."""
    return tuple(name for name in _WRITING.get(class_name, ()) if name != "Portal user")


def _granted(profiles: Iterable[str], granting: Iterable[str]) -> bool | None:
    own = {*profiles}
    if own & {*granting}:
        return True
    # Everybody has some profile: where there is none, it can't be read.
    return False if own and own <= KNOWN else None
