"""The screen pop: one call, from what the URL said to what the agent sees."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from cti_host.host import Host
from cti_host.isolation.trace import current_trace
from cti_host.model import (
    Call,
    Caller,
    Match,
    Matches,
    Number,
    PanelSection,
    Reading,
    Ticket,
    TicketList,
    Unsearchable,
)
from cti_host.pop.presets import fill_in
from cti_host.pop.search import ALL, UNKNOWN, Search, names
from cti_host.pop.url import FILTER, PAGE_PREFIX, WANTED
from cti_host.web.rendering import address_of

# From so many callers on, there is a box to find one of them by name.
_MANY = 10


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
    """Everything the agent sees of a call; `notices` explain what was not searched for.

    `names` says by their keys what callers are called, so that nobody is taken for somebody else;
    `origins` says of lists that share their title which plugin each is of.
    """

    call: Call
    label: str
    matches: Matches
    names: Mapping[str, str]
    origins: Mapping[str, str]
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
    def title(self) -> str:
        """Who is calling, in one line."""
        if self.chosen is not None:
            return self.names[self.chosen.caller.key]
        if self.selected == ALL:
            return str(
                ngettext(
                    "%(count)s contact has this number",
                    "%(count)s contacts share this number",
                    self.matches.total,
                    count=format_decimal(self.matches.total),
                )
            )
        return str(_("Unknown contact"))

    def details(self, caller: Caller) -> str:
        """What a caller's name says beyond the headline."""
        return self.names[caller.key].removeprefix(caller.headline).removeprefix(",").strip()

    @property
    def perhaps(self) -> Sequence[Match]:
        """Those who are offered besides, because a reading of the number is doubtful."""
        return [one for one in self.matches if one.doubt and one.caller.key != self.selected]

    @property
    def shown(self) -> str:
        """How many of the callers are shown; empty if that needs no words."""
        if not self.call.filter and len(self.matches) == self.matches.total:
            return ""
        shown, total = format_decimal(len(self.matches)), format_decimal(self.matches.total)
        return str(_("%(shown)s of %(total)s shown", shown=shown, total=total))

    @property
    def can_filter(self) -> bool:
        """Whether there are so many callers that one looks for a name among them."""
        return bool(self.call.filter) or self.matches.total > _MANY

    @property
    def path(self) -> str:
        """The address of this panel without its parameters."""
        return _panel_path(self.call)

    def url(self, selected_caller: str) -> str:
        """This panel with another caller chosen."""
        return panel_url(replace(self.call, pages={}), selected_caller)

    @property
    def unfiltered_url(self) -> str:
        """This panel with all callers again."""
        return panel_url(replace(self.call, pages={}, filter=""), ALL)

    def page_url(self, ticket_list: TicketList, page: int) -> str:
        """This panel at another page of one of its lists."""
        call = replace(self.call, pages={**self.call.pages, ticket_list.key: page})
        return panel_url(call, self.selected)

    def ticket_url(self, ticket: Ticket) -> str:
        """The host's page about a ticket; it leads back to this panel."""
        path = url_for(
            "cti_host.ticket", source=ticket.source, class_name=ticket.class_name, id_=ticket.id
        )
        return f"{path}?{call_query(self.call, self.selected)}"

    def as_json(self) -> dict[str, Any]:
        """The panel as a program reads it; documented in docs/json.md."""
        return {
            "received": dict(self.call.received),
            "parameters": {
                attribute: None if isinstance(value, Unsearchable) else str(value)
                for attribute, value in self.call.parameters.items()
            },
            "readings": {
                attribute: [_reading(one) for one in value.readings]
                for attribute, value in self.call.parameters.items()
                if isinstance(value, Number)
            },
            "label": self.label,
            "filter": self.call.filter,
            "callers_total": self.matches.total,
            "callers_shown": len(self.matches),
            "callers": [
                {
                    "source": match.caller.source,
                    "class": match.caller.class_name,
                    "id": match.caller.id,
                    "display": match.caller.display,
                    "attributes": dict(match.caller.attributes),
                    "why": match.why,
                    "doubt": match.doubt,
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
                            "url": ticket.url or self.ticket_url(ticket),
                        }
                        for ticket in ticket_list.tickets
                    ],
                }
                for ticket_list in self.ticket_lists
            ],
            "problems": [
                *self.notices,
                *self.problems,
                *(
                    f"{self.heading(one)}: {one.problem}"
                    for one in self.ticket_lists
                    if one.problem
                ),
            ],
        }

    def heading(self, ticket_list: TicketList) -> str:
        """The title of a list, with its plugin where another list is called the same."""
        origin = self.origins.get(ticket_list.key, "")
        return f"{ticket_list.label} ({origin})" if origin else ticket_list.label


