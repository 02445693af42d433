"""Any writing of a number is that number; nothing else is."""

from __future__ import annotations

from typing import Any

import phonenumbers
import pytest
from cti_phone_reformat import Plugin
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from cti_host import Given, Number

REGIONS = ("FR", "DE", "GB", "IT", "ES", "CH", "BE", "NL", "US", "BR", "PL")


def plugin(**options: Any) -> Plugin:
    return Plugin(Plugin.Config(**options))


PLUGINS = {region: plugin(region=region) for region in REGIONS}
FRANCE = PLUGINS["FR"]


def key(text: str, parser: Plugin = FRANCE) -> str | None:
    """The key of the one number that a text surely means, and a plan knows."""
    number = parser.parse_number(text)
    if number is None or len(number.number_keys) != 1 or number.key.startswith("digits:"):
        return None
    return number.key


@pytest.mark.parametrize(
    "text",
    [
        "0987654321",
        "  0987654321\t",
        "09 87 65 43 21",
        "09-87-65-43-21",
        "09.87.65.43.21",
        "09/87/65/43/21",
        "09 / 87 / 65 / 43 / 21",
        "(09) 87 65 43 21",
        "(0)9 87 65 43 21",
        "(0987654321)",
        "+33987654321",
        "+33 9 87 65 43 21",
        "+33 (0)9 87 65 43 21",
        "(+33) 9 87 65 43 21",
        "+33 09 87 65 43 21",
        "0033987654321",
        "0033 (0)9 87 65 43 21",
        "00 33 9 87 65 43 21",
        "33987654321",
        "33 9 87 65 43 21",
        "tel:+33-9-87-65-43-21",
        "TEL:0987654321",
        "tel://+33987654321",
        "tel:%2B33987654321",
        "tel:987654321;phone-context=+33",
        "tel:0987654321;phone-context=pbx.example.com",
        "callto:0987654321",
        "callto:+33987654321?call",
        "skype:+33987654321?call",
        "sip:+33987654321@host;user=phone",
        "sips:+33987654321@pbx.example.com:5061;transport=tls",
        "sip:0987654321:secret@host",
        "sip:%2B33987654321@host",
        "<sip:0987654321@host>",
        '"Ada Lovelace" <sip:+33987654321@host>;tag=1',
        "0987654321@10.0.0.1",
        "0987654321@pbx.example.com:5060",
        "%2B33987654321",
        "%2B33%209%2087%2065%2043%2021",
        '"Ada" <0987654321>',
        "Ada <0987654321>",
        '"0612345678" <0987654321>',
        '"0987654321"',
        "'0987654321'",
        "０９８７６５４３２１",
        "＋３３９８７６５４３２１",
        "٠٩٨٧٦٥٤٣٢١",
        "+33\N{NO-BREAK SPACE}9\N{NARROW NO-BREAK SPACE}87\N{THIN SPACE}65 43 21",
        "\u202a+33 9 87 65 43 21\u202c",
        "\u200e0987654321\u200f",
        "\ufeff0987654321",
        "09\N{NON-BREAKING HYPHEN}87\N{EN DASH}65\N{MINUS SIGN}43\N{EM DASH}21",
        "09\N{MIDDLE DOT}87\N{MIDDLE DOT}65\N{MIDDLE DOT}43\N{MIDDLE DOT}21",
        "+0987654321",
        "+0033987654321",
        "+ 33 987654321",
        "987654321",
    ],
)
def test_every_writing_of_a_number_is_that_number(text: str) -> None:
    number = FRANCE.parse_number(text)
    assert number is not None
    assert (number.key, number.region, number.raw) == ("+33987654321", "FR", text)


@pytest.mark.parametrize(
    "text",
    [
        "tel:+33-9-87-65-43-21;ext=12",
        "tel:0987654321;EXT=1-2",
        "sip:+33987654321;ext=12@host",
        "0987654321;ext=12",
        "0987654321 x12",
        "0987654321x12",
        "0987654321 ext. 12",
        "0987654321, ext 12",
        "09 87 65 43 21 extension 12",
        "0987654321 poste 12",
        "0987654321#12",
        "0987654321 #12",
        "0987654321,12",
        "0987654321;12",
        "0987654321p12",
        "0987654321*12",
        "0987654321~12",
        "0987654321 p. 12",
        "0987654321 (ext 12)",
        "0987654321 Durchwahl 12",
        "0987654321 DW 12",
        "0987654321 App. 12",
        "0987654321 toestel 12",
        "0987654321 ramal 12",
        "0987654321 int. 12",
        "0987654321 wew. 12",
        "0987654321 доб. 12",
        "0987654321 内線12",
        "Tel. 0987654321 poste 12 (accueil)",
    ],
)
def test_an_extension_behind_a_number_is_kept_beside_it(text: str) -> None:
    number = FRANCE.parse_number(text)
    assert number is not None
    assert (number.e164, number.extension) == ("+33987654321", "12")
    assert str(number) == "+33987654321"


