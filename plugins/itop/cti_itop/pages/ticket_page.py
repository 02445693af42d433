"""One of iTop's tickets in brief, with everything this host's page about it shows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import nh3
from flask_babel import gettext as _
from markupsafe import Markup, escape

from cti_host import Caller, Host, OutboundAction, Ticket, allow_form_target
from cti_itop.hook_values import make_caller, make_ticket
from cti_itop.pages.calls import CallRow, PhoneCalls
from cti_itop.rest.classes import LOGS, brief_codes, person_codes
from cti_itop.rest.client import ItopObject
from cti_itop.rest.errors import ItopError, ItopProblem
from cti_itop.rest.links import Links
from cti_itop.rest.reader import Reader, is_unknown_class

log = logging.getLogger("cti_host.plugin.itop")

# Pictures in a text lie in iTop, behind its own sign-in; here they would be broken.
_TAGS = nh3.ALLOWED_TAGS - {"img"}
_SCHEMES = {"http", "https", "mailto", "tel"}


@dataclass(frozen=True)
class Entry:
    """An entry of a log."""

    author: str
    moment: datetime | None
    html: Markup


@dataclass(frozen=True)
class Brief:
    """A ticket, its caller, what can be done, and what was said; `problems` are for the agent."""

    ticket: Ticket
    organization: str
    team: str
    description: Markup
    caller: Caller | None = None
    actions: Sequence[OutboundAction] = ()
    shortcuts: Sequence[OutboundAction] = ()
    logs: Sequence[tuple[str, Sequence[Entry]]] = ()
    calls: Sequence[CallRow] = ()
    problems: Sequence[str] = field(default_factory=list)


class Briefs:
    """Reads tickets for their pages: the ticket, then the caller and the calls side by side."""

    def __init__(
        self, host: Host, reader: Reader, links: Links, calls: PhoneCalls, more: Sequence[str]
    ) -> None:
        self._host, self._reader, self._links, self._calls = host, reader, links, calls
        self._display = host.settings.caller_information.display_name
        self._codes = [*self._display, *person_codes("Person"), *more]

    def read(self, class_name: str, id_: int) -> Brief | None:
        """A ticket; `None`: there is none, or it is no ticket.

        :raises ItopProblem: iTop gives no usable answer
        """
        try:
            one = self._reader.one(class_name, id_, brief_codes(class_name))
        except ItopError as error:
            if is_unknown_class(error):
                return None
            raise
        if one is None or not one.text("ref"):
            return None
        ticket = make_ticket(one, self._reader, self._links)
        tasks: list[Callable[[], Any]] = [
            partial(self._person, one.key("caller_id")),
            partial(self._calls.of_itop, id_),
        ]
        person, calls = self._reader.side_by_side(tasks)
        problems = [_told(p) for p in (person, calls) if isinstance(p, ItopProblem)]
        caller = self._caller(person)
        actions = self._host.hooks.outbound_actions(ticket, caller)
        for action in actions:
            allow_form_target(action.url)
        moved = set(self._host.settings.shortcut_actions)
        return Brief(
            ticket=ticket,
            organization=one.text("org_name"),
            team=one.text("team_id_friendlyname"),
            description=clean(one.text("description"), self._links.page),
            caller=caller,
            actions=actions,
            shortcuts=[action for action in actions if action.name in moved],
            logs=[
                (str(label), self._entries(one.fields[code]))
                for code, label in LOGS.items()
                if code in one.fields
            ],
            calls=[
                *self._calls.of(class_name, id_),
                *(calls if isinstance(calls, list) else ()),
            ],
            problems=list(dict.fromkeys(problems)),
        )

    def _person(self, id_: int) -> ItopObject | None:
        return self._reader.one("Person", id_, self._codes) if id_ else None

    def _caller(self, person: ItopObject | ItopProblem | None) -> Caller | None:
        if person is None or isinstance(person, ItopProblem):
            return None
        return make_caller(person, self._display, self._codes)

    def _message(self, entry: Mapping[str, Any]) -> Markup:
        html = entry.get("message_html")
        if html:
            return clean(str(html), self._links.page)
        return escape(str(entry.get("message") or ""))

    def _entries(self, value: Any) -> list[Entry]:
        """The entries of a log, newest first; iTop tells the oldest first."""
        entries = value.get("entries", []) if isinstance(value, dict) else []
        return [
            Entry(
                author=str(entry.get("user_login") or ""),
                moment=self._reader.moment(str(entry.get("date") or "")),
                html=self._message(entry),
            )
            for entry in reversed(entries)
            if isinstance(entry, dict)
        ]


def clean(html: str, base: str) -> Markup:
    """Markup of iTop with everything taken out that could do something.

    :param base: the address of the page that it comes from, for its relative links
    """
    return Markup(  # noqa: S704 -- that is what the cleaning is for
        nh3.clean(
            html,
            tags=_TAGS,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer",
            url_relative=("rewrite_with_base", base),
        )
    )


def _told(problem: ItopProblem) -> str:
    log.error("a part of a ticket's page: %s", problem)
    line = _("The caller or the phone calls of this ticket are not available right now.")
    return f"{line} {problem.reason}".strip()
