"""Sizes of files as people read them."""

from __future__ import annotations

from flask_babel import format_decimal
from flask_babel import gettext as _

_KILOBYTE = 1000
MEGABYTE = 1_000_000


def size_text(size: int) -> str:
    """A size as people read it: "340 kB", "1.2 MB"."""
    if size < _KILOBYTE:
        return str(_("%(count)s bytes", count=size))
    if size < MEGABYTE:
        return str(_("%(count)s kB", count=format_decimal(round(size / _KILOBYTE))))
    return str(_("%(count)s MB", count=format_decimal(round(size / MEGABYTE, 1))))
