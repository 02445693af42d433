"""The call during which an object was opened: who is on the phone, and the way back to its panel.

The panel's address goes along from page to page, as `from_call`: a path of this
host, or nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from flask import request, url_for

from cti_host import address_of, current_host, safe_return_url
from cti_tickets.model import SOURCE
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store.records import Records

CALL = "from_call"
_OWN = re.compile(rf"{SOURCE}:(\w+):(\d{{1,10}})", re.ASCII)


@dataclass(frozen=True)
class CallStrip:
    """The address of the panel, and the name of the caller who is chosen there ("" for none)."""

    url: str
    who: str = ""


def call_address(*names: str) -> str:
    """The panel's address that a request carries under the first of some names that has one."""
    for name in (CALL, *names):
        found = safe_return_url(request.values.get(name), "")
        if found:
            return found
    return ""


def page_url(class_name: str, id_: int) -> str:
    """The page of an object; a call that the request belongs to goes along."""
    call = call_address() or None
    return url_for("tickets.view", class_name=class_name, id_=id_, from_call=call)


def call_strip(records: Records, *names: str) -> CallStrip | None:
    """The call that a page belongs to, if its address, or its form, says so."""
    url = call_address(*names)
    return CallStrip(url, _who(records, url)) if url else None


def is_panel(url: str) -> bool:
    """Whether an address of this host is that of a call's panel."""
    panels = (address_of("cti_host.pop"), address_of("cti_host.lookup"))
    return urlsplit(url).path in panels


def _who(records: Records, url: str) -> str:
    if not is_panel(url):
        return ""
    (key,) = parse_qs(urlsplit(url).query).get("selected_caller", [""])[:1]
    own = _OWN.fullmatch(key)
    if own is None:
        # A person of another plugin; "all" and "unknown" have no colon.
        found = current_host().hooks.find_callers([key]) if key.count(":") == 2 else []
        return found[0].display if found else ""
    class_name, id_ = own[1], int(own[2])
    if class_name not in records.schema or not current_access().may(READ, class_name):
        return ""
    return records.names(current_host().database, class_name, [id_]).get(id_, "")
