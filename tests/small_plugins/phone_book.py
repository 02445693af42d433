"""The first of three small plugins that make a complete product: who is calling."""

from __future__ import annotations

from collections.abc import Sequence

from cti_host import Call, Caller, Match, hookimpl

PEOPLE = [
    Caller("Contact", 1, "Ada Lovelace, Analytical Ltd", {"phone": "01 99 00 11 01"}),
    Caller("Contact", 2, "Grace Hopper, Navy", {"phone": "01 99 00 11 02"}),
    Caller("Contact", 3, "Anita Borg, Navy", {"phone": "01 99 00 11 02"}),
]


class Plugin:
    """A phone book of three people."""

    @hookimpl
    def lookup_callers(self, call: Call) -> Sequence[Match]:
        """Everybody with this number."""
        wanted = _digits(str(call.parameters["phone"]))
        return [
            Match(person, "in the phone book")
            for person in PEOPLE
            if _digits(person.attributes["phone"]) == wanted
        ]


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
