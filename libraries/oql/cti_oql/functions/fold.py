"""When two texts are the same text, and which comes first: what is behind `cti_fold`, `cti_like`.

The rules are those of MariaDB's collation utf8mb4_unicode_ci, in which iTop compares: neither case
nor accents nor trailing blanks count; marks come before digits and digits before letters. LIKE
compares character by character, so there trailing blanks count, and "ß" is not "ss".
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

# œ is another spelling of oe without being decomposable; ß would become ss by case folding.
_SPELLINGS = str.maketrans({"œ": "oe", "ß": "ss"})
_SHARP_S = str.maketrans({"ß": "\ufdd0", "ẞ": "\ufdd0"})
_SHARP_S_AGAIN = str.maketrans({"\ufdd0": "ß"})

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
    return None if text is None else str(text).translate(_FOLDED).rstrip(_BLANK)


def fold_all(text: str) -> str:
    """Like `fold`, but trailing blanks stay."""
    return text.translate(_FOLDED)


def fold_like(text: str | None) -> str | None:
    """The form in which LIKE compares texts; trailing blanks stay, so do œ and ß.

    What begins alike in this form does so in the form of `fold` too. NULL stays NULL.
    """
    if text is None:
        return None
    text = str(text)
    return text.lower() if text.isascii() else text.translate(_PLAIN)


def _plain(character: str) -> str:
    """A character without case and accents."""
    # Case folding brings back composed characters, so it is done between two decompositions.
    folded = unicodedata.normalize("NFKD", character).translate(_SHARP_S).casefold()
    folded = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in folded if not unicodedata.combining(c)).translate(_SHARP_S_AGAIN)


class _Characters(dict[int, str]):
    """For `str.translate`: what becomes of a character, worked out when it is first met.

    Each goes its own way, because what decomposing changes in the order of several are marks.
    """

    def __init__(self, of_one: Callable[[str], str]) -> None:
        self._of_one = of_one

    def __missing__(self, code: int) -> str:
        folded = self[code] = self._of_one(chr(code))
        return folded


def _order() -> Iterator[tuple[str, str]]:
    """Each character whose place is not that of its code point, and what stands for it."""
    # A percent sign never stands for anything: so what is folded has no wildcards of LIKE in it.
    places = (chr(code) for code in range(1, ord("0")) if chr(code) != "%")
    for place, marks in zip(places, _MARKS, strict=False):
        yield marks[0], place
        yield from _followers(marks[1:], place)
    for letters in _LETTERS:
        yield from _followers(letters[1:], letters[0])
    # Control characters are not text.
    for code in (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0)):
        yield chr(code), ""


def _followers(characters: str, first: str) -> Iterator[tuple[str, str]]:
    for number, follower in enumerate(characters):
        yield follower, first + chr(_FOLLOWER + number)


_ORDER = {ord(character): written for character, written in _order()}
_BLANK = _ORDER[ord(" ")]
_PLAIN = _Characters(_plain)
_FOLDED = _Characters(lambda one: _plain(one).translate(_SPELLINGS).translate(_ORDER))

# PostgreSQL looks a character up by going through all it could become. So what Western texts
# consist of comes first, and the rest in blocks that are only gone through for their letters.
_COMMON_MARKS = "".join(map(chr, (0x300, 0x301, 0x302, 0x303, 0x308, 0x30A, 0x30C, 0x327)))
_BLOCKS = (
    *(0x80, 0xC0, 0x180, 0x250, 0x370, 0x530, 0x2000, 0x2018, 0x2020, 0x2040, 0x2100, 0xA000),
    sys.maxunicode + 1,
)
_NAMES = "a-z0-9 .@'-"


@cache
def postgresql_functions() -> tuple[str, str]:
    """The statements that create `cti_fold` and `cti_like` on PostgreSQL.

    They depend on neither the locale nor the collations of the server: the letters come from
    Python's Unicode tables. The database must be UTF-8.
    """
    letters = [
        letter
        for letter in map(chr, range(1, sys.maxunicode + 1))
        # All others stay as they are, or no longer occur after NFKD.
        if (letter.casefold() != letter or unicodedata.combining(letter) or ord(letter) in _ORDER)
        and unicodedata.normalize("NFKD", letter) == letter
    ] + ["œ", "\ufdd0"]
    folded = {one: fold_all(one) for one in letters}
    like = {one: fold_like(one) or "" for one in letters}
    marks = {one: folded[one] for one in letters if one < "\x80" and not one.isalpha()}
    few = {one: other for one, other in marks.items() if one in _NAMES}
    blank, others = _literal(_BLANK), _literal(f"[^{_NAMES}]")
    ordered = (
        f' IF value COLLATE "C" ~ {others} THEN value := {_translated("value", marks)};'
        f" ELSE value := {_translated('value', few)}; END IF;"
    )
    return (
        _postgresql_function("cti_fold", ordered, f"rtrim(value, {blank})", folded),
        _postgresql_function("cti_like", "", "value", like),
    )


def _postgresql_function(name: str, ordered: str, result: str, replacements: dict[str, str]) -> str:
    every = {one: other for one, other in replacements.items() if one >= "\x80" and one != other}
    # Block follows block, so nothing may become what another one changes again.
    assert not every.keys() & set("".join(every.values()))  # noqa: S101
    blocks = "".join(
        f" IF value COLLATE \"C\" ~ '[\\U{low:08X}-\\U{high - 1:08X}]' THEN"
        f" value := {_translated('value', block)}; END IF;"
        for low, high in pairwise(_BLOCKS)
        if (block := {one: other for one, other in every.items() if low <= ord(one) < high})
    )
    return (
        f"CREATE OR REPLACE FUNCTION {name}(value text) RETURNS text LANGUAGE plpgsql"
        " IMMUTABLE STRICT PARALLEL SAFE AS $fold$ BEGIN"
        " IF octet_length(value) <> length(value) THEN"
        f" value := translate(normalize(value, NFKD), {_literal(_COMMON_MARKS)}, ''); END IF;"
        f' value := lower(value COLLATE "C");{ordered}'
        f" IF octet_length(value) <> length(value) THEN{blocks} END IF;"
        f" RETURN {result}; END $fold$"
    )


def _translated(expression: str, replacements: dict[str, str]) -> str:
    """SQL that replaces characters: one by one, and those that become several after that."""
    replacements = {one: other for one, other in replacements.items() if one != other}
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