@pytest.mark.parametrize("text", ["123", "3631", "12345", " 112 ", "sip:123@pbx", "tel:123"])
def test_short_digits_are_an_extension_and_left_alone(text: str) -> None:
    number = FRANCE.parse_number(text)
    assert number is not None
    assert number.e164 is None
    assert number.given is Given.EXTENSION
    assert number.key == f"ext:{number.extension}"
    assert str(number) == number.extension
    assert number.extension in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Ada Lovelace",
        "ada@example.org",
        "0612345678@example.org",
        "0800 FLOWERS",
        "098765432",
        "09876543210",
        "0987654321 12",
        "0987654321 (2)",
        "0987654321 / 0612345678",
        "0987654321, 0612345678",
        "0987654321 +33612345678",
        "0987654321²",
        "12345678",
        "116117",
        "123/124",
        "101 102",
        "+123",
        "+33 9 87 65 43",
        "client:ada",
        "sip:192.168.101.100",
        "0987654321" * 30,
    ],
)
def test_other_texts_are_not_surely_one_number(text: str) -> None:
    assert key(text) is None


@pytest.mark.parametrize("text", ["", "Ada Lovelace", "ada@example.org", "123/124", "+123"])
def test_texts_without_a_number_are_none(text: str) -> None:
    assert FRANCE.parse_number(text) is None


@pytest.mark.parametrize("text", ["030 12345-67/68", "03012345/67", "030 1234567 (8)", "30123456"])
def test_an_ambiguous_ending_or_a_missing_area_code_is_never_guessed(text: str) -> None:
    assert key(text, PLUGINS["DE"]) is None


@pytest.mark.parametrize("text", ["030/12345678", "(030) 12345678", "030 / 123 456 78"])
def test_a_slash_or_brackets_may_set_off_the_area_code(text: str) -> None:
    assert key(text, PLUGINS["DE"]) == "+493012345678"


@pytest.mark.parametrize(
    ("region", "text", "expected"),
    [
        ("FR", "4930123456", "+4930123456"),
        ("DE", "33987654321", None),  # France without "+", or 03398 7654321 without its 0
        ("DE", "49301234567", "+49301234567"),
        ("US", "(202) 555-0123", "+12025550123"),
        ("US", "011 33 9 87 65 43 21", "+33987654321"),
        ("US", "4930123456", "+4930123456"),
        ("IT", "06 698 12345", "+390669812345"),
        ("FR", "+39 06 698 12345", "+390669812345"),
        ("FR", "+39 6 698 12345", "+39669812345"),  # its 0 is part of an Italian number
        ("FR", "+44 (0)20 7946 0958", "+442079460958"),
        ("FR", "298212345", None),  # Faroe Islands without "+", or Brest without 0
        ("DE", "49301234", None),  # Berlin without "+", or any German town's own number
        ("FR", "0700000000", "+33700000000"),  # not assigned, but complete
        ("FR", "+33700000000", "+33700000000"),
        ("FR", "700000000", None),
        ("FR", "+800 1234 5678", "+80012345678"),
    ],
)
def test_the_region_decides_what_a_national_number_is(
    region: str, text: str, expected: str | None
) -> None:
    assert key(text, plugin(region=region)) == expected


def test_a_number_of_no_country_has_no_region() -> None:
    number = FRANCE.parse_number("+800 1234 5678")
    assert number is not None
    assert number.region is None


@pytest.mark.parametrize(
    ("output", "text", "expected"),
    [
        ("e164", "09 87 65 43 21", "+33987654321"),
        ("international", "0987654321", "+33 9 87 65 43 21"),
        ("national", "+33987654321", "09 87 65 43 21"),
        ("national", "+4930123456", "+49 30 123456"),
        ("stored", " 09.87.65.43.21 ", "09.87.65.43.21"),
        ("international", "0987654321 x12", "+33 9 87 65 43 21"),
    ],
)
def test_output_sets_the_form_that_is_shown(output: str, text: str, expected: str) -> None:
    assert str(plugin(output=output).parse_number(text)) == expected


