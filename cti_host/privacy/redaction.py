"""The texts by which a person is recognised, taken out of other texts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cti_host.model import DataSubject

ERASED = "[erased]"
# A number is recognised by so many of its last digits, whatever stands before them.
_SIGNIFICANT = 9
_FEWEST_DIGITS = 7
_BETWEEN = r"[^\w,:;=&@#<>\"']{0,4}"
_MARKUP = r"(?:\s|&nbsp;|&#160;|-|,|<[^<>]{0,40}>)+"


class Redactor:
    """Takes the names, e-mail addresses and numbers of one person out of texts.

    What somebody else has, too (`shared`), and single words of a name are taken out of texts
    about this person alone: elsewhere they may mean somebody else.

    :param subject: the person
    """

    def __init__(self, subject: DataSubject) -> None:
        shared = {text.casefold() for text in subject.shared}

        def own(texts: Iterable[str]) -> list[str]:
            return [text for text in texts if text.casefold() not in shared]

        self._anywhere = _pattern(own(subject.names), own(subject.emails), own(subject.numbers))
        names = [*subject.names, *subject.words]
        self._about_them = _pattern(names, subject.emails, subject.numbers)

    def redacted(self, text: str, *, about_them: bool = False) -> str:
        """A text without what tells who the person is.

        :param about_them: whether the text belongs to them, such as a ticket of theirs
        """
        pattern = self._about_them if about_them else self._anywhere
        return pattern.sub(ERASED, text) if pattern and text else text

    def finds(self, text: str, *, about_them: bool = False) -> bool:
        """Whether there is something to take out of a text."""
        pattern = self._about_them if about_them else self._anywhere
        return bool(pattern and text and pattern.search(text))


def _pattern(
    names: Iterable[str], emails: Iterable[str], numbers: Iterable[str]
) -> re.Pattern[str] | None:
    parts = [_of_words(name) for name in sorted({*names}, key=len, reverse=True) if len(name) > 1]
    parts += [_of_email(one) for one in {*emails} if one]
    parts += sorted({part for one in numbers if (part := _of_number(one))}, key=len, reverse=True)
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _of_words(name: str) -> str:
    words = _MARKUP.join(re.escape(word) for word in re.split(r"[\s,]+", name) if word)
    return rf"(?<!\w){words}(?!\w)"


def _of_email(address: str) -> str:
    escaped = re.escape(address).replace("@", "(?:@|%40)")
    return rf"(?<![\w.+-]){escaped}(?![\w-])"


def _of_number(number: str) -> str:
    """A number in any writing: its last digits, and whatever digits stand before them."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < _FEWEST_DIGITS:
        return ""  # an extension: the same digits mean many other things
    last = digits[-_SIGNIFICANT:]
    before = rf"(?:[+(]*\d{_BETWEEN}){{0,5}}[+(]*"
    return rf"(?<!\d){before}{_BETWEEN.join(last)}(?!\d)"
