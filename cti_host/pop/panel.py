"""The screen pop: one call, from what the URL said to what the agent sees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _

from cti_host.host import Host
from cti_host.isolation.trace import current_trace
from cti_host.model import (
    Call,
    Caller,
    Match,
    PanelSection,
    Reason,
    TicketList,
    Unsearchable,
)
from cti_host.pop.presets import fill_in
from cti_host.pop.url import PAGE_PREFIX

ALL = "all"
UNKNOWN = "unknown"
_KEY = re.compile(r"[^\s:]+:[^\s:]+:[0-9]{1,18}", re.ASCII)


class UnknownChoice(ValueError):
    """`selected_caller` is not a caller's key or id, "all" or "unknown"."""


@dataclass(frozen=True)
class Choice:
    """An entry of the combo box."""

    value: str
    label: str


@dataclass(frozen=True)
class Creation:
    """A button that opens a pre-filled form."""

    class_name: str
    label: str
    path: str
    query: str

    @property
    def url(self) -> str:
        """The address that fills the form in for the caller chosen."""
        return f"{self.path}?{self.query}"


@dataclass(frozen=True)
class Panel:
    """Everything the agent sees of a call; `notices` explain what was not searched for."""

    call: Call
    label: str
    matches: Sequence[Match]
    choices: Sequence[Choice]
    selected: str
    creations: Sequence[Creation]
    ticket_lists: Sequence[TicketList]
    sections: Sequence[PanelSection]
    notices: Sequence[str]
    problems: Sequence[str]

    @property
    def chosen(self) -> Match | None:
        """The one caller who is chosen; `None` for several, or for nobody."""
        return next((m for m in self.matches if m.caller.key == self.selected), None)

    @property
    def path(self) -> str:
        """The address of this panel without its parameters."""
        return panel_url(self.call).partition("?")[0]

    def url(self, **changes: str | int) -> str:
        """This panel with other parameters: a chosen caller, a page of a list."""
        return panel_url(self.call, **{"selected_caller": self.selected, **changes})

    def page_url(self, ticket_list: TicketList, page: int) -> str:
        """This panel at another page of one of its lists."""
        pages = {f"{PAGE_PREFIX}{key}": value for key, value in self.call.pages.items()}
        return self.url(**{**pages, f"{PAGE_PREFIX}{ticket_list.key}": page})

    def as_json(self) -> dict[str, Any]:
        """The panel as a program reads it; documented in docs/json.md."""
        return {
            "received": dict(self.call.received),
            "parameters": {
                attribute: None if isinstance(value, Unsearchable) else str(value)
                for attribute, value in self.call.parameters.items()
            },
            "label": self.label,
            "callers": [
                {
                    "source": match.caller.source,
                    "class": match.caller.class_name,
                    "id": match.caller.id,
                    "display": match.caller.display,
                    "attributes": dict(match.caller.attributes),
                    "why": match.why,
                }
                for match in self.matches
            ],
            "choices": [{"value": c.value, "label": c.label} for c in self.choices],
            "selected": self.selected,
            "creations": [
                {"class": c.class_name, "label": c.label, "url": c.url} for c in self.creations
            ],
            "ticket_lists": [
                {
                    "source": ticket_list.source,
                    "label": ticket_list.label,
                    "total": ticket_list.total,
                    "tickets": [
                        {
                            "source": ticket.source,
                            "class": ticket.class_name,
                            "id": ticket.id,
                            "ref": ticket.ref,
                            "title": ticket.title,
                            "status": ticket.status,
                            "url": ticket.url,
                        }
                        for ticket in ticket_list.tickets
                    ],
                }
                for ticket_list in self.ticket_lists
            ],
            "problems": [
                *self.notices,
                *self.problems,
                *(f"{one.label}: {one.problem}" for one in self.ticket_lists if one.problem),
            ],
        }


@dataclass(frozen=True)
class Search:
    """A preprocessed call and everybody who was found for it."""

    call: Call
    matches: Sequence[Match]
    notices: Sequence[str]

    def selected(self, wanted: str) -> str:
        """Which entry of the combo box is chosen.

        :param wanted: the `selected_caller` of the URL: the key of a caller, "all" or "unknown";
            empty for the default. The id alone is understood where one caller has it.
        :raises UnknownChoice: it is none of these
        """
        chosen = self._named(wanted)
        if chosen is not None:
            return chosen
        if len(self.matches) == 1:
            return self.matches[0].caller.key
        return ALL if self.matches else UNKNOWN

    def missed(self, wanted: str) -> bool:
        """Whether a person was named who is not among the callers, or of whom there are several.

        :raises UnknownChoice: as `selected`
        """
        return wanted not in ("", ALL, UNKNOWN) and self._named(wanted) is None

    def _named(self, wanted: str) -> str | None:
        """The entry that is named; `None` where none is, or there is no such entry."""
        if wanted == UNKNOWN or (wanted == ALL and len(self.matches) > 1):
            return wanted
        if wanted in ("", ALL):
            return None
        keys = [match.caller.key for match in self.matches]
        if wanted in keys:
            return wanted
        if re.fullmatch(r"[0-9]{1,18}", wanted, re.ASCII):
            same = [m.caller.key for m in self.matches if str(m.caller.id) == wanted]
            return same[0] if len(same) == 1 else None
        if not _KEY.fullmatch(wanted):
            raise UnknownChoice(wanted)
        return None

    def callers(self, selected: str) -> list[Caller]:
        """The callers an entry of the combo box stands for."""
        return [m.caller for m in self.matches if selected in (ALL, m.caller.key)]


