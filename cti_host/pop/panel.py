"""The screen pop: one call, from what the URL said to what the agent sees."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from flask import url_for
from flask_babel import format_decimal, ngettext

from cti_host.host import Host, current_agent
from cti_host.isolation.jobs import Flow
from cti_host.isolation.trace import current_trace
from cti_host.model import (
    Call,
    Caller,
    Match,
    Matches,
    NavigationItem,
    PanelSection,
    Ticket,
    TicketList,
)
from cti_host.pop.addresses import call_fields, call_query, panel_path, panel_url
from cti_host.pop.creations import Creation, creations_of
from cti_host.pop.presets import fill_in
from cti_host.pop.search import ALL, UNKNOWN, Search, names, searching
from cti_host.pop.shown_lists import ShownList, shown_lists
from cti_host.web.rendering import gettext as _
from cti_host.web.sealing import sealed_fields

# From so many callers on, there is a box to find one of them by name.
_MANY = 10


@dataclass(frozen=True)
class Choice:
    """An entry of the combo box."""

    value: str
    label: str


@dataclass(frozen=True)
class Panel:
    """Everything the agent sees of a call; `notices` explain what was not searched for.

    `names` says by their keys what callers are called, so that nobody is taken for somebody else;
    `origins` says of lists that share their title which plugin each is of; `navigation` are the
    plugins' entries of the menu, where one was asked for. `failed` says that nobody was found
    because a plugin that looks callers up had no answer.
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
    navigation: Sequence[NavigationItem]
    notices: Sequence[str]
    problems: Sequence[str]
    failed: bool = False

    @cached_property
    def chosen(self) -> Match | None:
        """The one caller who is chosen; `None` for several, or for nobody."""
        return next((m for m in self.matches if m.caller.key == self.selected), None)

    @cached_property
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
        if self.matches.hidden and not self.matches:
            return str(_("Somebody you may not see"))
        if self.failed:
            return str(_("Not looked up"))
        return str(_("Unknown contact"))

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """The call as the hidden fields of a form carry it."""
        return sealed_fields(call_fields(self.call))

    def details(self, caller: Caller) -> str:
        """What a caller's name says beyond the headline."""
        return self.names[caller.key].removeprefix(caller.headline).removeprefix(",").strip()

    @property
    def perhaps(self) -> Sequence[Match]:
        """Those who are offered besides, because a reading of the number is doubtful."""
        return [one for one in self.matches if one.doubt and one.caller.key != self.selected]

    @cached_property
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

    @cached_property
    def path(self) -> str:
        """The address of this panel without its parameters."""
        return panel_path(self.call)

    def url(self, selected_caller: str) -> str:
        """This panel with another caller chosen."""
        return panel_url(self.call.on_first_pages, selected_caller)

    @cached_property
    def own_url(self) -> str:
        """This panel as it is."""
        return panel_url(self.call, self.selected)

    @property
    def again_url(self) -> str:
        """This panel as it was first opened."""
        return f"{self.path}?{urlencode(self.fields)}"

    @property
    def unfiltered_url(self) -> str:
        """This panel with all callers again."""
        return panel_url(replace(self.call.on_first_pages, filter=""), ALL)

    def creation_url(self, creation: Creation) -> str:
        """The address that fills a form in for the caller chosen."""
        return f"{creation.path}?{call_query(self.call, self.selected, {})}"

    def page_url(self, ticket_list: TicketList, page: int) -> str:
        """This panel at another page of one of its lists."""
        pages = {**self.call.pages, ticket_list.key: page}
        return f"{self.path}?{call_query(self.call, self.selected, pages)}"

    def repeated_column(self, tickets: Sequence[Ticket]) -> str:
        """The column of a list that would repeat who is chosen in every row; empty: none."""
        if self.chosen is None:
            return ""
        caller = self.chosen.caller
        theirs = all(
            one.caller_key == caller.key if one.caller_key else one.caller == caller.headline
            for one in tickets
        )
        return "caller" if theirs else ""

    def ticket_url(self, ticket: Ticket) -> str:
        """The host's page about a ticket; it leads back to this panel."""
        path = url_for(
            "cti_host.ticket", source=ticket.source, class_name=ticket.class_name, id_=ticket.id
        )
        return f"{path}?{call_query(self.call, self.selected)}"

    @property
    def lists_shown(self) -> list[ShownList]:
        """The lists as the page shows them, see `shown_lists`."""
        return shown_lists(self.ticket_lists)

    def sections_at(self, place: str) -> list[PanelSection]:
        """The sections that stand somewhere, by the code of a `SectionPlace`."""
        return [section for section in self.sections if section.place == place]

    def heading(self, ticket_list: TicketList) -> str:
        """The title of a list, with its plugin where another list is called the same."""
        origin = self.origins.get(ticket_list.key, "")
        return f"{ticket_list.label} ({origin})" if origin else ticket_list.label


def open_panel(host: Host, call: Call, *, menu: bool = False, received: bool = False) -> Panel:
    """Look up who is calling, and build the panel; see `build_panel`."""

    def opening() -> Flow[Panel]:
        found = yield from searching(host, call)
        return (yield from _building(host, found, menu, received))

    return host.hooks.follow(opening())


def build_panel(host: Host, found: Search, *, menu: bool = False, received: bool = False) -> Panel:
    """Everything the agent sees: callers, buttons, ticket lists, sections.

    :param menu: whether it is shown as a page, which has a menu
    :param received: whether the call has just come in, of which the plugins are to be told
    :raises UnknownChoice: the call wants something that nobody can be
    """
    return host.hooks.follow(_building(host, found, menu, received))


def _building(host: Host, found: Search, menu: bool, received: bool) -> Flow[Panel]:
    selected = found.selected
    notices = list(found.notices)
    if found.missed:
        notices.append(_("The person chosen is not among the callers found."))
    callers = found.callers(selected)
    call = found.call
    everybody = [match.caller for match in found.matches]
    contents = yield from host.hooks.filling_panel(
        call,
        callers,
        current_agent(),
        menu=menu,
        received_from=everybody if received else None,
    )
    lists = contents.ticket_lists
    called = names(host, everybody)
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
        creations=creations_of(host, found),
        ticket_lists=lists,
        sections=contents.sections,
        navigation=contents.navigation,
        notices=notices,
        problems=current_trace().lines,
        failed=found.failed,
    )


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
