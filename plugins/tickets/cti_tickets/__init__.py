"""People, tickets, phone calls, OQL and forms."""

from cti_tickets.plugin import Plugin

__all__ = ["Plugin"]
