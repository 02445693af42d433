"""Recovery codes: for an agent without their authenticator. Each works once."""

from __future__ import annotations

import hashlib
import secrets

from cti_accounts.models import AgentAccount, RecoveryCode
from cti_host import writing

COUNT = 10
GROUPS, GROUP_LENGTH = 4, 4
# Without those that look like others. Sixteen are 79 bits: a plain hash can't be guessed back.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def new_codes(account: AgentAccount) -> list[str]:
    """Make new codes instead of those that the agent has; they can't be shown again."""
    codes = [_new_code() for _ in range(COUNT)]
    with writing():
        RecoveryCode.delete().where(RecoveryCode.agent == account).execute()
        for code in codes:
            RecoveryCode.create(agent=account, hash=_hash(account, code))
    return codes


def use(account: AgentAccount, code: str) -> bool:
    """Use a code up; returns whether it was one of the agent's."""
    own = (RecoveryCode.agent == account) & (RecoveryCode.hash == _hash(account, code))
    return bool(RecoveryCode.delete().where(own).execute())


def left(account: AgentAccount) -> int:
    """How many codes the agent has left."""
    return int(RecoveryCode.select().where(RecoveryCode.agent == account).count())


def _new_code() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def _hash(account: AgentAccount, code: str) -> str:
    plain = "".join(character for character in code.casefold() if character.isalnum())
    return hashlib.sha256(f"{account.id}\n{plain}".encode("utf-8", "replace")).hexdigest()
