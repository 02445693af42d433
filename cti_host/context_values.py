"""What is kept for the current request, or the current command: Flask's `g`, found quickly.

Each attribute of the proxy `g` is looked up by some calls of its own, and a panel asks some two
hundred times. Code that a page runs often takes the namespace itself, once.
"""

from __future__ import annotations

from typing import Any

from flask import g


def context_values() -> Any:
    """The namespace of the current application context: what `g` stands for.

    :raises RuntimeError: there is no application context
    """
    return g._get_current_object()
