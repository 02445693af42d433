"""Accounts as agents, and which persons in the data they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cti_accounts.accounts import AccountRefused, find_agent, link_agent
from cti_accounts.models import AgentAccount, AgentOrganization
from cti_accounts.profiles import profiles_of
from cti_accounts.settings import current_config
from cti_host import Agent, Caller, current_host, writing


def agent_called(name: str) -> Agent | None:
    """The agent whose account has this name, in any case; `None`: there is none."""
    account = find_agent(name)
    return None if account is None else _agent(account)


def active_agents() -> list[Agent]:
    """Everybody who may sign in with an account, by name."""
    active = AgentAccount.select().where(AgentAccount.active)
    return [_agent(account) for account in active.order_by(AgentAccount.name)]


def _agent(account: AgentAccount) -> Agent:
    limits = AgentOrganization.select().where(AgentOrganization.agent == account)
    return Agent(
        account.name,
        account.display,
        account.email,
        frozenset(profiles_of(account)),
        account.contact_id,
        current_config().people,
        frozenset(one.organization_id for one in limits),
    )


def require_person(contact_id: int) -> None:
    """See that there is a person with this id, where the plugin that has persons can tell.

    :raises AccountRefused: there is none
    """
    host, people = current_host(), _people()
    if people not in host.known_names:
        return
    classes = {*host.known_names[people].caller_classes, "Person"}
    keys = [f"{people}:{class_name}:{contact_id}" for class_name in sorted(classes)]
    # Without a result, the plugin finds nobody by key, or can't right now.
    found = dict(host.hooks.results("find_callers", texts=keys))
    if people in found and not found[people]:
        label = host.source_label(people)
        raise AccountRefused(f"{label} has no person with the id {contact_id}")


def link_unless_taken(name: str, contact_id: int) -> bool | None:
    """Keep that an agent is a person.

    :return: false: another agent is this person; `None`: there is no such account
    """
    account = find_agent(name)
    if account is None:
        return None
    with writing():
        others = AgentAccount.select().where(
            AgentAccount.contact_id == contact_id, AgentAccount.id != account.id
        )
        if others.exists():
            return False
        link_agent(name, contact_id)
    return True


def move_accounts(
    old: Caller, new: Caller, ids: Sequence[int] | None, *, dry_run: bool
) -> list[int]:
    """Let the accounts of a person be another one's, in the current transaction; which they are.

    :param ids: no others; `None`: all
    :param dry_run: only say which
    """
    if old.source != _people():
        return []
    theirs: Any = AgentAccount.contact_id == old.id
    if ids is not None:
        theirs = theirs & AgentAccount.id.in_([*ids])
    found = [one.id for one in AgentAccount.select().where(theirs).order_by(AgentAccount.id)]
    if found and not dry_run:
        AgentAccount.update(contact_id=new.id).where(AgentAccount.id.in_(found)).execute()
    return found


def _people() -> str:
    """The plugin whose persons agents are; "" for none."""
    named = current_config().people
    return named or next(iter(current_host().hooks.owners("ticket_lists")), "")