def test_international_prefixes_of_the_phone_system_stand_for_a_plus() -> None:
    assert key("00033987654321") is None
    assert key("00033987654321", plugin(international_prefixes=["00", "000"])) == "+33987654321"
    assert key("0033987654321", plugin(region="US")) == "+33987654321"
    assert key("0033987654321", plugin(international_prefixes=[])) == "+33987654321"


def test_extension_digits_set_what_an_extension_is() -> None:
    assert key("15", plugin(extension_digits=[2, 4])) == "ext:15"
    assert key("12345", plugin(extension_digits=[2, 4])) is None


@st.composite
def outside_numbers(draw: st.DrawFn) -> tuple[str, phonenumbers.PhoneNumber]:
    """A region, and a valid number of it: an example of the library with its last digits drawn."""
    region = draw(st.sampled_from(REGIONS))
    kind = draw(st.sampled_from([PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE]))
    example = phonenumbers.example_number_for_type(region, kind)
    assert example is not None
    digits = phonenumbers.format_number(example, PhoneNumberFormat.E164)
    last = draw(st.text("0123456789", min_size=4, max_size=4))
    number = phonenumbers.parse(digits[:-4] + last)
    return region, number if phonenumbers.is_valid_number(number) else example


@settings(deadline=None)
@given(outside_numbers(), st.data())
def test_every_format_of_a_number_has_one_key(
    drawn: tuple[str, phonenumbers.PhoneNumber], data: st.DataObject
) -> None:
    region, number = drawn
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    form = data.draw(
        st.sampled_from(
            [
                PhoneNumberFormat.E164,
                PhoneNumberFormat.INTERNATIONAL,
                PhoneNumberFormat.NATIONAL,
                PhoneNumberFormat.RFC3966,
            ]
        )
    )
    text = phonenumbers.format_number(number, form)
    assert key(text, PLUGINS[region]) == e164
    # The same with the separators left out, and with others anywhere.
    digits = "".join(c for c in text.removeprefix("tel:") if c.isdigit() or c == "+")
    assert key(digits, PLUGINS[region]) == e164
    separated = digits[0] + "".join(
        data.draw(st.sampled_from(["", " ", ".", "-", "\N{NO-BREAK SPACE}"])) + digit
        for digit in digits[1:]
    )
    assert key(separated, PLUGINS[region]) == e164
    assert key("00" + e164[1:], PLUGINS[region]) == e164


@settings(deadline=None)
@given(outside_numbers(), st.sampled_from(REGIONS))
def test_an_international_number_means_the_same_in_every_region(
    drawn: tuple[str, phonenumbers.PhoneNumber], elsewhere: str
) -> None:
    e164 = phonenumbers.format_number(drawn[1], PhoneNumberFormat.E164)
    assert key(e164, PLUGINS[elsewhere]) == e164


TEXTS = st.text() | st.text("0123456789+ ()/-.x;:@<>\"'%[]{}$*#=", max_size=40)


@settings(deadline=None)
@given(TEXTS)
def test_no_text_raises_and_nothing_but_the_text_counts(text: str) -> None:
    for parser in (FRANCE, PLUGINS["DE"], PLUGINS["US"]):
        assert parser.parse_number(text) == parser.parse_number(text)


@settings(deadline=None)
@given(
    TEXTS | st.from_regex(r"\A(\+|00|0)?[0-9 ./()-]{2,18}\Z"),
    st.sampled_from(REGIONS),
    st.sampled_from(["e164", "international", "national", "stored"]),
)
def test_what_was_understood_is_understood_again(text: str, region: str, output: str) -> None:
    parser = plugin(region=region, output=output)
    number = parser.parse_number(text)
    if number is not None and len(number.readings) == 1:
        again = parser.parse_number(str(number))
        assert again is not None
        assert again.key == number.key
        assert number.e164 is None or key(number.e164, parser) == number.key


@settings(deadline=None)
@given(st.from_regex(r"\A[0-9]{3,5}\Z"), outside_numbers())
def test_an_extension_never_equals_an_outside_number(
    digits: str, drawn: tuple[str, phonenumbers.PhoneNumber]
) -> None:
    inside = FRANCE.parse_number(digits)
    outside = FRANCE.parse_number(phonenumbers.format_number(drawn[1], PhoneNumberFormat.E164))
    assert isinstance(outside, Number)
    assert inside is None or (inside.e164 is None and inside.key != outside.key)
