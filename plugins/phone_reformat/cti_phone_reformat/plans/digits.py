"""What digits mean as a number. Everything about countries comes from `phonenumbers`.

Two different numbers taken for one show the wrong caller; one number not recognised only shows
none. So a reading is sure only where nothing else is possible, and a number of the country itself
is never read as one of another country whose plus is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from cti_host import Given
from cti_phone_reformat.plans import changes
from cti_phone_reformat.plans.regions import (
    code_of,
    e164_of,
    is_possible,
    is_stable,
    is_valid,
    parsed,
    quickly,
    region_of,
    valid,
)
from cti_phone_reformat.readings import Doubt, DoubtCode

SHORTEST_WITHOUT_PLUS = 10
"""Digits of an international number that has neither "+" nor a prefix. With fewer it may as well
be a number of the writer's own town, written without area code."""

MOST_IGNORED = 4
"""Digits that people write behind a free or shared-cost number, and the network ignores."""

_FREE_OR_SHARED = (PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST)
_ELSEWHERE = (
    CountryCodeSource.FROM_NUMBER_WITH_IDD,
    CountryCodeSource.FROM_NUMBER_WITHOUT_PLUS_SIGN,
)


class Meant(NamedTuple):
    """A number that digits may mean, how it was given, and why it may not be meant."""

    number: PhoneNumber
    given: Given
    doubt: Doubt | None = None


