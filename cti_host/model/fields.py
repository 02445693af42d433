"""Fields whose values must be more than of the right type."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from cti_host.isolation.checks import Must

_SCRIPTS = frozenset({"javascript", "vbscript", "data"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def is_safe_address(url: str) -> bool:
    """Whether an address can be opened and runs no script: phone systems have many schemes."""
    # No header may hold control characters, and browsers skip them. Most addresses are printable,
    # which is found out faster.
    if not url.isprintable() and _CONTROL.search(url):
        return False
    if url[:1] == "/" != url[1:2]:
        return True
    try:
        parts = urlsplit(url.strip())
        _port = parts.port  # asking for it finds one that is no number
    except ValueError:
        return False
    return parts.scheme not in _SCRIPTS


Address = Annotated[str, Must("an address that is safe to open", is_safe_address)]
Count = Annotated[int, Must("0 or more", lambda number: number >= 0)]
Position = Annotated[int, Must("1 or more", lambda number: number >= 1)]
