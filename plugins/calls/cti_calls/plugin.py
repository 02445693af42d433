"""The plugin: ties the rooms to the hooks, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import click
import peewee
from flask import Blueprint, Flask, current_app, render_template, request
from flask_babel import gettext as _

from cti_calls import settings
from cti_calls.commands.devices import device_group
from cti_calls.commands.queues import queue_group
from cti_calls.connections.database import ConnectionDatabase
from cti_calls.connections.health import phone_systems
from cti_calls.connections.runner import Runner, connections_of
from cti_calls.doctor import views as doctor_pages
from cti_calls.doctor.command import doctor
from cti_calls.model.facts import PhoneEvent, Taken
from cti_calls.model.hooks import CallHooks
from cti_calls.model.records import CallRecord, Change, Device
from cti_calls.model.tables import MODELS
from cti_calls.pages.routes import CallPages
from cti_calls.pop.views import PopPages
from cti_calls.rights.profiles import PROFILES, Action
from cti_calls.rights.rights import Rights
from cti_calls.simulator.command import simulate
from cti_calls.simulator.playing import NUMBER
from cti_calls.simulator.views import Simulator
from cti_calls.store import privacy
from cti_calls.store.calls import Calls
from cti_calls.store.devices import agents_of, devices_of
from cti_calls.store.persons import calls_of, give_calls
from cti_calls.store.retention import expire
from cti_calls.store.taking.publishing import LIST_TOPIC
from cti_host import (
    Agent,
    Call,
    Caller,
    DataSubject,
    HealthCheck,
    Host,
    Moved,
    NavigationItem,
    OutboundAction,
    PageScript,
    PanelSection,
    PersonalData,
    Removal,
    Right,
    SearchGroup,
    SectionPlace,
    Ticket,
    hookimpl,
)


class Plugin:
    """Calls as they happen: a record of each, and a pop on the right screen."""

    Config = settings.Config

    def __init__(self, config: settings.Config) -> None:
        self._config = config
        self._sources: set[str] = set()
        self._simulator = Simulator(config.agents_may_simulate)
        self._rights = Rights(config.rights)

    @hookimpl
    def hookspecs(self) -> type:
        """The hooks of phone systems."""
        return CallHooks

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """Calls, legs, the journal, devices, call-backs and connections."""
        return MODELS

    @hookimpl
    def register(self, host: Host) -> None:
        """Get ready to store calls; open the scripts, and say who may not let a call ring."""
        self._host = host
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        self.calls = Calls(self._app, host, self._config)
        self._rights.check(host)
        self.pages = CallPages(host, self.calls, self._config, self._rights)
        host.public_endpoints.add("calls.static")
        host.right_checks["calls.simulate"] = self._simulator.check

    @hookimpl
    def server_started(self) -> None:
        """Run the connections to phone systems from this process, with others."""
        database = ConnectionDatabase(self._app, self._host, self.calls)
        connections = connections_of(self._host)
        self._sources = {one.source for one in connections}
        runner = Runner(connections, database)
        self._host.before_closing.insert(0, runner.stop)  # it still tells of changes
        runner.start()

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        """Whether the phone systems are connected."""
        return phone_systems(self._sources)

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """Lists of calls, a call, the pop, phones, what was sent, the doctor, made-up calls."""
        pages = Blueprint(
            "calls",
            __name__,
            template_folder="templates",
            static_folder="static",
            static_url_path="/calls/static",
        )
        self.pages.add_to(pages)
        PopPages(self.calls.reader, self.calls.lookup).add_to(pages)
        doctor_pages.add_to(pages)
        self._simulator.add_to(pages)
        pages.before_request(self._require_read)
        return [pages]

    def _require_read(self) -> None:
        """No page of calls is for those who may not see any; what is for everybody is no page."""
        if request.endpoint not in self._host.public_endpoints:
            self._rights.require_read()

    @hookimpl
    def page_scripts(self) -> Sequence[PageScript]:
        """The pop, on every page."""
        return [PageScript("calls.static", "pop.js")]

    @hookimpl
    def commands(self) -> Sequence[click.Command]:
        """`calls` and `doctor`."""
        calls = click.Group("calls", help="Calls: phones, queues, made-up calls.")
        calls.add_command(device_group())
        calls.add_command(queue_group())
        calls.add_command(simulate)
        return [calls, doctor]

    @hookimpl
    def home_sections(self, agent: Agent) -> list[PanelSection] | None:
        """Missed calls, those of today, and the button that lets one's phone ring."""
        sections = self.pages.home_sections(agent)
        if self._config.agents_may_simulate and self._rights.may(agent, Action.READ):
            html = render_template("cti_calls/simulate.html", number=NUMBER)
            sections.append(PanelSection(_("Try a call"), html, place=SectionPlace.BESIDE))
        return sections

    @hookimpl
    def followed_topics(self, agent: Agent, asked: Sequence[str]) -> Sequence[str]:
        """Whoever may see the list of calls may be told that it has changed."""
        may = self._rights.may(agent, Action.READ)
        return [topic for topic in asked if topic == LIST_TOPIC and may]

    @hookimpl
    def known_profiles(self) -> Sequence[str]:
        """The profiles to which `[plugin.calls.rights]` may give or deny something."""
        return PROFILES

    @hookimpl
    def explain_rights(self, profiles: frozenset[str]) -> Sequence[Right]:
        """What `[plugin.calls.rights]` makes of profiles."""
        return self._rights.explained(profiles)

    @hookimpl
    def search(self, text: str) -> Sequence[SearchGroup]:
        """The latest calls with a number."""
        return self.pages.search(text)

    @hookimpl
    def navigation(self, agent: Agent) -> Sequence[NavigationItem]:
        """Calls, and missed calls."""
        return self.pages.navigation(agent)

    @hookimpl(strangers=True)
    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> Sequence[PanelSection]:
        """The latest calls with whoever calls."""
        return self.pages.panel_sections(call, callers)

    @hookimpl(strangers=True)
    def person_sections(self, caller: Caller) -> Sequence[PanelSection]:
        """The latest calls with a person."""
        return self.pages.person_sections(caller)

    @hookimpl(strangers=True)
    def move_person(
        self, old: Caller, new: Caller, only: Sequence[Moved] | None, dry_run: bool
    ) -> Sequence[Moved]:
        """The calls with one person are the other one's."""
        kind = "call_record"
        ids = next((one.ids for one in only if one.kind == kind), ()) if only is not None else None
        found = calls_of(old, ids) if dry_run else give_calls(old, new, ids)
        return [Moved(kind, _("Calls"), found)]

    @hookimpl(strangers=True)
    def outbound_actions(self, ticket: Ticket, caller: Caller | None) -> Sequence[OutboundAction]:
        """Calls through the agent's own phone."""
        return self.pages.outbound_actions(ticket, caller)

    @hookimpl(strangers=True)
    def claim_call(self, ticket: Ticket, action: OutboundAction, agent: Agent) -> bool:
        """Of a double click in a phone menu, the first click counts."""
        return self.pages.claim_call(ticket, action, agent)

    @hookimpl(strangers=True)
    def ticket_created(self, ticket: Ticket, agent: Agent, record: int | None) -> None:
        """The call during which it was created is about it."""
        self.pages.ticket_created(ticket, agent, record)

    @hookimpl(strangers=True)
    def call_received(self, call: Call, agent: Agent) -> None:
        """Whom the panel of a call has found is kept with its record."""
        self.pages.call_received(call, agent)

    @hookimpl(of="calls")
    def call_changed(self, record: CallRecord, change: Change) -> None:
        """Of a call that has ended it is kept who it was; its ticket says how long it took."""
        self.pages.call_changed(record, change)

    @hookimpl
    def take_phone_events(self, source: str, events: Sequence[PhoneEvent]) -> Taken:
        """Events become calls, a journal, and messages to the screens of agents."""
        return self.calls.take(source, events)

    @hookimpl
    def agent_devices(self, agent: Agent) -> Sequence[Device]:
        """The devices of the plugin's own table."""
        return devices_of(agent.name)

    @hookimpl
    def device_agents(self, device: Device) -> Sequence[str]:
        """The agents of the plugin's own table."""
        return agents_of(device.source, [device.name]).get(device.name, ())

    @hookimpl
    def personal_data(self, subject: DataSubject) -> Sequence[PersonalData]:
        """The calls of a person, and texts that name them."""
        return privacy.personal_data(subject, self.calls.reader, self.calls.key_of)

    @hookimpl
    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> Sequence[Removal]:
        """Calls stay without number and name; what is kept of events about them is emptied."""
        return privacy.erase(subject, self.calls.key_of, dry_run=dry_run)

    @hookimpl
    def expire_data(self, dry_run: bool) -> Sequence[Removal]:
        """Calls and the journal of events, after a period each."""
        return expire(self._config, dry_run=dry_run)
