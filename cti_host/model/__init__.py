"""The values that cross hooks: frozen, typed, and free of any database or phone vendor."""

from cti_host.model.agents import ADMINISTRATOR, Agent, NavigationItem
from cti_host.model.calls import CALLER_KEY, Call, Caller
from cti_host.model.details import PhoneCall, TicketDetails, TicketKey, TicketLogEntry
from cti_host.model.fields import Address, Count, Position, is_safe_address
from cti_host.model.matches import MOST_CALLERS, Match, Matches, fold, narrow, narrowed
from cti_host.model.numbers import (
    Given,
    Number,
    Reading,
    Reason,
    Unsearchable,
    Value,
    is_phone_attribute,
)
from cti_host.model.plugins import Finding, KnownNames, Level, Unavailable
from cti_host.model.tickets import OutboundAction, PanelSection, Ticket, TicketList

__all__ = [
    "ADMINISTRATOR",
    "CALLER_KEY",
    "MOST_CALLERS",
    "Address",
    "Agent",
    "Call",
    "Caller",
    "Count",
    "Finding",
    "Given",
    "KnownNames",
    "Level",
    "Match",
    "Matches",
    "NavigationItem",
    "Number",
    "OutboundAction",
    "PanelSection",
    "PhoneCall",
    "Position",
    "Reading",
    "Reason",
    "Ticket",
    "TicketDetails",
    "TicketKey",
    "TicketList",
    "TicketLogEntry",
    "Unavailable",
    "Unsearchable",
    "Value",
    "fold",
    "is_phone_attribute",
    "is_safe_address",
    "narrow",
    "narrowed",
]
