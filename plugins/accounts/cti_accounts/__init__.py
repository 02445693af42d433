"""Agents, profiles and sign-in."""

from cti_accounts.accounts import (
    AccountRefused,
    add_agent,
    disable_agent,
    enable_agent,
    find_agent,
    issue_token,
    link_agent,
    revoke_tokens,
    set_password,
    set_profiles,
)
from cti_accounts.plugin import Plugin
from cti_accounts.profiles import PROFILES

__all__ = [
    "PROFILES",
    "AccountRefused",
    "Plugin",
    "add_agent",
    "disable_agent",
    "enable_agent",
    "find_agent",
    "issue_token",
    "link_agent",
    "revoke_tokens",
    "set_password",
    "set_profiles",
]
