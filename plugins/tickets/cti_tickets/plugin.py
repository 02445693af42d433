"""The plugin: people, tickets and phone calls behind the hooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

import click
import peewee
from cti_oql import Oql, functions_model
from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _
from pydantic import Field, StrictBool

from cti_host import (
    Agent,
    Call,
    Caller,
    DataSubject,
    Host,
    KnownNames,
    Match,
    NavigationItem,
    Organization,
    OutboundAction,
    PanelSection,
    PersonalData,
    PhoneCall,
    PluginConfig,
    Removal,
    Right,
    SearchGroup,
    Ticket,
    TicketDetails,
    TicketKey,
    TicketList,
    hookimpl,
    kept_for_pages,
)
from cti_tickets.api.views import Api
from cti_tickets.api_for_plugins import ReplyTemplate, TicketsHooks
from cti_tickets.commands.oql import commands as data_commands
from cti_tickets.demo.load import demo_calls, load_demo
from cti_tickets.directory.findings import DirectoryReader
from cti_tickets.directory.received_calls import CallStore, ReceivedCall
from cti_tickets.hook_values import caller_codes, phone_calls, read_ticket
from cti_tickets.log_events import LogEvents
from cti_tickets.model import SOURCE
from cti_tickets.model.data_model import EXTENSION, built_in
from cti_tickets.model.extensions import data_model_of
from cti_tickets.pages.directory import directory_view
from cti_tickets.pages.history.journal import JournalPages
from cti_tickets.pages.lists.menu import main_items, own_person_item, watching_items
from cti_tickets.pages.objects import ObjectPages
from cti_tickets.pages.own_person.waiting import is_nobody, keep_waiting
from cti_tickets.panel.accesses import note_callers, note_received, note_strangers
from cti_tickets.panel.agent_parameters import AgentParameters
from cti_tickets.panel.attachment_settings import attachment_rules
from cti_tickets.panel.lists import Lists
from cti_tickets.panel.lookup import Lookup
from cti_tickets.panel.my_day import MyDay
from cti_tickets.panel.named import add_number, find_callers, find_tickets, number_form_url
from cti_tickets.panel.person_card import PersonCard
from cti_tickets.panel.presets import make_presets
from cti_tickets.panel.recent_calls import recent_calls_section
from cti_tickets.panel.reply_settings import ReplyTemplateSettings, reply_templates_of
from cti_tickets.panel.settings import SettingsCheck
from cti_tickets.privacy.erase import erase, erase_stranger
from cti_tickets.privacy.expire import Periods, expire
from cti_tickets.privacy.export import data_of_stranger, personal_data
from cti_tickets.privacy.subjects import find_subjects
from cti_tickets.rights import organizations
from cti_tickets.rights.access import access_of, current_access
from cti_tickets.rights.checks import right_checks
from cti_tickets.rights.explained import explained
from cti_tickets.rights.profiles import CREATE, MODIFY, PROFILES
from cti_tickets.rights.set_up import set_up_rights
from cti_tickets.search.finder import Finder
from cti_tickets.store import objects as storage
from cti_tickets.store.attachments.rules import EXTENSION as ATTACHMENTS
from cti_tickets.store.attachments.rules import KINDS, Rules
from cti_tickets.store.calls import OUTBOUND, Unrecorded, may_record, record_outbound_call
from cti_tickets.store.computed import naive
from cti_tickets.store.concurrency.clicks import claim_click
from cti_tickets.store.deferred import measure_deferred
from cti_tickets.store.history.telling import count_saves
from cti_tickets.store.logs import tell_added_to
from cti_tickets.store.name_search import organizations_called
from cti_tickets.store.recorded_calls import forget_call, record_call
from cti_tickets.store.records import Records
from cti_tickets.store.values import REFUSE_UNREAD_PHONES
from cti_tickets.store.words import kept as words


class Plugin:
    """People, tickets, phone calls, OQL and forms, in the host's database."""

    label = "CTI Host"

    class Config(PluginConfig):
        """`[plugin.tickets]`; everything else it reads from the sections of the host.

        :param refuse_unreadable_phones: whether a phone text that nobody can read is a mistake
        :param keep_calls_days: how long calls count in the directory report; 0: none is kept
        :param keep_numbers: whether numbers that find nobody are kept as long, for that report
        :param keep_numbers_days: how long those numbers are kept; 0: as long as the calls
        :param keep_phone_calls_days: how long phone calls of tickets are kept; 0: for good
        :param keep_history_days: how long changes of objects are kept; 0: for good
        :param keep_access_journal_days: how long it is kept who looked at whom; 0: for good
        :param hidden_callers: what an agent is told of a caller of an organization that they may
            not see: "unknown", as of anybody who isn't stored, or "mentioned": that there is one
        :param api_requests_per_minute: how many requests of an agent each process of the server
            answers under /api/v1; 0: all
        :param attachments_folder: where files of tickets lie; "": `attachments` beside the
            `secret_key_file`
        :param attachment_megabytes: how large one may be, in millions of bytes
        :param attachment_kinds: the ends of names that are accepted
        :param attachments_per_ticket: how many a ticket may have; 0: none can be added
        :param reply_templates: texts for the box in which agents reply to a ticket, by name
        """

        refuse_unreadable_phones: StrictBool = False
        keep_calls_days: int = Field(default=30, ge=0, le=3650)
        keep_numbers: StrictBool = False
        keep_numbers_days: int = Field(default=0, ge=0, le=3650)
        keep_phone_calls_days: int = Field(default=0, ge=0, le=36500)
        keep_history_days: int = Field(default=0, ge=0, le=36500)
        keep_access_journal_days: int = Field(default=0, ge=0, le=36500)
        hidden_callers: Literal["unknown", "mentioned"] = "unknown"
        api_requests_per_minute: int = Field(default=600, ge=0, le=1_000_000)
        attachments_folder: str = ""
        attachment_megabytes: int = Field(default=2, ge=1, le=100)
        attachment_kinds: tuple[Annotated[str, Field(pattern="^[a-z0-9]{1,10}$")], ...] = KINDS
        attachments_per_ticket: int = Field(default=20, ge=0, le=1_000)
        reply_templates: dict[
            Annotated[str, Field(pattern="^[a-z0-9_-]{1,40}$")], ReplyTemplateSettings
        ] = Field(default_factory=dict)

    def __init__(self, config: Config) -> None:
        """Nothing is known yet of the classes that other plugins add: see `register`."""
        self._refuse_unread_phones = config.refuse_unreadable_phones
        self._calls = CallStore(config.keep_calls_days, config.keep_numbers)
        self._periods = Periods(
            phone_calls=config.keep_phone_calls_days,
            history=config.keep_history_days,
            access_journal=config.keep_access_journal_days,
            received_calls=config.keep_calls_days,
            numbers=config.keep_numbers_days,
        )
        # To ask for an agent's person once, and not on each page.
        self._known_agents: set[Agent] = set()
        self._mention_hidden = config.hidden_callers == "mentioned"
        self._attachments = config
        self._api_rate = config.api_requests_per_minute
        self._reply_settings = config.reply_templates

    @hookimpl
    def hookspecs(self) -> type:
        """The hooks that add to the data model, tell of logs, and offer texts for them."""
        return TicketsHooks

    @hookimpl
    def register(self, host: Host) -> None:
        """Put the data model together, check the queries and presets, get ready to run them."""
        self.model = data_model_of(host)
        current_app.extensions[EXTENSION] = self.model
        current_app.extensions[REFUSE_UNREAD_PHONES] = self._refuse_unread_phones
        self.schema = self.model.schema
        set_up_rights(current_app, host, self.schema)
        host.right_checks |= right_checks(self.schema)
        self.records = Records(self.schema)
        storage.prepare(host.database)
        current_app.extensions[ATTACHMENTS] = self._attachment_rules(host)
        count_saves(host.metrics.registry)
        measure_deferred(host.metrics.registry)
        self._host = host
        agent = AgentParameters(self.records)
        limits = organizations.limits_of(self.schema)
        self.oql = Oql(
            self.schema,
            host.settings.timezone,
            agent,
            limits,
            organizations.allowed,
            organizations.hidden,
        )
        check = SettingsCheck(host, self.oql, self.schema)
        self._caller_class = check.caller_information() or "Person"
        check.creations()
        self._reply_templates = reply_templates_of(host, self.schema, self._reply_settings)
        self._with_calls = check.listed_classes()
        tell_added_to(current_app, LogEvents(host, self.records, self._caller_class))
        self._lookup = Lookup(host, self.oql, self.records, self._mention_hidden)
        self._finder = Finder(self.records, self._caller_class)
        self._lists = Lists(host, self.oql, self.records, check.lists())
        self._my_day = MyDay(self.records)
        self._card = PersonCard(self.schema[self._caller_class])
        self._presets = make_presets(host, self.oql, self.schema, agent)
        host.own_csrf_endpoints |= {
            "tickets.new",
            "tickets.modify",
            "tickets.transition",
            "tickets.reply",
            "tickets.assign",
            "tickets.note_call",
            "tickets.own_person",
            "tickets.bulk_modify",
            "tickets.merge",
            "tickets.undo_merge",
        }

    @hookimpl
    def known_names(self) -> KnownNames:
        """The classes of the data model, and what callers carry."""
        display_name = self._host.settings.caller_information.display_name
        codes = (*caller_codes(self.schema[self._caller_class]), *display_name)
        callers = (n for n in self.schema.classes if self.schema.is_a(n, self._caller_class))
        return KnownNames(
            tuple(self.schema.classes), caller_attributes=codes, caller_classes=tuple(callers)
        )

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """The tables, those of other plugins' classes among them, and the functions of queries."""
        database = self._host.database
        functions = functions_model(database, lambda: words.install(database, self.schema))
        return [
            *self.model.models,
            ReceivedCall,
            functions,
            *words.models_of_words(database, self.schema, built_in().schema),
        ]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of objects, the directory report, the journals; and the API of objects."""
        pages = ObjectPages(self.records, self._caller_class, self._with_calls).blueprint()
        pages.add_url_rule("/directory", "directory", directory_view(self._directory, self._calls))
        for name, view in JournalPages(self.records).views().items():
            pages.add_url_rule(f"/{name.replace('_', '-')}", name, view)
        pages.record(Api(self.records, self._caller_class, self._api_rate).add_to)
        return [pages]

    @hookimpl
    def commands(self) -> Sequence[click.Command]:
        """`data` and `oql`."""
        return data_commands(self.oql, self._directory, self._calls)

    @hookimpl
    def agent_may(self, agent: Agent, action: str, class_name: str) -> bool | None:
        """Whoever may see anything is let in; a form is for those who may create such objects."""
        access = access_of(agent)
        if action == "open":
            return not access.is_empty
        if action == "create" and class_name in self.schema:
            return bool(access.may(CREATE, class_name))
        return None

    @hookimpl
    def known_profiles(self) -> Sequence[str]:
        """The profiles of a service desk."""
        return PROFILES

    @hookimpl
    def explain_rights(self, profiles: frozenset[str]) -> Sequence[Right]:
        """What profiles may do with each class."""
        return list(explained(profiles))

    @hookimpl
    def organizations(self, text: str) -> Sequence[Organization]:
        """The organizations with a name, or the one with an id."""
        return [Organization(id_, name) for id_, name in organizations_called(text)]

    @hookimpl
    def navigation(self, agent: Agent) -> Sequence[NavigationItem]:
        """The main lists and a new ticket; for administrators, the directory and the journals.

        Whoever takes phone calls, and is no person in the data, is asked who they are.
        """
        items = [*main_items(agent)]
        if agent not in self._known_agents:
            if is_nobody(agent):
                items.append(kept_for_pages("tickets.own_person", own_person_item))
            else:
                self._known_agents.add(agent)
        if agent.is_administrator:
            report, journal = kept_for_pages("tickets.watching", watching_items)
            items.append(report)
            if agent.organizations_in(SOURCE) is None:
                items.append(journal)
        return items

    @hookimpl
    def load_demo(self) -> Sequence[str]:
        """People and tickets, and three calls to try."""
        load_demo()
        return demo_calls(self._host)

    @hookimpl
    def lookup_callers(self, call: Call) -> Sequence[Match]:
        """The persons whom the query of `caller_information` finds."""
        found = self._lookup.find(call)
        if call.wanted or call.pages or call.filter:
            # Somebody came back to the panel; that it was opened, `call_received` says.
            note_callers([match.caller for match in found], None)
        return found

    @hookimpl(strangers=True)
    def call_received(self, call: Call, callers: Sequence[Caller], agent: Agent) -> None:
        """Keep the call for the directory report, as far as settings allow, and who saw whom."""
        note_received(callers, agent)
        # That nobody was found means little if there are some whom the agent may not see.
        if callers or agent.organizations_in(SOURCE) is None:
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
        if class_name not in self.schema or not current_access().may(CREATE, class_name):
            return None
        return self._presets.values(class_name, caller, call, direct)

    @hookimpl
    def creation_form_url(
        self, class_name: str, values: Mapping[str, str], return_url: str
    ) -> str | None:
        """The form of a class, with its presets in the address."""
        if class_name not in self.schema or not current_access().may(CREATE, class_name):
            return None
        query = urlencode({**values, "next": return_url})
        return f"{url_for('tickets.new', class_name=class_name)}?{query}"

    @hookimpl(strangers=True)
    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> Sequence[PanelSection]:
        """Who is calling, and the latest phone calls with these callers, of this plugin's own."""
        note_strangers(callers)
        own = [caller for caller in callers if caller.source == SOURCE]
        card = [self._card.of(own[0])] if len(own) == 1 else []
        return [*card, *recent_calls_section(self._host.database, [one.id for one in own])]

    @hookimpl
    def home_sections(self, agent: Agent) -> Sequence[PanelSection]:
        """The agent's open tickets, those that wait in their teams, and what they touched last."""
        return self._my_day.sections(agent)

    @hookimpl
    def read_ticket(self, key: TicketKey) -> TicketDetails | None:
        """A stored ticket and its caller."""
        return read_ticket(self.records, key, self._caller_class)

    @hookimpl
    def find_tickets(self, texts: Sequence[str]) -> Sequence[Ticket]:
        """Tickets by their keys and references."""
        return find_tickets(self.records, texts)

    @hookimpl
    def find_callers(self, texts: Sequence[str]) -> Sequence[Caller]:
        """Persons by their keys and names."""
        return find_callers(self.records, self._caller_class, texts)

    @hookimpl
    def add_number(self, caller: Caller, number: str) -> str | None:
        """Store a number in a field of the person that is free, else behind another one."""
        return add_number(self.schema, caller, number)

    @hookimpl
    def search(self, text: str) -> Sequence[SearchGroup]:
        """Persons, tickets, organizations, and all else that has a name."""
        return self._finder.find(text)

    @hookimpl
    def number_form_url(self, caller: Caller, number: str, return_url: str) -> str | None:
        """The form that changes the person, with the number in a field that is free."""
        return number_form_url(self.schema, caller, number, return_url)

    @hookimpl(of="tickets")
    def reply_templates(self, ticket: Ticket, agent: Agent) -> Sequence[ReplyTemplate]:
        """The templates of the settings."""
        return self._reply_templates

    @hookimpl
    def phone_calls(self, ticket: Ticket) -> Sequence[PhoneCall]:
        """The stored phone calls about a ticket."""
        return phone_calls(self.records, self._host.database, ticket.id)

    @hookimpl
    def claim_call(self, ticket: Ticket, action: OutboundAction, agent: Agent) -> bool:
        """Of a double click in a phone menu, the first click counts."""
        return claim_click(agent.name, ticket.key, action.key)

    @hookimpl
    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> None:
        """Record the outbound phone call with its ticket, for an agent who may have phone calls."""
        stored = storage.load(ticket.class_name, ticket.id)
        note = _("%(action)s: %(number)s", action=action.label, number=action.number)
        whom = caller.id if caller else None
        if record_outbound_call(stored, whom, agent, note) is None and may_record(agent):
            keep_waiting(Unrecorded(stored.id, OUTBOUND, whom, note, naive(None)))

    @hookimpl
    def call_recorded(
        self,
        ticket: TicketKey,
        call: PhoneCall,
        record: int,
        agent: Agent | None,
        former: Sequence[int],
    ) -> None:
        """The phone call of the ticket says what its record does; there is one for both."""
        # Whoever may not see the ticket, or not change its phone calls, says nothing of it there.
        if agent is None or (
            find_tickets(self.records, [str(ticket)]) and access_of(agent).may(MODIFY, "PhoneCall")
        ):
            record_call(ticket.id, call, (record, *former), agent)

    @hookimpl
    def call_unlinked(
        self, ticket: TicketKey, record: int, agent: Agent, former: Sequence[int]
    ) -> None:
        """The phone call of the ticket goes: the call is about another one."""
        if access_of(agent).may(MODIFY, "PhoneCall"):
            forget_call(ticket.id, (record, *former), agent)

    @hookimpl
    def find_data_subjects(self, text: str) -> Sequence[DataSubject]:
        """Persons by key, name, e-mail address or number."""
        return find_subjects(self.records, text)

    @hookimpl
    def personal_data(self, subject: DataSubject) -> Sequence[PersonalData]:
        """Record, tickets, phone calls, logs, history, and who saw it."""
        if subject.source != SOURCE:
            return data_of_stranger(subject)
        return personal_data(self.records, subject)

    @hookimpl
    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> Sequence[Removal]:
        """The record is anonymised, and texts no longer name the person."""
        if subject.source != SOURCE:
            return erase_stranger(subject, dry_run=dry_run)
        return erase(self.records, subject, dry_run=dry_run)

    @hookimpl
    def expire_data(self, dry_run: bool) -> Sequence[Removal]:
        """Phone calls, numbers, history and access journal, after a period each."""
        return expire(self._periods, dry_run=dry_run)

    def _attachment_rules(self, host: Host) -> Rules:
        """What is accepted as a file of a ticket, as the settings have it."""
        config = self._attachments
        return attachment_rules(
            host,
            config.attachments_folder,
            config.attachment_megabytes,
            config.attachment_kinds,
            config.attachments_per_ticket,
        )

    def _directory(self) -> DirectoryReader:
        """What keeps callers from being found."""
        return DirectoryReader(self._host, self.records, self._caller_class)
