"""A text may have several readings, hold several numbers, and say words beside them."""

from __future__ import annotations

import pytest
from cti_phone_reformat.called import searched
from cti_phone_reformat.reader import NumberReader
from cti_phone_reformat.readings import DoubtCode, ReadText

DIRECTIONS = {"Tel. 030 12345678": "Tel", "030 12345678 (Zentrale)": "Zentrale"}


def read(region: str, text: str) -> ReadText:
    return NumberReader(region).read(text)


def sure(region: str, text: str) -> list[str]:
    """The keys of the sure readings of a text."""
    return [reading.key for reading in read(region, text).sure]


def doubtful(region: str, text: str) -> list[tuple[str, str]]:
    """Key and doubt of each doubtful reading."""
    return [(r.key, r.doubt.code) for r in read(region, text).doubtful if r.doubt]


def matches(region: str, stored: str, call: str) -> str:
    """How a call finds a person with this number: "sure", "perhaps", or "" for not at all."""
    there, here = read(region, stored), read(region, call)
    more = [one for reading in (*here.sure, *here.doubtful) for one in searched(reading)]
    here_sure = {r.key for r in (*here.sure, *(m for m in more if m.doubt is None))}
    there_sure = {r.key for r in there.sure}
    if here_sure & there_sure:
        return "sure"
    everything = here_sure | {r.key for r in (*here.doubtful, *more)}
    return "perhaps" if everything & {*there_sure, *(r.key for r in there.doubtful)} else ""


class TestNobodyElsesNumber:
    """What is read is never a number of somebody else."""

    @pytest.mark.parametrize(
        ("region", "text", "key"),
        [
            ("RU", "4957654321", "+74957654321"),  # not +49 5765 4321
            ("TR", "5329876543", "+905329876543"),  # not Cuba's
            ("IN", "6581234567", "+916581234567"),  # not Singapore's
        ],
    )
    def test_a_number_that_is_always_written_without_its_prefix_is_the_countrys(
        self, region: str, text: str, key: str
    ) -> None:
        assert sure(region, text) == [key]
        assert doubtful(region, text) == []

    @pytest.mark.parametrize(
        ("region", "text", "key"),
        [
            ("DE", "1519 2041234", "+4915192041234"),
            ("DE", "33987654321", "+4933987654321"),
            ("FR", "298212345", "+33298212345"),
        ],
    )
    def test_a_number_without_trunk_prefix_that_may_be_foreign_is_doubtful_and_never_foreign(
        self, region: str, text: str, key: str
    ) -> None:
        assert sure(region, text) == []
        assert doubtful(region, text) == [(key, DoubtCode.FOREIGN)]

    @pytest.mark.parametrize(
        ("region", "text", "key"),
        [
            ("AU", "0011 45 32 12 34 56", "+4532123456"),  # and no Texan behind "00"
            ("SG", "001 45 32 12 34 56", "+4532123456"),
            ("KR", "002 45 32 12 34 56", "+4532123456"),
            ("BR", "0021 33 1 99 00 12 50", "+33199001250"),
            ("BR", "0055 21 96750-6838", "+5521967506838"),
            ("RU", "8~10 33 1 99 00 12 34", "+33199001234"),
            ("US", "011 33 1 99 00 12 34", "+33199001234"),
            ("US", "00 33 1 99 00 12 34", "+33199001234"),  # the setting's
            ("BD", "001 718 383 1111", "+17183831111"),
        ],
    )
    def test_the_regions_own_international_prefix_comes_first(
        self, region: str, text: str, key: str
    ) -> None:
        assert sure(region, text) == [key]

    def test_the_prefix_of_the_settings_stands_before_valid_numbers_only(self) -> None:
        assert sure("US", "00 33 7 00 00 00 00") == ["digits:0033700000000"]
        assert sure("FR", "00 33 7 00 00 00 00") == ["+33700000000"]

    @pytest.mark.parametrize(
        ("region", "text", "key"),
        [
            ("US", "4155550143.0", "+14155550143"),
            ("US", "4155550143.00", "+14155550143"),
            ("US", "4,155,550,143", "+14155550143"),
            ("DE", "493023125033.0", "+493023125033"),
            ("DE", "493023125033,0", "+493023125033"),
        ],
    )
    def test_the_zero_of_a_decimal_is_no_digit(self, region: str, text: str, key: str) -> None:
        assert sure(region, text) == [key]

    @pytest.mark.parametrize("text", ["4.155550143E+9", "4,41E+11", "49e10", "4.15555E9"])
    def test_an_exponent_is_never_a_number(self, text: str) -> None:
        assert read("US", text).numbers == ()

    @pytest.mark.parametrize(
        "text",
        ["DE89 3704 0044 0532 0130 00", "12345 Berlin", "ada1234567@example.org", "5/6/2024"],
    )
    def test_other_texts_with_digits_hold_none(self, text: str) -> None:
        assert read("DE", text).numbers == ()


