"""CTI Host: who is calling, their tickets, and a form that is already filled in.

This is the public API for plugins, and nothing else. A plugin imports from here only.
"""

from cti_host.contract import Budget, Contract, Kind, contract, contracts_of, hookimpl
from cti_host.databases.connection import database, is_postgresql
from cti_host.host import Host, current_agent, current_host
from cti_host.isolation.checks import Must
from cti_host.localised import Localised, current_language
from cti_host.model import (
    MOST_CALLERS,
    Address,
    Agent,
    Call,
    Caller,
    Count,
    Finding,
    Given,
    KnownNames,
    Level,
    Match,
    Matches,
    NavigationItem,
    Number,
    OutboundAction,
    PanelSection,
    PhoneCall,
    Position,
    Reading,
    Reason,
    Ticket,
    TicketDetails,
    TicketKey,
    TicketList,
    TicketLogEntry,
    Unavailable,
    Unsearchable,
    Value,
    fold,
    is_phone_attribute,
    narrow,
)
from cti_host.pop.phone_menu import PhoneMenu, phone_menu
from cti_host.pop.presets import Presets, QueryParameters, fill_in, is_query, placeholder_of
from cti_host.pop.query import split_query
from cti_host.pop.url import may_be_empty, pop_url
from cti_host.reasons import explained
from cti_host.settings.labels import with_labels
from cti_host.settings.mistakes import BadSetting, bad_settings
from cti_host.settings.nearest import did_you_mean, nearest
from cti_host.settings.plugin_config import PluginConfig
from cti_host.web.rendering import address_of
from cti_host.web.requests import allow_form_target, has_bearer_token, safe_return_url, wants_json

__version__ = "0.1.0"

__all__ = [
    "MOST_CALLERS",
    "Address",
    "Agent",
    "BadSetting",
    "Budget",
    "Call",
    "Caller",
    "Contract",
    "Count",
    "Finding",
    "Given",
    "Host",
    "Kind",
    "KnownNames",
    "Level",
    "Localised",
    "Match",
    "Matches",
    "Must",
    "NavigationItem",
    "Number",
    "OutboundAction",
    "PanelSection",
    "PhoneCall",
    "PhoneMenu",
    "PluginConfig",
    "Position",
    "Presets",
    "QueryParameters",
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
    "address_of",
    "allow_form_target",
    "bad_settings",
    "contract",
    "contracts_of",
    "current_agent",
    "current_host",
    "current_language",
    "database",
    "did_you_mean",
    "explained",
    "fill_in",
    "fold",
    "has_bearer_token",
    "hookimpl",
    "is_phone_attribute",
    "is_postgresql",
    "is_query",
    "may_be_empty",
    "narrow",
    "nearest",
    "phone_menu",
    "placeholder_of",
    "pop_url",
    "safe_return_url",
    "split_query",
    "wants_json",
    "with_labels",
]
