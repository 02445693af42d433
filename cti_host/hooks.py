"""The host's own hooks, each as a method with types: what pages and commands call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar, cast

from flask import Request, has_request_context

from cti_host.context_values import context_values
from cti_host.dispatch import Dispatcher
from cti_host.isolation.jobs import Flow
from cti_host.isolation.trace import current_trace
from cti_host.localised import current_language
from cti_host.model import (
    Agent,
    Call,
    Caller,
    DataSubject,
    Finding,
    Level,
    LinkCheck,
    Match,
    Matches,
    Message,
    Moved,
    NavigationItem,
    Number,
    Organization,
    OutboundAction,
    PanelSection,
    PersonalData,
    PhoneCall,
    Removal,
    Right,
    Ticket,
    TicketDetails,
    TicketKey,
    TicketList,
    narrowed,
)

_T = TypeVar("_T")
# What is remembered of agents; a site with more than that asks its plugins again.
_MOST_KEPT = 20_000
# Texts that a request remembers as numbers; one that imports a file reads each text once.
_MOST_NUMBERS = 1000


class LinkNotChecked(Exception):
    """A plugin that checks addresses failed; the message is for the agent."""


@dataclass(frozen=True)
class Gathered(Generic[_T]):
    """What plugins returned, each item with its plugin, and a line for each that failed."""

    items: Sequence[tuple[str, _T]]
    failed: Sequence[str]


class PanelContents(NamedTuple):
    """What plugins show on a panel, and the entries of the menu above it."""

    ticket_lists: list[TicketList]
    sections: list[PanelSection]
    navigation: list[NavigationItem]


def _items(results: list[tuple[str, Any]]) -> list[Any]:
    return [item for _plugin, result in results for item in result]


class Hooks(Dispatcher):
    """Calls hooks: those of the host by a method each, those of plugins by their names."""

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str | None]:
        """The labels that plugins returned, by class and language."""
        return {}

    def parse_number(self, text: str) -> Number | None:
        """See `HookSpecs.parse_number`; an empty text is nobody's number.

        A page reads a text once: a lookup and what it shows of a person ask for the same.
        """
        if not text:
            return None
        if not has_request_context():
            return self.first("parse_number", Number, text=text)
        values = context_values()
        known: dict[str, Number] | None = values.get("cti_numbers")
        if known is None:
            known = values.cti_numbers = {}
        if text in known:
            return known[text]
        number = self.first("parse_number", Number, text=text)
        if number is not None and len(known) < _MOST_NUMBERS:
            known[text] = number
        return number

    def preprocess_parameters(self, call: Call) -> Call:
        """See `HookSpecs.preprocess_parameters`; returns the call as the last plugin left it."""
        return self.change("preprocess_parameters", call)

    def lookup_callers(self, call: Call) -> Matches:
        """See `HookSpecs.lookup_callers`; each person once, and how many there are in all."""
        return self.follow(self._looking_up(call))

    def finding_callers(self, call: Call) -> Flow[tuple[Call, Matches]]:
        """A flow: the call as `preprocess_parameters` left it, and whom `lookup_callers` finds."""
        call = yield from self.changing("preprocess_parameters", call)
        if not call.searchable:
            return call, Matches((), 0)
        return call, (yield from self._looking_up(call))

    def _looking_up(self, call: Call) -> Flow[Matches]:
        shown: list[Match] = []
        total, hidden = 0, False
        for _, result in (yield from self.asking("lookup_callers", call=call)):
            found = result if isinstance(result, Matches) else narrowed(result, call)
            shown += found
            total += found.total
            hidden = hidden or found.hidden
        return Matches(shown, total, hidden)

    def filling_panel(
        self,
        call: Call,
        callers: Sequence[Caller],
        agent: Agent,
        *,
        menu: bool = False,
        received_from: Sequence[Caller] | None = None,
    ) -> Flow[PanelContents]:
        """A flow: what plugins show on the panel of a call.

        :param callers: those who are chosen
        :param agent: who sees it
        :param menu: whether the entries of the menu are asked for, too
        :param received_from: everybody who was found, if the call has just come in: then the
            plugins are told first, see `call_received`
        """
        if received_from is not None:
            yield from self.asking("call_received", call=call, callers=received_from, agent=agent)
        lists = yield from self.asking("ticket_lists", call=call, callers=callers)
        sections = yield from self.asking("panel_sections", call=call, callers=callers)
        entries = (yield from self.asking("navigation", agent=agent)) if menu else []
        return PanelContents(*map(_items, (lists, sections, entries)))

    def ticket_lists(
        self, call: Call, callers: Sequence[Caller], *, only: str = ""
    ) -> list[TicketList]:
        """See `HookSpecs.ticket_lists`.

        :param only: the one plugin to ask; empty: all of them
        """
        others = {*self.owners("ticket_lists")} - {only} if only else ()
        return self.collect("ticket_lists", TicketList, others, call=call, callers=callers)

    def class_label(self, class_name: str) -> str | None:
        """See `HookSpecs.class_label`; plugins are asked once for a class and a language."""
        key = (class_name, current_language())
        if key in self._labels:
            return self._labels[key]
        label, certain = None, True
        for span in self.spans("class_label", class_name=class_name):
            certain = certain and not span.problem
            if span.result is not None:
                label = str(span.result)
                break
        if certain:
            self._labels[key] = label
        return label

    def creation_presets(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool, form: str = ""
    ) -> dict[str, str]:
        """See `HookSpecs.creation_presets`; all results merged.

        :param form: the plugin whose form it is: the others that have forms are not asked
        """
        values: dict[str, str] = {}
        for _, result in self.results(
            "creation_presets",
            self._rivals(form),
            class_name=class_name,
            caller=caller,
            call=call,
            direct=direct,
        ):
            values.update(result)
        return values

    def creation_form_url(
        self, class_name: str, values: Mapping[str, str], return_url: str, form: str = ""
    ) -> str | None:
        """See `HookSpecs.creation_form_url`.

        :param form: the only plugin that is asked; without it, all are
        """
        for _, url in self.results(
            "creation_form_url",
            self._rivals(form),
            class_name=class_name,
            values=values,
            return_url=return_url,
        ):
            return str(url)
        return None

    def _rivals(self, form: str) -> set[str]:
        """The other plugins that have forms."""
        return {*self.owners("creation_form_url")} - {form} if form else set()

    def outbound_actions(self, ticket: Ticket, caller: Caller | None) -> list[OutboundAction]:
        """See `HookSpecs.outbound_actions`."""
        return self.collect("outbound_actions", OutboundAction, ticket=ticket, caller=caller)

    def read_ticket(self, key: TicketKey) -> TicketDetails | None:
        """See `HookSpecs.read_ticket`; whoever read it, the ticket stays that of its plugin."""
        details = self.first("read_ticket", TicketDetails, key=key)
        if details is None or details.ticket.source == key.source:
            return details
        return replace(details, ticket=replace(details.ticket, source=key.source))

    def phone_calls(self, ticket: Ticket) -> list[PhoneCall] | None:
        """See `HookSpecs.phone_calls`; the newest first. `None`: nobody could say."""
        spans = list(self.spans("phone_calls", ticket=ticket))
        if all(span.problem for span in spans):
            return None
        calls: list[PhoneCall] = [call for span in spans for call in span.result or ()]
        return sorted(calls, key=lambda call: str(call.when or ""), reverse=True)

    def identify_agent(self, request: Request) -> Agent | None:
        """See `HookSpecs.identify_agent`; what the agent is linked to is some plugin's."""
        agent = self.first("identify_agent", Agent, request=request)
        if agent is None or agent.contact_source:
            return agent
        if agent.contact_id is None and not agent.organizations:
            return agent
        return replace(agent, contact_source=next(iter(self.owners("ticket_lists")), ""))

    def sign_in_url(self, next_url: str) -> str | None:
        """See `HookSpecs.sign_in_url`."""
        return self.first("sign_in_url", str, next_url=next_url)

    def sign_in_links(self, next_url: str, of: str) -> list[NavigationItem]:
        """See `HookSpecs.sign_in_links`.

        :param of: the plugin whose sign-in page shows them; it is not called
        """
        return self.collect("sign_in_links", NavigationItem, {of}, next_url=next_url)

    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> list[PanelSection]:
        """See `HookSpecs.panel_sections`."""
        return self.collect("panel_sections", PanelSection, call=call, callers=callers)

    def home_sections(self, agent: Agent) -> list[PanelSection]:
        """See `HookSpecs.home_sections`."""
        return self.collect("home_sections", PanelSection, agent=agent)

    def navigation(self, agent: Agent) -> list[NavigationItem]:
        """See `HookSpecs.navigation`."""
        return self.collect("navigation", NavigationItem, agent=agent)

    @cached_property
    def _allowed(self) -> dict[tuple[Agent, str, str], bool]:
        """What plugins said that agents may do."""
        return {}

    def agent_may(self, agent: Agent, action: str, class_name: str = "") -> bool:
        """See `HookSpecs.agent_may`; plugins are asked once for an agent with the same profiles."""
        key = (agent, action, class_name)
        known = self._allowed.get(key)
        if known is not None:
            return known
        spans = list(self.spans("agent_may", agent=agent, action=action, class_name=class_name))
        results = [span.result for span in spans if span.result is not None]
        failed = any(span.problem for span in spans)
        allowed = any(results) or not (results or failed)
        if not failed:
            if len(self._allowed) >= _MOST_KEPT:
                self._allowed.clear()
            self._allowed[key] = allowed
        return allowed

    def link_agent(self, agent: Agent, contact_id: int) -> bool | None:
        """See `HookSpecs.link_agent`."""
        return self.first("link_agent", bool, agent=agent, contact_id=contact_id)

    def known_agent(self, name: str) -> Agent | None:
        """See `HookSpecs.known_agent`."""
        return self.first("known_agent", Agent, name=name)

    def explain_rights(self, profiles: frozenset[str]) -> Gathered[Right]:
        """See `HookSpecs.explain_rights`."""
        return self._gathered("explain_rights", Right, profiles=profiles)

    def known_agents(self) -> list[Agent]:
        """See `HookSpecs.known_agents`."""
        return self.collect("known_agents", Agent)

    def organizations(self, text: str) -> list[Organization]:
        """See `HookSpecs.organizations`."""
        return self.collect("organizations", Organization, text=text)

    def check_online(self) -> list[tuple[str, Finding]]:
        """See `HookSpecs.check_online`; each finding with its plugin."""
        findings: list[tuple[str, Finding]] = []
        for span in self.spans("check_online"):
            if span.problem:
                failed = Finding("the check itself", Level.BAD, span.problem)
                findings.append((span.plugin, failed))
            findings += [(span.plugin, finding) for finding in span.result or ()]
        return findings

    def call_received(self, call: Call, callers: Sequence[Caller], agent: Agent) -> None:
        """See `HookSpecs.call_received`."""
        self.event("call_received", call=call, callers=callers, agent=agent)

    def claim_call(self, ticket: Ticket, action: OutboundAction, agent: Agent) -> bool:
        """See `HookSpecs.claim_call`; true, unless a plugin says that it is a second click."""
        return (
            self.first("claim_call", bool, ticket=ticket, action=action, agent=agent) is not False
        )

    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> list[str]:
        """See `HookSpecs.call_placed`; returns what the agent should read of failures."""
        return self.event("call_placed", ticket=ticket, caller=caller, action=action, agent=agent)

    def ticket_created(
        self, ticket: Ticket, caller: Caller | None, agent: Agent, record: int | None = None
    ) -> None:
        """See `HookSpecs.ticket_created`."""
        self.event("ticket_created", ticket=ticket, caller=caller, agent=agent, record=record)

    def call_recorded(
        self,
        ticket: TicketKey,
        call: PhoneCall,
        record: int,
        agent: Agent | None,
        former: Sequence[int] = (),
    ) -> list[str]:
        """See `HookSpecs.call_recorded`; returns what the agent should read of failures."""
        return self.event(
            "call_recorded", ticket=ticket, call=call, record=record, agent=agent, former=former
        )

    def call_unlinked(
        self, ticket: TicketKey, record: int, agent: Agent, former: Sequence[int] = ()
    ) -> list[str]:
        """See `HookSpecs.call_unlinked`; returns what the agent should read of failures."""
        return self.event("call_unlinked", ticket=ticket, record=record, agent=agent, former=former)

    def failure_of(self, hook: str) -> str:
        """What the agent reads of the last failure of a hook in this request.

        Where nothing was found, this tells whether nothing is there, or somebody could not look.

        :param hook: its name
        :return: a sentence in the agent's language; empty: none of its plugins failed
        """
        lines = (span.line for span in reversed(current_trace().spans) if span.hook == hook)
        return next((line for line in lines if line), "")

    def find_callers(self, texts: Sequence[str]) -> list[Caller]:
        """See `HookSpecs.find_callers`."""
        return self.collect("find_callers", Caller, texts=texts) if texts else []

    def find_tickets(self, texts: Sequence[str]) -> list[Ticket]:
        """See `HookSpecs.find_tickets`."""
        return self.collect("find_tickets", Ticket, texts=texts) if texts else []

    def add_number(self, caller: Caller, number: str) -> str | None:
        """See `HookSpecs.add_number`."""
        return self.first("add_number", str, caller=caller, number=number)

    def number_form_url(self, caller: Caller, number: str, return_url: str) -> str | None:
        """See `HookSpecs.number_form_url`."""
        return self.first(
            "number_form_url", str, caller=caller, number=number, return_url=return_url
        )

    def person_sections(self, caller: Caller) -> list[PanelSection]:
        """See `HookSpecs.person_sections`."""
        return self.collect("person_sections", PanelSection, caller=caller)

    def move_person(
        self, old: Caller, new: Caller, only: Sequence[Moved] | None, dry_run: bool
    ) -> Gathered[Moved]:
        """See `HookSpecs.move_person`; the transaction is the caller's."""
        return self._gathered("move_person", Moved, old=old, new=new, only=only, dry_run=dry_run)

    def server_started(self) -> None:
        """See `HookSpecs.server_started`."""
        self.event("server_started")

    def publish(self, topics: Sequence[str], message: Message) -> bool:
        """See `HookSpecs.publish`; whether it is on its way."""
        return bool(self.first("publish", bool, topics=topics, message=message))

    def followed_topics(self, agent: Agent, asked: Sequence[str]) -> list[str]:
        """See `HookSpecs.followed_topics`."""
        return self.collect("followed_topics", str, agent=agent, asked=asked)

    def check_link(self, query: str) -> LinkCheck | None:
        """See `HookSpecs.check_link`.

        :raises LinkNotChecked: the plugin failed: an address that was not checked is not good
        """
        for span in self.spans("check_link", query=query):
            if span.problem:
                raise LinkNotChecked(span.line)
            if span.result is not None:
                return cast(LinkCheck, span.result)
        return None

    def find_data_subjects(self, text: str) -> Gathered[DataSubject]:
        """See `HookSpecs.find_data_subjects`."""
        return self._gathered("find_data_subjects", DataSubject, text=text)

    def agent_names(self, subject: DataSubject) -> Gathered[str]:
        """See `HookSpecs.agent_names`."""
        return self._gathered("agent_names", str, subject=subject)

    def personal_data(self, subject: DataSubject) -> Gathered[PersonalData]:
        """See `HookSpecs.personal_data`."""
        return self._gathered("personal_data", PersonalData, subject=subject)

    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> Gathered[Removal]:
        """See `HookSpecs.erase_personal_data`; the transaction is the caller's."""
        return self._gathered("erase_personal_data", Removal, subject=subject, dry_run=dry_run)

    def expire_data(self, dry_run: bool) -> Gathered[Removal]:
        """See `HookSpecs.expire_data`."""
        return self._gathered("expire_data", Removal, dry_run=dry_run)

    def _gathered(self, hook: str, kind: type[_T], **arguments: Any) -> Gathered[_T]:
        """What all plugins returned, and which of them failed."""
        items: list[tuple[str, _T]] = []
        failed: list[str] = []
        for span in self.spans(hook, **arguments):
            items += [(span.plugin, item) for item in span.result or ()]
            failed += [f"{span.plugin}: {span.problem}"] if span.problem else []
        return Gathered(items, failed)
