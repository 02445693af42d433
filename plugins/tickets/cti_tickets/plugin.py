"""The plugin: people, tickets and phone calls behind the hooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import click
import peewee
from cti_oql import Oql, functions_model
from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from pydantic import Field, StrictBool

from cti_host import (
    Agent,
    Call,
    Caller,
    Host,
    KnownNames,
    Match,
    NavigationItem,
    OutboundAction,
    PanelSection,
    PhoneCall,
    PluginConfig,
    Ticket,
    TicketDetails,
    TicketKey,
    TicketList,
    address_of,
    hookimpl,
)
from cti_tickets.api_for_plugins import DataModelHooks
from cti_tickets.commands.oql import commands as data_commands
from cti_tickets.demo.load import demo_calls, load_demo
from cti_tickets.directory.findings import Directory, DirectoryReader
from cti_tickets.directory.received_calls import CallStatistics, CallStore, ReceivedCall
from cti_tickets.hook_values import caller_codes, phone_calls, read_ticket
from cti_tickets.model.data_model import EXTENSION
from cti_tickets.model.extensions import data_model_of
from cti_tickets.pages.directory import directory_view
from cti_tickets.pages.objects import ObjectPages
from cti_tickets.panel.agent_parameters import AgentParameters
from cti_tickets.panel.lists import Lists
from cti_tickets.panel.lookup import Lookup
from cti_tickets.panel.presets import make_presets
from cti_tickets.panel.recent_calls import recent_calls
from cti_tickets.panel.settings import SettingsCheck
from cti_tickets.store import objects as storage
from cti_tickets.store.calls import record_outbound_call
from cti_tickets.store.records import Records
from cti_tickets.store.values import REFUSE_UNREAD_PHONES


class Plugin:
    """People, tickets, phone calls, OQL and forms, in the host's database."""

    label = "CTI Host"

    class Config(PluginConfig):
        """`[plugin.tickets]`; everything else it reads from the sections of the host.

        :param refuse_unreadable_phones: whether a phone text that nobody can read is a mistake
        :param keep_calls_days: how long calls count in the directory report; 0: none is kept
        :param keep_numbers: whether numbers that find nobody are kept as long, for that report
        """

        refuse_unreadable_phones: StrictBool = False
        keep_calls_days: int = Field(default=30, ge=0, le=3650)
        keep_numbers: StrictBool = False

    def __init__(self, config: Config) -> None:
        """Nothing is known yet of the classes that other plugins add: see `register`."""
        self._refuse_unread_phones = config.refuse_unreadable_phones
        self._calls = CallStore(config.keep_calls_days, config.keep_numbers)

    @hookimpl
    def hookspecs(self) -> type:
        """The hooks that add to the data model."""
        return DataModelHooks

    @hookimpl
    def register(self, host: Host) -> None:
        """Put the data model together, check the queries and presets, get ready to run them."""
        self.model = data_model_of(host)
        current_app.extensions[EXTENSION] = self.model
        current_app.extensions[REFUSE_UNREAD_PHONES] = self._refuse_unread_phones
        self.schema = self.model.schema
        self.records = Records(self.schema)
        storage.prepare(host.database)
        self._host = host
        agent = AgentParameters(self.records)
        self.oql = Oql(self.schema, host.settings.timezone, agent)
        check = SettingsCheck(host, self.oql, self.schema)
        self._caller_class = check.caller_information() or "Person"
        check.creations()
        self._lookup = Lookup(host, self.oql, self.records)
        self._lists = Lists(host, self.oql, self.records, check.lists())
        self._presets = make_presets(host, self.oql, self.schema, agent)
        host.own_csrf_endpoints |= {"tickets.new", "tickets.modify", "tickets.transition"}

    @hookimpl
    def known_names(self) -> KnownNames:
        """The classes of the data model, and what callers carry."""
        display_name = self._host.settings.caller_information.display_name
        codes = (*caller_codes(self.schema[self._caller_class]), *display_name)
        return KnownNames(tuple(self.schema.classes), caller_attributes=codes)

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """The tables, those of other plugins' classes among them, and the functions of queries."""
        return [*self.model.models, ReceivedCall, functions_model(self._host.database)]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of objects, and the directory report."""
        pages = ObjectPages(self.records, self._caller_class).blueprint()
        pages.add_url_rule("/directory", "directory", directory_view(self._report))
        return [pages]

    @hookimpl
    def commands(self) -> Sequence[click.Command]:
        """`data`, `oql` and `demo-data`."""
        return data_commands(self.oql, self._report)

    @hookimpl
    def navigation(self, agent: Agent) -> Sequence[NavigationItem]:
        """A new ticket of any kind; for administrators, the directory report."""
        url = address_of("tickets.new", class_name="Ticket")
        items = [NavigationItem(_("New ticket"), url, "plus-lg")]
        if agent.is_administrator:
            report = address_of("tickets.directory")
            items.append(NavigationItem(_("Directory"), report, "journal-check"))
        return items

    @hookimpl
    def load_demo(self) -> Sequence[str]:
        """People and tickets, and three calls to try."""
        load_demo()
        return demo_calls(self._host)

    @hookimpl
    def lookup_callers(self, call: Call) -> Sequence[Match]:
        """The persons whom the query of `caller_information` finds."""
        return self._lookup.find(call)

    @hookimpl(strangers=True)
    def call_received(self, call: Call, callers: Sequence[Caller], agent: Agent) -> None:
        """Keep the call for the directory report, as far as the settings allow."""
        self._calls.add(call, len(callers))

    @hookimpl
    def ticket_lists(self, call: Call, callers: Sequence[Caller]) -> Sequence[TicketList]:
        """The enabled lists of `display_tickets`."""
        return self._lists.find(call, callers)

    @hookimpl
    def class_label(self, class_name: str) -> str | None:
        """The label of a class of the data model."""
        return str(self.schema[class_name].label) if class_name in self.schema else None

    @hookimpl(strangers=True)
    def creation_presets(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> Mapping[str, str] | None:
        """The presets of the configuration; a caller of another plugin is named in the log."""
        if class_name not in self.schema:
            return None
        return self._presets.values(class_name, caller, call, direct)

    @hookimpl
    def creation_form_url(
        self, class_name: str, values: Mapping[str, str], return_url: str
    ) -> str | None:
        """The form of a class, with its presets in the address."""
        if class_name not in self.schema:
            return None
        query = urlencode({**values, "next": return_url})
        return f"{url_for('tickets.new', class_name=class_name)}?{query}"

    @hookimpl
    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> Sequence[PanelSection]:
        """The latest phone calls with these callers."""
        calls = recent_calls(self._host.database, [caller.id for caller in callers])
        if not calls:
            return []
        html = Markup(render_template("tickets/recent_calls.html", calls=calls))  # noqa: S704 -- rendered with escaping
        return [PanelSection(_("Latest phone calls"), html)]

    @hookimpl
    def read_ticket(self, key: TicketKey) -> TicketDetails | None:
        """A stored ticket and its caller."""
        return read_ticket(self.records, key, self._caller_class)

    @hookimpl
    def phone_calls(self, ticket: Ticket) -> Sequence[PhoneCall]:
        """The stored phone calls about a ticket."""
        return phone_calls(self.records, self._host.database, ticket.id)

    @hookimpl
    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> None:
        """Record the outbound phone call with its ticket."""
        stored = storage.load(ticket.class_name, ticket.id)
        note = _("%(action)s: %(number)s", action=action.label, number=action.number)
        record_outbound_call(stored, caller.id if caller else None, agent, note)

    def _report(self, most: int | None) -> tuple[Directory, CallStatistics]:
        """What keeps callers from being found, with so many findings of each kind."""
        reader = DirectoryReader(self._host, self.records, self._caller_class, most)
        return reader.read(), self._calls.statistics(most)
