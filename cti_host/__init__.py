"""CTI Host: who is calling, their tickets, and a form that is already filled in.

This is the public API for plugins, and nothing else. A plugin imports from here only.
"""

from cti_host.contract import hookimpl
from cti_host.data_classes import (
    AddedAttributes,
    DataAttribute,
    DataClass,
    DataKind,
    OnDelete,
)
from cti_host.databases.connection import database, is_postgresql
from cti_host.host import Host, current_agent, current_host
from cti_host.localised import Localised, current_language
from cti_host.model import (
    Agent,
    Call,
    Caller,
    Finding,
    Given,
    Level,
    Match,
    NavigationItem,
    Number,
    OutboundAction,
    PanelSection,
    Reason,
    Ticket,
    TicketList,
    Unavailable,
    Unsearchable,
    Value,
)
from cti_host.pop.presets import fill_in, is_query, placeholder_of
from cti_host.pop.url import pop_url
from cti_host.settings.config import PluginConfig
from cti_host.web.requests import allow_form_target, has_bearer_token, safe_return_url, wants_json

__version__ = "0.1.0"

__all__ = [
    "AddedAttributes",
    "Agent",
    "Call",
    "Caller",
    "DataAttribute",
    "DataClass",
    "DataKind",
    "Finding",
    "Given",
    "Host",
    "Level",
    "Localised",
    "Match",
    "NavigationItem",
    "Number",
    "OnDelete",
    "OutboundAction",
    "PanelSection",
    "PluginConfig",
    "Reason",
    "Ticket",
    "TicketList",
    "Unavailable",
    "Unsearchable",
    "Value",
    "allow_form_target",
    "current_agent",
    "current_host",
    "current_language",
    "database",
    "fill_in",
    "has_bearer_token",
    "hookimpl",
    "is_postgresql",
    "is_query",
    "placeholder_of",
    "pop_url",
    "safe_return_url",
    "wants_json",
]
