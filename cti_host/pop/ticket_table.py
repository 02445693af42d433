"""A table of tickets, written by functions.

A panel has dozens of rows, and each has two dozen values: as a template they took a quarter of the
whole page's time. The heading is the same for all tables in a language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask_babel import gettext as _
from markupsafe import Markup, escape

from cti_host.model import Ticket
from cti_host.web.rendering import SPECIAL, escaped, icon, page_style

# The parameter by which a page knows the call during which it was opened: the panel's address.
FROM_CALL = "from_call"
_NEW_TAB = 'target="_blank" rel="noopener"'
_BUTTON = "btn btn-sm btn-outline-secondary"
# What of a ticket stands in a table as a text.
_TEXTS = (
    *("ref", "title", "status", "status_label", "class_label", "caller", "agent"),
    *("url", "modify_url", "priority", "priority_label"),
)
_texts = attrgetter(*_TEXTS)


class _Words(NamedTuple):
    """What all tables in a language share: headings, and texts and icons of cells, escaped.

    `headings` are by what is left out of a table.
    """

    headings: Mapping[str, str]
    cells: Mapping[str, str]


def ticket_table(
    tickets: Sequence[Ticket],
    page_of: Callable[[Ticket], str],
    panel: str = "",
    without: str = "",
) -> Markup:
    """A table of tickets; the agent reads in it what is theirs to read.

    A page of another system opens in a tab of its own: the call stays where it is. Such a ticket
    has a button that leads to the host's page, where its phone menu is.

    :param tickets: at least one
    :param page_of: gives the address of the host's page about a ticket
    :param panel: the address of the panel that shows the table; pages and forms of this host get
        it as `from_call`, so that they lead back there
    :param without: "caller" or "agent": the column that would say the same in every row
    """
    style = page_style()
    words = style.kept("ticket_table", _words)
    call = f"?{urlencode({FROM_CALL: panel})}" if panel else ""  # nothing in it to escape
    rows = "".join(
        [_row(ticket, words.cells, page_of, style.ago_html, call, without) for ticket in tickets]
    )
    kind = " cti-elsewhere" if tickets[0].url and tickets[0].url[0] != "/" else ""
    if not without:
        kind += " cti-all-columns"
    return Markup(  # noqa: S704 -- every value is escaped
        f'<table class="table table-hover cti-tickets cti-list{kind}">\n'
        f"  <thead><tr>\n{words.headings[without]}  </tr></thead>\n"
        f"  <tbody>\n{rows}  </tbody>\n</table>\n"
    )


def _words() -> _Words:
    return _Words(
        {without: _heading(without) for without in ("", "caller", "agent")},
        {
            "status": escape(_("Status")),
            "priority": escape(_("Priority")),
            "caller": escape(_("Caller")),
            "agent": escape(_("Agent")),
            "started": escape(_("Started")),
            "updated": escape(_("Updated")),
            "modify": escape(_("Modify")),
            "call": escape(_("Call")),
            "new_tab": escape(_("opens in a new tab")),
            "pencil": icon("pencil"),
            "phone": icon("telephone"),
            "away": icon("box-arrow-up-right"),
        },
    )


def _heading(without: str) -> str:
    columns = (
        ("", "cti-col-ref", _("Ticket")),
        ("", "", _("Title")),
        ("", "cti-col-status", _("Status")),
        ("", "cti-col-priority", _("Priority")),
        ("caller", "cti-col-person", _("Caller")),
        ("agent", "cti-col-person", _("Agent")),
        ("", "cti-col-ago cti-started", _("Started")),
        ("", "cti-col-ago", _("Updated")),
    )
    cells = "".join(
        f'    <th scope="col" class="{name}">{escape(text)}</th>\n'
        if name
        else f'    <th scope="col">{escape(text)}</th>\n'
        for column, name, text in columns
        if not column or column != without
    )
    actions = escape(_("Actions"))
    return (
        f'{cells}    <th scope="col" class="cti-col-pencil">'
        f'<span class="visually-hidden">{actions}</span></th>\n'
    )


def _row(
    ticket: Ticket,
    words: Mapping[str, str],
    page_of: Callable[[Ticket], str],
    moment: Callable[[datetime | None], str],
    call: str,
    without: str,
) -> str:
    away = ticket.url != "" and ticket.url[0] != "/"
    page = escaped(page_of(ticket)) if away or not ticket.url else ""
    shown = _as_html(ticket)
    caller = agent = ""
    if without != "caller":
        caller = f'      <td data-label="{words["caller"]}">{shown.caller}</td>\n'
    if without != "agent":
        agent = f'      <td data-label="{words["agent"]}">{shown.agent or "–"}</td>\n'
    return (
        '    <tr>\n      <td class="cti-cell-first">'
        f"{_link(shown, words, page, away, call)}</td>\n"
        f'      <td class="cti-title">{shown.title}</td>\n'
        f'      <td data-label="{words["status"]}" class="cti-cell-status">'
        f'<span class="cti-status cti-status-{shown.status}">'
        f"{shown.status_label or shown.status}</span></td>\n"
        f"{_priority(shown, words)}"
        f"{caller}{agent}"
        f'      <td data-label="{words["started"]}" class="cti-started text-nowrap">'
        f"{moment(ticket.started)}</td>\n"
        f'      <td data-label="{words["updated"]}" class="text-nowrap">'
        f"{moment(ticket.updated)}</td>\n"
        f'      <td class="cti-cell-action text-end">'
        f"{_call(shown, words, page) if away else ''}"
        f"{_modify(shown, words, call)}</td>\n"
        "    </tr>\n"
    )


def _as_html(ticket: Ticket) -> Ticket:
    """A ticket with its texts as HTML has them.

    Most tickets need nothing, which is found out for all of their texts at once.
    """
    if not SPECIAL.search("".join(_texts(ticket))):
        return ticket
    texts: dict[str, Any] = {name: str(escape(getattr(ticket, name))) for name in _TEXTS}
    return replace(ticket, **texts)


def _priority(shown: Ticket, words: Mapping[str, str]) -> str:
    if not shown.priority:
        return '      <td class="cti-cell-empty">–</td>\n'
    return (
        f'      <td data-label="{words["priority"]}">'
        f'<span class="cti-priority cti-priority-{shown.priority}">'
        f"{shown.priority_label or shown.priority}</span></td>\n"
    )


def _link(shown: Ticket, words: Mapping[str, str], page: str, away: bool, call: str) -> str:
    if not away:
        url = _called(shown.url, call) if shown.url else page
        return f'<a class="cti-ref" href="{url}" title="{shown.class_label}">{shown.ref}</a>'
    return (
        f'<a class="cti-ref" href="{shown.url}" {_NEW_TAB} title="{shown.class_label}">'
        f"{shown.ref} {words['away']}"
        f'<span class="visually-hidden"> ({words["new_tab"]})</span></a>'
    )


def _call(shown: Ticket, words: Mapping[str, str], page: str) -> str:
    return (
        f'<a class="{_BUTTON}" href="{page}" '
        f'aria-label="{words["call"]} {shown.ref}">{words["phone"]} {words["call"]}</a> '
    )


def _called(url: str, call: str) -> str:
    """A page of this host with the way back to the call, unless it has a query of its own."""
    return url if "?" in url else url + call


def _modify(shown: Ticket, words: Mapping[str, str], call: str) -> str:
    if not shown.modify_url:
        return ""
    target, note, url = "", "", shown.modify_url
    if url[0] == "/":
        url = _called(url, call)
    else:
        target, note = f"{_NEW_TAB} ", f" ({words['new_tab']})"
    return (
        f'<a class="{_BUTTON}" href="{url}" {target}'
        f'aria-label="{words["modify"]} {shown.ref}{note}" title="{words["modify"]}">'
        f'{words["pencil"]}<span class="visually-hidden"> {words["modify"]}</span></a>'
    )
