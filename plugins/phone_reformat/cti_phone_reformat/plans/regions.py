"""What the library knows of a country's plan, in the terms in which numbers are read here."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from phonenumbers import (
    PhoneMetadata,
    PhoneNumber,
    PhoneNumberDesc,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

LONGEST_LOCAL = 9
"""Most digits of a number written without its area code; more are never one town's."""


class Region:
    """The plan of one region.

    :param code: ISO 3166 code ("FR")
    """

    def __init__(self, code: str) -> None:
        metadata = PhoneMetadata.metadata_for_region(code)
        if metadata is None:
            raise ValueError(f"{code!r} is not a region of the library")
        self.code = code
        self.country_code: int = phonenumbers.country_code_for_region(code)
        self.trunk: str = metadata.national_prefix or ""
        self.own_prefix = re.compile(metadata.international_prefix or "(?!)")
        self._formats = tuple(
            (
                re.compile(one.pattern or "(?!)"),
                re.compile(one.leading_digits_pattern[-1]) if one.leading_digits_pattern else None,
                bool(one.national_prefix_optional_when_formatting),
            )
            for one in metadata.number_format
        )
        fixed = metadata.fixed_line
        longest = max((n for n in fixed.possible_length if n > 0), default=0) if fixed else 0
        example = phonenumbers.example_number(code)
        area = phonenumbers.length_of_geographical_area_code(example) if example else 0
        self._longest_local = min(LONGEST_LOCAL, longest - area) if area else 0
        self._parsing = re.compile(metadata.national_prefix_for_parsing or "(?!)")
        self._no_international = _any_of(metadata.no_international_dialling)
        self._home_only = _any_of(
            metadata.no_international_dialling,
            metadata.toll_free,
            metadata.shared_cost,
            metadata.premium_rate,
        )
        general = metadata.general_desc
        lengths = tuple(n for n in general.possible_length if n > 0) if general else ()
        self._one_length = lengths[0] if len(lengths) == 1 else 0

    def may_be_local(self, digits: str) -> bool:
        """Whether this many digits may be a number of some town, without its area code."""
        return len(digits) <= self._longest_local and len(digits) != self._one_length

    def is_whole(self, number: PhoneNumber, digits: str) -> bool:
        """Whether nothing of the national form is missing, such as the leading 0.

        :param number: what the digits were read as
        """
        national = phonenumbers.national_significant_number(number)
        if len(digits) > len(national):
            return True
        if not self.trunk:
            return True
        for pattern, leading, may_lack_trunk in self._formats:
            if (leading is None or leading.match(national)) and pattern.fullmatch(national):
                if may_lack_trunk:
                    return True
                break
        form = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        return sum(map(str.isdigit, form)) <= len(digits)

    def quickly(self, digits: str) -> PhoneNumber | None:
        """The number behind the region's 0, without the library's care for all other writings.

        :return: `None`, where that care is needed; the number is the library's, if it is valid
        """
        if self.trunk != "0" or digits[0] != "0" or digits[1:2] in ("", "0"):
            return None
        match = self._parsing.match(digits)
        if match is None or match.end() != 1 or self.own_prefix.match(digits):
            return None
        return PhoneNumber(self.country_code, int(digits[1:]))

    def is_dialled_nationally(self, number: PhoneNumber, given_so: bool) -> bool:
        """Whether a number of this region is dialled in its national form.

        These can't be reached from abroad. The library doesn't always know it of free, shared-cost
        and premium numbers; those count if they were given in national form.
        """
        national = phonenumbers.national_significant_number(number)
        home_only = self._home_only if given_so else self._no_international
        return home_only.fullmatch(national) is not None


@cache
def region_of(code: str) -> Region:
    """The plan of a region, read once."""
    return Region(code)


def _any_of(*kinds: PhoneNumberDesc | None) -> re.Pattern[str]:
    """Matches the national numbers of any of these kinds."""
    patterns = []
    for kind in kinds:
        if kind is not None and kind.national_number_pattern:
            lengths = "|".join(f"[0-9]{{{n}}}" for n in kind.possible_length if n > 0)
            guard = f"(?=(?:{lengths})\\Z)" if lengths else ""
            patterns.append(f"{guard}(?:{kind.national_number_pattern})")
    return re.compile("|".join(f"(?:{one})" for one in patterns) or "(?!)")


_WITH_WORDS = (
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.UAN,
)
_KINDS = (
    *("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager"),
    *("uan", "voicemail", "fixed_line", "mobile"),
)


@cache
def _valid_numbers(country_code: int) -> re.Pattern[str] | None:
    """Matches the valid national numbers of a country; `None`: it shares its code with others."""
    regions = phonenumbers.region_codes_for_country_code(country_code)
    metadata = PhoneMetadata.metadata_for_region(regions[0]) if len(regions) == 1 else None
    if metadata is None or metadata.general_desc is None:
        return None
    kinds = _any_of(*(getattr(metadata, kind) for kind in _KINDS))
    return re.compile(f"(?={_any_of(metadata.general_desc).pattern}\\Z)(?:{kinds.pattern})")


def is_valid(number: PhoneNumber) -> bool:
    """`phonenumbers.is_valid_number`, in one regular expression for most countries."""
    pattern = _valid_numbers(number.country_code)
    if pattern is None:
        return bool(phonenumbers.is_valid_number(number))
    return pattern.fullmatch(phonenumbers.national_significant_number(number)) is not None


@cache
def _main_parsing(country_code: int) -> re.Pattern[str]:
    """What the library strips from national numbers of a country."""
    region = phonenumbers.region_code_for_country_code(country_code)
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
    return re.compile((metadata and metadata.national_prefix_for_parsing) or "(?!)")


def quickly(digits: str) -> PhoneNumber | None:
    """The number behind "+", without the library's care for all other writings.

    :return: `None`, where that care is needed; the number is the library's, if it is valid
    """
    for end in (2, 3, 4):
        code = int(digits[1:end])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            national = digits[end:]
            if len(national) < 4 or national[0] == "0" or _main_parsing(code).match(national):
                return None
            return PhoneNumber(code, int(national))
    return None


def parsed(digits: str, region: str | None = None) -> PhoneNumber | None:
    """The number that the library reads; `None`: none, of whatever length."""
    try:
        return phonenumbers.parse(digits, region, keep_raw_input=region is not None)
    except phonenumbers.NumberParseException:
        return None


def is_possible(number: PhoneNumber) -> bool:
    """Whether a number has a length that its country knows, and is not a local one."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == ValidationResult.IS_POSSIBLE)


def is_stable(e164: str) -> bool:
    """Whether a number reads the same a second time; "+49 00001" loses a 0 each time."""
    again = parsed(e164)
    return again is not None and e164_of(again) == e164 and is_possible(again)


def has_words(number: PhoneNumber) -> bool:
    """Whether a number is of a kind that companies write with letters."""
    return phonenumbers.number_type(number) in _WITH_WORDS


def code_of(number: PhoneNumber) -> int:
    """The country code of a number; the library fills it in for every number that it reads."""
    return number.country_code or 0


def e164_of(number: PhoneNumber) -> str:
    """A number in E.164."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def valid(country_code: int, national: str) -> PhoneNumber | None:
    """The valid number with this country code and these national digits, if there is one."""
    number = parsed(f"+{country_code}{national}")
    if number is None or not is_valid(number):
        return None
    return number if e164_of(number) == f"+{country_code}{national}" else None
