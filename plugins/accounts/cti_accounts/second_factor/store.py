"""The second factor of an agent: set up, checked, taken away."""

from __future__ import annotations

import logging
import time

from cti_accounts.models import AgentAccount, RecoveryCode, SecondFactor
from cti_accounts.second_factor import recovery, totp
from cti_accounts.second_factor.sealed import Unreadable, open_sealed, seal
from cti_host import writing

log = logging.getLogger("cti_accounts")


def has_second_factor(account: AgentAccount) -> bool:
    """Whether the agent signs in with a second factor."""
    return bool(SecondFactor.select().where(SecondFactor.agent == account).exists())


def set_up(account: AgentAccount, secret: str, code: str) -> list[str] | None:
    """Keep a secret, once its authenticator shows the right code.

    :return: new recovery codes, to be shown now and never again; `None`: the code is wrong
    """
    step = totp.step_of(secret, code, time.time())
    if step is None:
        return None
    with writing():
        SecondFactor.delete().where(SecondFactor.agent == account).execute()
        sealed = seal(secret, _purpose(account))
        SecondFactor.create(agent=account, secret=sealed, last_step=step)
        return recovery.new_codes(account)


def is_right(account: AgentAccount, code: str) -> bool:
    """Check a code of the authenticator, or use a recovery code up. None counts twice."""
    factor = SecondFactor.get_or_none(SecondFactor.agent == account)
    if factor is None:
        return False
    return _is_new_code(account, factor, code) or recovery.use(account, code)


def remove(account: AgentAccount) -> bool:
    """Take the second factor and the recovery codes away; returns whether there was one."""
    with writing():
        RecoveryCode.delete().where(RecoveryCode.agent == account).execute()
        gone = SecondFactor.delete().where(SecondFactor.agent == account).execute()
    return bool(gone)


def _is_new_code(account: AgentAccount, factor: SecondFactor, code: str) -> bool:
    try:
        secret = open_sealed(factor.secret, _purpose(account))
    except Unreadable:
        log.error(
            "the second factor of agent %r was set up with another secret key: a recovery code "
            "lets them in, or cti-host agent second-factor-reset",
            account.name,
        )
        return False
    now = time.time()
    step = totp.step_of(secret, code, now)
    if step is None:
        return False
    # No code of later than the latest one was used, unless the clock was set back since.
    later = SecondFactor.last_step > totp.latest_step(now)
    # Of two that come with the same code at once, one changes the row.
    unused = (SecondFactor.agent == account) & ((SecondFactor.last_step < step) | later)
    return bool(SecondFactor.update(last_step=step).where(unused).execute())


def _purpose(account: AgentAccount) -> str:
    return f"second factor of agent {account.id}"
