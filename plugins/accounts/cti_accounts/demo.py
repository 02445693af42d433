"""The agent of the demonstration."""

from __future__ import annotations

from cti_accounts.accounts import add_agent, find_agent
from cti_accounts.models import AgentAccount
from cti_accounts.passwords import is_password_of

NAME = "demo"
PASSWORD = "ring-ring-hello"  # noqa: S105 -- everybody may know it
# Some plugin's data may know a person with this address: the agent is that person.
EMAIL = "camille.moreau@nsd.example"
PROFILES = ("Support Agent", "Configuration Manager")


def load_demo_agent() -> list[str]:
    """Add the agent `demo`, but only where there is no agent yet: everybody knows its password.

    :return: how to sign in
    """
    if not AgentAccount.select().exists():
        add_agent(NAME, PASSWORD, PROFILES, display="Camille Moreau", email=EMAIL)
    account = find_agent(NAME)
    if account and account.active and is_password_of(account, PASSWORD):
        return [f"Sign in as {NAME}, password {PASSWORD}"]
    return ["Sign in as one of the agents of this database"]
