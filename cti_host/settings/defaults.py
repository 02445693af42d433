"""What the sections about calls hold when a site leaves them out: the same as in iTop's extension.

A section that is there replaces its default whole: one class under `indirect_creation` means one
button, and an empty section means none.
"""

from __future__ import annotations

from cti_host.localised import Localised
from cti_host.settings.sections import Creation, DisplayTickets

INDIRECT_CREATION = {
    "UserRequest": Creation(
        enabled=True,
        preset={
            "org_id": "SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id "
            "WHERE p.id = :selected_caller",
            "caller_id": ":selected_caller",
            "origin": "phone",
            "public_log": "Call from customer dated $datetime$",
        },
    ),
    "Person": Creation(enabled=True, preset={"phone": ":phone"}),
}

DISPLAY_TICKETS = DisplayTickets.model_validate(
    {
        "lists": [
            {
                "enabled": True,
                "label": Localised.of(
                    "User Requests opened for this caller",
                    "Demandes utilisateurs ouvertes par l'appelant",
                ),
                "query": "SELECT UserRequest AS u "
                "WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'",
            },
            {
                "enabled": True,
                "label": Localised.of(
                    "User Requests opened for the organization of the caller",
                    "Demandes utilisateurs de l'organisation de l'appelant",
                ),
                "query": "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id "
                "JOIN Person AS p ON p.org_id = o.id "
                "WHERE p.id IN (:callers_list) AND u.status != 'closed'",
            },
        ]
    }
)