class TestSeveralReadings:
    """Each reading that is possible, with the doubt about it."""

    def test_a_country_code_without_plus_may_be_an_area_code(self) -> None:
        assert doubtful("SE", "468126803") == [
            ("+468126803", DoubtCode.COUNTRY_OR_AREA),
            ("+46468126803", DoubtCode.COUNTRY_OR_AREA),
        ]

    @pytest.mark.parametrize(
        ("region", "text", "key"),
        [
            ("SE", "46 8 126803", "+468126803"),  # its blank says so
            ("DE", "49(0)3023125022", "+493023125022"),
            ("DE", "4915112345678", "+4915112345678"),  # no German area has 13 digits
        ],
    )
    def test_or_surely_the_country_code(self, region: str, text: str, key: str) -> None:
        assert sure(region, text) == [key]

    def test_a_short_number_may_be_local(self) -> None:
        assert doubtful("DE", "30123456") == [("+4930123456", DoubtCode.LOCAL)]

    def test_a_number_in_an_unassigned_range_is_doubtful_without_its_trunk_prefix(self) -> None:
        assert sure("GB", "01632 960123") == ["+441632960123"]
        assert doubtful("GB", "1632960123") == [("+441632960123", DoubtCode.UNASSIGNED)]

    @pytest.mark.parametrize(
        ("region", "text", "key"),
        [
            ("FR", "00 1 99 00 12 34", "+33199001234"),
            ("DE", "0 030 23125066", "+493023125066"),
            ("US", "914155550142", "+14155550142"),
        ],
    )
    def test_the_first_digit_may_get_the_outside_line(
        self, region: str, text: str, key: str
    ) -> None:
        assert (key, DoubtCode.OUTSIDE_LINE) in doubtful(region, text)

    def test_a_pause_behind_it_leaves_no_doubt(self) -> None:
        assert sure("US", "9,14155550142") == ["+14155550142"]

    def test_last_digits_behind_a_slash_may_be_another_number(self) -> None:
        assert sure("DE", "030 12345-67/68") == []
        assert [key for key, _ in doubtful("DE", "030 12345-67/68")][:2] == [
            "+49301234567",
            "+49301234568",
        ]

    def test_more_digits_than_a_shared_cost_number_needs_are_ignored_by_the_network(self) -> None:
        assert doubtful("AU", "1300 3569 379") == [("+611300356937", DoubtCode.OVERLONG)]

    def test_digits_at_a_host_may_be_a_mailbox(self) -> None:
        assert doubtful("US", "4155550142@example.com") == [("+14155550142", DoubtCode.ADDRESS)]
        assert sure("US", "4155550142@pbx.example.com") == ["+14155550142"]
        assert sure("US", "+14155550142@example.com") == ["+14155550142"]

    def test_a_zero_in_brackets_may_belong_to_the_number(self) -> None:
        assert sure("DE", "+49 (0)30 12345678") == ["+493012345678"]
        assert sure("FR", "+39 (0)6 69812345") == ["+390669812345"]
        assert sure("FR", "+48 (0)22 512 1234") == ["+48225121234"]


class TestSwitchboard:
    """A company known by its -0, and its direct lines."""

    def test_a_direct_line_may_be_the_companys(self) -> None:
        assert matches("DE", "+49 30 23125-0", "+493023125217") == "perhaps"
        assert matches("DE", "+49 30 23125-0", "030 23125-17") == "perhaps"
        assert matches("DE", "+49 30 23125-0", "030 231250") == "sure"

    def test_a_number_that_only_ends_with_0_is_no_switchboard(self) -> None:
        assert matches("DE", "+49 30 231250", "+493023125217") == ""

    def test_another_direct_line_is_not_ones_own(self) -> None:
        assert matches("DE", "+49 30 23125-216", "+493023125217") == ""
        assert matches("FR", "01 99 00 12-0", "0199001217") == ""


