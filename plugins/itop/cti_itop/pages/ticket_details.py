"""What the host's page about one of iTop's tickets shows."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import nh3
from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from cti_host import Caller, Host, NavigationItem, TicketDetails, TicketKey, TicketLogEntry
from cti_itop.hook_values import make_caller, make_ticket
from cti_itop.rest.classes import LOGS, detail_codes, person_codes
from cti_itop.rest.client import ItopObject
from cti_itop.rest.errors import ItopError, ItopProblem
from cti_itop.rest.links import Links
from cti_itop.rest.reader import Reader, is_unknown_class
from cti_itop.settings import is_limited

log = logging.getLogger("cti_host.plugin.itop")

# Pictures in a text lie in iTop, behind its own sign-in; here they would be broken.
_TAGS = nh3.ALLOWED_TAGS - {"img"}
_SCHEMES = {"http", "https", "mailto", "tel"}
# A tag or an entity; "a<b && c>d" and "<bob@example.org>" have none.
_MARKUP = re.compile(
    r"""</?[a-z][a-z0-9:]*(?:\s+[a-z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*\s*/?>"""
    r"|&(?:#\d+|\w+);",
    re.IGNORECASE | re.ASCII,
)


class DetailsReader:
    """Reads a ticket, then its caller.

    :param person_fields: attributes that callers carry beside the usual ones
    """

    def __init__(
        self, host: Host, reader: Reader, links: Links, person_fields: Sequence[str]
    ) -> None:
        self._reader, self._links = reader, links
        self._display = host.settings.caller_information.display_name
        self._person_codes = [*self._display, *person_codes("Person"), *person_fields]

    def read(self, key: TicketKey) -> TicketDetails | None:
        """A ticket; `None`: there is none, it is no ticket, or whoever asks may not see it.

        :raises ItopProblem: iTop gives no usable answer
        """
        if is_limited():
            return None
        try:
            one = self._reader.one(key.class_name, key.id, detail_codes(key.class_name))
        except ItopError as error:
            if is_unknown_class(error):
                return None
            raise
        if one is None or not one.text("ref"):
            return None
        problems: list[str] = []
        try:
            caller = self._caller(one.key("caller_id"))
        except ItopProblem as problem:
            log.error("the caller of a ticket: %s", problem)
            line = _("The caller of this ticket is not available right now.")
            problems.append(f"{line} {problem.reason}".strip())
            caller = None
        return TicketDetails(
            ticket=make_ticket(one, self._reader, self._links),
            caller=caller,
            facts={
                _("Organization"): one.text("org_name"),
                _("Team"): one.text("team_id_friendlyname"),
            },
            description=clean(one.text("description"), self._links.page),
            logs={
                str(label): self._entries(one.fields[code])
                for code, label in LOGS.items()
                if code in one.fields
            },
            links=self._ways(one),
            problems=problems,
        )

    def _caller(self, id_: int) -> Caller | None:
        person = self._reader.one("Person", id_, self._person_codes) if id_ else None
        return make_caller(person, self._display, self._person_codes) if person else None

    def _ways(self, one: ItopObject) -> list[NavigationItem]:
        """What an agent can do beside calling: go to iTop, to the caller, or record a call."""
        class_name, id_ = one.class_name, one.id
        received = url_for("itop.received", class_name=class_name, id_=id_)
        caller = one.key("caller_id")
        person = [NavigationItem(_("The caller"), url_for("itop.person", id_=caller), "person")]
        return [
            NavigationItem(_("Open in iTop"), self._links.view(class_name, id_), "eye"),
            NavigationItem(_("Modify in iTop"), self._links.modify(class_name, id_), "pencil"),
            NavigationItem(
                _("Record a call that came in"), received, "telephone-inbound", post=True
            ),
            *(person if caller else ()),
        ]

    def _entries(self, value: Any) -> list[TicketLogEntry]:
        """The entries of a log, newest first; iTop tells the oldest first."""
        entries = value.get("entries", []) if isinstance(value, dict) else []
        return [
            TicketLogEntry(
                text=self._message(entry),
                author=str(entry.get("user_login") or ""),
                written=self._reader.moment(str(entry.get("date") or "")),
            )
            for entry in reversed(entries)
            if isinstance(entry, dict)
        ]

    def _message(self, entry: Mapping[str, Any]) -> str:
        html = entry.get("message_html")
        if html:
            return clean(str(html), self._links.page)
        return str(entry.get("message") or "")


def clean(html: str, base: str) -> Markup | str:
    """Markup of iTop with everything taken out that could do something.

    What holds none is a plain text, which iTop has as well: it is returned as it is.

    :param base: the address of the page that it comes from, for its relative links
    """
    if not _MARKUP.search(html):
        return html
    return Markup(  # noqa: S704 -- that is what the cleaning is for
        nh3.clean(
            html,
            tags=_TAGS,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer",
            url_relative=("rewrite_with_base", base),
        )
    )
