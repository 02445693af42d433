"""Whose is it: what a plugin returned carries its name, and comes back to that plugin alone.

The identity of a caller or a ticket is the plugin, the class and the id. The dispatcher signs what
a plugin returns, and shows each plugin only its own of what other hooks are called with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass, replace
from typing import Any, TypeVar

from cti_host.contract import Contract, Kind
from cti_host.model import (
    Call,
    Caller,
    Match,
    Matches,
    OutboundAction,
    PanelSection,
    Ticket,
    TicketDetails,
    TicketList,
)

_Signed = Caller | Ticket | TicketList | OutboundAction | PanelSection
_T = TypeVar("_T", bound=_Signed)


def sign(plugin: str, answer: Any) -> Any:
    """What a plugin returned, with the plugin's name on all of it that has a source."""
    if isinstance(answer, list | tuple):
        signed = [_signed(plugin, item) for item in answer]
        if isinstance(answer, Matches):
            return Matches(signed, answer.total, answer.hidden)
        return signed
    return _signed(plugin, answer)


def _signed(plugin: str, item: Any) -> Any:
    match item:
        case Match():
            caller = _with_source(plugin, item.caller)
            return item if caller is item.caller else replace(item, caller=caller)
        case TicketList():
            if any(ticket.source != plugin for ticket in item.tickets):
                tickets = tuple([_with_source(plugin, ticket) for ticket in item.tickets])
                if tickets != item.tickets:
                    item = replace(item, tickets=tickets)
            return _with_source(plugin, item)
        case TicketDetails():
            whom = item.caller and _with_source(plugin, item.caller)
            return replace(item, ticket=_with_source(plugin, item.ticket), caller=whom)
        case OutboundAction() | PanelSection():
            return _with_source(plugin, item)
    # What the hooks of plugins return may carry their names, too: in a field that is empty at
    # first. One that has to be given is something else, such as the phone system of a device.
    if getattr(type(item), "source", None) == "" and is_dataclass(item):
        own: Any = item
        return _with_source(plugin, own)
    return item


def _with_source(plugin: str, item: _T) -> _T:
    if item.source == plugin:
        return item
    if item.source:  # another plugin's: a plugin may hand on what it was given, but as its own
        return replace(item, source=plugin)
    # Nobody but the plugin that has just made it knows it: no need to copy a hundred tickets.
    object.__setattr__(item, "source", plugin)
    return item


def as_seen_by(
    plugin: str, contract: Contract, arguments: Mapping[str, Any], *, strangers: bool
) -> Mapping[str, Any]:
    """The arguments of a hook as a plugin sees them.

    Without `strangers`, lists keep the plugin's own callers, and a single caller or ticket of
    another plugin becomes `None`. Of the pages of ticket lists it sees those of its own lists,
    under the ids that it gave them; of the caller who is wanted, whether it may be its own. A call
    that it may change it sees whole: the next plugins are shown what it returns.
    """
    call = arguments.get("call")
    told = isinstance(call, Call) and bool(call.pages or call.wanted)
    if contract.kind is Kind.CHANGE and contract.parameters[0] == "call":
        told = False
    if not contract.own and not told:
        return arguments
    seen = dict(arguments)
    if isinstance(call, Call) and told:
        others = ":" in call.wanted and call.wanted_from(plugin) is None
        seen["call"] = replace(
            call,
            pages=_own_pages(plugin, call.pages),
            wanted="" if others else call.wanted,
        )
    if not strangers:
        for name in contract.own:
            seen[name] = _own(plugin, seen[name])
    return seen


def _own(plugin: str, value: Any) -> Any:
    if isinstance(value, Sequence):
        return tuple(item for item in value if item.source == plugin)
    return value if value is not None and value.source == plugin else None


def _own_pages(plugin: str, pages: Mapping[str, int]) -> dict[str, int]:
    prefix = f"{plugin}."
    return {
        key.removeprefix(prefix): page
        for key, page in pages.items()
        if key.startswith(prefix) or "." not in key  # an old link names no plugin
    }
