"""What a panel asks plugins: who calls, what is shown of them, which forms there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

from flask import has_request_context

from cti_host.context_values import context_values
from cti_host.dispatch import Dispatcher
from cti_host.isolation.jobs import Flow
from cti_host.localised import current_language
from cti_host.model import (
    Agent,
    Call,
    Caller,
    LinkCheck,
    Match,
    Matches,
    NavigationItem,
    Number,
    PanelSection,
    TicketList,
    narrowed,
)

# Texts that a request remembers as numbers; one that imports a file reads each text once.
_MOST_NUMBERS = 1000


class LinkNotChecked(Exception):
    """A plugin that checks addresses failed; the message is for the agent."""


class PanelContents(NamedTuple):
    """What plugins show on a panel, and the entries of the menu above it."""

    ticket_lists: list[TicketList]
    sections: list[PanelSection]
    navigation: list[NavigationItem]


def _items(results: list[tuple[str, Any]]) -> list[Any]:
    return [item for _plugin, result in results for item in result]


class PanelCalls(Dispatcher):
    """Calls the hooks of the panel."""

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
            known = values["cti_numbers"] = {}
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

    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> list[PanelSection]:
        """See `HookSpecs.panel_sections`."""
        return self.collect("panel_sections", PanelSection, call=call, callers=callers)

    def home_sections(self, agent: Agent) -> list[PanelSection]:
        """See `HookSpecs.home_sections`."""
        return self.collect("home_sections", PanelSection, agent=agent)

    def navigation(self, agent: Agent) -> list[NavigationItem]:
        """See `HookSpecs.navigation`."""
        return self.collect("navigation", NavigationItem, agent=agent)

    def call_received(self, call: Call, callers: Sequence[Caller], agent: Agent) -> None:
        """See `HookSpecs.call_received`."""
        self.event("call_received", call=call, callers=callers, agent=agent)

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

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str | None]:
        """The labels that plugins returned, by class and language."""
        return {}

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
