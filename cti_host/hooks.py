"""The host's own hooks, each as a method with types: what pages and commands call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    NavigationItem,
    Number,
    OutboundAction,
    PanelSection,
    Ticket,
    TicketList,
)
from cti_host.stored import StoredClass, StoredObject, Storing


class Hooks(Dispatcher):
    """Calls hooks: those of the host by a method each, those of plugins by their names."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._labels: dict[tuple[str, str], str | None] = {}

    def parse_number(self, text: str) -> Number | None:
        """See `HookSpecs.parse_number`; an empty text is nobody's number."""
        return self.first("parse_number", Number, text=text) if text else None

    def preprocess_parameters(self, call: Call) -> Call:
        """See `HookSpecs.preprocess_parameters`; returns the call as the last plugin left it."""
        return self.change("preprocess_parameters", call)

    def lookup_callers(self, call: Call) -> list[Match]:
        """See `HookSpecs.lookup_callers`; each person once."""
        matches: dict[str, Match] = {}
        for match in self.collect("lookup_callers", Match, call=call):
            matches.setdefault(match.caller.key, match)
        return list(matches.values())

    def ticket_lists(self, call: Call, callers: Sequence[Caller]) -> list[TicketList]:
        """See `HookSpecs.ticket_lists`."""
        return self.collect("ticket_lists", TicketList, call=call, callers=callers)

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
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> dict[str, str]:
        """See `HookSpecs.creation_presets`; all results merged."""
        values: dict[str, str] = {}
        for _, result in self.results(
            "creation_presets", class_name=class_name, caller=caller, call=call, direct=direct
        ):
            values.update(result)
        return values

    def creation_form_url(
        self, class_name: str, values: Mapping[str, str], return_url: str
    ) -> str | None:
        """See `HookSpecs.creation_form_url`."""
        return self.first(
            "creation_form_url", str, class_name=class_name, values=values, return_url=return_url
        )

    def outbound_actions(self, ticket: Ticket, caller: Caller | None) -> list[OutboundAction]:
        """See `HookSpecs.outbound_actions`."""
        return self.collect("outbound_actions", OutboundAction, ticket=ticket, caller=caller)

    def identify_agent(self, request: Request) -> Agent | None:
        """See `HookSpecs.identify_agent`."""
        return self.first("identify_agent", Agent, request=request)

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

    def stored_classes(self) -> dict[str, StoredClass]:
        """See `HookSpecs.stored_classes`; by name."""
        classes: dict[str, StoredClass] = {}
        for cls in self.collect("stored_classes", StoredClass):
            classes.setdefault(cls.name, cls)
        return classes

    def store_objects(self, class_name: str, objects: Sequence[StoredObject]) -> Storing | None:
        """See `HookSpecs.store_objects`."""
        return self.first("store_objects", Storing, class_name=class_name, objects=objects)

    def read_objects(
        self, class_name: str, after: int, upto: int, limit: int
    ) -> Sequence[StoredObject] | None:
        """See `HookSpecs.read_objects`."""
        page = {"after": after, "upto": upto, "limit": limit}
        return self.first("read_objects", tuple, class_name=class_name, **page)

    def server_started(self) -> None:
        """See `HookSpecs.server_started`."""
        self.event("server_started")
