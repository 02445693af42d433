"""The address that places a call: the one in the settings, filled with a caller's values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from cti_host import BadSetting

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
# Browsers take two slashes, and a backslash like one, for the name of a server.
_OWN_PAGE = re.compile(r"/(?![/\\])")
_WEB = frozenset({"http", "https"})
# A browser would run or read these instead of calling anybody.
_REFUSED = frozenset({"about", "blob", "data", "file", "javascript", "vbscript", "view-source"})


class Address:
    """An address with room for values: in its query, or in `{name}` placeholders.

    :param text: "https://cti.example/call", "https://cti.example/{telephone}", "tel:{telephone}",
        or "/call" for a page of this host
    :raises BadSetting: with what is wrong and what to write
    """

    def __init__(self, text: str) -> None:
        scheme = _SCHEME.match(text)
        if scheme is None and not _OWN_PAGE.match(text):
            raise BadSetting("is not an address", "begin with http:// or https://")
        if re.search(r"[\s\x00-\x1f\x7f]", text):
            raise BadSetting("has a space or a control character in it", "write %20 for a space")
        self.scheme = scheme[1].lower() if scheme else ""
        if self.scheme in _REFUSED:
            raise BadSetting(f"{self.scheme}: places no call", "begin with http:// or https://")
        self.placeholders = tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))
        if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
            raise BadSetting("has a brace without its partner", "a placeholder is {telephone}")
        if self.scheme in _WEB:
            _check_web(text)
        elif self.scheme and not self.placeholders:
            raise BadSetting(
                "has no place for the number",
                "begin with http:// or https://, or write a placeholder for the number: "
                '"tel:{telephone}"',
            )
        # The query of an address ends where its fragment begins.
        self._base, self._hash, self._fragment = text.partition("#")

    @property
    def is_web(self) -> bool:
        """Whether it is an http or https address, or a page of this host: it can have a query."""
        return not self.scheme or self.scheme in _WEB

    @property
    def own_parameters(self) -> frozenset[str]:
        """The names of the parameters that its query already has."""
        return frozenset(name for name, _ in parse_qsl(urlsplit(self._base).query, True))

    def fill(self, values: Mapping[str, str]) -> str:
        """The address with these values in it, percent-encoded.

        :param values: parameter name to text. A web address gets those that have no placeholder
            as its query, in this order, the blank ones left out. A blank one leaves its
            placeholder empty.
        """
        # In a query a bare + is a space; in tel: and sip: it is the + of the number.
        safe = "" if self.is_web else "+"

        def value_of(found: re.Match[str]) -> str:
            return _encoded(values.get(found[1], ""), safe)

        base = _PLACEHOLDER.sub(value_of, self._base)
        fragment = _PLACEHOLDER.sub(value_of, self._fragment)
        query = urlencode(
            [
                (name, value)
                for name, value in values.items()
                if name not in self.placeholders and value.strip()
            ],
            quote_via=quote,
            # A lone surrogate has no UTF-8 form; a question mark is better than no call.
            errors="replace",
        )
        if query and self.is_web:
            joint = "?" if "?" not in base else "" if base[-1] in "?&" else "&"
            base += joint + query
        return base + self._hash + fragment


def _encoded(value: str, safe: str) -> str:
    return quote(value if value.strip() else "", safe=safe, errors="replace")


def _check_web(text: str) -> None:
    refusal = BadSetting("has no valid server name", 'write it like "https://cti.example/call"')
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname)
        # A caller's data must never choose the server.
        if "{" in parts.netloc:
            refusal = BadSetting(
                "has a placeholder in the name of the server", "write the name itself"
            )
            usable = False
        usable = usable and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise refusal
