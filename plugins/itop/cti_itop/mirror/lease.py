"""One at a time: whoever holds the lease synchronizes, of all processes of all hosts."""

from __future__ import annotations

import time

from cti_host import Lease
from cti_itop.mirror.models import ItopSync

# Longer than one request to iTop and the work on its answer; it is renewed with each of them.
LEASE_SECONDS = 180


class LeaseTaken(Exception):
    """Somebody else holds the lease; the message says who."""


class LeaseLost(Exception):
    """The lease ran out, and somebody else has it now."""


class SyncLease:
    """The lease on the one row about the synchronization, which says how far that is.

    :param owner: the `owner` of a lease that another process took for this one, to go on with
    """

    def __init__(self, owner: str = "") -> None:
        self._lease = Lease(ItopSync, ItopSync.id == 1, LEASE_SECONDS, owner)

    @property
    def owner(self) -> str:
        """What another process needs, to go on with it."""
        return self._lease.owner

    def take(self, url: str) -> None:
        """Take the lease.

        :param url: the address of iTop; the first to take the lease for another one empties the
            mirror
        :raises LeaseTaken: another process is at it
        """
        if not self._lease.take():
            raise LeaseTaken(f"{self._lease.holder or 'another process'} is synchronizing")
        if ItopSync.get_by_id(1).url != url:
            self._forget(url)

    def _forget(self, url: str) -> None:
        """Show nothing of another iTop; what is the same in this one is not written again."""
        # Runs go on counting: the rows of the other iTop end with the next one.
        zero = ("visible", "started", "finished", "organizations", "persons", "run_started")
        self.renew(url=url, **dict.fromkeys(zero, 0))

    def renew(self, **columns: int | str) -> None:
        """Hold the lease longer, and store how far the run is, in one statement.

        :raises LeaseLost: somebody else has it
        """
        if not self._lease.renew(**columns):
            raise LeaseLost("another process has taken over")

    def release(self, problem: str = "") -> None:
        """Give the lease back if it is held, and store why the attempt failed, if it did."""
        failed = int(time.time()) if problem else 0
        if self._lease.renew(problem=problem, problem_at=failed):
            self._lease.release()
