"""What stands in a text beside digits: several numbers, extensions, words. No meaning yet."""

from __future__ import annotations

import re
from typing import NamedTuple

from cti_phone_reformat.written.words import EXTENSION_MARK, LABELS, is_extension_word

FEWEST_OF_A_NUMBER = 6
"""Fewer digits beside a number are no second one."""
LONGEST_EXTENSION = 8

_RUN = re.compile(r"(?:\(?\s*\+\s*|\(\s*)?[0-9](?:[0-9 ()./+-]*[0-9)])?")
_PLAIN = re.compile(r"\+?[0-9][0-9 .-]*")
# A spreadsheet's way to lose the digits of a number.
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?\s*E\s*[+-]?[0-9]+", re.I)
_CUT = re.compile(r"[0-9]+(?:[.,][0-9]+E\+?|E\+)[0-9]+", re.I)
_PAUSE = re.compile(r"\s*[,pw]+\s*", re.I)
_ANY_CARRIER = re.compile(r"(?<!\d)0[ -]?(?:\((?:xx|\*\*)\)|xx|\*\*)[ -]?(?=[()]?\d)", re.I)
_WAIT_FOR_TONE = re.compile(r"^8 ?~ ?(?=\d)")
_LETTERS = re.compile(r"[^\W\d_]+")
_VANITY = re.compile(
    r"(\+?\(?[0-9][0-9 ().-]*?)[ .-]*([A-Za-z]{3,}(?:[ .-]?[A-Za-z0-9]+)*)(?:\s*\(([0-9 .-]+)\))?"
)
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def is_cut(body: str) -> bool:
    """Whether a text is a number of which a spreadsheet has kept the first digits ("4.41E+11")."""
    return "E" in body.upper() and _CUT.fullmatch(body) is not None


class Piece(NamedTuple):
    """The writing of one number ("030 / 12 34-0"), and the digits of the extension behind it."""

    text: str
    extension: str = ""


class Pieces(NamedTuple):
    """A text taken apart: the numbers in it, and the words around them."""

    pieces: tuple[Piece, ...]
    rest: str = ""


def take_apart(body: str) -> Pieces:
    """Find the numbers of a text, each with its extension; what else it says is the rest."""
    if _PLAIN.fullmatch(body):
        return Pieces((Piece(body),))
    if "@" in body or "://" in body or _EXPONENT.fullmatch(body):
        return Pieces((), body)
    text = body
    if "~" in text or "*" in text or "x" in text or "X" in text:
        text = _WAIT_FOR_TONE.sub("8", _ANY_CARRIER.sub("0", text))
    pieces: list[Piece] = []
    rest: list[str] = []
    end = 0
    for run in _RUN.finditer(text):
        between, written = text[end : run.start()], run[0]
        end = run.end()
        if pieces and (pieces[-1].extension == "") and _is_extension(between, written):
            pieces[-1] = pieces[-1]._replace(extension=re.sub("[^0-9]", "", written))
        elif _belongs_to_a_word(text, run):
            rest.append(between + written)
        else:
            rest.append(between)
            pieces.append(Piece(written))
    rest.append(text[end:])
    return _without_small_ones(pieces, rest)


class Spelled(NamedTuple):
    """The digits of a number whose last ones were written as letters; empty, if it has none."""

    digits: str = ""
    in_capitals: bool = False


def vanity(body: str) -> Spelled:
    """The number that is written with letters, such as "0800 FLOWERS"."""
    match = _VANITY.fullmatch(body)
    if match is None or match[2].casefold() in LABELS:
        return Spelled()
    letters = re.sub("[^A-Z0-9]", "", match[2].upper()).translate(_KEYPAD)
    again = re.sub("[^0-9]", "", match[3] or "")
    if again and not letters.endswith(again):
        return Spelled()
    return Spelled(re.sub("[^0-9+]", "", match[1]) + letters, match[2].isupper())


def _is_extension(between: str, written: str) -> bool:
    """Whether digits behind a number are its extension, by what stands between them."""
    digits = re.sub(r"[ .-]", "", written.strip("() "))
    if not (digits.isdigit() and len(digits) <= LONGEST_EXTENSION):
        return False
    if is_extension_word(between):
        return True
    # Behind a comma another number may follow; it begins with a 0 and is longer.
    is_number = digits.startswith("0") and len(digits) >= FEWEST_OF_A_NUMBER
    return bool(EXTENSION_MARK.fullmatch(between)) and not is_number


def _belongs_to_a_word(text: str, run: re.Match[str]) -> bool:
    """Whether letters touch the digits that are no word of the phone world ("DE89 3704…")."""
    start, end = run.span()
    # The blank in front of a plus or a bracket is part of the run.
    before = text[start - 1] if start and not run[0][0].isspace() else ""
    behind = text[end : end + 1]
    if not (before.isalnum() or behind.isalnum()):
        return False
    if before.isnumeric() or behind.isnumeric():
        return True  # "²"
    words = []
    if before.isalpha():
        words += _LETTERS.findall(text[:start])[-1:]
    if behind.isalpha():
        words += _LETTERS.findall(text[end:])[:1]
    return any(word.isascii() and word.casefold() not in LABELS for word in words)


