"""The query of a URL, as phone systems write it: separators, and a plus that nobody encoded."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote, unquote_to_bytes

# "&amp;" comes from a URL that was copied out of HTML or XML.
_SEPARATOR = re.compile(rb"&(?:amp(?:;|%3B))?", re.I)
_PARAMETER = re.compile(rb"([A-Za-z_][\w.%+-]*)=")
# Of a SIP or telephone URI (RFC 3261, RFC 3966), or as phone systems write one behind a number.
_OF_A_URI = frozenset(
    {"cpc", "ext", "isdn-subaddress", "isub", "lr", "maddr", "method", "npdi", "oli", "postd"}
    | {"phone-context", "rn", "tag", "tgrp", "transport", "trunk-context", "ttl", "user"}
    | {"verstat"}
)
_URI = re.compile(r"\b(?:sips?|tel|callto|phone|skype):|[@<]", re.I)

_PLACEHOLDER = re.compile(rb"%{1,2}[A-Za-z_][\w.]*%{1,2}")
# Where nobody writes a blank: behind a scheme ("Tel: 23125014" is a word, and has one), a bracket,
# or the quote that opens the value.
_BEFORE_A_PLUS = re.compile(
    r"(?:\b(?:sips?|tel|callto|phone|skype|SIPS?|TEL|CALLTO|PHONE|SKYPE):(?://)?"
    r"|[<(\[]|^ *[\"'])$"
)
# An extension never has a plus, and no international number has fewer than seven digits.
_LONG_NUMBER = re.compile(r"\(?\d(?:\D*\d){6}")


def split_query(query: bytes, names: Collection[str] = ()) -> list[tuple[str, bytes]]:
    """The parameters of a query: each name decoded, each value as it came.

    They are separated by `&`, by `&amp;`, or by `;` with a parameter behind it. A semicolon inside
    a value stays there: that of a URI ("tel:863;phone-context=+49"), or of "0987654321;ext=12".

    :param query: as the server received it, without "?"
    :param names: the parameters that are asked for; a semicolon in front of one separates
    """
    pairs = []
    for part in _SEPARATOR.split(query):
        for one in _at_semicolons(part, names):
            raw_name, _equals, raw_value = one.partition(b"=")
            name = unquote_to_bytes(raw_name.replace(b"+", b" ")).decode("utf-8", "replace")
            pairs.append((name, raw_value))
    return pairs


def _at_semicolons(part: bytes, names: Collection[str]) -> list[bytes]:
    first, *rest = part.split(b";")
    found = [first]
    for piece in rest:
        parameter = _PARAMETER.match(piece)
        if parameter and _begins_another(unquote(parameter[1]), found[-1], names):
            found.append(piece)
        else:
            found[-1] += b";" + piece
    return [one.rstrip(b";") for one in found]


def _begins_another(name: str, before: bytes, names: Collection[str]) -> bool:
    """Whether a semicolon and a name begin another parameter, not a part of the value before."""
    in_uri = _URI.search(unquote(before.partition(b"=")[2].decode("latin-1"))) is not None
    if name.lower() in _OF_A_URI:
        return name in names and not in_uri
    return name in names or not in_uri


def decode_value(raw: bytes) -> bytes:
    """A value without its percent-encoding; a bare plus is a plus in front of a number.

    As in forms, a bare plus is a blank elsewhere. Where a number begins, it is the one that the
    sender should have encoded; a blank sent as %20 stays a blank: with a plus, it would be
    somebody else's number.
    """
    # "%CallerNumber%", never filled in, is not percent-encoding, though "%Ca" looks like it.
    if _PLACEHOLDER.fullmatch(raw):
        return raw
    text, *pieces = (unquote_to_bytes(piece) for piece in raw.split(b"+"))
    for position, piece in enumerate(pieces):
        following = b" ".join(pieces[position:]).decode("latin-1")
        text += (b"+" if _is_a_plus(text.decode("latin-1"), following) else b" ") + piece
    return text


def _is_a_plus(before: str, following: str) -> bool:
    if not _LONG_NUMBER.match(following):
        return False
    if not before.strip(" "):
        return True
    # No country code begins with 0.
    return following[0] != "0" and _BEFORE_A_PLUS.search(before) is not None
