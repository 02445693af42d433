"""Everything about the mirror in one place: what the plugin's hooks and commands call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from flask_babel import format_timedelta
from flask_babel import gettext as _
from markupsafe import Markup

from cti_host import Host, PanelSection
from cti_itop.mirror import windows
from cti_itop.mirror.background import Background
from cti_itop.mirror.lease import SyncLease
from cti_itop.mirror.mapping import ORGANIZATION, person
from cti_itop.mirror.mirror import Mirror, MirrorState
from cti_itop.mirror.sync import Progress, Sync, Synced
from cti_itop.rest.breaker import Breaker
from cti_itop.rest.client import Connection, Itop
from cti_itop.rest.errors import ItopProblem

# A page of a thousand objects may take so long to come, as long as it comes.
PAGE_SECONDS = 120.0
# Without a rhythm of its own, a mirror is old after a day.
OLD_SECONDS = 24 * 60 * 60


class Unbroken(Breaker):
    """Lets every request through: a page that took too long is asked for in smaller ones."""

    def check(self) -> object:
        """Nobody is on the phone."""
        return object()


def patient(connection: Connection) -> Itop:
    """A client that waits for large pages, but not for silence; close it afterwards.

    :raises ItopProblem: iTop does not even answer a question that is answered at once
    """
    waiting = replace(connection, read_seconds=windows.SILENT_SECONDS, seconds=PAGE_SECONDS)
    itop = Itop(waiting, Unbroken())
    try:
        itop.within(connection.read_seconds).call("list_operations")
    except ItopProblem:
        itop.close()
        raise
    return itop


class Mirroring:
    """The mirror of one host, and what keeps it fresh.

    :param connection: to iTop
    :param minutes: the pause between two runs; 0: only `cti-host itop sync` runs
    :param more: attributes of persons to copy beside those that always are
    """

    def __init__(
        self, host: Host, connection: Connection, minutes: int, more: Sequence[str] = ()
    ) -> None:
        self._host, self._minutes = host, minutes
        self._more = (*host.settings.caller_information.display_name, *more)
        self.url = connection.url
        self._connection = connection
        self.mirror = Mirror(host.database, connection.url)
        self._background: Background | None = None

    def synchronize(
        self,
        progress: Progress,
        *,
        anew: bool = False,
        renumber: bool = False,
        owner: str = "",
    ) -> Synced:
        """Take the lease and fill the mirror.

        :param owner: of a lease that another process took for this one
        :raises LeaseTaken: another process is at it
        :raises LeaseLost: another process has taken over
        :raises ItopProblem: iTop gives no usable answer; the next attempt goes on from there
        """
        lease = SyncLease(owner)
        lease.take(self.url)
        classes = (ORGANIZATION, person(self._more, self._host.hooks.parse_number))
        problem = "it was interrupted by an error of its own"
        try:
            with closing(patient(self._connection)) as itop:
                synced = Sync(itop, classes, lease, renumber=renumber).run(progress, anew)
            problem = ""
        except ItopProblem as error:
            problem = str(error)
            raise
        except KeyboardInterrupt:
            problem = ""
            raise
        finally:
            lease.release(problem)
        return synced

    def server_started(self, app: Flask) -> None:
        """Keep the mirror fresh from this process, with others, as long as it lives."""
        if self._minutes and self._background is None:
            self._background = Background(app, self.mirror, self.url, self._minutes)
            self._background.start()

    @property
    def is_fresh(self) -> bool:
        """Whether it was filled, not long ago, and the last run did not fail."""
        state = self.mirror.state()
        return state.filled and not self._is_old(state)

    def _is_old(self, state: MirrorState) -> bool:
        limit = 2 * self._minutes * 60 if self._minutes else OLD_SECONDS
        return state.age > limit or bool(state.problem)

    def sections(self) -> Sequence[PanelSection]:
        """A line about the mirror's age, where it is old or the last run failed."""
        state = self.mirror.state()
        if not state.filled or not self._is_old(state):
            return []
        age = format_timedelta(timedelta(seconds=state.age))
        text = _("Names and numbers of callers are as they were in iTop %(age)s ago.", age=age)
        html = Markup('<p class="mb-0">{}</p>').format(text)
        return [PanelSection(_("Directory of persons"), html)]
