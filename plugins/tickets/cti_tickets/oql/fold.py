"""When two texts are the same text, and which comes first: the one definition behind `cti_fold`.

The rules are those of MariaDB's collation utf8mb4_unicode_ci, in which iTop compares: neither case
nor accents nor trailing blanks count; marks come before digits and digits before letters.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from functools import cache

# œ is another spelling of oe without being decomposable; ß becomes ss by case folding.
_SPELLINGS = str.maketrans({"œ": "oe"})

# White space and marks in their order; those after a mark of ASCII are its followers.
_MARKS = (
    *("\t", "\n", "\v", "\f", "\r", " ", "`", "^", "_\xad", "-‐‒–—―⁓", ",", ";⁏", ":"),
    *("!¡", "?¿‽", ".·", "'‘’‚‛‹›", '"“”„‟«»', "(", ")", "[", "]", "{", "}⁅⁆§¶⁋©®", "@"),
    *("*⁎⁑", "/⁄", "\\", "&⅋⁊", "#", "%‰‱⁒†‡•‣‧⁃⁌⁍′‵‸※‿⁔⁀⁐⁁⁂°℄℈℔℗℘℞℟℣℥℧℩℮℺⅁⅂⅃⅄⅊"),
    *("+±÷×", "<", "=", ">¬", "|¦‖", "~¤¢", "$£¥₠₡₢₣₤₥₦₧₩₪₫€₭₮₯₰₱"),
)
# Letters of their own, behind the letter they follow.
_LETTERS = (
    *("aæ", "bƀƃ", "cƈ", "dđƌȡð", "eǝ", "fƒ", "gǥƣ", "hƕħ", "iı", "kƙ", "lłƚȴƛ", "nƞȵŋ", "oøȣ"),
    *("pƥ", "qĸ", "sƪ", "tƾŧƫƭȶ", "yƴ", "zƍƶȥƹƺȝþƿƻƨƽƅ"),
)
# A follower becomes two characters: the one it follows, and one that comes after every other.
_FOLLOWER = 0xF0000


def fold(text: str | None) -> str | None:
    """The form in which texts are compared and sorted, by code points.

    "MONET " and "mönét" have the same form, so have "Œuvre" and "oeuvre", "Straße" and
    "STRASSE". æ, ø and ł stay letters of their own. Made for an SQL function: NULL stays NULL.

    :param text: any text, or None
    """
    return None if text is None else fold_all(str(text)).rstrip(_BLANK)


def fold_all(text: str) -> str:
    """Like `fold`, but trailing blanks stay: for the pieces of a pattern."""
    return _plain(text).translate(_ORDER)


def _plain(text: str) -> str:
    """A text without case and accents."""
    if text.isascii():
        return text.lower()
    # Case folding brings back composed characters, so it is done between two decompositions.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in folded if not unicodedata.combining(c)).translate(_SPELLINGS)


def _order() -> Iterator[tuple[str, str]]:
    """Each character whose place is not that of its code point, and what stands for it."""
    # A percent sign never stands for anything: so what is folded has no wildcards of LIKE in it.
    places = (chr(code) for code in range(1, ord("0")) if chr(code) != "%")
    for place, marks in zip(places, _MARKS, strict=False):
        yield marks[0], place
        yield from _followers(marks[1:], place)
    for letters in _LETTERS:
        yield from _followers(letters[1:], letters[0])
    # What controls a device is no text.
    for code in (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0)):
        yield chr(code), ""


def _followers(characters: str, first: str) -> Iterator[tuple[str, str]]:
    for number, follower in enumerate(characters):
        yield follower, first + chr(_FOLLOWER + number)


_ORDER = {ord(character): written for character, written in _order()}
_BLANK = _ORDER[ord(" ")]


@cache
def postgresql_function() -> str:
    """The statement that creates `cti_fold` on PostgreSQL, with the same answers as `fold`.

    It depends on neither the locale nor the collations of the server: the letters come from
    Python's Unicode tables. The database must be UTF-8.
    """
    ascii_only = _translated('lower(value COLLATE "C")', _replacements(range(1, 0x80)))
    every = _translated("normalize(value, NFKD)", _replacements(range(1, sys.maxunicode + 1)))
    return (
        "CREATE OR REPLACE FUNCTION cti_fold(value text) RETURNS text LANGUAGE sql"
        " IMMUTABLE STRICT PARALLEL SAFE AS $fold$ SELECT rtrim("
        "CASE WHEN octet_length(value) = length(value) THEN "
        f"{ascii_only} ELSE {every} END, {_literal(_BLANK)}) $fold$"
    )


def _replacements(codes: range) -> dict[str, str]:
    found = {}
    for code in codes:
        letter = chr(code)
        if 0xD800 <= code <= 0xDFFF or unicodedata.normalize("NFKD", letter) != letter:
            continue  # after NFKD it no longer occurs
        folded = fold_all(letter)
        if folded != letter and not ("A" <= letter <= "Z" and len(codes) < 0x80):
            found[letter] = folded
    return found


def _translated(expression: str, replacements: dict[str, str]) -> str:
    """SQL that replaces characters: one by one, and those that become several after that."""
    single = {one: other for one, other in replacements.items() if len(other) == 1}
    removed = [one for one, other in replacements.items() if not other]
    source, target = _literal("".join([*single, *removed])), _literal("".join(single.values()))
    expression = f"translate({expression}, {source}, {target})"
    for one, other in replacements.items():
        if len(other) > 1:
            expression = f"replace({expression}, {_literal(one)}, {_literal(other)})"
    return expression


def _literal(text: str) -> str:
    """A text as SQL, control characters by their numbers."""
    written = "".join(
        f"\\{ord(c):04X}" if c < " " or c in "'\\" or "\x7f" <= c < "\xa0" else c for c in text
    )
    return f"U&'{written}'"