def _without_small_ones(pieces: list[Piece], rest: list[str]) -> Pieces:
    """The numbers among the runs of digits, if any; small runs in front of one are words."""
    counts = [sum(map(str.isdigit, piece.text)) for piece in pieces]
    if any(count >= FEWEST_OF_A_NUMBER for count in counts):
        kept = []
        for index, (piece, count) in enumerate(zip(pieces, counts, strict=True)):
            if count >= FEWEST_OF_A_NUMBER:
                kept.append(piece)
            elif count > 1 or not _PAUSE.match(rest[index + 1]):
                rest[index] += piece.text
        pieces = kept
    words = " ".join(_tidy(part) for part in rest)
    return Pieces(tuple(pieces), " ".join(words.split()))


def _tidy(part: str) -> str:
    """Words without the punctuation that set them off from a number."""
    return (
        part.strip(" \n,;:|/&()[]-.#\"'")
        if _LETTERS.search(part) or part.strip("0123456789") != part
        else ""
    )


_COUNTRY_IN_BRACKETS = re.compile(r"\(\s*\+\s*([0-9]{1,3})\s*\)")
_TRUNK_IN_BRACKETS = re.compile(r"(?:00)?([1-9][0-9]{0,2}) ?\(0\)")
_COUNTRY_BEFORE_SLASH = re.compile(r"(\+[0-9]{1,3}|00[1-9][0-9]{0,2}) ?/")
_BRACKETS = re.compile(r"\(\s*([0-9][0-9 .-]*)\)(?=[ ./-]*[0-9(])")
_SEVERAL_SLASHES = re.compile(r"(?:\+[0-9]{1,3} ?)?[0-9]{1,4}(?: ?/ ?[0-9]{2,4}){2,}")
_AREA_SLASH = re.compile(
    r"(?:(?:\+|00)[0-9. -]{2,9}|[0-9]{2,6}|0[0-9]?[ .-][0-9]{2,4}) ?/"
    r"(?=(?:[ .-]*[0-9]){3})[0-9 .-]+"
)
_ONLY_DIGITS = re.compile(r"\+?[0-9]+")
_DIGITS = re.compile(r"\+?[0-9 .()/-]+")
_FIRST_GROUP = re.compile(r"([0-9]{1,3})[ ./-]")


def digits_of(written: str) -> str:
    """ "+" (if any) and digits of one number; empty: there is something else in the text."""
    if _ONLY_DIGITS.fullmatch(written):
        return written
    body = written.strip()
    if body.startswith("("):
        body = _COUNTRY_IN_BRACKETS.sub(r"+\1", body, count=1)
    if "(0)" in body:
        body = _TRUNK_IN_BRACKETS.sub(r"+\1 0", body, count=1) if body[0] != "+" else body
    if not _DIGITS.fullmatch(body):
        return ""
    body = _BRACKETS.sub(r" \1 ", body)
    if "(" in body or ")" in body:
        return ""
    if "/" in body and not _slash_separates(re.sub(" +", " ", body).strip()):
        return ""
    return re.sub(r"[^0-9+]", "", body)


def first_group(written: str) -> str:
    """The first digits of a number, if something sets them off from the rest ("49 30 12345")."""
    match = _FIRST_GROUP.match(written)
    return match[1] if match else ""


def _slash_separates(body: str) -> bool:
    """Whether slashes stand inside one number: "09/87/65/43/21", "030/1234567".

    A slash may also name another number: "030 12345-67/68".
    """
    body = _COUNTRY_BEFORE_SLASH.sub(r"\1 ", body, count=1)
    if "/" not in body:
        return True
    return bool(_SEVERAL_SLASHES.fullmatch(body) or _AREA_SLASH.fullmatch(body))


_MAY_SEPARATE = re.compile(r"[/-]|  |[0-9 )./-]\+")
_BETWEEN_NUMBERS = (
    re.compile(r"\s*/\s*|\s+-+\s+|\s{2,}"),
    re.compile(r"\s*[/-]\s*"),
)
_ENDING = re.compile(r"(.*[0-9])\s*([ /+(])\s*([0-9]{1,4})\s*\)?")


def parts_of(written: str) -> list[list[str]]:
    """How a run of digits may fall apart into several numbers; the likeliest way first."""
    if not _MAY_SEPARATE.search(written):
        return []
    ways = []
    behind_plus = [part.strip(" ./-") for part in re.split(r"(?<=[0-9 )./-])(?=\+)", written)]
    if len(behind_plus) > 1:
        return [behind_plus]
    for separator in _BETWEEN_NUMBERS:
        parts = [part for part in separator.split(written) if part]
        if len(parts) > 1 and all(
            sum(map(str.isdigit, part)) >= FEWEST_OF_A_NUMBER for part in parts
        ):
            ways.append(parts)
    return ways


def halves_of(written: str) -> list[list[str]]:
    """The ways in which digits fall into two numbers at a blank."""
    ways = []
    for blank in re.finditer(r"[ .]+", written):
        halves = [written[: blank.start()], written[blank.end() :]]
        if all(sum(map(str.isdigit, half)) > FEWEST_OF_A_NUMBER for half in halves):
            ways.append(halves)
    return ways


def ending_of(written: str) -> tuple[str, str] | None:
    """A number, and digits behind it that may be another one's last ("030 12345-67/68")."""
    match = _ENDING.fullmatch(written.strip())
    return (match[1], match[3]) if match else None
