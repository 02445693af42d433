"""What the values in the `preset` tables of the settings, and the labels, may hold.

A preset is a query, whose first object is meant; a placeholder alone (":phone"); or a text, in
which `$phone$` and `$datetime$` are filled in. A backend asks the queries, the rest is the same for
all of them.
"""

from __future__ import annotations

import re

from flask_babel import format_datetime

from cti_host.model import Call

_PLACEHOLDER = re.compile(r"\s*:([A-Za-z_]\w*(?:->[A-Za-z_]\w*)?)\s*", re.ASCII)
_QUERY = re.compile(r"\s*SELECT\s")
_IN_TEXT = re.compile(r"\$(\w+)\$")


def is_query(preset: str) -> bool:
    """Whether a preset is a query (that gives an external key) rather than a value."""
    return _QUERY.match(preset) is not None


def placeholder_of(preset: str) -> str:
    """The name in a preset that is a placeholder (":phone"); "" for any other preset."""
    found = _PLACEHOLDER.fullmatch(preset)
    return found[1] if found else ""


def names_in(text: str) -> list[str]:
    """The names that `fill_in` looks for in a text: "phone" in "Call from $phone$"."""
    return [name for name in _IN_TEXT.findall(text) if not name[0].isdigit()]


def fill_in(text: str, call: Call) -> str:
    """A text with the attributes of a call in it: "Call from $phone$ at $datetime$".

    `$datetime$` is the moment of the call, in the agent's language and the site's time zone; what
    the call does not have stays as it is written.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] == "datetime":
            return str(format_datetime(call.received_at, "short"))
        return str(call.parameters.get(found[1], found[0]))

    return _IN_TEXT.sub(value, text)
