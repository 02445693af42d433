"""What a written number means. Everything about countries comes from `phonenumbers`.

Two different numbers taken for one show the wrong caller; one number not recognised only shows
none. So where a text has two readings, it gets none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, ValidationResult

from cti_host import Given, Number
from cti_phone_reformat.writing import Writing, read_writing

Output = Literal["e164", "international", "national", "stored"]

SHORTEST_WITHOUT_PLUS = 10
"""Digits of an international number that has neither "+" nor a prefix. With fewer it may as well
be a number of the caller's own town, written without area code."""

_DIGITS = re.compile(r"\+?[0-9 .()/-]+")
_COUNTRY_IN_BRACKETS = re.compile(r"\(\s*\+\s*([0-9]{1,3})\s*\)")
_BRACKETS = re.compile(r"\(\s*([0-9][0-9 .-]*)\)(?=[ ./-]*[0-9(])")
_SEVERAL_SLASHES = re.compile(r"(?:\+[0-9]{1,3} ?)?[0-9]{1,4}(?: ?/ ?[0-9]{2,4}){2,}")
_AREA_SLASH = re.compile(r"(?:\+[0-9. -]{2,9}|[0-9]{2,6}) ?/(?=(?:[ .-]*[0-9]){3})[0-9 .-]+")
_FORMATS = {
    "e164": PhoneNumberFormat.E164,
    "international": PhoneNumberFormat.INTERNATIONAL,
    "national": PhoneNumberFormat.NATIONAL,
}


class NumberReader:
    """Reads numbers as somebody in one region writes them.

    :param region: ISO 3166 code of the country whose national numbers are meant ("FR")
    :param output: the form of `Number.text`
    :param international_prefixes: digits that stand for "+", besides the region's own
    :param extension_digits: fewest and most digits of an internal extension
    """

    def __init__(
        self,
        region: str,
        output: Output = "e164",
        international_prefixes: Sequence[str] = ("00",),
        extension_digits: tuple[int, int] = (3, 5),
    ) -> None:
        self._region = region
        self._output: Output = output
        self._prefixes = sorted(international_prefixes, key=len, reverse=True)
        self._extension_digits = extension_digits
        self._country_code = phonenumbers.country_code_for_region(region)
        metadata = PhoneMetadata.metadata_for_region(region)
        general = metadata.general_desc if metadata else None
        self._lengths: tuple[int, ...] = general.possible_length if general else ()

    def read(self, writing: Writing, raw: str) -> Number | None:
        """The number that a text means; `None`: it is none, or it isn't certain which.

        :param raw: the text as it came
        """
        body = writing.body
        if not writing.context and not writing.extension and self._is_extension(body):
            return Number(raw, extension=body, text=body, given=Given.EXTENSION)
        digits = _digits(body)
        if not digits:
            return None
        if writing.context and not digits.startswith("+"):
            digits = writing.context + digits
        found = self._understand(digits)
        if found is None:
            return None
        parsed, given = found
        e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
        if not phonenumbers.is_valid_number(parsed) and not _is_stable(e164):
            return None
        region = phonenumbers.region_code_for_number(parsed)
        return Number(
            raw,
            e164=e164,
            extension=writing.extension or None,
            text=self._text(parsed, e164, raw),
            # The library's "001" stands for numbers that belong to no country (+800 …).
            region=region if region in phonenumbers.SUPPORTED_REGIONS else None,
            given=given,
        )

    def _is_extension(self, body: str) -> bool:
        shortest, longest = self._extension_digits
        return shortest <= len(body) <= longest and body.isascii() and body.isdigit()

    def _understand(self, digits: str) -> tuple[PhoneNumber, Given] | None:
        """The number behind "+" and digits, or digits, and how it was written."""
        if digits.startswith("+"):
            # No country code starts with 0: this "+" was a blank in the phone system's URL.
            if not digits.startswith("+0"):
                return _international(_possible(digits))
            digits = digits[1:]
        shortest, longest = self._extension_digits
        if shortest <= len(digits) <= longest:
            return None
        for prefix in self._prefixes:
            rest = digits.removeprefix(prefix)
            if rest != digits and (found := _international(_possible("+" + rest))):
                return found
        return self._without_plus(digits)

    def _without_plus(self, digits: str) -> tuple[PhoneNumber, Given] | None:
        """A national number, or an international one whose "+" was left out."""
        national = _parsed(digits, self._region)
        if national is not None and national.country_code_source in _FOREIGN:
            if national.country_code_source == phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_IDD:
                return _international(national if _is_possible(national) else None)
            national = None
        valid = national is not None and phonenumbers.is_valid_number(national)
        complete = national is not None and self._is_complete(national, digits)
        if national is not None and valid and complete:
            return national, Given.NATIONAL
        international = _parsed("+" + digits, None)
        if international is not None and not phonenumbers.is_valid_number(international):
            international = None
        # Where all numbers have one length, it is certain that only the leading 0 is missing.
        if national is not None and valid and self._lengths == (len(digits),):
            return None if international is not None else (national, Given.NATIONAL)
        if international is not None:
            long_enough = len(digits) >= SHORTEST_WITHOUT_PLUS
            return (international, Given.INTERNATIONAL) if long_enough else None
        # Not assigned as far as the library knows, but its length and its leading 0 are right.
        if national is not None and complete and _is_possible(national):
            has_trunk_prefix = len(digits) > len(phonenumbers.national_significant_number(national))
            return (national, Given.NATIONAL) if has_trunk_prefix else None
        return None

    def _is_complete(self, number: PhoneNumber, digits: str) -> bool:
        """Whether nothing of the national form is missing, such as the leading 0."""
        if len(digits) > len(phonenumbers.national_significant_number(number)):
            return True
        form = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        return sum(map(str.isdigit, form)) <= len(digits)

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
        if self._output == "national" and number.country_code == self._country_code:
            text = phonenumbers.format_number(plain, PhoneNumberFormat.NATIONAL)
            # Some national forms can't be told from something else; those stay international.
            found = self._understand(_digits(read_writing(text).body))
            if found and phonenumbers.format_number(found[0], PhoneNumberFormat.E164) == e164:
                return text
        return phonenumbers.format_number(plain, PhoneNumberFormat.INTERNATIONAL)


