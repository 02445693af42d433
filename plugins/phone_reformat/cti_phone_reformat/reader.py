"""Reads texts as phone numbers: from characters to readings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

from cti_host import Given
from cti_phone_reformat.plans import changes
from cti_phone_reformat.plans.digits import DigitReader, Meant
from cti_phone_reformat.plans.regions import e164_of, has_words, is_valid, region_of
from cti_phone_reformat.readings import Doubt, DoubtCode, Reading, ReadText, WrittenNumber
from cti_phone_reformat.written.pieces import (
    Piece,
    digits_of,
    ending_of,
    first_group,
    halves_of,
    parts_of,
    take_apart,
    vanity,
)
from cti_phone_reformat.written.words import only_labels
from cti_phone_reformat.written.wrapping import Writing, read_writings

Output = Literal["e164", "international", "national", "stored"]
Dialled = Literal["e164", "national"]

FEWEST_COMPARED = 6
LONGEST_OF_ONE = 12
"""With more digits, a number may be two: a country may allot fewer than the library takes."""
MOST_COMPARED = 20
"""A number that no plan knows is compared by its digits, if it has as many."""

_FORMATS = {
    "e164": PhoneNumberFormat.E164,
    "international": PhoneNumberFormat.INTERNATIONAL,
    "national": PhoneNumberFormat.NATIONAL,
}


class NumberReader:
    """Reads texts as somebody in one region writes them.

    :param region: ISO 3166 code of the country whose national numbers are meant ("FR")
    :param output: the form of `Reading.text`
    :param international_prefixes: digits that stand for "+", besides the region's own
    :param extension_digits: fewest and most digits of an internal extension
    :param dialled: whether the region's numbers are dialled in national form, and others with its
        international prefix
    """

    def __init__(
        self,
        region: str,
        output: Output = "e164",
        international_prefixes: Sequence[str] = ("00",),
        extension_digits: tuple[int, int] = (3, 5),
        dialled: Dialled = "e164",
    ) -> None:
        self._region = region_of(region)
        self._nationally = dialled == "national"
        self._output: Output = output
        self._digits = DigitReader(region, international_prefixes)
        self._fewest, self._most = extension_digits

    def read(self, text: str) -> ReadText:
        """All that a text says as phone numbers.

        :param text: what was typed, stored or received
        :return: no numbers, where nothing in it can be one
        """
        return self.read_written(read_writings(text), text)

    def read_written(self, writings: Sequence[Writing], text: str) -> ReadText:
        """The same for a text that was already unwrapped.

        :param writings: what `read_writings` made of it
        :param text: the text as it came
        """
        if len(writings) == 1:
            numbers, rest = self._numbers_of(writings[0], text)
        else:
            numbers, rest = [], ""
            for writing in writings:
                more, words = self._numbers_of(writing, text)
                numbers += more
                rest = f"{rest} {words}".strip()
        return ReadText(_once(numbers), rest, not rest or only_labels(rest))

    def _numbers_of(self, writing: Writing, text: str) -> tuple[list[WrittenNumber], str]:
        taken = take_apart(writing.body)
        numbers: list[WrittenNumber] = []
        for piece in taken.pieces:
            found = [WrittenNumber(one) for one in self._readings_of(piece, writing, text)]
            extension = piece.extension or writing.extension
            if found and extension:
                found[-1] = found[-1]._replace(extension=extension)
            numbers += found
        understood = any(_is_understood(number) for number in numbers)
        if not understood and (readings := self._vanity(writing.body, text)):
            return [WrittenNumber(readings)], ""
        if writing.may_be_mail:
            doubt = Doubt(DoubtCode.ADDRESS, writing.text)
            numbers = [
                n._replace(readings=tuple(r._replace(doubt=r.doubt or doubt) for r in n.readings))
                for n in numbers
            ]
            return numbers, taken.rest or writing.text
        return numbers, taken.rest

    def _vanity(self, body: str, text: str) -> tuple[Reading, ...]:
        """The reading of a number with letters. Words behind a house number have letters too, so
        it must be one that people do write so: a free or shared-cost number, or an American one."""
        spelled = vanity(body)
        if not spelled.digits:
            return ()
        found = self._digits.read(spelled.digits)
        for meant in found:
            american = meant.number.country_code == 1 and spelled.in_capitals
            foreign = meant.number.country_code != self._region.country_code
            if foreign and spelled.digits[0] != "+":
                return ()
            if not american and not has_words(meant.number):
                return ()
        return tuple(self._reading(meant, text) for meant in found)

    def _readings_of(
        self, piece: Piece, writing: Writing, text: str
    ) -> Iterator[tuple[Reading, ...]]:
        """The readings of each number in one run of digits."""
        written = piece.text
        digits = digits_of(written)
        if writing.context and digits and not digits.startswith("+"):
            digits = writing.context + digits
        if digits and self._fewest <= len(digits) <= self._most and digits.isdigit():
            alone = written == writing.body or (
                _ONLY_WORDS.fullmatch(writing.body) and only_labels(writing.body)
            )
            if alone and not (writing.context or writing.extension or piece.extension):
                yield (Reading(f"ext:{digits}", Given.EXTENSION, dialled=digits, text=digits),)
            return
        plain = digits == written
        if not plain:
            for parts in parts_of(written):
                found = [self._meanings(digits_of(part), text) for part in parts]
                if all(any(one.doubt is None for one in readings) for readings in found):
                    yield from found
                    return
        readings = self._meanings(digits, text, "" if plain else written)
        if not plain and len(digits) > LONGEST_OF_ONE:
            several = self._too_long_for_one(readings, written, text)
            if several:
                yield from several
                return
        if readings:
            yield self._with_and_without_zero(readings, written, text)
            return
        if not plain and (several := self._halves(written, text)):
            yield from several
            return
        if not plain and (endings := self._endings(written, digits, text)):
            yield endings
            return
        if FEWEST_COMPARED <= len(digits) <= MOST_COMPARED and "/" not in written:
            number = digits.removeprefix("+")
            shown = text.strip() if self._output == "stored" else digits
            yield (Reading(f"digits:{number}", Given.NATIONAL, dialled=digits, text=shown),)

    def _with_and_without_zero(
        self, readings: tuple[Reading, ...], written: str, text: str
    ) -> tuple[Reading, ...]:
        """The readings of "+39 (0)333 …" where the 0 may be part of the number, or not."""
        if "(0)" not in written or len(readings) != 1:
            return readings
        without = self._meanings(digits_of(written.replace("(0)", " ")), text)
        if len(without) != 1 or without[0].key == readings[0].key or not self._is_valid(without[0]):
            return readings
        doubt = Doubt(DoubtCode.BRACKETS)
        return tuple(one._replace(doubt=one.doubt or doubt) for one in (*readings, *without))

    @staticmethod
    def _is_valid(reading: Reading) -> bool:
        return reading.e164 is not None and is_valid(phonenumbers.parse(reading.e164))

    def _too_long_for_one(
        self, readings: tuple[Reading, ...], written: str, text: str
    ) -> list[tuple[Reading, ...]]:
        """Two numbers that together have a length which the library takes for one's."""
        e164 = readings[0].e164 if readings else None
        if e164 is None or not changes.is_too_long(phonenumbers.parse(e164)):
            return []
        return self._halves(written, text)

    def _halves(self, written: str, text: str) -> list[tuple[Reading, ...]]:
        """Two numbers with nothing but a blank between them, if there is one place for it."""
        found = []
        for halves in halves_of(written):
            both = [self._meanings(digits_of(half), text) for half in halves]
            if all(any(one.doubt is None for one in readings) for readings in both):
                found.append(both)
        return found[0] if len(found) == 1 else []

    def _endings(self, written: str, digits: str, text: str) -> tuple[Reading, ...]:
        """A number with a few digits behind it: it may be the number without them or with them,
        or another one that ends with them."""
        split = ending_of(written)
        base = digits_of(split[0]) if split else ""
        if split is None or len(base) < FEWEST_COMPARED:
            return ()
        doubt = Doubt(DoubtCode.ENDING, split[1])
        found: dict[str, Reading] = {}
        for way in (base, base[: -len(split[1])] + split[1], base + split[1]):
            for reading in self._meanings(way, text):
                found.setdefault(reading.key, reading._replace(doubt=reading.doubt or doubt))
        return tuple(found.values())

    def _meanings(self, digits: str, text: str, written: str = "") -> tuple[Reading, ...]:
        if not digits:
            return ()
        country_first = bool(written) and first_group(written) == str(self._region.country_code)
        found = self._digits.read(digits, country_first)
        readings = tuple(self._reading(meant, text) for meant in found)
        if written and len(readings) == 1 and readings[0].doubt is None:
            return self._with_block(readings[0], found[0].number, written)
        return readings

    def _with_block(
        self, reading: Reading, number: PhoneNumber, written: str
    ) -> tuple[Reading, ...]:
        """The number of a switchboard, and the block that it stands for."""
        zeros = next((z for z in ("00", "0") if written.endswith(("-" + z, "- " + z))), "")
        key = changes.block_of(number, len(zeros)) if zeros else None
        if key is None:
            return (reading,)
        doubt = Doubt(DoubtCode.SWITCHBOARD, reading.text)
        return (reading, reading._replace(key=key, doubt=doubt))

    def _reading(self, meant: Meant, text: str) -> Reading:
        number = meant.number
        e164 = e164_of(number)
        region = phonenumbers.region_code_for_number(number)
        return Reading(
            e164,
            meant.given,
            e164,
            self._dialled(number, e164, meant.given),
            self._text(number, e164, text),
            # The library's "001" stands for numbers that belong to no country (+800 …).
            region if region in phonenumbers.SUPPORTED_REGIONS else None,
            meant.doubt,
        )

    def _dialled(self, number: PhoneNumber, e164: str, given: Given) -> str:
        """What a phone takes: E.164, or the national form of a number that only works at home."""
        if self._nationally:
            # Digits as a phone in the region takes them, so that a prefix may stand in front.
            form = phonenumbers.format_out_of_country_calling_number(number, self._region.code)
            return "".join(filter(str.isdigit, form))
        if number.country_code != self._region.country_code:
            return e164
        if not self._region.is_dialled_nationally(number, given is Given.NATIONAL):
            return e164
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        return "".join(filter(str.isdigit, national))

    def _text(self, number: PhoneNumber, e164: str, raw: str) -> str:
        if self._output == "e164":
            return e164
        if self._output == "stored":
            return raw.strip()
        plain = PhoneNumber(
            country_code=number.country_code,
            national_number=number.national_number,
            italian_leading_zero=number.italian_leading_zero,
            number_of_leading_zeros=number.number_of_leading_zeros,
        )
        if self._output == "national" and number.country_code == self._region.country_code:
            text = phonenumbers.format_number(plain, PhoneNumberFormat.NATIONAL)
            # Some national forms can't be told from something else; those stay international.
            found = self._digits.read(digits_of(text)) if digits_of(text) else ()
            if len(found) == 1 and found[0].doubt is None and e164_of(found[0].number) == e164:
                return text
        return phonenumbers.format_number(plain, PhoneNumberFormat.INTERNATIONAL)


# An extension stands alone, or behind a word ("Durchwahl 12").
_ONLY_WORDS = re.compile(r"[\w .:#()-]+")


def _is_understood(number: WrittenNumber) -> bool:
    """Whether a plan knows a number; digits that none knows may have letters behind them."""
    return any(r.e164 and r.doubt is None for r in number.readings)


def _once(numbers: list[WrittenNumber]) -> tuple[WrittenNumber, ...]:
    """The numbers of a text, each once."""
    if len(numbers) < 2:
        return tuple(numbers)
    found: dict[tuple[tuple[str, ...], str], WrittenNumber] = {}
    for number in numbers:
        keys = tuple(reading.key for reading in number.readings)
        found.setdefault((keys, number.extension), number)
    return tuple(found.values())
