"""The profiles of rights that an agent may have: those that iTop comes with."""

from __future__ import annotations

from difflib import get_close_matches

PROFILES = (
    "Administrator",
    "Change Approver",
    "Change Implementor",
    "Change Supervisor",
    "Configuration Manager",
    "Document author",
    "Portal power user",
    "Portal user",
    "Problem Manager",
    "REST Services User",
    "Service Desk Agent",
    "Service Manager",
    "Support Agent",
)


def closest_profile(name: str) -> str | None:
    """The profile that a misspelt name most likely means; `None`: nothing comes close."""
    by_key = {profile.casefold(): profile for profile in PROFILES}
    close = get_close_matches(name.casefold(), by_key, n=1)
    return by_key[close[0]] if close else None