class TestTrunkPrefixMissing:
    """A spreadsheet took the 0, and nothing else is possible."""

    @pytest.mark.parametrize(
        ("region", "text", "key"),
        [
            ("ZA", "730 907 665", "+27730907665"),
            ("CH", "313000001", "+41313000001"),
            ("VN", "987654321", "+84987654321"),
            ("IN", "2223456789", "+912223456789"),
            ("AR", "1169071234", "+541169071234"),
            ("GB", "7976399087", "+447976399087"),
            ("NL", "612341234", "+31612341234"),
            ("BE", "475123456", "+32475123456"),
            ("FR", "199001234", "+33199001234"),
        ],
    )
    def test_it_is_found(self, region: str, text: str, key: str) -> None:
        assert sure(region, text) == [key]


class TestSeveralNumbers:
    """Each number of a text is one of its own."""

    @pytest.mark.parametrize(
        "text",
        [
            "01 99 00 12 34 - 01 99 00 12 35",
            "01 99 00 12 34 / 01 99 00 12 35",
            "0199001234/0199001235",
            "0199001234-0199001235",
            "01 99 00 12 34 ou 01 99 00 12 35",
            "01 99 00 12 34 or 01 99 00 12 35",
            "01 99 00 12 34 et 01 99 00 12 35",
            "01 99 00 12 34\n01 99 00 12 35",
            "01 99 00 12 34, 01 99 00 12 35",
            "01 99 00 12 34; 01 99 00 12 35",
            "01 99 00 12 34 | 01 99 00 12 35",
            "01 99 00 12 34 & 01 99 00 12 35",
            "01 99 00 12 34 01 99 00 12 35",
            "0199001234 +33199001235",
            "+33199001234+33199001235",
            "Tél. 01 99 00 12 34 (bureau), 01 99 00 12 35 (portable)",
            "<sip:+33199001234@10.0.0.1>, <tel:+33199001235>",
        ],
    )
    def test_two_are_read(self, text: str) -> None:
        assert sure("FR", text) == ["+33199001234", "+33199001235"]

    def test_three_are_read_in_their_order(self) -> None:
        text = "415-555-0144 / 415-555-0145 / 415-555-0143 x3"
        read_text = read("US", text)
        assert [number.readings[0].key for number in read_text.numbers] == [
            "+14155550144",
            "+14155550145",
            "+14155550143",
        ]
        assert [number.extension for number in read_text.numbers] == ["", "", "3"]

    def test_the_same_number_twice_is_one(self) -> None:
        assert sure("FR", "<sip:+33199001241@10.0.0.1>, <tel:+33199001241>") == ["+33199001241"]

    @pytest.mark.parametrize(
        "text", ["+49 30 / 23 12 50 14", "+49 (0) 9427 - 123 4567", "030 - 23125014"]
    )
    def test_a_slash_or_dash_inside_a_number_makes_no_second_one(self, text: str) -> None:
        assert len(sure("DE", text)) == 1

    def test_two_without_anything_between_them_are_not_one_long_number(self) -> None:
        assert sure("DE", "030 1234 040 1234") == ["+49301234", "+49401234"]


class TestWords:
    """What else a text says is kept."""

    @pytest.mark.parametrize(("text", "rest"), DIRECTIONS.items())
    def test_labels_are_the_rest(self, text: str, rest: str) -> None:
        read_text = read("DE", text)
        assert [reading.key for reading in read_text.sure] == ["+493012345678"]
        assert (read_text.rest, read_text.is_number) == (rest, True)

    @pytest.mark.parametrize(
        "text",
        [
            "415-555-0138 (cell)",
            "Phone: 415-555-0138",
            "Home 415-555-0138",
            '="4155550138"',
            "=4155550138",
            "'4155550138",
            "tel:tel:+14155550138",
            "%25252B14155550138",
            "4155550138#",
            "4155550138\n",
            "*31#14155550138",
        ],
    )
    def test_marks_and_labels_leave_the_number(self, text: str) -> None:
        assert sure("US", text) == ["+14155550138"]

    def test_a_name_beside_a_number_makes_it_a_text_that_holds_one(self) -> None:
        read_text = read("DE", "030 12345678, Frau Lovelace")
        assert [reading.key for reading in read_text.sure] == ["+493012345678"]
        assert (read_text.rest, read_text.is_number) == ("Frau Lovelace", False)


