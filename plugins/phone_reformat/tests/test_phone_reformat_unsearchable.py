"""What must match nobody is said so, and a text that is only a text stays one."""

from __future__ import annotations

from typing import Any

import pytest
from cti_phone_reformat import Plugin
from cti_phone_reformat.unsearchable import WITHHELD
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Call, Number, Reason, Unsearchable, Value


def preprocessed(text: str, **options: Any) -> Value:
    """What the plugin makes of the attribute `phone`."""
    call = Call({"phone": text}, {"phone": text})
    changed = Plugin(Plugin.Config(**options)).preprocess_parameters(call) or call
    assert changed.received == {"phone": text}
    return changed.parameters["phone"]


@pytest.mark.parametrize(
    "text",
    [
        "anonymous",
        "Anonymous",
        " ANONYMOUS ",
        "unknown",
        "<unknown>",
        "(unknown)",
        "[private]",
        "restricted",
        "private",
        "withheld",
        "blocked",
        "unavailable",
        "number withheld",
        "Number_Withheld",
        "anonymous.invalid",
        "anonymous@anonymous.invalid",
        "sip:anonymous@anonymous.invalid",
        "SIP:Anonymous@Anonymous.Invalid;user=phone",
        "sip:anonymous@pbx.example.com",
        "<sip:unknown@10.0.0.1:5060>",
        "tel:anonymous",
        '"Anonymous" <anonymous>',
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        "()",
        "( )",
        "<>",
        "[]",
        '""',
        "''",
        "{}",
        "+",
        "-",
        "...",
        "sip:",
        "sip:@host",
        '"Ada" <>',
        "0",
        "00",
        "000",
        "0000000000",
        "+0000",
        "00 00 00 00 00",
        "unbekannt",
        "unterdrückt",
        "privat",
        "numéro masqué",
        "NUMERO MASQUE",
        "masqué",
        "numéro privé",
        "+266696687",
        "266696687",
        "1266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
        "sip:+266696687@host",
    ],
)
def test_a_withheld_caller_is_recognised(text: str) -> None:
    assert preprocessed(text) == Unsearchable(text, Reason.WITHHELD)


@pytest.mark.parametrize(
    "text",
    [
        "%CallerNumber%",
        "%%CallerNumber%%",
        "%X%",
        "[Number]",
        "[Caller Number]",
        "{X}",
        "{caller.number}",
        "{{caller}}",
        "{{ caller }}",
        "$x",
        "$phone$",
        "$$X$$",
        "${EXTEN}",
        "${CALLERID(num)}",
        "$(call.from)",
        "<CallerNumber>",
        "tel:%CallerNumber%",
        "sip:%CallerNumber%@host",
        "sip:[Number]@host",
    ],
)
def test_a_macro_that_was_not_filled_in_is_recognised(text: str) -> None:
    assert preprocessed(text) == Unsearchable(text, Reason.PLACEHOLDER)


@pytest.mark.parametrize("text", ["%", "_", "*", "?", "%%", "__", " % ", "%_*", "sip:*@host"])
def test_a_wildcard_is_recognised(text: str) -> None:
    assert preprocessed(text) == Unsearchable(text, Reason.WILDCARD)


@pytest.mark.parametrize("text", ["1", "15", "1 5", "+15", "sip:15@host"])
def test_one_or_two_digits_are_too_short(text: str) -> None:
    assert preprocessed(text) == Unsearchable(text, Reason.TOO_SHORT)


@pytest.mark.parametrize("text", ["4.41E+11", "4,41e11", "4E+9", " 3.3199E10 "])
def test_a_number_that_a_spreadsheet_has_cut_has_too_few_digits_left(text: str) -> None:
    assert preprocessed(text) == Unsearchable(text, Reason.TOO_SHORT)


@pytest.mark.parametrize("text", ["", " ", "\u200e", "\ufeff \N{NO-BREAK SPACE}"])
def test_nothing_at_all_is_empty(text: str) -> None:
    assert preprocessed(text) == Unsearchable(text, Reason.EMPTY)


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace",
        "ada@example.org",
        "0612345678@example.org",
        "Ada <ada@example.org>",
        "private@example.org",
        "Anne Onymous",
        "Private Bank",
        "100 % sure",
        "098%",
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert preprocessed(text) == text


@settings(deadline=None)
@given(
    st.sampled_from(WITHHELD),
    st.sampled_from([str.upper, str.lower, str.title, str.casefold]),
    st.text(" \t\N{NO-BREAK SPACE}\u200e", max_size=5),
    st.sampled_from(["{}", "<{}>", "({})", '"{}"', "sip:{}@host", "tel:{}"]),
)
def test_a_withheld_text_counts_in_any_case_padding_and_wrapping(
    text: str, case: Any, padding: str, wrapping: str
) -> None:
    if "sip" in wrapping:
        text = text.replace(" ", "%20")
    received = padding + wrapping.format(case(text)) + padding
    assert preprocessed(received) == Unsearchable(received, Reason.WITHHELD)


@settings(deadline=None)
@given(st.text())
def test_what_must_match_nobody_is_never_a_number(text: str) -> None:
    value = preprocessed(text)
    number = Plugin(Plugin.Config()).parse_number(text)
    assert number == (value if isinstance(value, Number) else None)


def test_a_site_adds_its_own_texts_and_dummy_numbers() -> None:
    options = {"withheld": ["Ligne cachée", "01 99 00 00 00", "999", "--"]}
    for text in ("ligne cachee", "+33199000000", "0199000000", "999", "--"):
        assert preprocessed(text, **options) == Unsearchable(text, Reason.WITHHELD)
    assert isinstance(preprocessed("0987654321", **options), Number)
    assert preprocessed("anonymous", **options) == Unsearchable("anonymous", Reason.WITHHELD)
