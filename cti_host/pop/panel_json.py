"""The panel as JSON, for programs."""

from __future__ import annotations

from typing import Any

from cti_host.model import Number, Reading, Unsearchable
from cti_host.pop.panel import Panel


def panel_as_json(panel: Panel) -> dict[str, Any]:
    """A panel as a program reads it; documented in docs/json.md."""
    return {
        "received": dict(panel.call.received),
        "parameters": {
            attribute: None if isinstance(value, Unsearchable) else str(value)
            for attribute, value in panel.call.parameters.items()
        },
        "readings": {
            attribute: [_reading(one) for one in value.readings]
            for attribute, value in panel.call.parameters.items()
            if isinstance(value, Number)
        },
        "label": panel.label,
        "filter": panel.call.filter,
        "lookup_failed": panel.failed,
        "callers_total": panel.matches.total,
        "callers_shown": len(panel.matches),
        "callers": [
            {
                "source": match.caller.source,
                "class": match.caller.class_name,
                "id": match.caller.id,
                "display": match.caller.display,
                "attributes": dict(match.caller.attributes),
                "why": match.why,
                "doubt": match.doubt,
            }
            for match in panel.matches
        ],
        "choices": [{"value": c.value, "label": c.label} for c in panel.choices],
        "selected": panel.selected,
        "creations": [
            {"class": c.class_name, "label": c.label, "url": panel.creation_url(c)}
            for c in panel.creations
        ],
        "ticket_lists": [
            {
                "source": ticket_list.source,
                "label": ticket_list.label,
                "total": ticket_list.total,
                "tickets": [
                    {
                        "source": ticket.source,
                        "class": ticket.class_name,
                        "id": ticket.id,
                        "ref": ticket.ref,
                        "title": ticket.title,
                        "status": ticket.status,
                        "url": ticket.url or panel.ticket_url(ticket),
                    }
                    for ticket in ticket_list.tickets
                ],
            }
            for ticket_list in panel.ticket_lists
        ],
        "problems": [
            *panel.notices,
            *panel.problems,
            *(f"{panel.heading(one)}: {one.problem}" for one in panel.ticket_lists if one.problem),
        ],
    }


def _reading(one: Reading) -> dict[str, str]:
    return {
        "key": one.key,
        "text": str(one),
        "extension": one.extension,
        "doubt": str(one.doubt or ""),
    }