def search(host: Host, call: Call) -> Search:
    """Preprocess the call and look its callers up."""
    call = host.hooks.preprocess_parameters(call)
    notices = [
        _NOTICES[value.reason]() % {"value": value.raw}
        for value in call.parameters.values()
        # A lookup by hand leaves fields empty on purpose; "()" is what a phone system sends.
        if isinstance(value, Unsearchable) and value.raw
    ]
    matches = host.hooks.lookup_callers(call) if call.searchable else []
    return Search(call, matches, notices)


def build_panel(host: Host, found: Search, wanted: str = "") -> Panel:
    """Everything the agent sees: callers, buttons, ticket lists, sections.

    :param wanted: the `selected_caller` of the URL; empty for the default
    :raises UnknownChoice: it is neither an id nor "all" nor "unknown"
    """
    selected = found.selected(wanted)
    notices = list(found.notices)
    if found.missed(wanted):
        notices.append(_("The person chosen is not among the callers found."))
    callers = found.callers(selected)
    call = found.call
    lists = host.hooks.ticket_lists(call, callers) if callers else []
    return Panel(
        call=call,
        label=fill_in(str(host.settings.caller_information.label), call),
        matches=found.matches,
        choices=_choices(found.matches),
        selected=selected,
        creations=_creations(host, call, selected),
        ticket_lists=lists,
        sections=host.hooks.panel_sections(call, callers),
        notices=notices,
        problems=current_trace().lines,
    )


def creation_target(
    host: Host, found: Search, class_name: str, selected: str, *, direct: bool
) -> str | None:
    """Where the pre-filled form of a class is; `None` if no plugin has one.

    For direct creation the caller is the only one, the first of several, or nobody.
    """
    callers = found.callers(selected)
    caller = callers[0] if callers and (direct or selected != ALL) else None
    values = host.hooks.creation_presets(class_name, caller, found.call, direct)
    return_url = panel_url(found.call, selected_caller=selected)
    return host.hooks.creation_form_url(class_name, values, return_url)


def direct_target(host: Host, found: Search) -> str | None:
    """Where the form is that a call opens at once; `None`: the call opens the panel.

    The first enabled class of `direct_creation` counts. One that no plugin knows is passed over;
    one that is known, and whose form is not available right now, is not replaced by another.
    """
    for class_name in host.settings.direct_classes:
        target = creation_target(host, found, class_name, found.selected(""), direct=True)
        if target is not None or host.hooks.class_label(class_name) is not None:
            return target
    return None


def panel_url(call: Call, **extra: str | int) -> str:
    """The address of a call's panel; a lookup by hand may have left out parameters."""
    endpoint = "cti_host.pop" if len(call.query) == len(call.received) else "cti_host.lookup"
    return f"{url_for(endpoint)}?{urlencode({**call.query, **extra}, safe=':')}"


def _choices(matches: Sequence[Match]) -> list[Choice]:
    choices = [Choice(match.caller.key, match.caller.display) for match in matches]
    if len(choices) > 1:
        choices.insert(0, Choice(ALL, _("All contacts found")))
    return [*choices, Choice(UNKNOWN, _("Unknown contact"))]


def _creations(host: Host, call: Call, selected: str) -> list[Creation]:
    creations = []
    for class_name, creation in host.settings.indirect_creation.items():
        if not creation.enabled:
            continue
        label = host.hooks.class_label(class_name)
        if label is not None:
            query = urlencode({**call.query, "selected_caller": selected}, safe=":")
            path = url_for("cti_host.create", class_name=class_name)
            text = _("Create a new %(cls)s", cls=label)
            creations.append(Creation(class_name, text, path, query))
    return creations


_NOTICES = {
    Reason.WITHHELD: lambda: _("The caller withheld their number (“%(value)s” was received)."),
    Reason.PLACEHOLDER: lambda: _(
        "The phone system sent “%(value)s” instead of a number: its URL is not set up right. "
        "Please tell your administrator."
    ),
    Reason.WILDCARD: lambda: _("“%(value)s” is not a number; nobody was searched for."),
    Reason.EMPTY: lambda: _("“%(value)s” holds no number; nobody was searched for."),
    Reason.TOO_SHORT: lambda: _("“%(value)s” is too short to tell who is calling."),
}
