"""What a text says as phone numbers: its readings, in order, each sure or with a doubt."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from cti_host import Given


class DoubtCode(StrEnum):
    """Why a reading is only one of several that a text may have."""

    LOCAL = "local"
    """Without its trunk prefix; it may as well be a number of the writer's own town."""
    FOREIGN = "foreign"
    """Without its trunk prefix; the digits may be those of another country, without the plus."""
    UNASSIGNED = "unassigned"
    """Without its trunk prefix, and not assigned as far as the library knows."""
    COUNTRY_OR_AREA = "country_or_area"
    """The first digits are the country's own code without plus, or else an area code."""
    BRACKETS = "brackets"
    """The 0 in brackets is left out, or belongs to the number."""
    PLUS_MISSING = "plus_missing"
    """An international number without its plus, so short that it may be a local one."""
    OUTSIDE_LINE = "outside_line"
    """The first digit is taken for the one that gets an outside line."""
    ENDING = "ending"
    """The last digits may be those of a second number, or an extension."""
    OVERLONG = "overlong"
    """There are more digits than the number has; the network ignores the rest."""
    ADDRESS = "address"
    """An address without a scheme: of a phone, or of a mailbox."""
    SWITCHBOARD = "switchboard"
    """A direct line, read as the switchboard of its block."""


class Doubt(NamedTuple):
    """Why a reading is doubtful; `about` is what the sentence names ("0", "+1 519 204 9031")."""

    code: DoubtCode
    about: str = ""


class Reading(NamedTuple):
    """One number that a text may mean.

    `key` is what two writings of one number have in common: "+33987654321"; "ext:123" of an
    extension; "digits:118218" of a number that no plan knows; "block:+493023125" of a company
    known by its switchboard. `dialled` is what a phone takes: digits, or "+" and digits. `text`
    is the form to show, `region` the ISO 3166 code of its country, if known. `doubt`: `None`, if
    the reading is sure.
    """

    key: str
    given: Given
    e164: str | None = None
    dialled: str = ""
    text: str = ""
    region: str | None = None
    doubt: Doubt | None = None


class WrittenNumber(NamedTuple):
    """One number of a text: its readings, sure ones first, and the extension behind it."""

    readings: tuple[Reading, ...]
    extension: str = ""


class ReadText(NamedTuple):
    """A text, read: its numbers in the order in which they stand there.

    `rest` are the words around them ("Tel", "Zentrale"). `is_number` says that the text is
    nothing but a phone number: no word stands there that isn't one of the phone world's.
    """

    numbers: tuple[WrittenNumber, ...] = ()
    rest: str = ""
    is_number: bool = True

    @property
    def sure(self) -> tuple[Reading, ...]:
        """The sure readings of all its numbers."""
        return tuple(r for number in self.numbers for r in number.readings if r.doubt is None)

    @property
    def doubtful(self) -> tuple[Reading, ...]:
        """The doubtful readings of all its numbers, each with its doubt."""
        return tuple(r for number in self.numbers for r in number.readings if r.doubt is not None)
