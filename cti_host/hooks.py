"""The host's own hooks, each as a method with types: what pages and commands call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from flask import Request

from cti_host.dispatch import Dispatcher
from cti_host.localised import current_language
from cti_host.model import (
    Agent,
    Call,
    Caller,
    Finding,
    Level,
    Match,
    Matches,
    NavigationItem,
    Number,
    OutboundAction,
    PanelSection,
    PhoneCall,
    Ticket,
    TicketDetails,
    TicketKey,
    TicketList,
    narrowed,
)


class Hooks(Dispatcher):
    """Calls hooks: those of the host by a method each, those of plugins by their names."""

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str | None]:
        """The labels that plugins returned, by class and language."""
        return {}

    def parse_number(self, text: str) -> Number | None:
        """See `HookSpecs.parse_number`; an empty text is nobody's number."""
        return self.first("parse_number", Number, text=text) if text else None

    def preprocess_parameters(self, call: Call) -> Call:
        """See `HookSpecs.preprocess_parameters`; returns the call as the last plugin left it."""
        return self.change("preprocess_parameters", call)

    def lookup_callers(self, call: Call) -> Matches:
        """See `HookSpecs.lookup_callers`; each person once, and how many there are in all."""
        shown: list[Match] = []
        total = 0
        for _, result in self.results("lookup_callers", call=call):
            found = result if isinstance(result, Matches) else narrowed(result, call)
            shown += found
            total += found.total
        return Matches(shown, total)

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
        """See `HookSpecs.identify_agent`; the agent's person is some plugin's."""
        agent = self.first("identify_agent", Agent, request=request)
        if agent is None or agent.contact_id is None or agent.contact_source:
            return agent
        return replace(agent, contact_source=next(iter(self.owners("ticket_lists")), ""))

    def sign_in_url(self, next_url: str) -> str | None:
        """See `HookSpecs.sign_in_url`."""
        return self.first("sign_in_url", str, next_url=next_url)

    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> list[PanelSection]:
        """See `HookSpecs.panel_sections`."""
        return self.collect("panel_sections", PanelSection, call=call, callers=callers)

    def navigation(self, agent: Agent) -> list[NavigationItem]:
        """See `HookSpecs.navigation`."""
        return self.collect("navigation", NavigationItem, agent=agent)

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

    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> list[str]:
        """See `HookSpecs.call_placed`; returns what the agent should read of failures."""
        return self.event("call_placed", ticket=ticket, caller=caller, action=action, agent=agent)

    def ticket_created(self, ticket: Ticket, caller: Caller | None, agent: Agent) -> None:
        """See `HookSpecs.ticket_created`."""
        self.event("ticket_created", ticket=ticket, caller=caller, agent=agent)

    def server_started(self) -> None:
        """See `HookSpecs.server_started`."""
        self.event("server_started")
