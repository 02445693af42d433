"""The number of the remote: what writings of it have in common, and whether there is one at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cti_host import Call, Host, Number, Reason, Unsearchable, fold, is_phone_attribute

# A "+" that the sender forgot to encode came as a blank.
_LOST_PLUS = re.compile(r"^\s+(?=\d)")
_MOST_KEPT = 4096
_LONGEST = 255


@dataclass(frozen=True)
class Remote:
    """A number as it came, read.

    :param text: as it came, with the "+" that was lost on its way
    :param key: what its writings have in common; empty: there is no number
    """

    text: str
    key: str


class Numbers:
    """Reads numbers as the host does, each text once."""

    def __init__(self, host: Host) -> None:
        self._host = host
        codes = host.settings.url_parameters.values()
        self.attribute = next((code for code in codes if is_phone_attribute(code)), "phone")
        self._known: dict[str, Remote] = {}

    def read(self, text: str) -> Remote:
        """A text that came as a number."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            known = self._known[text] = self._read(text)
        return known

    def _read(self, text: str) -> Remote:
        written = _LOST_PLUS.sub("+", text).strip()[:_LONGEST]
        if not written:
            return Remote("", "")
        call = Call({self.attribute: written}, {self.attribute: written})
        value = self._host.hooks.preprocess_parameters(call).parameters.get(self.attribute)
        if isinstance(value, Unsearchable) and value.reason is not Reason.TOO_SHORT:
            return Remote("", "")
        number = value if isinstance(value, Number) else self._host.hooks.parse_number(written)
        key = number.key if number else f"text:{fold(written)}"
        return Remote(written, key[:_LONGEST])
