"""Passwords: which ones are good enough, and how one is checked."""

from __future__ import annotations

import unicodedata

from flask_babel import gettext as _

from cti_accounts.hashing import NOBODYS_HASH, is_hash, is_outdated, make_hash, matches
from cti_accounts.models import AgentAccount
from cti_accounts.settings import current_config

MAX_LENGTH = 1024
FEWEST_DIFFERENT = 5


def normalised(password: str) -> str:
    """One form for what keyboards send in several ("é" as one character or as two)."""
    return unicodedata.normalize("NFKC", password)


def password_problem(password: str, name: str) -> str:
    """Why a new password is refused, in the language of the request; empty: it is good.

    :param name: the agent's name, which must not be in the password
    """
    text = normalised(password)
    fewest = current_config().minimum_password_length
    if not text.strip():
        return str(_("The password is empty."))
    if len(text) < fewest:
        return str(_("The password is too short: use at least %(count)s characters.", count=fewest))
    if len(text) > MAX_LENGTH or any(unicodedata.category(c) == "Cc" for c in text):
        return str(_("The password is too long, or has control characters."))
    if len(set(text)) < FEWEST_DIFFERENT:
        return str(
            _(
                "The password is too simple: use at least %(count)s different characters.",
                count=FEWEST_DIFFERENT,
            )
        )
    if len(name) > 2 and name.casefold() in text.casefold():
        return str(_("The password must not contain the name."))
    return ""


def hashed(password: str) -> str:
    """The argon2 hash of a password."""
    return make_hash(normalised(password))


def is_password_of(account: AgentAccount | None, password: str) -> bool:
    """Whether the password is the account's; without account or password this takes as long.

    A hash that was made with other parameters than today's is replaced.
    """
    text = normalised(password)[: MAX_LENGTH + 1].replace("\0", "\N{REPLACEMENT CHARACTER}")
    if account is None or not is_hash(account.password):
        matches(text, NOBODYS_HASH)
        return False
    if not matches(text, account.password):
        return False
    if is_outdated(account.password):
        AgentAccount.update(password=make_hash(text)).where(AgentAccount.id == account.id).execute()
    return True
