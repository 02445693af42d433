"""A text as a phone number, or as something nobody is searched for with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
class Number:
    """A phone number that was understood.

    Exactly one of these identifies it: `e164`, or, for a number inside the company, `extension`
    alone. A number that has both is an outside number with a direct extension behind it.

    :param raw: the text it came from
    :param e164: the outside number in E.164 ("+33987654321"); `None`: it is an extension
    :param extension: the number inside the company ("123"); `None`: it has none
    :param text: the form that forms and labels show; empty: the E.164 number or the extension
    :param region: the ISO 3166 code of its country ("FR"); `None`: unknown
    :param given: how it was written
    """

    raw: str
    e164: str | None = None
    extension: str | None = None
    text: str = ""
    region: str | None = None
    given: Given = Given.INTERNATIONAL

    def __post_init__(self) -> None:
        if not self.e164 and not self.extension:
            raise ValueError("a Number needs an E.164 number or an extension")

    @property
    def key(self) -> str:
        """What two writings of one number have in common: "+33987654321", or "ext:123".

        This is what the data layer stores in its indexed column. An extension never equals an
        outside number.
        """
        return self.e164 or f"ext:{self.extension}"

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
