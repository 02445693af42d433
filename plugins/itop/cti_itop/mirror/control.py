"""Everything about the mirror in one place: what the plugin's hooks and commands call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from flask import Flask
from flask_babel import format_timedelta
from flask_babel import gettext as _
from markupsafe import Markup

from cti_host import Host, PanelSection
from cti_itop.mirror import lease
from cti_itop.mirror.background import Background
from cti_itop.mirror.mapping import ORGANIZATION, person
from cti_itop.mirror.mirror import Mirror
from cti_itop.mirror.sync import Progress, Sync, Synced
from cti_itop.rest.breaker import Breaker
from cti_itop.rest.client import Connection, Itop
from cti_itop.rest.errors import ItopProblem

# A page of a thousand objects may take iTop longer than an agent would wait.
PAGE_SECONDS = 60.0
# Without a rhythm of its own, a mirror is old after a day.
OLD_SECONDS = 24 * 60 * 60


class Unbroken(Breaker):
    """Lets every request through: a page that took too long is asked for in smaller ones."""

    def check(self) -> None:
        """Nobody is on the phone."""


def patient(connection: Connection) -> Itop:
    """A client that waits for pages; close it afterwards."""
    seconds = max(PAGE_SECONDS, connection.read_seconds)
    return Itop(replace(connection, read_seconds=seconds, seconds=2 * seconds), Unbroken())


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
        owner: str | None = None,
    ) -> Synced:
        """Take the lease and fill the mirror.

        :raises LeaseTaken: another process is at it
        :raises LeaseLost: another process has taken over
        :raises ItopProblem: iTop gives no usable answer; the next attempt goes on from there
        """
        held = lease.take(self.url, owner)
        classes = (ORGANIZATION, person(self._more, self._host.hooks.parse_number))
        itop = patient(self._connection)
        problem = "it was interrupted by an error of its own"
        try:
            synced = Sync(itop, classes, held, renumber=renumber).run(progress, anew)
            problem = ""
        except ItopProblem as error:
            problem = str(error)
            raise
        except KeyboardInterrupt:
            problem = ""
            raise
        finally:
            itop.close()
            lease.release(held, problem)
        return synced

    def server_started(self, app: Flask) -> None:
        """Keep the mirror fresh from this process, with others, as long as it lives."""
        if self._minutes and self._background is None:
            self._background = Background(app, self.mirror, self.url, self._minutes)
            self._background.start()

    def sections(self) -> Sequence[PanelSection]:
        """A line about the mirror's age, where it is old or the last run failed."""
        state = self.mirror.state()
        limit = 2 * self._minutes * 60 if self._minutes else OLD_SECONDS
        if not state.filled or (state.age <= limit and not state.problem):
            return []
        age = format_timedelta(timedelta(seconds=state.age))
        text = _("Names and numbers of callers are as they were in iTop %(age)s ago.", age=age)
        html = Markup('<p class="mb-0">{}</p>').format(text)
        return [PanelSection(_("Directory of persons"), html)]
