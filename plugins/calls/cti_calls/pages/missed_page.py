"""Those who were missed and wait to be called back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cti_calls.model.records import CallRecord
from cti_calls.pages import filters
from cti_calls.pages.calling.own_devices import OwnDevices
from cti_calls.pages.names import AgentNames, names_of
from cti_calls.pages.rows import name_in, number_shown
from cti_calls.pages.telling import tell
from cti_calls.rights.profiles import Action
from cti_calls.rights.rights import Rights
from cti_calls.store import call_backs
from cti_calls.store.agents.queues import queues_of
from cti_calls.store.calls import Calls
from cti_calls.store.rows.moments import moment_of
from cti_host import Agent, Host, allow_form_target, current_agent

PAGE_SIZE = 100
_TABS = ("all", "queues", "mine")


@dataclass(frozen=True)
class Entry:
    """Somebody who waits, as the page shows it."""

    id: int
    title: str
    number: str
    url: str
    queue: str
    count: int
    since: datetime
    last_at: datetime
    owner: str
    owner_label: str
    is_mine: bool


class MissedPage:
    """The views of missed calls."""

    def __init__(
        self, host: Host, calls: Calls, agents: AgentNames, devices: OwnDevices, rights: Rights
    ) -> None:
        self._host, self._calls, self._agents = host, calls, agents
        self._devices, self._rights = devices, rights

    def view(self) -> ResponseReturnValue:
        """Who waits: those with a number, and apart from them those without."""
        agent = current_agent()
        show = filters.text("show") if filters.text("show") in _TABS else "all"
        mine = agent.name if show == "mine" else ""
        queues = queues_of(agent.name) if show == "queues" else None
        sight, after = self._rights.sight(agent), filters.text("after")
        found, place = call_backs.open_call_backs(
            withheld=False, agent=mine, queues=queues, sight=sight, limit=PAGE_SIZE, after=after
        )
        withheld: Sequence[Any] = ()
        if not after:
            withheld, _more = call_backs.open_call_backs(
                withheld=True, agent=mine, queues=queues, sight=sight, limit=PAGE_SIZE
            )
        entries = self._entries([*found, *withheld], agent)
        allow_form_target("tel:")
        labels = {"all": _("All"), "queues": _("My queues'"), "mine": _("I call back")}
        return render_template(
            "cti_calls/missed.html",
            entries=entries[: len(found)],
            withheld=entries[len(found) :],
            devices=self._devices.that_call(agent),
            may_close=self._rights.may(agent, Action.DONE),
            show=show,
            shown_tabs=[
                (code, words, url_for("calls.missed", show=code)) for code, words in labels.items()
            ],
            newest=url_for("calls.missed", show=show) if after else "",
            older=url_for("calls.missed", show=show, after=place) if place else "",
        )

    def waiting(self, agent: Agent, most: int) -> list[Entry]:
        """The latest of those with a number who wait, of what an agent sees."""
        sight = self._rights.sight(agent)
        found, _place = call_backs.open_call_backs(
            withheld=False, agent="", queues=None, sight=sight, limit=most
        )
        return self._entries(found, agent)

    def done(self) -> ResponseReturnValue:
        """Take those who are ticked off the list, without calling them."""
        self._rights.require(Action.DONE)
        agent = current_agent()
        ticked = map(filters.number, request.form.getlist("ids")[: PAGE_SIZE * 2])
        ids = [id_ for id_ in ticked if id_ is not None]
        closed = call_backs.done(ids, agent.name, self._rights.sight(agent))
        if closed:
            tell("missed calls %s: done", ", ".join(map(str, ids)))
            flash(
                ngettext("%(num)d entry is done.", "%(num)d entries are done.", closed), "success"
            )
        else:
            flash(_("Nothing was ticked that is still open."), "warning")
        return self._back()

    def claim(self, id_: int) -> ResponseReturnValue:
        """Say that one calls back oneself; of two who do so at once, one does."""
        agent = current_agent().name
        entry = call_backs.call_back(id_, self._rights.sight(current_agent()))
        if entry is None:
            abort(404, _("There is no such missed call, or no longer."))
        if call_backs.claim(id_, agent):
            tell("missed call %d: taken over", id_)
            return self._back()
        entry = call_backs.call_back(id_) or entry
        if entry.done_at is not None:
            by = self._agents.of(entry.done_by) or _("somebody")
            flash(_("It is done already, by %(agent)s.", agent=by), "warning")
        elif entry.owner != agent:
            owner = self._agents.of(entry.owner)
            flash(_("%(agent)s was quicker and calls back.", agent=owner), "warning")
        return self._back()

    def release(self, id_: int) -> ResponseReturnValue:
        """Let somebody else call back."""
        if not call_backs.release(id_, current_agent().name):
            flash(_("It isn't yours, or it is done."), "warning")
        else:
            tell("missed call %d: given back", id_)
        return self._back()

    def _back(self) -> ResponseReturnValue:
        show = request.args.get("show", "")
        return redirect(url_for("calls.missed", show=show if show in _TABS else None), 303)

    def _entries(self, rows: Sequence[Any], agent: Agent) -> list[Entry]:
        records = {one.id: one for one in self._calls.reader.calls([row.last_call for row in rows])}
        named = names_of(self._host, records.values(), agent)
        entries = []
        for row in rows:
            record: CallRecord | None = records.get(row.last_call)
            name = name_in(record, named) if record else ""
            number = "" if row.withheld else number_shown(self._host, row.remote)
            hidden = _("Number withheld") if row.withheld else number
            entries.append(
                Entry(
                    row.id,
                    name or hidden,
                    number,
                    url_for("calls.call", id_=row.last_call),
                    row.queue,
                    row.count,
                    moment_of(row.since),
                    moment_of(row.last_at),
                    row.owner,
                    self._agents.of(row.owner) if row.owner else "",
                    row.owner == agent.name,
                )
            )
        return entries
