"""The lists of calls: now, mine, those of my queues, all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Response, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_calls.pages import filters
from cti_calls.pages.as_json import call_as_json, number_of
from cti_calls.pages.filters import Show, Typed
from cti_calls.pages.names import names_of
from cti_calls.pages.rows import Rows, seen_by
from cti_calls.pages.words import outcome_labels
from cti_calls.rights.profiles import Action
from cti_calls.rights.rights import Rights
from cti_calls.store.agents.queues import queues_of
from cti_calls.store.calls import Calls
from cti_calls.store.lists import CallFilter, Page, calls_page
from cti_host import Agent, Host, current_agent, token_scope, wants_json

PAGE_SIZE = 50
# Of a person's name, whose calls are looked for.
_MOST_PERSONS = 20
# The lists that not everybody sees, with the right that they take.
_NEEDED = {Show.QUEUES: Action.READ_QUEUES, Show.ALL: Action.READ_ALL}


class ListPage:
    """The view of the lists, for people and for programs."""

    def __init__(self, host: Host, calls: Calls, rows: Rows, rights: Rights) -> None:
        self._host, self._calls, self._rows, self._rights = host, calls, rows, rights

    @token_scope("read")
    def view(self) -> ResponseReturnValue:
        """The calls that the address asks for; without any word of it, those of now.

        A program gets all calls, unless it asks for others; that of an agent who sees not all,
        their own.
        """
        for_program = wants_json()
        agent = current_agent()
        widest = Show.ALL if self._rights.may(agent, Action.READ_ALL) else Show.MINE
        typed = filters.read(widest if for_program else Show.NOW)
        if typed.show in _NEEDED:
            self._rights.require(_NEEDED[typed.show])
        wanted = self._filter(typed, agent)
        page = Page(())
        if not typed.problems:
            page = calls_page(self._calls.reader, wanted, PAGE_SIZE, typed.after)
        status, vary = (400 if typed.problems else 200), {"Vary": "Accept"}
        if for_program:
            return self._as_json(typed, page, agent), status, vary
        return self._as_page(typed, page, agent), status, vary

    def _filter(self, typed: Typed, agent: Agent) -> CallFilter:
        queues: Collection[str] | None = None
        if typed.show is Show.QUEUES:
            queues = queues_of(agent.name)
        is_now = typed.show is Show.NOW
        return CallFilter(
            open=is_now,
            agent=agent.name if typed.show is Show.MINE else "",
            queues=queues,
            remote_keys=self._number_keys(typed.texts["number"]),
            callers=self._callers(typed.texts["person"]),
            outcome=None if is_now else typed.outcome,
            since=None if is_now else typed.since,
            until=None if is_now else typed.until,
            sight=self._rights.sight(agent) if is_now else None,
        )

    def _number_keys(self, text: str) -> Sequence[str] | None:
        """What calls with a number that was typed may be stored under."""
        return self._calls.number_keys(text) if text else None

    def _callers(self, text: str) -> Sequence[str] | None:
        if not text:
            return None
        return [one.key for one in self._host.hooks.find_callers([text])][:_MOST_PERSONS]

    def _as_json(self, typed: Typed, page: Page, agent: Agent) -> Response:
        if typed.problems:
            return jsonify(error=" ".join(typed.problems))
        named = names_of(self._host, page.records, agent)
        seen = [seen_by(one, agent, named) for one in page.records]
        every = [call_as_json(one, named, number_of(one)) for one in seen]
        return jsonify(calls=every, next=page.next or None)

    def _as_page(self, typed: Typed, page: Page, agent: Agent) -> str:
        rows = self._rows.of(page.records, agent)
        labels = {
            Show.NOW: _("Now"),
            Show.MINE: _("Mine"),
            Show.QUEUES: _("My queues'"),
            Show.ALL: _("All"),
        }
        tabs = [
            show for show in labels if show not in _NEEDED or self._rights.may(agent, _NEEDED[show])
        ]
        nothing = {
            Show.NOW: _("Nobody is on the phone."),
            Show.QUEUES: _("No calls of your queues."),
        }
        since = typed.texts["since"] or ("" if typed.texts["until"] else filters.today())
        return render_template(
            "cti_calls/list.html",
            typed=typed,
            rows=rows,
            title=_("Calls: %(list)s", list=labels[typed.show]),
            shown_tabs=[(show.value, labels[show], _tab_url(typed, show, since)) for show in tabs],
            nothing=nothing.get(typed.show, _("No calls were found.")),
            outcomes=outcome_labels(),
            number_typed=typed.texts["number"],
            today=filters.today(),
            newest=typed.url() if typed.after else "",
            older=typed.url(after=page.next) if page.next else "",
        )


def _tab_url(typed: Typed, show: Show, since: str) -> str:
    """A tab of the list: the calls of today, unless other days are looked at."""
    if show is Show.NOW:
        return Typed(show, {}).url()
    return typed.url(show=show.value, since=since)
