"""Values that must match nobody: withheld callers, unfilled macros, wildcards, single digits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cti_host import Reason, fold
from cti_phone_reformat.written.pieces import is_cut
from cti_phone_reformat.written.wrapping import Writing

# Each is compared word by word, without case, accents and punctuation: see `_words`.
WITHHELD = (
    # English, and the tokens of SIP (RFC 3323) and of phone systems
    *("anonymous", "anonymous.invalid", "anonymous anonymous.invalid", "anonymous caller"),
    *("unknown", "unknown number", "unknown caller", "caller unknown", "unavailable"),
    *("not available", "number unavailable", "caller id unavailable", "no caller id", "no number"),
    *("restricted", "private", "private number", "private caller", "withheld", "id withheld"),
    *("number withheld", "withheld number", "caller withheld", "blocked", "blocked number"),
    *("caller id blocked", "hidden", "hidden number", "number hidden", "null", "undefined"),
    # French
    *("anonyme", "inconnu", "numéro inconnu", "appelant inconnu", "indisponible", "privé"),
    *("numéro privé", "masqué", "numéro masqué", "appel masqué", "caché", "numéro caché"),
    *("secret", "numéro secret", "confidentiel", "appel anonyme", "non communiqué"),
    # German
    *("anonym", "unbekannt", "unbekannte nummer", "unterdrückt", "unterdrueckt"),
    *("nummer unterdrückt", "rufnummer unterdrückt", "privat", "private nummer"),
    *("nicht verfügbar", "keine rufnummer"),
    # Spanish, Italian, Dutch
    *("anónimo", "desconocido", "número desconocido", "número privado", "privado", "oculto"),
    *("número oculto", "anonimo", "sconosciuto", "numero sconosciuto", "numero privato"),
    *("privato", "numero nascosto", "anoniem", "onbekend", "onbekend nummer", "afgeschermd"),
)
"""Texts that phone systems send in place of a number."""

# "anonymous", "restricted", "blocked", "unknown", "unavailable", typed on a phone's keypad.
KEYPAD_WORDS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})

_WILDCARDS = re.compile(r"[\s%_*?]+")
_NAME = r"[^\W\d][\w .:()-]*"
_PLACEHOLDER = re.compile(
    rf"%{_NAME}%|%%{_NAME}%%"  # %CallerNumber%  %%Number%%
    rf"|\[{_NAME}\]|\[\[{_NAME}\]\]"  # [Number]
    rf"|[$#]?\{{{_NAME}\}}|\{{\{{\s*{_NAME}\}}\}}"  # {number}  ${{EXTEN}}  {{caller}}
    rf"|\$\({_NAME}\)|\$\$\w[\w.-]*\$\$|\$\w[\w.-]*\$?"  # $(call.from)  $$X$$  $x  $phone$
    rf"|<{_NAME}>"  # <CallerNumber>
)
_DIGITS = re.compile(r"\+?[ .()/-]*[0-9][0-9 .()/-]*")


class Detector:
    """Says why a value can't be searched for.

    :param withheld: texts of this site that mean "withheld", besides the built-in ones
    """

    def __init__(self, withheld: Iterable[str] = ()) -> None:
        extra = [text for text in withheld if text.strip()]
        self._withheld = frozenset(filter(None, map(_words, (*WITHHELD, *extra))))
        # A text of punctuation only ("--") has no words to compare.
        self._literally = frozenset(text.strip() for text in extra)

    def reason(self, writing: Writing) -> Reason | None:
        """Why this value must match nobody; `None`: nothing speaks against it."""
        text, body = writing.text, writing.body
        if text in self._literally:
            return Reason.WITHHELD
        if _DIGITS.fullmatch(body):
            return Reason.WITHHELD if _stands_for_withheld(body) else None
        if not text:
            return Reason.EMPTY
        if _words(text) in self._withheld or _words(body) in self._withheld:
            return Reason.WITHHELD
        if _WILDCARDS.fullmatch(body):
            return Reason.WILDCARD
        if _PLACEHOLDER.fullmatch(text) or _PLACEHOLDER.fullmatch(body):
            return Reason.PLACEHOLDER
        if is_cut(body):
            return Reason.TOO_SHORT  # so few of its digits are left that several people share them
        # Brackets around nothing, a dash, a name alone: the phone system had no number to give.
        return None if any(character.isalnum() for character in body) else Reason.WITHHELD


def is_too_short(writing: Writing) -> bool:
    """Whether the value is one or two digits, which half of all numbers contain."""
    body = writing.body
    return bool(_DIGITS.fullmatch(body)) and sum(map(str.isdigit, body)) <= 2


def _stands_for_withheld(body: str) -> bool:
    """Whether digits are all zeros, or a word on a phone's keypad, also behind a 1."""
    digits = re.sub(r"[^0-9]", "", body)
    if not digits.strip("0"):
        return True
    return digits in KEYPAD_WORDS or (digits[0] == "1" and digits[1:] in KEYPAD_WORDS)


def _words(text: str) -> str:
    """The words of a text, one blank between them, without case, accents and punctuation."""
    return " ".join(re.findall(r"[^\W_]+", fold(text)))
