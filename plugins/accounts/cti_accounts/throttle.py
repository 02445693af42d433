"""Failed sign-ins are counted, by name and by place; too many have to wait.

The counts are in the database: several processes and several hosts share them. Three of them bound
what a stranger may try: for a name from an address, for a name from everywhere, and from an
address for all names. None of them keeps an agent out who signs in with a browser that they have
used before, which is counted by itself; and at an address that they have used before only the
first one counts.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from cti_accounts.models import AgentAccount, SignInAttempt
from cti_accounts.places import Places
from cti_accounts.settings import current_config
from cti_host import database, is_postgresql, writing

HOUR = 3600
# A code has six digits, so of those that strangers try for one agent few are allowed.
CODES_PER_HOUR = 20


@dataclass(frozen=True)
class Limit:
    """What is counted, and how much of it is allowed.

    :param what: what the attempts have in common
    :param most: so many may have failed ...
    :param seconds: ... within so many seconds
    :param own: whether a right password forgets the failures before it; those that others caused
        are kept
    """

    what: str
    most: int
    seconds: int
    own: bool = False

    @property
    def who(self) -> str:
        """The hash under which it is counted."""
        return hashlib.sha256(self.what.encode("utf-8", "replace")).hexdigest()


@dataclass
class Attempt:
    """A sign-in that was begun: it counts as failed until it succeeds.

    :param wait: how many seconds to wait first, and the attempt doesn't count; 0: go ahead
    """

    limits: Sequence[Limit]
    wait: int = 0
    rows: list[int] = field(default_factory=list)

    def succeeded(self) -> None:
        """The secret was right: this attempt, and the failures before it here, count no more."""
        with writing():
            own = [limit.who for limit in self.limits if limit.own]
            _forget(SignInAttempt.id.in_(self.rows) | SignInAttempt.who.in_(own))


def begin_sign_in(name_key: str, places: Places, known: Collection[str]) -> Attempt:
    """Count an attempt before its password is checked, so that parallel ones count too.

    :param name_key: the name that was typed, without case
    :param known: those places where the agent of this name has signed in
    """
    config = current_config()
    window = config.failed_sign_in_minutes * 60
    if places.browser in known:
        own = Limit(f"browser\n{name_key}\n{places.browser}", config.failed_sign_ins, window, True)
        return begin([own])
    here = Limit(f"{name_key}\n{places.address}", config.failed_sign_ins, window, True)
    if places.network in known:
        return begin([here])
    name = Limit(f"name\n{name_key}", config.failed_sign_ins_per_name, window)
    address = Limit(f"address\n{places.address}", config.failed_sign_ins_per_address, window)
    return begin([here, name, address])


def begin_code(account: AgentAccount, places: Places) -> Attempt:
    """Count an attempt to give the second factor; the password was right."""
    config = current_config()
    window = config.failed_sign_in_minutes * 60
    known = places.known_to(account)
    place = places.browser if places.browser in known else places.address
    here = Limit(f"code\n{account.id}\n{place}", config.failed_sign_ins, window, True)
    if known:
        return begin([here])
    return begin([here, Limit(f"code\n{account.id}", CODES_PER_HOUR, HOUR)])


def begin_confirmation(account: AgentAccount, session_id: int) -> Attempt:
    """Count an attempt to give the password again, by somebody who is signed in."""
    config = current_config()
    window = config.failed_sign_in_minutes * 60
    what = f"session\n{account.id}\n{session_id}"
    return begin([Limit(what, config.failed_sign_ins, window, True)])


def begin(limits: Sequence[Limit]) -> Attempt:
    """Count an attempt, unless one of the limits is reached."""
    now = int(time.time())
    longest = max(HOUR, *(limit.seconds for limit in limits))
    attempt = Attempt(limits)
    with writing() as transaction:
        _forget(SignInAttempt.at <= now - longest)
        attempt.rows = [SignInAttempt.create(who=one.who, at=now).id for one in limits]
        attempt.wait = max(_wait(limit, attempt.rows, now) for limit in limits)
        if attempt.wait:
            transaction.rollback()
            attempt.rows = []
    return attempt


def _forget(which: Any) -> None:
    """Delete attempts, but for those that somebody else is about to delete.

    Two who sign in at once forget each other's attempts as well: waiting for one another, neither
    would come to an end.
    """
    found: Any = SignInAttempt.select(SignInAttempt.id).where(which)
    if is_postgresql(database.obj):
        found = found.for_update("FOR UPDATE SKIP LOCKED")
    SignInAttempt.delete().where(SignInAttempt.id.in_([row.id for row in found])).execute()


def _wait(limit: Limit, new: Sequence[int], now: int) -> int:
    """How long until an attempt is allowed: until the oldest of those that count is over."""
    # Where the clock was set back, attempts of the future don't count.
    earlier = [
        row.at
        for row in SignInAttempt.select(SignInAttempt.at)
        .where(
            (SignInAttempt.who == limit.who)
            & (SignInAttempt.at > now - limit.seconds)
            & (SignInAttempt.at <= now)
            & SignInAttempt.id.not_in(new)
        )
        .order_by(SignInAttempt.at.desc())
        .limit(limit.most)
    ]
    if len(earlier) < limit.most:
        return 0
    return max(1, int(earlier[-1]) + limit.seconds - now)
