"""The plugin: a real iTop behind the hooks."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import click
import peewee
from flask import Blueprint, Flask, current_app
from flask_babel import gettext as _

from cti_host import (
    Agent,
    Call,
    Caller,
    DataSubject,
    Finding,
    HealthCheck,
    Host,
    KnownNames,
    Match,
    OutboundAction,
    PanelSection,
    PersonalData,
    PhoneCall,
    Removal,
    Right,
    SearchGroup,
    Ticket,
    TicketDetails,
    TicketKey,
    TicketList,
    hookimpl,
)
from cti_itop.commands import itop_group
from cti_itop.export.command import Copying
from cti_itop.mirror.control import Mirroring
from cti_itop.mirror.models import MODELS
from cti_itop.online.agents import AgentRights
from cti_itop.online.check import Online
from cti_itop.online.explained import explained, is_let_in
from cti_itop.online.profiles import KNOWN
from cti_itop.pages.erased_calls import calls_of, erase_from_calls
from cti_itop.pages.persons import PersonPages
from cti_itop.pages.phone_calls import OUTBOUND, PhoneCalls
from cti_itop.pages.phone_calls_model import ItopPhoneCall, ItopRecordedCall
from cti_itop.pages.received_calls import ReceivedCalls
from cti_itop.pages.recorded_calls import RecordedCalls
from cti_itop.pages.ticket_details import DetailsReader
from cti_itop.panel.lists import Lists
from cti_itop.panel.lookup import Lookup
from cti_itop.panel.my_tickets import MyTickets
from cti_itop.panel.named import Named
from cti_itop.panel.person_card import PersonCard
from cti_itop.panel.presets import make_presets
from cti_itop.panel.searching import Searching
from cti_itop.panel.settings_check import SECTION, check_address, check_queries, read_account
from cti_itop.queries.agent_parameters import Agents
from cti_itop.queries.asker import Asker
from cti_itop.rest import classes
from cti_itop.rest.breaker import Breaker
from cti_itop.rest.client import Connection, Itop
from cti_itop.rest.links import Links
from cti_itop.rest.metrics import RequestMetrics
from cti_itop.rest.reader import Reader
from cti_itop.settings import SOURCE, ItopConfig, is_limited

# What is left for the plugin's own work, once iTop has used its time.
_OWN_SECONDS = 0.25
_MEGABYTE = 1024 * 1024


class Plugin:
    """A real iTop as the place where people and tickets live."""

    Config = ItopConfig
    label = "iTop"

    def __init__(self, config: ItopConfig) -> None:
        self._config = config
        self._mirroring: Mirroring | None = None
        self._breaker = Breaker()
        self._blueprints: list[Blueprint] = []  # none where the settings were refused

    @hookimpl
    def register(self, host: Host) -> None:
        """Check the settings, and get ready to ask iTop."""
        config = self._config
        self._settings = host.settings
        # At INFO, httpx writes a line for every request.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        problems = len(host.problems)
        check_address(host, config)
        check_queries(host)
        connection = self._connection(host)
        if any(not problem.warning for problem in host.problems[problems:]):
            return
        try:
            counted = RequestMetrics(host.metrics.registry, self._breaker).count
            self._itop = Itop(connection, self._breaker, counted)
        except OSError as error:
            message = f"{connection.ca_file} can't be read: {error.strerror or 'it is no PEM file'}"
            host.problem((*SECTION, "ca_file"), message, "name a file of certificates in PEM form")
            return
        # The buttons that create objects lead to iTop, by way of this host.
        host.panel_form_targets.append(self._itop.url)
        zone = ZoneInfo(config.timezone or host.settings.timezone)
        self._copying = Copying(connection, zone)
        reader = Reader(self._itop, zone)
        agents, asker = Agents(reader), Asker(host, reader)
        self._links = Links(self._itop.url)
        if config.directory == "mirror":
            more = (*classes.APART, *config.person_fields)
            self._mirroring = Mirroring(host, connection, config.sync_minutes, more)
        mirror = self._mirroring.mirror if self._mirroring else None
        self._lookup = Lookup(host, asker, agents, mirror, config.person_fields)
        self._lists = Lists(host, asker, agents, reader, self._links)
        self._card = PersonCard(host, self._links, config.person_fields)
        self._my_tickets = MyTickets(reader, agents, self._links)
        self._presets = make_presets(host, asker, agents, reader)
        self._calls = PhoneCalls(reader, agents, config.phone_calls)
        self._details = DetailsReader(host, reader, self._links, config.person_fields)
        self._recorded = RecordedCalls(self._itop.url, self._details, self._calls)
        self._named = Named(reader, self._lookup, self._links, mirror)
        self._searching = Searching(reader, self._links)
        pages = Blueprint(SOURCE, __package__, url_prefix="/itop", template_folder="templates")
        ReceivedCalls(self._details, self._calls, self._recorded).add_to(pages)
        self._persons = PersonPages(
            host, reader, self._links, config.person_fields, may_add=config.add_numbers
        )
        self._persons.add_to(pages)
        self._blueprints = [pages]
        rights = AgentRights(host, self._itop, agents)
        self._online = Online(host, self._itop, mirror, rights)

    def _connection(self, host: Host) -> Connection:
        config = self._config
        ca_file = str(host.config.resolve(config.ca_file)) if config.ca_file else ""
        return Connection(
            config.url,
            read_account(host, config),
            ca_file=ca_file,
            proxy=config.proxy,
            connect_seconds=config.connect_seconds,
            read_seconds=config.read_seconds,
            seconds=max(config.timeout - _OWN_SECONDS, config.timeout / 2),
            max_reply_bytes=int(config.max_reply_mb * _MEGABYTE),
        )

    @hookimpl
    def known_names(self) -> KnownNames:
        """The usual classes, and what a person of iTop carries with these settings."""
        display_name = self._settings.caller_information.display_name
        codes = (*classes.person_codes("Person"), *display_name, *self._config.person_fields)
        return KnownNames(
            tuple(classes.LABELS),
            more_classes=True,
            caller_attributes=codes,
            caller_classes=("Contact", "Person"),
        )

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """The mirror, and phone calls."""
        return [*MODELS, ItopPhoneCall, ItopRecordedCall]

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The button that records a call that came in, and persons in brief."""
        return self._blueprints

    @hookimpl
    def commands(self) -> Sequence[click.Command]:
        """`itop`."""
        return [itop_group(lambda: self._mirroring, lambda: self._copying)]

    @hookimpl
    def server_started(self) -> None:
        """Keep the mirror fresh."""
        if self._mirroring is not None:
            app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
            self._mirroring.server_started(app)

    @hookimpl
    def check_online(self) -> Sequence[Finding]:
        """What works with this iTop and this account."""
        return list(self._online.findings())

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        """Whether iTop answers, and the mirror is fresh; calls are answered without either."""
        checks = [HealthCheck("iTop", not self._breaker.is_open, needed=False)]
        if self._mirroring is not None:
            checks.append(HealthCheck("mirror", self._mirroring.is_fresh, needed=False))
        return checks

    @hookimpl
    def agent_may(self, agent: Agent, action: str) -> bool | None:
        """Whoever has a profile that is for agents is let in; the forms are iTop's own."""
        return is_let_in(agent.profiles) if action == "open" else None

    @hookimpl
    def known_profiles(self) -> Sequence[str]:
        """The profiles that iTop comes with."""
        return sorted(KNOWN)

    @hookimpl
    def explain_rights(self, profiles: frozenset[str]) -> Sequence[Right]:
        """What is read here, and what iTop's own pages allow, as far as it is known."""
        return [*explained(profiles)]

    @hookimpl
    def lookup_callers(self, call: Call) -> Sequence[Match]:
        """The persons whom the query of `caller_information` finds."""
        return [] if is_limited() else self._lookup.find(call)

    @hookimpl
    def ticket_lists(self, call: Call, callers: Sequence[Caller]) -> Sequence[TicketList]:
        """The enabled lists of `display_tickets`."""
        return [] if is_limited() else self._lists.find(call, callers)

    @hookimpl
    def class_label(self, class_name: str) -> str | None:
        """The label of a class of iTop."""
        return classes.class_label(class_name)

    @hookimpl(strangers=True)
    def creation_presets(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> Mapping[str, str]:
        """The presets of the configuration; a caller of another plugin is named in the log."""
        return {} if is_limited() else self._presets.values(class_name, caller, call, direct)

    @hookimpl
    def creation_form_url(self, class_name: str, values: Mapping[str, str]) -> str:
        """iTop's form of a class, with its presets in the address."""
        return self._links.create(class_name, values)

    @hookimpl
    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> Sequence[PanelSection]:
        """Who is calling, and how old the mirror is, where an agent should know."""
        mirror = self._mirroring.sections() if self._mirroring else []
        return [*(self._card.of(one) for one in callers if len(callers) == 1), *mirror]

    @hookimpl
    def home_sections(self, agent: Agent) -> Sequence[PanelSection]:
        """The agent's open tickets."""
        return [] if is_limited() else self._my_tickets.sections(agent)

    @hookimpl
    def read_ticket(self, key: TicketKey) -> TicketDetails | None:
        """A ticket of iTop with its caller, its description and its logs."""
        return self._details.read(key)

    @hookimpl
    def phone_calls(self, ticket: Ticket) -> Sequence[PhoneCall]:
        """The phone calls about a ticket, in iTop and in the host's own store."""
        return [] if is_limited() else self._calls.about(ticket.id)

    @hookimpl
    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> None:
        """Record the outbound phone call with its ticket."""
        note = _("%(action)s: %(number)s", action=action.label, number=action.number)
        kept = self._calls.record(ticket, caller, OUTBOUND, note, agent)
        self._recorded.stored(ticket, OUTBOUND, agent, kept)

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
        self._recorded.told(ticket, call, (record, *former), agent)

    @hookimpl
    def call_unlinked(
        self, ticket: TicketKey, record: int, agent: Agent, former: Sequence[int]
    ) -> None:
        """The phone call of the ticket goes: the call is about another one."""
        self._recorded.untold(ticket, (record, *former))

    @hookimpl
    def find_callers(self, texts: Sequence[str]) -> Sequence[Caller]:
        """Persons by their keys, out of the mirror, and by their names."""
        return [] if is_limited() else self._named.callers(texts)

    @hookimpl
    def search(self, text: str) -> Sequence[SearchGroup]:
        """Persons, tickets and organizations of iTop."""
        return [] if is_limited() else self._searching.find(text)

    @hookimpl
    def number_form_url(self, caller: Caller, number: str, return_url: str) -> str | None:
        """The page of a person, with the number to add."""
        return self._persons.number_form_url(caller, number, return_url)

    @hookimpl
    def find_tickets(self, texts: Sequence[str]) -> Sequence[Ticket]:
        """Tickets by their keys and references."""
        return [] if is_limited() else self._named.tickets(texts)

    @hookimpl
    def personal_data(self, subject: DataSubject) -> Sequence[PersonalData]:
        """Phone calls that are kept here; the rest is in iTop."""
        found = calls_of(subject)
        return [found] if found.entries else []

    @hookimpl
    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> Sequence[Removal]:
        """The same phone calls, without the person."""
        done = erase_from_calls(subject, dry_run=dry_run)
        return [done] if done.count else []
