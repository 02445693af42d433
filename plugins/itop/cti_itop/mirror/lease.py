"""One at a time: whoever holds the lease synchronizes, of all processes of all hosts."""

from __future__ import annotations

import os
import secrets
import socket
import time
from contextlib import suppress

from cti_itop.mirror.models import ItopSync

# Longer than one request to iTop and the work on its answer; it is renewed with each of them.
LEASE_SECONDS = 180


class LeaseTaken(Exception):
    """Somebody else holds the lease; the message says who."""


class LeaseLost(Exception):
    """The lease ran out, and somebody else has it now."""


def take(url: str, owner: str | None = None) -> str:
    """Take the lease.

    A lease whose process has ended on this computer counts for nothing.

    :param url: the address of iTop; the first to take the lease for another one empties the mirror
    :param owner: a lease that another process took for this one, to go on with
    :return: the owner, to renew and release it with
    :raises LeaseTaken: another process is at it
    """
    now = int(time.time())
    held = ItopSync.get_by_id(1)
    free = not held.lease_owner or held.lease_until <= now or _has_ended(held.lease_owner)
    if held.lease_owner != owner and not free:
        host, pid, _token = held.lease_owner.split(" ")
        raise LeaseTaken(f"process {pid} on {host} is synchronizing")
    mine = f"{socket.gethostname().replace(' ', '-')[:200]} {os.getpid()} {secrets.token_hex(8)}"
    # Of two that come here together, the database lets one pass.
    taken = (
        ItopSync.update(lease_owner=mine, lease_until=now + LEASE_SECONDS)
        .where(ItopSync.id == 1, ItopSync.lease_owner == held.lease_owner)
        .where(ItopSync.lease_until == held.lease_until)
        .execute()
    )
    if not taken:
        raise LeaseTaken("another process has just begun to synchronize")
    if held.url != url:
        # Runs go on counting: the rows of the other iTop end with the next one.
        _forget(url)
    return mine


def _forget(url: str) -> None:
    """Show nothing of another iTop; what is the same in this one is not written again."""
    zero = ("visible", "started", "finished", "organizations", "persons", "run_started")
    ItopSync.update(url=url, **dict.fromkeys(zero, 0)).where(ItopSync.id == 1).execute()


def renew(owner: str, **columns: int | str) -> None:
    """Hold the lease longer, and store how far the run is, in one statement.

    :raises LeaseLost: somebody else has it
    """
    until = int(time.time()) + LEASE_SECONDS
    updated = (
        ItopSync.update(lease_until=until, **columns)
        .where(ItopSync.id == 1, ItopSync.lease_owner == owner)
        .execute()
    )
    if not updated:
        raise LeaseLost("another process has taken over")


def release(owner: str, problem: str = "") -> None:
    """Give the lease back, and store why the attempt failed, if it did."""
    columns = {"problem": problem, "problem_at": int(time.time()) if problem else 0}
    ItopSync.update(lease_owner="", lease_until=0, **columns).where(
        ItopSync.id == 1, ItopSync.lease_owner == owner
    ).execute()


def _has_ended(owner: str) -> bool:
    host, pid, _token = owner.split(" ")
    if host != socket.gethostname().replace(" ", "-")[:200]:
        return False
    with suppress(PermissionError):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
    return False
