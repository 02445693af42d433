"""Failed sign-ins are counted, for one name from one address; too many have to wait.

The count is in the database: several processes and several hosts share it.
"""

from __future__ import annotations

import hashlib
import time

from cti_accounts.accounts import name_key
from cti_accounts.models import SignInAttempt
from cti_accounts.settings import current_config
from cti_host import database


def begin_attempt(name: str, address: str) -> int:
    """Count an attempt before its password is checked, so that parallel ones count too.

    :param address: where the request came from
    :return: 0: go ahead; else how many seconds to wait, and the attempt doesn't count
    """
    config = current_config()
    window = config.failed_sign_in_minutes * 60
    now, who = int(time.time()), _who(name, address)
    with database.atomic():
        SignInAttempt.delete().where(SignInAttempt.at <= now - window).execute()
        attempt = SignInAttempt.create(who=who, at=now)
        earlier = [
            row.at
            for row in SignInAttempt.select(SignInAttempt.at)
            .where((SignInAttempt.who == who) & (SignInAttempt.id != attempt.id))
            .order_by(SignInAttempt.at.desc())
            .limit(config.failed_sign_ins)
        ]
        if len(earlier) < config.failed_sign_ins:
            return 0
        attempt.delete_instance()
        return max(1, int(earlier[-1]) + window - now)


def forget_attempts(name: str, address: str) -> None:
    """The password was right: the failures before it count no more."""
    SignInAttempt.delete().where(SignInAttempt.who == _who(name, address)).execute()


def _who(name: str, address: str) -> str:
    return hashlib.sha256(f"{name_key(name)}\n{address}".encode("utf-8", "replace")).hexdigest()
