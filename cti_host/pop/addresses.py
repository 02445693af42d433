"""The addresses of a call's panel: what they say of the call, and who is chosen there."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from cti_host.model import Call
from cti_host.pop.url import FILTER, PAGE_PREFIX, RECORD, WANTED
from cti_host.web.rendering import address_of
from cti_host.web.sealing import sealed_fields


def panel_url(call: Call, selected: str) -> str:
    """The address of a call's panel.

    :param selected: the entry of the combo box that is chosen there
    """
    return f"{panel_path(call)}?{call_query(call, selected)}"


def panel_path(call: Call) -> str:
    """The panel's path; a lookup by hand may have left out parameters."""
    endpoint = "cti_host.pop" if len(call.query) == len(call.received) else "cti_host.lookup"
    return address_of(endpoint)


def call_fields(call: Call) -> dict[str, str]:
    """What addresses and forms say of a call: its parameters, and the record that is kept of it.

    A parameter of the site's own has the name for itself.
    """
    record = {} if call.record is None else {RECORD: str(call.record)}
    return {**record, **call.query}


def call_query(call: Call, selected: str, pages: Mapping[str, int] | None = None) -> str:
    """A call as the query of an address: parameters, filter, record, who is chosen, pages.

    :param pages: those of its lists; by default those that the call is at
    """
    pages = call.pages if pages is None else pages
    shown = {f"{PAGE_PREFIX}{key}": page for key, page in pages.items()}
    narrowed = {FILTER: call.filter} if call.filter else {}
    told = sealed_fields({**call_fields(call), **narrowed})
    return urlencode({**told, WANTED: selected, **shown}, safe=":")
