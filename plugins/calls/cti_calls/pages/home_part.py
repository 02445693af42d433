"""What the start page of an agent says of calls: their own of today, and who waits for one."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import render_template
from flask_babel import get_timezone
from flask_babel import gettext as _
from markupsafe import Markup

from cti_calls.pages.missed_page import MissedPage
from cti_calls.pages.rows import Rows
from cti_calls.rights.profiles import Action
from cti_calls.rights.rights import Rights
from cti_calls.store.calls import Calls
from cti_calls.store.lists import CallFilter, calls_page
from cti_host import Agent, PanelSection, SectionPlace, begin_of_day

MOST_SHOWN = 6


class HomePart:
    """Makes the sections of the start page.

    :param rights: who sees which calls
    """

    def __init__(self, calls: Calls, rows: Rows, missed: MissedPage, rights: Rights) -> None:
        self._calls, self._rows, self._missed, self._rights = calls, rows, missed, rights

    def sections(self, agent: Agent) -> list[PanelSection]:
        """Who waits to be called back, and the agent's calls of today."""
        if not self._rights.may(agent, Action.READ):
            return []
        waiting = self._missed.waiting(agent, MOST_SHOWN)
        sight = self._rights.sight(agent)
        wanted = CallFilter(agent=agent.name, since=_midnight(), sight=sight)
        page = calls_page(self._calls.reader, wanted, MOST_SHOWN)
        rows = self._rows.of(page.records, agent)
        return [
            _section(_("Missed calls"), "cti_calls/home_missed.html", waiting=waiting),
            _section(_("My calls today"), "cti_calls/home_calls.html", rows=rows, more=page.next),
        ]


def _midnight() -> datetime:
    """When today began, in the agent's time zone."""
    return begin_of_day(datetime.now(get_timezone() or UTC).date())


def _section(title: str, template: str, **values: object) -> PanelSection:
    html = Markup(render_template(template, **values))  # noqa: S704 -- rendered with escaping
    return PanelSection(title, html, place=SectionPlace.BESIDE)
