"""A text as a phone number, or as something nobody is searched for with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from cti_host.localised import Localised

DOUBTFUL = "?"
"""Stands in front of the key of a doubtful reading where keys are stored."""
_PHONE = re.compile("phone|mobile")


def is_phone_attribute(code: str) -> bool:
    """Whether an attribute is a phone number by its code, as "phone" and "mobile_phone" are."""
    return _PHONE.search(code) is not None


class Given(StrEnum):
    """The form in which a number was written down.

    :cvar INTERNATIONAL: with its country code ("+33 9 87 65 43 21", "0033…")
    :cvar NATIONAL: as it is dialled inside its country ("09 87 65 43 21")
    :cvar EXTENSION: as it is dialled inside the company ("123")
    """

    INTERNATIONAL = "international"
    NATIONAL = "national"
    EXTENSION = "extension"


@dataclass(frozen=True)
class Reading:
    """One number that a text may mean.

    :param key: what two writings of the number have in common: "+33987654321", "ext:123"; other
        texts for what is compared otherwise, such as "digits:118218"
    :param text: the form that pages show
    :param dialled: what a phone takes: digits, or "+" and digits; empty: it can't be dialled
    :param region: the ISO 3166 code of its country ("FR"); `None`: unknown
    :param given: how it was written
    :param extension: the direct extension written behind it ("12"); empty: none
    :param doubt: why the text may mean something else, as one sentence; `None`: it is sure
    """

    key: str
    text: str = ""
    dialled: str = ""
    region: str | None = None
    given: Given = Given.INTERNATIONAL
    extension: str = ""
    doubt: Localised | None = field(default=None, hash=False)

    def __str__(self) -> str:
        return self.text or self.dialled or self.key


@dataclass(frozen=True)
class Number:
    """A text that was understood as a phone number, or as several.

    Mostly it means one number: `e164`, or, for a number inside the company, `extension` alone; one
    that has both is an outside number with a direct extension behind it. Whatever else it may mean
    is in `readings`, and for a text that surely means nothing there is nothing else.

    :param raw: the text it came from
    :param e164: the first sure number in E.164 ("+33987654321"); `None`: it has none
    :param extension: the number inside the company ("123"); `None`: it has none
    :param text: the form that forms and labels show; empty: the E.164 number or the extension
    :param region: the ISO 3166 code of its country ("FR"); `None`: unknown
    :param given: how it was written
    :param readings: all numbers that the text may mean, sure ones first; empty: the one that the
        other fields tell
    """

    raw: str
    e164: str | None = None
    extension: str | None = None
    text: str = ""
    region: str | None = None
    given: Given = Given.INTERNATIONAL
    readings: tuple[Reading, ...] = ()

    def __post_init__(self) -> None:
        if self.readings:
            return
        if not self.e164 and not self.extension:
            raise ValueError("a Number needs an E.164 number, an extension or a reading")
        key = self.e164 or f"ext:{self.extension}"
        dialled = self.e164 or self.extension or ""
        behind = (self.e164 and self.extension) or ""
        reading = Reading(key, self.text or dialled, dialled, self.region, self.given, behind)
        object.__setattr__(self, "readings", (reading,))

    @property
    def key(self) -> str:
        """What two writings of one number have in common: "+33987654321", or "ext:123".

        An extension never equals an outside number; a text without a sure reading equals none.
        """
        return next(iter(self.number_keys), DOUBTFUL + self.readings[0].key)

    @property
    def number_keys(self) -> tuple[str, ...]:
        """The key of each number that the text surely means."""
        return tuple(reading.key for reading in self.readings if reading.doubt is None)

    @property
    def indexed(self) -> tuple[str, ...]:
        """What a data layer stores to find this text by, the most important first.

        The key of each reading; that of a doubtful one begins with "?", so that nobody is found by
        it who isn't looked for under *Perhaps*.
        """
        doubtful = (DOUBTFUL + one.key for one in self.readings if one.doubt is not None)
        return tuple(dict.fromkeys((*self.number_keys, *doubtful)))

    @property
    def widened_keys(self) -> tuple[str, ...]:
        """What a data layer may have stored of texts that mean this number, surely or perhaps.

        The key of each reading, sure or not, as it is indexed in either way.
        """
        keys = dict.fromkeys([one.key for one in self.readings])
        return (*keys, *[DOUBTFUL + key for key in keys])

    def met_by(self, stored: Number) -> tuple[Reading, Reading] | None:
        """The reading of this text and that of a stored one which are the same number.

        :return: two sure ones if there are any, else two of which one at least is doubtful;
            `None`: the texts have no number in common
        """
        pairs = [
            (mine, theirs)
            for mine in self.readings
            for theirs in stored.readings
            if mine.key == theirs.key
        ]
        sure = ((a, b) for a, b in pairs if a.doubt is None and b.doubt is None)
        return next(sure, pairs[0] if pairs else None)

    def __str__(self) -> str:
        return self.text or self.e164 or self.extension or self.raw


class Reason(StrEnum):
    """Why a value can't be used to search for anybody.

    :cvar WITHHELD: the caller hides their number ("anonymous")
    :cvar PLACEHOLDER: the phone system didn't fill its URL in ("%CallerNumber%")
    :cvar WILDCARD: it would match everybody ("%")
    :cvar TOO_SHORT: it would match too many ("12")
    :cvar EMPTY: it holds nothing to search for ("", "()")
    """

    WITHHELD = "withheld"
    PLACEHOLDER = "placeholder"
    WILDCARD = "wildcard"
    TOO_SHORT = "too_short"
    EMPTY = "empty"


@dataclass(frozen=True)
class Unsearchable:
    """A value that was understood and must match nobody.

    :param raw: the text it came from
    :param reason: why nobody is searched for; the panel says it
    """

    raw: str
    reason: Reason

    def __str__(self) -> str:
        return self.raw


Value = str | Number | Unsearchable
