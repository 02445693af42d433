"""The profiles of rights that an agent may have: those that iTop comes with."""

from __future__ import annotations

from cti_host import nearest

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
    """The profile that a misspelt name stands for; `None`: none is near."""
    return nearest(name, PROFILES) or None