def build_panel(host: Host, found: Search) -> Panel:
    """Everything the agent sees: callers, buttons, ticket lists, sections.

    :raises UnknownChoice: the call wants something that nobody can be
    """
    selected = found.selected
    notices = list(found.notices)
    if found.missed:
        notices.append(_("The person chosen is not among the callers found."))
    callers = found.callers(selected)
    call = found.call
    lists = host.hooks.ticket_lists(call, callers) if callers else []
    called = names(host, [match.caller for match in found.matches])
    return Panel(
        call=call,
        label=fill_in(str(host.settings.caller_information.label), call, withheld=_("(withheld)")),
        matches=found.matches,
        names=called,
        origins=_origins(host, lists),
        choices=_choices(
            called,
            {match.caller.key for match in found.matches if match.doubt},
            several=found.matches.sure_total > 1 or selected == ALL,
        ),
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

    Presets belong to the form: they come from the plugin that has it and from those that have no
    forms. Direct creation chooses of several callers the first who is the form's own, else the
    first.
    """
    callers = found.callers(selected) if direct or selected != ALL else []
    return_url = panel_url(replace(found.call, pages={}), selected)
    for form in host.hooks.owners("creation_form_url"):
        own = next((caller for caller in callers if caller.source == form), None)
        caller = own or next(iter(callers), None)
        values = host.hooks.creation_presets(class_name, caller, found.call, direct, form)
        url = host.hooks.creation_form_url(class_name, values, return_url, form)
        if url is not None:
            return url
    return None


def direct_target(host: Host, found: Search) -> str | None:
    """Where the form is that a call opens at once; `None`: the call opens the panel.

    The first enabled class of `direct_creation` counts. One that no plugin knows is passed over;
    one that is known, and whose form is not available right now, is not replaced by another.
    """
    for class_name in host.settings.direct_classes:
        target = creation_target(host, found, class_name, found.selected, direct=True)
        if target is not None or host.hooks.class_label(class_name) is not None:
            return target
    return None


def panel_url(call: Call, selected: str) -> str:
    """The address of a call's panel.

    :param selected: the entry of the combo box that is chosen there
    """
    return f"{_panel_path(call)}?{call_query(call, selected)}"


def _panel_path(call: Call) -> str:
    """The panel's path; a lookup by hand may have left out parameters."""
    endpoint = "cti_host.pop" if len(call.query) == len(call.received) else "cti_host.lookup"
    return address_of(endpoint)


def call_query(call: Call, selected: str) -> str:
    """A call as the query of an address: its parameters, filter, who is chosen, the pages."""
    pages = {f"{PAGE_PREFIX}{key}": page for key, page in call.pages.items()}
    narrowed = {FILTER: call.filter} if call.filter else {}
    return urlencode({**call.query, **narrowed, WANTED: selected, **pages}, safe=":")


def _reading(one: Reading) -> dict[str, str]:
    return {
        "key": one.key,
        "text": str(one),
        "extension": one.extension,
        "doubt": str(one.doubt or ""),
    }


def _choices(
    called: Mapping[str, str], doubtful: Collection[str], *, several: bool
) -> list[Choice]:
    everybody = [Choice(ALL, _("All contacts found"))] if several else []
    callers = [
        Choice(key, _("Perhaps: %(name)s", name=name) if key in doubtful else name)
        for key, name in called.items()
    ]
    return [*everybody, *callers, Choice(UNKNOWN, _("Unknown contact"))]


def _origins(host: Host, lists: Sequence[TicketList]) -> dict[str, str]:
    """The plugins of lists that share their title with a list of another plugin."""
    plugins: dict[str, set[str]] = {}
    for one in lists:
        plugins.setdefault(one.label, set()).add(one.source)
    return {one.key: host.source_label(one.source) for one in lists if len(plugins[one.label]) > 1}


def _creations(host: Host, call: Call, selected: str) -> list[Creation]:
    creations = []
    query = call_query(replace(call, pages={}), selected)
    for class_name, creation in host.settings.indirect_creation.items():
        if not creation.enabled:
            continue
        label = host.hooks.class_label(class_name)
        if label is not None:
            path = address_of("cti_host.create", class_name=class_name)
            text = _("Create a new %(cls)s", cls=label)
            creations.append(Creation(class_name, text, path, query))
    return creations
