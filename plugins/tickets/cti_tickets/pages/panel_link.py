"""The way back to a call's panel."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from cti_tickets.model import SOURCE


def with_caller(panel_url: str, class_name: str, id_: int) -> str:
    """A panel's address with a person of this plugin chosen."""
    parts = urlsplit(panel_url)
    query = [(k, v) for k, v in parse_qsl(parts.query) if k != "selected_caller"]
    query.append(("selected_caller", f"{SOURCE}:{class_name}:{id_}"))
    return f"{parts.path}?{urlencode(query, safe=':')}"
