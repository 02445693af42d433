"""What nearly every panel shows, written by functions: the call, whom to choose, sections, lists.

As templates with macros these parts took as long as everything that is told in them. Their words
and icons are the same for all panels in a language. What few panels show is in `panel.html`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import ngettext
from markupsafe import Markup

from cti_host.model import Match, PanelSection, TicketList
from cti_host.pop.panel import Panel
from cti_host.pop.shown_lists import ShownList
from cti_host.pop.ticket_table import ticket_table
from cti_host.web.rendering import escaped, icon, number, page_style
from cti_host.web.rendering import translate as _

_BUTTON = "btn btn-sm btn-outline-secondary"


class _Words(NamedTuple):
    """Texts and icons as they stand in a page."""

    why: str
    perhaps: str
    caller: str
    show: str
    plus: str
    warning: str
    no_tickets: str
    previous: str
    following: str


def _words() -> _Words:
    # A text inside an f-string is not found by whoever translates.
    why, perhaps = _("Why this person"), _("Perhaps:")
    return _Words(
        why=f'<summary title="{why}">{icon("info-circle")}'
        f'<span class="visually-hidden">{why}</span></summary>',
        perhaps=f"{icon('question-circle')} {perhaps}",
        caller=_("Caller"),
        show=_("Show"),
        plus=icon("plus-lg"),
        warning=icon("exclamation-triangle"),
        no_tickets=_("No tickets."),
        previous=_("Previous"),
        following=_("Next"),
    )


def _kept_words() -> _Words:
    return page_style().kept("panel_parts", _words)


def why(match: Match) -> Markup:
    """Why somebody was found, behind a button; nothing where there is no reason."""
    return Markup(_why(match, _kept_words()))  # noqa: S704 -- every value is escaped


def call_card(panel: Panel) -> Markup:
    """Who is calling from which number, whom to choose, and the buttons of new objects."""
    words, match = _kept_words(), panel.chosen
    doubt = reason = ""
    if match is None:
        who = escaped(panel.title)
    else:
        details = panel.details(match.caller)
        beyond = f' <span class="cti-sub">{escaped(details)}</span>' if details else ""
        who = f"{escaped(match.caller.headline)}{beyond}"
        reason = _why(match, words)
        if match.doubt:
            doubt = f'<p class="cti-why">{words.perhaps} {escaped(match.doubt)}</p>'
    return Markup(  # noqa: S704 -- every value is escaped
        '  <section class="cti-card cti-call" aria-labelledby="caller">\n'
        '    <div class="cti-who">\n'
        f'      <p class="cti-eyebrow">{escaped(panel.label)}</p>\n'
        f'      <h1 id="caller">{who}</h1>\n'
        f'      <p class="cti-number">{_numbers(panel)}      </p>\n'
        f"{reason}{doubt}    </div>\n{_choose(panel, words)}  </section>\n"
    )


def section_cards(sections: Sequence[PanelSection]) -> Markup:
    """Sections of plugins, one below the other; their content is markup already."""
    return Markup(  # noqa: S704 -- the title is escaped, and the rest is what its plugin made
        "".join(
            [
                f'<section class="cti-card"><h2>{escaped(one.title)}</h2>{one.html}</section>\n'
                for one in sections
            ]
        )
    )


def list_cards(panel: Panel) -> Markup:
    """The lists of tickets; one that is wider than the callers chosen is folded."""
    words = _kept_words()
    return Markup("".join([_list_card(panel, one, words) for one in panel.lists_shown]))  # noqa: S704 -- every value is escaped


def _why(match: Match, words: _Words) -> str:
    if not match.why:
        return ""
    return (
        f'<details class="cti-why-more">{words.why}'
        f'<span class="cti-why">{escaped(match.why)}</span></details>'
    )


def _numbers(panel: Panel) -> str:
    """What the call brought, as it was understood; and as it came, where that is something else."""
    shown = []
    for attribute, value in panel.call.parameters.items():
        text = str(value)
        if not text:
            continue
        received = panel.call.received.get(attribute, text)
        came = ""
        if received != text:
            raw = _("received: %(raw)s", raw=received)
            came = f' <span class="text-body-secondary">({raw})</span>'
        shown.append(
            f'        <span class="text-nowrap"><strong>{escaped(text)}</strong>{came}</span>'
        )
    return " · ".join(shown)


def _choose(panel: Panel, words: _Words) -> str:
    """The form in which a caller is chosen, whose buttons open the forms of new objects."""
    fields = [
        f'<input type="hidden" name="{escaped(name)}" value="{escaped(value)}">'
        for name, value in panel.fields.items()
    ]
    if panel.call.filter:
        fields.append(f'<input type="hidden" name="filter" value="{escaped(panel.call.filter)}">')
    options = [
        f'<option value="{escaped(one.value)}"{" selected" if one.value == panel.selected else ""}>'
        f"{escaped(one.label)}</option>"
        for one in panel.choices
    ]
    shown = ""
    if panel.shown and panel.selected != "all":
        shown = f'<p class="cti-shown">{escaped(panel.shown)}</p>'
    kind, keys = "btn-primary", ' aria-keyshortcuts="n"'
    buttons = ""
    for one in panel.creations:
        buttons += (
            f'        <button class="btn {kind}" type="submit"'
            f' formaction="{escaped(one.path)}"{keys}>'
            f"{words.plus} {escaped(one.label)}</button>\n"
        )
        kind, keys = "btn-outline-primary", ""
    return (
        f'    <form class="cti-choose" method="get" action="{escaped(panel.path)}" id="choose">\n'
        f"{''.join(fields)}"
        f'      <label class="form-label" for="selected_caller">{words.caller}</label>\n'
        '      <div class="input-group">\n'
        '        <select class="form-select" id="selected_caller" name="selected_caller"'
        ' autocomplete="off" aria-keyshortcuts="c">\n'
        f"{''.join(options)}        </select>\n"
        '        <button class="btn btn-outline-secondary cti-without-js" type="submit">'
        f"{words.show}</button>\n"
        "      </div>\n"
        f'{shown}      <div class="cti-creations">\n{buttons}      </div>\n    </form>\n'
    )


def _list_card(panel: Panel, shown: ShownList, words: _Words) -> str:
    key = escaped(shown.of.key)
    heading = f'<h2 id="list-{key}">{_heading(panel, shown.of)}</h2>'
    tickets = _tickets(panel, shown, words)
    if shown.of.folded:
        content = (
            f'    <details class="cti-fold"{" open" if shown.is_open else ""}>\n'
            f"      <summary>{heading}</summary>\n      {tickets}\n    </details>\n"
        )
    else:
        content = f"    {heading}\n    {tickets}\n"
    return f'  <section class="cti-card" aria-labelledby="list-{key}">\n{content}  </section>\n'


def _heading(panel: Panel, of: TicketList) -> str:
    origin = panel.origins.get(of.key)
    whose = f' <span class="cti-origin">{escaped(origin)}</span>' if origin else ""
    total = "" if of.problem else f' <span class="badge text-bg-light">{number(of.total)}</span>'
    return f"{escaped(of.label)}{whose}{total}"


def _tickets(panel: Panel, shown: ShownList, words: _Words) -> str:
    of = shown.of
    if of.problem:
        return (
            f'<div class="alert alert-warning mb-0" role="status">{words.warning} '
            f"{escaped(of.problem)}</div>\n"
        )
    if not of.tickets:
        return f'<p class="cti-empty">{words.no_tickets}</p>'
    table = repeated = ""
    if shown.tickets:
        without = panel.repeated_column(shown.tickets)
        table = ticket_table(shown.tickets, panel.ticket_url, panel.own_url, without)
    if shown.repeated:
        text = ngettext(
            "%(num)d that stands above is not repeated.",
            "%(num)d that stand above are not repeated.",
            shown.repeated,
        )
        repeated = f'<p class="cti-empty">{text}</p>'
    pages = _pages(panel, of, words) if of.page_count > 1 else ""
    return f"{table}{repeated}{pages}"


def _pages(panel: Panel, of: TicketList, words: _Words) -> str:
    first = (of.page - 1) * of.page_size
    place = _(
        "%(first)s–%(last)s of %(total)s",
        first=first + 1,
        last=first + len(of.tickets),
        total=number(of.total),
    )

    def link(page: int, relation: str, text: str) -> str:
        url = escaped(panel.page_url(of, page))
        return f'<a class="{_BUTTON}" href="{url}" data-panel rel="{relation}">{text}</a>'

    before = link(of.page - 1, "prev", words.previous) if of.page > 1 else ""
    after = link(of.page + 1, "next", words.following) if of.page < of.page_count else ""
    label = _("Pages of “%(label)s”", label=panel.heading(of))
    return (
        f'<nav class="cti-pages" aria-label="{label}">\n'
        f"{before}  <span>{place}</span>\n{after}</nav>\n"
    )
