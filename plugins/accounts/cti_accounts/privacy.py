"""The account of somebody whose data is handed over or erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee

from cti_accounts.models import AgentAccount
from cti_host import DataSubject, PersonalData, Removal

_SECRET = ("hash", "secret", "password", "place", "who")


def accounts_of(subject: DataSubject, people: str) -> Sequence[Any]:
    """The accounts of a person: linked to them, or with an e-mail address that is theirs alone.

    :param people: the plugin whose persons agents are linked to; "": any
    """
    linked = subject.source if people in ("", subject.source) else None
    emails = [one.lower() for one in subject.emails if one not in subject.shared]
    of_person: Any = peewee.fn.lower(AgentAccount.email).in_(emails)
    if linked is not None:
        of_person |= AgentAccount.contact_id == subject.id
    return list(AgentAccount.select().where(of_person).order_by(AgentAccount.id))


def personal_data(subject: DataSubject, people: str) -> list[PersonalData]:
    """Account, profiles, sessions and tokens, without what is secret."""
    parts: list[PersonalData] = []
    for account in accounts_of(subject, people):
        parts.append(PersonalData("Account", [_entry(account)]))
        for field, model in _dependents():
            rows = model.select().where(field == account)
            if entries := [entry for row in rows if (entry := _entry(row))]:
                parts.append(PersonalData(f"Account: {model._meta.table_name}", entries))
    return parts


def erase(subject: DataSubject, people: str, *, dry_run: bool) -> list[Removal]:
    """Close the accounts of a person; their sessions, tokens and profiles go.

    The name that they signed in with stays, and is not given to anybody else: it stands beside what
    they did.
    """
    accounts = accounts_of(subject, people)
    for account in () if dry_run else accounts:
        for field, model in _dependents():
            model.delete().where(field == account).execute()
        account.display = account.email = ""
        account.password = "!"  # noqa: S105 -- no password has this hash
        account.active, account.contact_id = False, None
        account.save()
    how = "closed; the name to sign in stays, beside what they did"
    return [Removal("accounts", len(accounts), how)] if accounts else []


def _dependents() -> list[tuple[Any, Any]]:
    meta: Any = AgentAccount._meta
    return [*meta.backrefs.items()]


def _entry(row: Any) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in row.__data__.items()
        if name not in _SECRET and value not in (None, "") and name not in ("id", "agent")
    }
