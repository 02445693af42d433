"""The pages of calls as routes of the plugin's blueprint, and what the hooks ask of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from babel.dates import format_time
from flask import Blueprint
from flask_babel import format_datetime, get_locale, get_timezone
from flask_babel import gettext as _
from markupsafe import Markup

from cti_calls.model.records import CallRecord, Change
from cti_calls.pages import filters
from cti_calls.pages.call_page import CallPage
from cti_calls.pages.calling.dialling import Dialling
from cti_calls.pages.calling.recording import tell_ticket
from cti_calls.pages.home_part import HomePart
from cti_calls.pages.journal_page import JournalPage
from cti_calls.pages.list_page import ListPage
from cti_calls.pages.missed_page import MissedPage
from cti_calls.pages.names import AgentNames
from cti_calls.pages.phones_page import PhonesPage
from cti_calls.pages.queues_part import QueuesPart
from cti_calls.pages.rows import Rows
from cti_calls.pages.sections import Sections
from cti_calls.pop.views import ID
from cti_calls.rights.profiles import Action
from cti_calls.rights.rights import Rights
from cti_calls.settings import Config
from cti_calls.store import notes
from cti_calls.store.call_backs import count_call_backs
from cti_calls.store.calls import Calls
from cti_host import (
    Agent,
    Call,
    Caller,
    Host,
    NavigationItem,
    OutboundAction,
    PanelSection,
    SearchGroup,
    Ticket,
    address_of,
)

# So many are counted in the menu.
_MOST_COUNTED = 99


class CallPages:
    """All pages of calls of one application."""

    def __init__(self, host: Host, calls: Calls, config: Config, rights: Rights) -> None:
        self._host, self._calls, self._rights = host, calls, rights
        agents = AgentNames(host)
        rows = Rows(host, agents)
        self._dialling = Dialling(host, calls, agents, rights)
        devices = self._dialling.devices
        self._list = ListPage(host, calls, rows, rights)
        self._call = CallPage(host, calls, rows, self._dialling, rights)
        self._missed = MissedPage(host, calls, agents, devices, rights)
        may_change = config.agents_add_devices
        self._queues = QueuesPart(host, agents, rights, may_change=may_change)
        self._phones = PhonesPage(host, devices, self._queues, may_change=may_change)
        self._journal = JournalPage(agents, config.keep_journal_days)
        self._sections = Sections(calls, rows, self._dialling, rights)
        self._home = HomePart(calls, rows, self._missed, rights)
        # A note that was typed isn't lost with a token that is too old.
        host.own_csrf_endpoints.add("calls.note")
        # A missing right is told before a missing token.
        for name in (
            "find",
            "ticket",
            "person",
            "dial",
            "claim",
            "release",
            "painted",
            "choose_pop",
        ):
            host.right_checks[f"calls.{name}"] = rights.require_read
        host.right_checks["calls.done"] = rights.require_done
        for name in ("add_phone", "remove_phone"):
            host.right_checks[f"calls.{name}"] = self._phones.require
        for name in ("add_queue", "remove_queue"):
            host.right_checks[f"calls.{name}"] = self._queues.require

    def add_to(self, pages: Blueprint) -> None:
        """Add the routes to the plugin's blueprint."""
        pages.add_app_template_filter(second)
        rule = pages.add_url_rule
        rule("/calls", "calls", self._list.view)
        rule(f"/calls/{ID}", "call", self._call.view)
        rule(f"/calls/{ID}/panel", "panel", self._call.panel)
        rule(
            f"/calls/{ID}/note",
            "note",
            self._call.note,
            methods=["POST"],
        )
        rule(f"/calls/{ID}/find", "find", self._call.find, methods=["POST"])
        rule(
            f"/calls/{ID}/ticket",
            "ticket",
            self._call.ticket,
            methods=["POST"],
        )
        rule(
            f"/calls/{ID}/person",
            "person",
            self._call.person,
            methods=["POST"],
        )
        rule("/calls/dial", "dial", self._dialling.view, methods=["POST"])
        rule("/calls/missed", "missed", self._missed.view)
        rule("/calls/missed", "done", self._missed.done, methods=["POST"])
        rule(
            f"/calls/missed/{ID}/claim",
            "claim",
            self._missed.claim,
            methods=["POST"],
        )
        rule(
            f"/calls/missed/{ID}/release",
            "release",
            self._missed.release,
            methods=["POST"],
        )
        rule("/calls/phones", "phones", self._phones.view)
        rule("/calls/phones", "add_phone", self._phones.add, methods=["POST"])
        rule("/calls/phones/remove", "remove_phone", self._phones.remove, methods=["POST"])
        rule("/calls/queues", "add_queue", self._phones.add_queue, methods=["POST"])
        rule("/calls/queues/remove", "remove_queue", self._phones.remove_queue, methods=["POST"])
        rule("/calls/journal", "journal", self._journal.view)

    def navigation(self, agent: Agent) -> Sequence[NavigationItem]:
        """Calls, and missed calls while somebody waits; nothing for who may not see any."""
        if not self._rights.may(agent, Action.READ):
            return []
        entries = [NavigationItem(_("Calls"), address_of("calls.calls"), "telephone")]
        waiting = count_call_backs(_MOST_COUNTED + 1, self._rights.sight(agent))
        if waiting:
            count = waiting if waiting <= _MOST_COUNTED else f"{_MOST_COUNTED}+"
            label = _("Missed (%(count)s)", count=count)
            entries.append(NavigationItem(label, address_of("calls.missed"), "telephone-x"))
        return entries

    def home_sections(self, agent: Agent) -> list[PanelSection]:
        """Who waits to be called back, and the agent's calls of today."""
        return self._home.sections(agent)

    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> list[PanelSection]:
        """The call itself, and the latest ones with the callers chosen or with its number."""
        number = call.number
        record = self._calls.reader.call(call.record) if call.record is not None else None
        latest = self._sections.of(
            callers=[one.key for one in callers],
            number_keys=number.number_keys if number else (),
            but=record.id if record is not None else None,
        )
        return [*self._sections.this_call(record), *latest]

    def search(self, text: str) -> list[SearchGroup]:
        """The latest calls with a number that was typed."""
        return self._sections.found(text)

    def person_sections(self, caller: Caller) -> list[PanelSection]:
        """The way to call a person, and the latest calls with them."""
        return [*self._sections.call(caller), *self._sections.of(callers=[caller.key])]

    def outbound_actions(self, ticket: Ticket, caller: Caller | None) -> Sequence[OutboundAction]:
        """The entries of a ticket's phone menu that the agent's own phone dials."""
        return self._dialling.actions(ticket, caller)

    def claim_call(self, ticket: Ticket, action: OutboundAction, agent: Agent) -> bool:
        """Whether a click in a ticket's phone menu places a call: not the second of two at once."""
        return self._dialling.claim(ticket, action, agent)

    def ticket_created(self, ticket: Ticket, agent: Agent, record: int | None) -> None:
        """The call from whose panel a ticket was created is about that ticket."""
        known = self._calls.reader.call(record) if record is not None else None
        if known is None:
            return
        notes.set_ticket(known.id, ticket.key)
        stored = self._calls.reader.call(known.id)
        if stored is not None:
            tell_ticket(self._host, stored, agent)

    def call_changed(self, record: CallRecord, change: Change) -> None:
        """Of a call that has ended it is kept who it was; its ticket has it once."""
        if change is Change.ENDED:  # one that was missed has ended just before
            self._calls.lookup.look_up(record, None)
        elif change is not Change.JOINED:
            return
        if record.ticket:
            tell_ticket(self._host, record, None)

    def call_received(self, call: Call, agent: Agent) -> None:
        """Whose panel is opened is kept with the call, if it is surely one person."""
        record = self._calls.reader.call(call.record) if call.record is not None else None
        if record is not None:
            self._calls.lookup.look_up(record, agent)


def second(moment: datetime) -> Markup:
    """A moment to the second, as a `<time>`; of another day than today with its date."""
    local = moment.astimezone(get_timezone())
    if local.date().isoformat() == filters.today():
        shown = format_time(local, "medium", locale=get_locale())
    else:
        shown = format_datetime(moment, "medium")
    machine = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(machine, shown)
