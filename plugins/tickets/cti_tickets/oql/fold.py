"""When two texts are the same text: the one definition behind the SQL function `cti_fold`."""

from __future__ import annotations

import sys
import unicodedata

# œ is another spelling of oe without being decomposable; ß becomes ss by case folding.
_SPELLINGS = str.maketrans({"œ": "oe"})


def fold(text: str | None) -> str | None:
    """The form in which texts are compared: no case, no accents, no trailing blanks.

    "MONET " and "mönét" have the same form, so have "Œuvre" and "oeuvre", "Straße" and
    "STRASSE". æ, ø and ł stay letters of their own. Made for an SQL function: NULL stays NULL.

    :param text: any text, or None
    """
    return None if text is None else fold_all(str(text)).rstrip(" ")


def fold_all(text: str) -> str:
    """Like `fold`, but trailing blanks stay: for the pieces of a pattern."""
    if text.isascii():
        return text.lower()
    # Case folding brings back composed characters, so it is done between two decompositions.
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in folded if not unicodedata.combining(c)).translate(_SPELLINGS)


def postgresql_function() -> str:
    """The statement that creates `cti_fold` on PostgreSQL, with the same answers as `fold`.

    It depends on neither the locale nor the collations of the server: the letters come from
    Python's Unicode tables. The database must be UTF-8.
    """
    source, target, removed, longer = [], [], [], []
    for code in range(0x80, sys.maxunicode + 1):
        letter = chr(code)
        if 0xD800 <= code <= 0xDFFF or unicodedata.normalize("NFKD", letter) != letter:
            continue  # after NFKD it no longer occurs
        folded = fold_all(letter)
        if not folded:
            removed.append(letter)
        elif len(folded) > 1:
            longer.append((letter, folded))
        elif folded != letter:
            source.append(letter)
            target.append(folded)
    expression = (
        f"translate(normalize(value, NFKD), '{''.join(source + removed)}', '{''.join(target)}')"
    )
    for letter, folded in longer:
        expression = f"replace({expression}, '{letter}', '{folded}')"
    return (
        "CREATE OR REPLACE FUNCTION cti_fold(value text) RETURNS text LANGUAGE sql"
        " IMMUTABLE STRICT PARALLEL SAFE AS $fold$ SELECT rtrim(lower("
        "CASE WHEN octet_length(value) = length(value) THEN value"
        f" ELSE {expression} END COLLATE \"C\"), ' ') $fold$"
    )
