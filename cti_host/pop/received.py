"""Calls that come another way than by a phone system's URL: their panel, and its address."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from werkzeug.exceptions import HTTPException

from cti_host.host import current_host
from cti_host.model import Call, is_phone_attribute
from cti_host.pop.panel import Panel, open_panel
from cti_host.pop.url import RECORD, BadCall, call_of
from cti_host.web.rendering import address_of
from cti_host.web.sealing import opened_query, sealed_fields, was_sealed


def panel_of(number: str, record: int | None = None) -> Panel:
    """Everything that the panel of a call shows, for a page that tells of the call in brief.

    :param number: as the phone system sent it; empty: withheld
    :param record: the number of the record that is kept of the call; `None`: there is none
    """
    host = current_host()
    query = urlencode(_fields(number, record)).encode("ascii")
    return open_panel(host, call_of(query, host.settings, partial=True))


def panel_address(number: str, record: int | None = None) -> str:
    """The address that opens the panel of a call, as a phone system would; see `panel_of`.

    It is sealed: a number that nobody typed has no business in a browser's history.
    """
    only_phone = len(current_host().settings.url_parameters) == 1
    path = address_of("cti_host.pop" if only_phone else "cti_host.lookup")
    return f"{path}?{urlencode(sealed_fields(_fields(number, record), always=True))}"


def with_trusted_record(call: Call) -> Call:
    """A call as this request's address has it; its record only from a sealed address.

    Anybody may write a link with any number in it, and an agent might follow it.
    """
    return call if call.record is None or was_sealed() else replace(call, record=None)


def record_of(address: str) -> int | None:
    """The number of the record that is kept of the call whose panel an address opens.

    A form that was opened from a panel leads back there: so it is known during which call it was.

    :param address: a path on this host, as the agent's browser sent it
    :return: `None`: it is not the address of a panel, or no record is kept of that call
    """
    try:
        sent = urlsplit(address).query
        query = opened_query(sent)
        if query == sent:
            return None  # whoever wrote it, it wasn't this host
        return call_of(query.encode("ascii"), current_host().settings, partial=True).record
    except (BadCall, HTTPException, UnicodeError, ValueError):
        return None


def _fields(number: str, record: int | None) -> dict[str, str]:
    kept = {} if record is None else {RECORD: str(record)}
    parameters = current_host().settings.url_parameters
    phones = [name for name, code in parameters.items() if is_phone_attribute(code)]
    return {**kept, **dict.fromkeys(phones[:1], number)}
