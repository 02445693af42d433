"""The rows of a table of tickets, written by one function.

A panel has dozens of rows, and each has two dozen values: as a template they took a quarter of the
whole page's time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from markupsafe import Markup, escape

from cti_host.model import Ticket
from cti_host.web.rendering import time_elements

_NEW_TAB = 'target="_blank" rel="noopener"'
_BUTTON = "btn btn-sm btn-outline-secondary"


def ticket_rows(
    tickets: Iterable[Ticket], words: Mapping[str, str], page_of: Callable[[Ticket], str]
) -> Markup:
    """The rows of some tickets, as `<tr>` elements.

    A page of another system opens in a tab of its own: the call stays where it is. Such a ticket
    has a button that leads to the host's page, where its phone menu is.

    :param words: the headings of the columns, the texts and icons of the buttons, in the agent's
        language: "status", "caller", "agent", "started", "updated", "modify", "call", "new_tab",
        "pencil", "phone", "away"
    :param page_of: gives the address of the host's page about a ticket
    """
    shown = {name: escape(text) for name, text in words.items()}
    moment = time_elements()
    rows = "".join([_row(ticket, shown, page_of, moment) for ticket in tickets])
    return Markup(rows)  # noqa: S704 -- every value is escaped below


def _row(
    ticket: Ticket,
    words: Mapping[str, Markup],
    page_of: Callable[[Ticket], str],
    moment: Callable[[datetime | None], Markup],
) -> str:
    ref = escape(ticket.ref)
    away = ticket.url != "" and ticket.url[0] != "/"
    return (
        '    <tr>\n      <td class="cti-cell-first">'
        f"{_link(ticket, ref, words, page_of, away)}</td>\n"
        f'      <td class="cti-title">{escape(ticket.title)}</td>\n'
        f'      <td data-label="{words["status"]}" class="cti-cell-status">'
        f'<span class="cti-status cti-status-{escape(ticket.status)}">'
        f"{escape(ticket.status_label or ticket.status)}</span></td>\n"
        f'      <td data-label="{words["caller"]}">{escape(ticket.caller)}</td>\n'
        f'      <td data-label="{words["agent"]}">{escape(ticket.agent or "–")}</td>\n'
        f'      <td data-label="{words["started"]}" class="text-nowrap">'
        f"{moment(ticket.started)}</td>\n"
        f'      <td data-label="{words["updated"]}" class="text-nowrap">'
        f"{moment(ticket.updated)}</td>\n"
        f'      <td class="cti-cell-action text-end">'
        f"{_call(ticket, ref, words, page_of) if away else ''}{_modify(ticket, ref, words)}</td>\n"
        "    </tr>\n"
    )


def _link(
    ticket: Ticket,
    ref: Markup,
    words: Mapping[str, Markup],
    page_of: Callable[[Ticket], str],
    away: bool,
) -> str:
    label = escape(ticket.class_label)
    if not away:
        url = escape(ticket.url or page_of(ticket))
        return f'<a class="cti-ref" href="{url}" title="{label}">{ref}</a>'
    return (
        f'<a class="cti-ref" href="{escape(ticket.url)}" {_NEW_TAB} title="{label}">{ref} '
        f'{words["away"]}<span class="visually-hidden"> ({words["new_tab"]})</span></a>'
    )


def _call(
    ticket: Ticket, ref: Markup, words: Mapping[str, Markup], page_of: Callable[[Ticket], str]
) -> str:
    return (
        f'<a class="{_BUTTON}" href="{escape(page_of(ticket))}" '
        f'aria-label="{words["call"]} {ref}">{words["phone"]} {words["call"]}</a> '
    )


def _modify(ticket: Ticket, ref: Markup, words: Mapping[str, Markup]) -> str:
    if not ticket.modify_url:
        return ""
    target, note = "", ""
    if ticket.modify_url[0] != "/":
        target, note = f"{_NEW_TAB} ", f" ({words['new_tab']})"
    return (
        f'<a class="{_BUTTON}" href="{escape(ticket.modify_url)}" {target}'
        f'aria-label="{words["modify"]} {ref}{note}">{words["pencil"]} {words["modify"]}</a>'
    )
