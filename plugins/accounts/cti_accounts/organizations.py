"""The organizations that agents are limited to: kept by their ids, named by people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cti_accounts.models import AgentAccount, AgentOrganization
from cti_accounts.settings import current_config
from cti_host import Organization, current_host, writing


class UnknownOrganization(ValueError):
    """No organization, or several of them, have a name; the message says which."""


def named(texts: Iterable[str]) -> list[Organization]:
    """The organizations that names or ids stand for, each once, in their order.

    :param texts: the name of an organization, in any case, or its id
    :raises UnknownOrganization: nothing is called so, or more than one organization
    """
    found: dict[int, Organization] = {}
    for text in texts:
        matching = _asked(text)
        if not matching:
            raise UnknownOrganization(f"there is no organization {text!r}")
        if len(matching) > 1:
            ids = ", ".join(str(one.id) for one in matching)
            raise UnknownOrganization(
                f"several organizations are called {text!r}: write an id: {ids}"
            )
        found.setdefault(matching[0].id, matching[0])
    return list(found.values())


def names(ids: Iterable[int]) -> list[str]:
    """What organizations are called, in the order of their ids; one that is gone by its id."""
    texts = []
    for id_ in sorted(ids):
        matching = [one for one in _asked(str(id_)) if one.id == id_]
        texts.append(matching[0].name if matching else f"organization {id_}")
    return texts


def set_organizations(account: AgentAccount, ids: Iterable[int]) -> None:
    """Limit an agent to these organizations, and those below them; to none: not at all."""
    with writing():
        AgentOrganization.delete().where(AgentOrganization.agent == account).execute()
        for id_ in sorted(set(ids)):
            AgentOrganization.create(agent=account, organization_id=id_)


def _asked(text: str) -> Sequence[Organization]:
    """What the plugin that has the agents' persons knows under a name or id."""
    hooks = current_host().hooks
    people = current_config().people or next(iter(hooks.owners("ticket_lists")), "")
    return [one for one in hooks.organizations(text.strip()) if one.source == people]
