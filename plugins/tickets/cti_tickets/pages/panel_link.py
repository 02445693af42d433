"""The way back to a call's panel."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit


def with_caller(panel_url: str, caller_id: int) -> str:
    """A panel's address with another person chosen."""
    parts = urlsplit(panel_url)
    query = [(k, v) for k, v in parse_qsl(parts.query) if k != "selected_caller"]
    return f"{parts.path}?{urlencode([*query, ('selected_caller', caller_id)])}"
