"""Characters made uniform: ASCII digits, plus, dashes, dots and blanks for their look-alikes."""

from __future__ import annotations

import unicodedata

_DASHES = "\u2212\u207b\u208b\u02d7\u2043\u30fc\uff70\u2796"
_DOTS = "·•․‧∙・。｡"
_SLASHES = "\u2215\u2044\u29f8"
_PLUSES = "\u207a\u208a\ufe62\u2795"
_QUOTES = "«»“”„‟〝〞〟"
_APOSTROPHES = "‘’‚‛´"
_BRACKETS = {"【": "(", "〔": "(", "】": ")", "〕": ")"}

_TABLE = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_DOTS, "."),
        **dict.fromkeys(_SLASHES, "/"),
        **dict.fromkeys(_PLUSES, "+"),
        **dict.fromkeys(_QUOTES, '"'),
        **dict.fromkeys(_APOSTROPHES, "'"),
        **_BRACKETS,
        "〜": "~",
    }
)


def uniform(text: str) -> str:
    """A text in uniform characters, trimmed; invisible marks go, line breaks inside stay."""
    if text.isascii() and text.isprintable():
        return text.strip()
    characters = []
    for character in text.translate(_TABLE):
        category = unicodedata.category(character)
        if category == "Nd":
            characters.append(str(unicodedata.decimal(character)))
        elif category == "Zs" or character == "\t":
            characters.append(" ")
        elif category == "Pd":
            characters.append("-")
        elif character in "\n\r\v\f\x85\u2028\u2029":
            characters.append("\n")
        elif "！" <= character <= "～":
            characters.append(chr(ord(character) - 0xFEE0))
        elif category not in ("Cf", "Cc"):
            characters.append(character)
    return "".join(characters).strip()