_FOREIGN = (
    phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_IDD,
    phonenumbers.CountryCodeSource.FROM_NUMBER_WITHOUT_PLUS_SIGN,
)


def _digits(body: str) -> str:
    """ "+" (if any) and digits of one number; empty: there is something else in the text."""
    body = _COUNTRY_IN_BRACKETS.sub(r"+\1", body, count=1) if body.startswith("(") else body
    if not _DIGITS.fullmatch(body):
        return ""
    body = _BRACKETS.sub(r" \1 ", body)
    if "(" in body or ")" in body:
        return ""
    if "/" in body and not _slash_separates(re.sub(" +", " ", body).strip()):
        return ""
    return re.sub(r"[^0-9+]", "", body)


def _slash_separates(body: str) -> bool:
    """Whether slashes stand inside one number: "09/87/65/43/21", "030/1234567".

    A slash may also name another number: "030 12345-67/68".
    """
    return bool(_SEVERAL_SLASHES.fullmatch(body) or _AREA_SLASH.fullmatch(body))


def _parsed(digits: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None


def _is_possible(number: PhoneNumber) -> bool:
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == ValidationResult.IS_POSSIBLE)


def _possible(digits: str) -> PhoneNumber | None:
    number = _parsed(digits, None)
    return number if number is not None and _is_possible(number) else None


def _is_stable(e164: str) -> bool:
    """Whether a number reads the same a second time; "+49 00001" loses a 0 each time."""
    again = _possible(e164)
    return again is not None and phonenumbers.format_number(again, PhoneNumberFormat.E164) == e164


def _international(number: PhoneNumber | None) -> tuple[PhoneNumber, Given] | None:
    return None if number is None else (number, Given.INTERNATIONAL)
