"""The profiles of rights that an agent may have: those that iTop comes with."""

from __future__ import annotations

from cti_accounts.models import AgentAccount, AgentProfile, Profile
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


def profiles_of(account: AgentAccount) -> list[str]:
    """The profiles that an agent has."""
    own = AgentProfile.agent == account
    query = Profile.select(Profile.name).join(AgentProfile).where(own).order_by(Profile.name)
    return [profile.name for profile in query]
