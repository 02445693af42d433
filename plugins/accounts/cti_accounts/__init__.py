"""Agents, profiles and sign-in."""

from cti_accounts.accounts import (
    AccountRefused,
    activate_agent,
    add_agent,
    deactivate_agent,
    find_agent,
    limit_agent,
    link_agent,
    modify_agent,
    reset_second_factor,
    set_password,
    set_profiles,
    sign_out_agent,
)
from cti_accounts.plugin import Plugin
from cti_accounts.profiles import PROFILES
from cti_accounts.tokens import issue_token, revoke_tokens

__all__ = [
    "PROFILES",
    "AccountRefused",
    "Plugin",
    "activate_agent",
    "add_agent",
    "deactivate_agent",
    "find_agent",
    "issue_token",
    "limit_agent",
    "link_agent",
    "modify_agent",
    "reset_second_factor",
    "revoke_tokens",
    "set_password",
    "set_profiles",
    "sign_out_agent",
]
