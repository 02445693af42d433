"""A table of tickets, written by functions.

A panel has dozens of rows, and each has two dozen values: as a template they took a quarter of the
whole page's time. The heading is the same for all tables in a language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from flask_babel import gettext as _
from markupsafe import Markup, escape

from cti_host.model import Ticket
from cti_host.web.rendering import escaped, icon, page_style

# The parameter by which a page knows the call during which it was opened: the panel's address.
FROM_CALL = "from_call"
_NEW_TAB = 'target="_blank" rel="noopener"'
_BUTTON = "btn btn-sm btn-outline-secondary"


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
    call = f"?{urlencode({FROM_CALL: panel})}" if panel else ""
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
    ref = escaped(ticket.ref)
    caller = agent = ""
    if without != "caller":
        caller = f'      <td data-label="{words["caller"]}">{escaped(ticket.caller)}</td>\n'
    if without != "agent":
        agent = f'      <td data-label="{words["agent"]}">{escaped(ticket.agent or "–")}</td>\n'
    away = ticket.url != "" and ticket.url[0] != "/"
    return (
        '    <tr>\n      <td class="cti-cell-first">'
        f"{_link(ticket, ref, words, page_of, away, call)}</td>\n"
        f'      <td class="cti-title">{escaped(ticket.title)}</td>\n'
        f'      <td data-label="{words["status"]}" class="cti-cell-status">'
        f'<span class="cti-status cti-status-{escaped(ticket.status)}">'
        f"{escaped(ticket.status_label or ticket.status)}</span></td>\n"
        f"{_priority(ticket, words)}"
        f"{caller}{agent}"
        f'      <td data-label="{words["started"]}" class="cti-started text-nowrap">'
        f"{moment(ticket.started)}</td>\n"
        f'      <td data-label="{words["updated"]}" class="text-nowrap">'
        f"{moment(ticket.updated)}</td>\n"
        f'      <td class="cti-cell-action text-end">'
        f"{_call(ticket, ref, words, page_of) if away else ''}"
        f"{_modify(ticket, ref, words, call)}</td>\n"
        "    </tr>\n"
    )


def _priority(ticket: Ticket, words: Mapping[str, str]) -> str:
    if not ticket.priority:
        return '      <td class="cti-cell-empty">–</td>\n'
    code, label = escaped(ticket.priority), escaped(ticket.priority_label or ticket.priority)
    return (
        f'      <td data-label="{words["priority"]}">'
        f'<span class="cti-priority cti-priority-{code}">{label}</span></td>\n'
    )


def _link(
    ticket: Ticket,
    ref: str,
    words: Mapping[str, str],
    page_of: Callable[[Ticket], str],
    away: bool,
    call: str,
) -> str:
    label = escaped(ticket.class_label)
    if not away:
        url = escaped(_called(ticket.url, call) if ticket.url else page_of(ticket))
        return f'<a class="cti-ref" href="{url}" title="{label}">{ref}</a>'
    return (
        f'<a class="cti-ref" href="{escaped(ticket.url)}" {_NEW_TAB} title="{label}">{ref} '
        f'{words["away"]}<span class="visually-hidden"> ({words["new_tab"]})</span></a>'
    )


def _call(
    ticket: Ticket, ref: str, words: Mapping[str, str], page_of: Callable[[Ticket], str]
) -> str:
    return (
        f'<a class="{_BUTTON}" href="{escaped(page_of(ticket))}" '
        f'aria-label="{words["call"]} {ref}">{words["phone"]} {words["call"]}</a> '
    )


def _called(url: str, call: str) -> str:
    """A page of this host with the way back to the call, unless it has a query of its own."""
    return url if "?" in url else url + call


def _modify(ticket: Ticket, ref: str, words: Mapping[str, str], call: str) -> str:
    if not ticket.modify_url:
        return ""
    target, note, url = "", "", ticket.modify_url
    if url[0] == "/":
        url = _called(url, call)
    else:
        target, note = f"{_NEW_TAB} ", f" ({words['new_tab']})"
    return (
        f'<a class="{_BUTTON}" href="{escaped(url)}" {target}'
        f'aria-label="{words["modify"]} {ref}{note}" title="{words["modify"]}">'
        f'{words["pencil"]}<span class="visually-hidden"> {words["modify"]}</span></a>'
    )