@pytest.mark.parametrize(
    ("region", "text", "key"),
    [
        ("BE", "+32/475/12.34.56", "+32475123456"),
        ("BE", "0032/475/12.34.56", "+32475123456"),
        ("BE", "+32 2/123.45.67", "+3221234567"),
        ("BR", "(0xx11) 3123-4567", "+551131234567"),
        ("BR", "0XX11 3123-4567", "+551131234567"),
        ("BR", "0(xx)11 3123-4567", "+551131234567"),
        ("JP", "03ー1234ー5671", "+81312345671"),
        ("JP", "03-1234-5671 (代表)", "+81312345671"),
        ("JP", "03(1234)5671", "+81312345671"),
        ("US", "415⁻555⁻0138", "+14155550138"),
        ("US", "800-44-STERN", "+18004478376"),
        ("US", "877-222-VETS (8387)", "+18772228387"),
        ("US", "1-800-FLOWERS", "+18003569377"),
        ("AU", "1300 FLOWER", "+611300356937"),
        ("FR", "0692 12 34 56", "+262692123456"),
        ("FR", "0590 12 34 56", "+590590123456"),
        ("RE", "06 12 34 56 78", "+33612345678"),
    ],
)
def test_writings_of_many_countries(region: str, text: str, key: str) -> None:
    assert sure(region, text) == [key]


class TestComparedByDigits:
    """Numbers that no plan knows, and short ones."""

    @pytest.mark.parametrize(("stored", "call"), [("118 218", "118218"), ("116-117", "116117")])
    def test_short_numbers_match_as_they_are(self, stored: str, call: str) -> None:
        assert matches("FR", stored, call) == "sure"

    def test_a_short_code_in_two_groups_is_that_code(self) -> None:
        assert matches("FR", "36 31", "3631") == "sure"

    def test_blanks_and_plus_dont_tell_numbers_apart_that_nobody_understands(self) -> None:
        assert matches("US", "+999 1234 567", "+9991234567") == "sure"
        assert matches("US", "555-0142", "5550142") == "sure"

    def test_an_extension_is_never_the_end_of_a_number(self) -> None:
        assert matches("FR", "+33 6 39 98 85 88", "588") == ""
        assert matches("DE", "12345", "+4912345") == ""


class TestDialled:
    """What a phone takes."""

    @pytest.mark.parametrize(
        ("region", "text", "dialled"),
        [
            ("BR", "0800 570 0800", "08005700800"),
            ("DE", "0800 7540002", "08007540002"),
            ("DE", "+49 (0)800 7540002", "+498007540002"),
            ("FR", "36 31", "3631"),
            ("FR", "118 218", "118218"),
            ("FR", "01 99 00 12 34", "+33199001234"),
            ("FR", "+49 800 7540002", "+498007540002"),
            ("US", "604-555-0141 x212", "+16045550141"),
        ],
    )
    def test_a_number_is_dialled_as_it_can_be(self, region: str, text: str, dialled: str) -> None:
        assert [reading.dialled for reading in read(region, text).sure] == [dialled]


@pytest.mark.parametrize(
    ("region", "text", "key"),
    [
        ("DE", "Fon +49 30 23125047", "+493023125047"),
        ("DE", "Büro Berlin +49 30 23125047", "+493023125047"),
        ("DE", "Empfang (030) 23125047", "+493023125047"),
        ("US", "(877) CASH-NOW", "+18772274669"),
        ("HU", "06-30/123-4567", "+36301234567"),
        ("HU", "06 30/123-4567", "+36301234567"),
    ],
)
def test_words_brackets_and_slashes_as_people_set_them(region: str, text: str, key: str) -> None:
    assert [one.key for one in NumberReader(region).read(text).sure] == [key]


@pytest.mark.parametrize(
    "text", ["DE89 3704 0044 0532 0130 00", "Ada12 345678", "Raum+49301234567x"]
)
def test_digits_that_touch_a_word_belong_to_it(text: str) -> None:
    assert NumberReader("DE").read(text).sure == ()


@pytest.mark.parametrize(
    ("region", "text", "dialled"),
    [
        ("DE", "+49 30 23125014", "03023125014"),
        ("DE", "030/23125014", "03023125014"),
        ("DE", "+33 1 99 00 12 34", "0033199001234"),
        ("AU", "+45 32 12 34 56", "00114532123456"),
        ("US", "+1 415 555 0132", "14155550132"),
        ("FR", "4012", "4012"),
    ],
)
def test_numbers_can_be_dialled_as_a_phone_at_home_takes_them(
    region: str, text: str, dialled: str
) -> None:
    reader = NumberReader(region, dialled="national")
    assert [one.dialled for one in reader.read(text).sure] == [dialled]
