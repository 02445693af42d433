"""The latest calls with somebody, on the panel of a call and on the page of a person."""

from __future__ import annotations

from collections.abc import Collection

from flask import render_template
from flask_babel import format_datetime
from flask_babel import gettext as _
from markupsafe import Markup

from cti_calls.model.records import CallRecord
from cti_calls.pages.calling.dialling import Dialling, call_label
from cti_calls.pages.rows import CallRow, Rows
from cti_calls.rights.profiles import Action
from cti_calls.rights.rights import Rights
from cti_calls.store.calls import Calls
from cti_calls.store.lists import CallFilter, calls_page
from cti_host import (
    Caller,
    PanelSection,
    SearchGroup,
    SearchHit,
    SectionPlace,
    current_agent,
    current_host,
    masked_number,
)

MOST_SHOWN = 5


class Sections:
    """Makes the sections about calls: this one, the latest ones, and the way to call.

    :param rights: who sees which calls
    """

    def __init__(self, calls: Calls, rows: Rows, dialling: Dialling, rights: Rights) -> None:
        self._calls, self._rows, self._dialling, self._rights = calls, rows, dialling, rights

    def found(self, text: str) -> list[SearchGroup]:
        """The latest calls with the number that a text is; none where it is no number."""
        if any(character.isalpha() for character in text):
            return []
        number = current_host().hooks.parse_number(text)
        if number is None or not self._rights.may(current_agent(), Action.READ):
            return []
        sight = self._rights.sight(current_agent())
        wanted = CallFilter(remote_keys=number.number_keys, sight=sight)
        records = calls_page(self._calls.reader, wanted, MOST_SHOWN).records
        hits = [self._hit(row) for row in self._rows.of(records, current_agent())]
        return [SearchGroup(_("Calls"), hits)] if hits else []

    @staticmethod
    def _hit(row: CallRow) -> SearchHit:
        title = f"{format_datetime(row.record.started_at, 'short')} {row.status_label}"
        ticket = row.ticket.ref if row.ticket else ""
        return SearchHit(title, row.url, " · ".join(filter(None, (row.name, ticket))))

    def call(self, caller: Caller) -> list[PanelSection]:
        """The numbers of a person, each with the agent's phones; none where no phone can call."""
        agent = current_agent()
        devices = self._dialling.devices.that_call(agent)
        numbers = self._dialling.numbers_of(caller) if devices else {}
        if not numbers or not self._rights.may(agent, Action.READ):
            return []
        html = render_template(
            "cti_calls/dial.html",
            caller=caller,
            devices=devices,
            numbers=[
                (code, call_label(code), masked_number(text)) for code, text in numbers.items()
            ],
        )
        return [PanelSection(_("Call from my phone"), Markup(html))]  # noqa: S704 -- a template

    def this_call(self, record: CallRecord | None) -> list[PanelSection]:
        """The call that a panel is about, with the way to its page; none if it has no record."""
        sight = self._rights.sight(current_agent())
        if record is None or (sight is not None and not sight.sees(record)):
            return []
        (row,) = self._rows.of([record], current_agent())
        html = render_template("cti_calls/this_call.html", row=row)
        return [PanelSection(_("This call"), Markup(html), place=SectionPlace.BESIDE)]  # noqa: S704 -- a template

    def of(
        self,
        *,
        callers: Collection[str] = (),
        number_keys: Collection[str] = (),
        but: int | None = None,
    ) -> list[PanelSection]:
        """The latest calls with these persons or numbers; none if there are none.

        :param but: the number of the call that the panel itself is about
        """
        if not self._rights.may(current_agent(), Action.READ):
            return []
        sight = self._rights.sight(current_agent())
        wanted = [
            CallFilter(callers=callers, sight=sight) if callers else None,
            CallFilter(remote_keys=number_keys, sight=sight) if number_keys else None,
        ]
        found = {
            one.id: one
            for each in wanted
            if each is not None
            for one in calls_page(self._calls.reader, each, MOST_SHOWN + 1).records
            if one.id != but
        }
        newest = sorted(found.values(), key=lambda one: (one.started_at, one.id), reverse=True)
        if not newest:
            return []
        rows = self._rows.of(newest[:MOST_SHOWN], current_agent())
        html = Markup(render_template("cti_calls/section.html", rows=rows))  # noqa: S704 -- rendered with escaping
        return [PanelSection(_("Latest calls"), html, place=SectionPlace.BESIDE)]