class DigitReader:
    """Reads digits as somebody in one region dials them.

    :param region: ISO 3166 code of the country whose national numbers are meant ("FR")
    :param international_prefixes: digits that stand for "+", besides the region's own
    """

    def __init__(self, region: str, international_prefixes: Sequence[str] = ("00",)) -> None:
        self._region = region_of(region)
        self._prefixes = sorted(international_prefixes, key=len, reverse=True)

    def read(self, digits: str, country_first: bool = False) -> tuple[Meant, ...]:
        """All that digits may mean: one sure reading, or doubtful ones, or nothing.

        :param digits: "+" (if any) and ASCII digits
        :param country_first: whether the first group of digits is the region's country code, set
            off from the rest ("49 30 1234567")
        """
        if digits.startswith("+"):
            # No country code starts with 0: this "+" was a blank in the phone system's URL.
            if not digits.startswith("+0"):
                return _sure(self._international(digits), Given.INTERNATIONAL)
            digits = digits[1:]
        digits = changes.without_mark(self._region.country_code, digits)
        abroad = self._behind_prefix(digits)
        if abroad is not None and is_valid(abroad):
            return _sure(abroad, Given.INTERNATIONAL)
        found = self._without_plus(digits, country_first)
        if any(meant.doubt is None for meant in found) or abroad is None:
            return found or self._guessed(digits)
        return _sure(abroad, Given.INTERNATIONAL)

    def _international(self, digits: str) -> PhoneNumber | None:
        """The number behind "+", "00" and the like."""
        number = quickly(digits)
        if number is not None and is_valid(number):
            return number
        number = parsed(digits)
        if number is None or is_valid(number):
            return number
        national = phonenumbers.national_significant_number(number)
        if changed := changes.renumbered(code_of(number), national, changes.ABROAD):
            return changed
        # "+48 (0) 22 …": somebody gave a 0 to a country that has none.
        if national.startswith("0") and (
            shorter := valid(code_of(number), national.removeprefix("0"))
        ):
            return shorter
        return number if is_possible(number) and is_stable(e164_of(number)) else None

    def _behind_prefix(self, digits: str) -> PhoneNumber | None:
        """The number behind an international prefix. The region's own wins over the settings'."""
        possible = None
        if (match := self._region.own_prefix.match(digits)) and match[0]:
            possible = self._abroad(digits[match.end() :])
            if possible is not None and is_valid(possible):
                return possible
        for prefix in self._prefixes:
            if digits.startswith(prefix):
                number = self._abroad(digits.removeprefix(prefix))
                if number is not None and is_valid(number):
                    return number
        return possible

    def _abroad(self, digits: str) -> PhoneNumber | None:
        return self._international("+" + digits) if digits and digits[0] != "0" else None

    def _without_plus(self, digits: str, country_first: bool) -> tuple[Meant, ...]:
        """A national number, or an international one whose "+" was left out."""
        region = self._region
        national = region.quickly(digits)
        if national is not None and is_valid(national):
            return _sure(national, Given.NATIONAL)
        national = parsed(digits, region.code)
        if national is not None and national.country_code_source in _ELSEWHERE:
            national = None
        if national is not None and is_valid(national):
            if region.is_whole(national, digits) and not self._own_without_plus(digits):
                return _sure(national, Given.NATIONAL)
            return self._without_trunk(national, digits, country_first)
        international = self._country_first(digits)
        if changed := self._changed(national, digits):
            whole = len(digits) > len(phonenumbers.national_significant_number(changed))
            doubt = self._doubt_of_home(international, digits, whole)
            return (Meant(changed, Given.NATIONAL, doubt),)
        # Not assigned as far as the library knows, but its length is right.
        unassigned = national is not None and is_possible(national) and is_stable(e164_of(national))
        return self._not_valid_at_home(national if unassigned else None, international, digits)

    def _changed(self, national: PhoneNumber | None, digits: str) -> PhoneNumber | None:
        """What became of a national number of an old plan."""
        code = self._region.country_code
        if changed := changes.renumbered(code, digits, changes.DIALLED):
            return changed
        if national is None:
            return None
        number = phonenumbers.national_significant_number(national)
        return changes.renumbered(code, number, changes.HOME)

    def _not_valid_at_home(
        self, unassigned: PhoneNumber | None, international: PhoneNumber | None, digits: str
    ) -> tuple[Meant, ...]:
        """A number of another country, or one of this that isn't assigned."""
        has_trunk = unassigned is not None and len(digits) > len(
            phonenumbers.national_significant_number(unassigned)
        )
        if international is None:
            if unassigned is None or self._region.may_be_local(digits):
                return ()
            doubt = None if has_trunk else Doubt(DoubtCode.UNASSIGNED, self._region.trunk)
            return (Meant(unassigned, Given.NATIONAL, doubt),)
        meant = Meant(international, Given.INTERNATIONAL)
        doubtful = meant._replace(doubt=Doubt(DoubtCode.PLUS_MISSING))
        if unassigned is not None and has_trunk:
            doubt = self._other_country(international)
            return (Meant(unassigned, Given.NATIONAL, doubt), doubtful)
        if len(digits) < SHORTEST_WITHOUT_PLUS:
            return (doubtful,)
        outside = self._outside_line(digits)
        return (doubtful, outside) if outside else (meant,)

    def _doubt_of_home(
        self, international: PhoneNumber | None, digits: str, whole: bool
    ) -> Doubt | None:
        """Why a national number may not be meant, given the international one it may be."""
        if international is None:
            local = not whole and self._region.may_be_local(digits)
            return Doubt(DoubtCode.LOCAL, self._region.trunk) if local else None
        if international.country_code == self._region.country_code:
            return Doubt(DoubtCode.COUNTRY_OR_AREA, str(self._region.country_code))
        return self._other_country(international)

    def _own_without_plus(self, digits: str) -> bool:
        """Whether digits may begin with the region's own country code."""
        own = digits.startswith(str(self._region.country_code))
        number = self._country_first(digits) if own else None
        return number is not None and number.country_code == self._region.country_code

    def _country_first(self, digits: str) -> PhoneNumber | None:
        """The valid number whose "+" was left out."""
        if digits.startswith("0"):
            return None
        number = parsed("+" + digits)
        if number is None:
            return None
        if is_valid(number):
            return number
        national = phonenumbers.national_significant_number(number)
        return changes.renumbered(code_of(number), national, changes.ABROAD)

    def _without_trunk(
        self, national: PhoneNumber, digits: str, country_first: bool
    ) -> tuple[Meant, ...]:
        """A valid national number whose leading 0 is missing; it is never another country's."""
        own = self._country_first(digits)
        too_long = changes.is_too_long(national)
        if own is None and too_long:
            return ()
        doubt = self._doubt_of_home(own, digits, whole=False)
        meant = Meant(national, Given.NATIONAL, doubt)
        if own is None or own.country_code != self._region.country_code:
            return (meant,)
        if country_first or too_long:
            return _sure(own, Given.INTERNATIONAL)
        return (Meant(own, Given.INTERNATIONAL, doubt), meant)

    def _other_country(self, number: PhoneNumber) -> Doubt:
        about = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
        return Doubt(DoubtCode.FOREIGN, about)

    def _guessed(self, digits: str) -> tuple[Meant, ...]:
        """What digits that are no number may mean all the same."""
        outside = self._outside_line(digits)
        return (outside,) if outside else self._overlong(digits)

    def _outside_line(self, digits: str) -> Meant | None:
        """The number behind the 0 or 9 that gets an outside line."""
        first = "9" if self._region.trunk == "1" else "0"
        if not self._region.trunk or not digits.startswith(first + self._region.trunk):
            return None
        rest = digits[1:]
        number = parsed(rest, self._region.code)
        if number is None or not is_valid(number):
            return None
        if not self._region.is_whole(number, rest):
            return None
        return Meant(number, Given.NATIONAL, Doubt(DoubtCode.OUTSIDE_LINE, first))

    def _overlong(self, digits: str) -> tuple[Meant, ...]:
        """A free or shared-cost number with more digits than it needs ("1300 FLOWERS")."""
        for ignored in range(1, MOST_IGNORED + 1):
            shorter = digits[:-ignored]
            number = parsed(shorter, self._region.code) if len(shorter) > MOST_IGNORED else None
            if number is not None and phonenumbers.number_type(number) in _FREE_OR_SHARED:
                doubt = Doubt(DoubtCode.OVERLONG, digits[-ignored:])
                return (Meant(number, Given.NATIONAL, doubt),)
        return ()


def _sure(number: PhoneNumber | None, given: Given) -> tuple[Meant, ...]:
    return () if number is None else (Meant(number, given),)
