"""People, tickets, phone calls, OQL and forms."""
