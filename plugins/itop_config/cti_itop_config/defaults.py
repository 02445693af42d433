"""The settings of the extension's own data model: what counts when a site sets nothing."""

from __future__ import annotations

from typing import Any

from cti_itop_config.site_settings import Item, Table

_TICKET = {
    "org_id": "SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id "
    "WHERE p.id = :selected_caller",
    "caller_id": ":selected_caller",
    "origin": "phone",
    "public_log": "Call from customer dated $datetime$",
}
DEFAULTS: dict[str, Any] = {
    "url_parameters": {"phone": "phone"},
    "caller_information": {
        "label": "Contacts with phone number $phone$",
        "query": "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone",
        "display_name": "friendlyname, org_name",
    },
    "direct_creation": {"UserRequest": {"enabled": False, "preset": _TICKET}},
    "indirect_creation": {
        "UserRequest": {"enabled": True, "preset": _TICKET},
        "Person": {"enabled": True, "preset": {"phone": ":phone"}},
    },
    "display_tickets": {
        "lists": {
            0: {
                "enabled": True,
                "label": "User Requests opened for this caller",
                "query": "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) "
                "AND u.status != 'closed'",
            },
            1: {
                "enabled": True,
                "label": "User Requests opened for the organization of the caller",
                "query": "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id "
                "JOIN Person AS p ON p.org_id = o.id "
                "WHERE p.id IN (:callers_list) AND u.status != 'closed'",
            },
        }
    },
}


def default_table() -> Table:
    """Return the defaults as items without a place."""
    return {section: _item(value) for section, value in DEFAULTS.items()}


def _item(value: Any) -> Item:
    if isinstance(value, dict):
        return Item({key: _item(inner) for key, inner in value.items()})
    return Item(value)
