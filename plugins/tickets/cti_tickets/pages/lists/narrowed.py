"""Lists that a click on a value leads to: of those alone that have it, too."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote_plus

from cti_tickets.facts import list_url
from cti_tickets.model.list_plan import can_filter
from cti_tickets.model.schema import ClassDef


class Narrowed:
    """Makes addresses of a list that is narrowed down by one more value.

    What is the same for every row of a column is made once.

    :param args: what the address of the list says now
    """

    def __init__(self, cls: ClassDef, args: Mapping[str, str]) -> None:
        self._cls, self._args = cls, args
        self._begin: dict[str, str] = {}

    def __call__(self, code: str, value: str) -> str:
        """The list of those with a value; "" where there is no such filter, or it is active."""
        if not value or self._args.get(code) == value:
            return ""
        begin = self._begin.get(code)
        if begin is None:
            begin = self._begin[code] = self._until(code)
        # Mostly an id or a code, of which nothing is to be quoted.
        is_plain = value.isalnum() and value.isascii()
        return begin and begin + (value if is_plain else quote_plus(value))

    def _until(self, code: str) -> str:
        if not can_filter(self._cls, code):
            return ""
        rest = {name: text for name, text in self._args.items() if name != code}
        return f"{list_url(self._cls, rest)}{'&' if rest else '?'}{quote_plus(code)}="
