"""The values that cross hooks: frozen, typed, and free of any database or phone vendor."""

from cti_host.model.agents import (
    ADMINISTRATOR,
    SCOPES,
    Agent,
    NavigationItem,
    Organization,
    Right,
)
from cti_host.model.calls import Call, Caller
from cti_host.model.details import PhoneCall, TicketDetails, TicketKey, TicketLogEntry
from cti_host.model.fields import Address, Count, Position, is_safe_address
from cti_host.model.found import SearchGroup, SearchHit
from cti_host.model.keys import CALLER_KEY, own_keys, typed_names
from cti_host.model.live import Deliver, Message, Published
from cti_host.model.matches import MOST_CALLERS, Match, Matches, fold, narrow, narrowed
from cti_host.model.merging import Moved
from cti_host.model.numbers import (
    Given,
    Number,
    Reading,
    Reason,
    Unsearchable,
    Value,
    is_phone_attribute,
)
from cti_host.model.plugins import (
    Finding,
    HealthCheck,
    Incomplete,
    KnownNames,
    Level,
    PageScript,
    Unavailable,
)
from cti_host.model.privacy import DataSubject, LinkCheck, PersonalData, Removal
from cti_host.model.tickets import OutboundAction, PanelSection, SectionPlace, Ticket, TicketList

__all__ = [
    "ADMINISTRATOR",
    "CALLER_KEY",
    "MOST_CALLERS",
    "SCOPES",
    "Address",
    "Agent",
    "Call",
    "Caller",
    "Count",
    "DataSubject",
    "Deliver",
    "Finding",
    "Given",
    "HealthCheck",
    "Incomplete",
    "KnownNames",
    "Level",
    "LinkCheck",
    "Match",
    "Matches",
    "Message",
    "Moved",
    "NavigationItem",
    "Number",
    "Organization",
    "OutboundAction",
    "PageScript",
    "PanelSection",
    "PersonalData",
    "PhoneCall",
    "Position",
    "Published",
    "Reading",
    "Reason",
    "Removal",
    "Right",
    "SearchGroup",
    "SearchHit",
    "SectionPlace",
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
    "own_keys",
    "typed_names",
]
