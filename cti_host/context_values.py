"""What is kept for the current request, or the current command: Flask's `g`, found quickly.

Each attribute of the proxy `g` is looked up by some calls of its own, and a panel asks some two
hundred times. Code that a page runs often takes the attributes themselves, once.
"""

from __future__ import annotations

from typing import Any

from flask import g


def context_values() -> dict[str, Any]:
    """The attributes of what `g` stands for now, by name; what is put there is one from then on.

    :raises RuntimeError: there is no application context
    """
    values: dict[str, Any] = vars(g._get_current_object())
    return values
