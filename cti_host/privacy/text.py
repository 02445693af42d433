"""Numbers, e-mail addresses, names and secrets in a text, masked: "+33 9 87 ** ** 21"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

STAR = "*"
HIDDEN = "***"
# A run of fewer digits is an extension, a year or an id in free text.
FEWEST_DIGITS = 7
_SHOWN_AT_THE_END = 2
_LEAST_HIDDEN = 4
_MOST_SHOWN = 7

# What people and programs put between the digits of a number: blanks, dashes, brackets, dots, "+",
# also percent-encoded, as entities of HTML and as escapes of JSON.
_ENCODED = r"%(?:25)*(?:[2][0-9A-Fa-f]|C2%A0|E2%80%[0-9A-Fa-f]{2}|[0-1][0-9A-Fa-f])"
_ESCAPED = r"\\u(?:00a0|20[0-9a-f]{2})|&(?:nbsp|#160|#xa0|#43|#x2b);"
_BETWEEN = rf"(?:{_ENCODED}|{_ESCAPED}|[^\w,:;=&%#@<>\"'\\|]|_)"
_DIGIT = r"\d"
_KEPT = (
    r"(?<![\d.])(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][012]\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?"
    r"(?:Z|[+-]\d\d:?\d\d)?)?(?![-\d])"
    r"|(?<![\d/])[0-3]?\d/[0-3]?\d/(?:19|20)?\d\d(?![\d/])(?:,?\s[012]?\d:[0-5]\d)?"
    r"|(?<![\d.])[0-3]\d\.[01]\d\.(?:19|20)\d\d(?![\d.])"
)
_NUMBER = rf"(?:(?:{_ENCODED}|\+|\()\s*)?{_DIGIT}(?:{_BETWEEN}{{0,4}}{_DIGIT}){{2,40}}"
_IN_TEXT = re.compile(rf"(?P<kept>{_KEPT})|(?P<number>{_NUMBER})")
_DIGITS = re.compile(rf"{_ENCODED}|{_ESCAPED}|(?P<digit>\d)")
# A reference or an identifier: "R-000123", "4f3a9b12".
_PART_OF_A_WORD = re.compile(r"[A-Za-z_]-?$")
_GROUPED = re.compile("\\d{1,3}(?:[\u202f,]\\d{3})+")
_LOCAL = r"[\w.!#$&'*+/?^`{|}~-]"
# From where such characters begin, looked at once; right behind another address, the last 64.
_EMAIL = re.compile(
    rf"(?:(?<!{_LOCAL}){_LOCAL}++|{_LOCAL}{{1,64}}+)(?:@|%40)"
    r"[A-Za-z0-9](?:[\w-]{0,254}[A-Za-z0-9])?(?:\.[\w-]+)+"
)
_PARAMETER = re.compile(r"([?&][\w.%+-]+=)([^&\s\"'<>#]+)")
_NAMES_OF_SECRETS = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|authorization|api[_-]?key|signature|cookie|"
    r"session|csrf|otp|totp|recovery[_-]?codes?|sealed|client_secret|code_verifier|"
    r"mot[_ ]de[_ ]passe"
)
_SECRETS = (
    # password=…, "token": "…", Authorization: Bearer … Behind a name only what is none: each
    # character of a long word is looked at once.
    re.compile(
        rf"(?P<before>(?:{_NAMES_OF_SECRETS})(?:(?!{_NAMES_OF_SECRETS})[\w-])*+"
        r"[\"']?\s*+(?:=>|=|:|%3D)\s*[\"']?"
        r"(?:(?:Bearer|Basic|Digest|Token)\s+)?)(?P<secret>[^\s\"'&;,)}\]]+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<before>\b(?:Bearer|Basic)\s+)(?P<secret>[\w+/=.~-]{6,})", re.IGNORECASE),
    # postgresql://user:password@server
    re.compile(r"(?P<before>://[^/\s:@]*:)(?P<secret>[^/\s@]+)(?=@)"),
)


def mask_number(text: str) -> str:
    """A number with the digits in the middle replaced: "+33 9 87 65 43 21" is "+33 9 87 ** ** 21".

    Of a short one, such as an extension, nothing stays.
    """
    places = [found.start() for found in _DIGITS.finditer(text) if found["digit"]]
    hidden = max(_LEAST_HIDDEN, len(places) - _MOST_SHOWN)
    end = len(places) - _SHOWN_AT_THE_END
    if end < hidden:
        end, hidden = len(places), len(places)
    characters = list(text)
    for place in places[end - hidden : end]:
        characters[place] = STAR
    return "".join(characters)


def mask_numbers(text: str, fewest: int = FEWEST_DIGITS, *, in_words: bool = False) -> str:
    """A text with all the phone numbers in it masked; days and moments stay.

    :param fewest: so many digits make a number
    :param in_words: whether also digits right behind a letter are a number ("tel0987654321"), and
        digits in groups of thousands
    """

    def masked(found: re.Match[str]) -> str:
        number = found["number"]
        if number is None:
            return found[0]
        digits = sum(1 for one in _DIGITS.finditer(number) if one["digit"])
        if digits < fewest:
            return number
        if not in_words and (
            _PART_OF_A_WORD.search(text, max(0, found.start() - 2), found.start())
            or _GROUPED.fullmatch(number)
        ):
            return number
        return mask_number(number)

    return _IN_TEXT.sub(masked, text) if len(text) >= fewest else text


def numbers_and_masks(text: str) -> Iterator[tuple[str, str]]:
    """The numbers and e-mail addresses in a text, each with what it is masked as."""
    for found in _IN_TEXT.finditer(text):
        number = found["number"]
        if number is not None and (masked := mask_numbers(number)) != number:
            yield number, masked
    if _may_hold_emails(text):
        for found in _EMAIL.finditer(text):
            yield found[0], mask_email(found[0])


def mask_email(address: str) -> str:
    """An e-mail address of which the first letter and the domain stay: "a***@example.org"."""
    sign = "%40" if "%40" in address else "@"
    name, _, domain = address.rpartition(sign)
    return f"{name[:1]}{HIDDEN}{sign}{domain}"


def mask_emails(text: str) -> str:
    """A text with all the e-mail addresses in it masked."""
    if not _may_hold_emails(text):
        return text
    return _EMAIL.sub(lambda found: mask_email(found[0]), text)


def mask_name(name: str) -> str:
    """The initials of a name: "Ada Lovelace" is "A*** L***"."""
    return " ".join(f"{word[0]}{HIDDEN}" for word in name.split())


def mask_names(text: str, names: Iterable[str]) -> str:
    """A text with these names masked wherever they stand as words, in either case."""
    longest_first = sorted({n for n in names if len(n) > 1}, key=len, reverse=True)
    if not longest_first:
        return text
    pattern = "|".join(_as_written(name) for name in longest_first)
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", lambda m: mask_name(m[0]), text, flags=re.I)


def mask_secrets(text: str) -> str:
    """A text without the passwords, tokens and keys that are named as such in it."""
    for pattern in _SECRETS:
        text = pattern.sub(lambda found: f"{found['before']}{HIDDEN}", text)
    return text


def mask_query_values(text: str, keep: Callable[[str], bool]) -> str:
    """A text with the values of the parameters of all URLs in it masked.

    :param keep: says of a value, percent-encoded as it stands, whether it is harmless
    """
    return _PARAMETER.sub(lambda found: found[0] if keep(found[2]) else f"{found[1]}{HIDDEN}", text)


def _may_hold_emails(text: str) -> bool:
    return "@" in text or "%40" in text


def _as_written(name: str) -> str:
    """A name as a pattern: in a URL its blanks are "+" or "%20"."""
    return r"(?:\s+|\+|%20)".join(re.escape(word) for word in name.split())
