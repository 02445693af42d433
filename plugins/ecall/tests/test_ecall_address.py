"""An address gets a caller's values, and any CTI reads back exactly these."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from cti_ecall.address import Address
from hypothesis import given
from hypothesis import strategies as st

CTI = "https://cti.example/call"
TEXTS = st.text(min_size=1).filter(lambda text: bool(text.strip()))


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("+33987654321", "%2B33987654321"),
        ("+33 9 87 65 43 21", "%2B33%209%2087%2065%2043%2021"),
        ("+33 (0)9/87", "%2B33%20%280%299%2F87"),
        ("09.87-65_43~21", "09.87-65_43~21"),
        ("*21#", "%2A21%23"),
        ("ada@example.org", "ada%40example.org"),
        ("Marks & Spencer", "Marks%20%26%20Spencer"),
        ("a=b;c?d#e", "a%3Db%3Bc%3Fd%23e"),
        ("100%", "100%25"),
        ("%2B33", "%252B33"),
        ("Zoé 🙂", "Zo%C3%A9%20%F0%9F%99%82"),
        ("{x}", "%7Bx%7D"),
        ("a\r\nLocation: b", "a%0D%0ALocation%3A%20b"),
        ("\ud800", "%3F"),
    ],
)
@pytest.mark.parametrize("place", ["?telephone={}", "/{}"])
def test_everything_but_unreserved_characters_is_percent_encoded(
    place: str, value: str, encoded: str
) -> None:
    template = CTI if "=" in place else f"{CTI}/{{telephone}}"
    assert Address(template).fill({"telephone": value}) == CTI + place.format(encoded)


@pytest.mark.parametrize(
    ("address", "filled"),
    [
        ("https://cti.example", "https://cti.example?t=1"),
        ("https://cti.example/", "https://cti.example/?t=1"),
        ("https://cti.example/?", "https://cti.example/?t=1"),
        ("https://cti.example/?user=desk", "https://cti.example/?user=desk&t=1"),
        ("https://cti.example/?user=desk&", "https://cti.example/?user=desk&t=1"),
        ("https://cti.example/?a=%2B&a=2", "https://cti.example/?a=%2B&a=2&t=1"),
        ("https://cti.example/#/call", "https://cti.example/?t=1#/call"),
        ("https://cti.example/?u=d#call?x", "https://cti.example/?u=d&t=1#call?x"),
        ("https://cti.example/#/call/{t}", "https://cti.example/#/call/1"),
        ("https://cti.example/?to={t}&from={t}", "https://cti.example/?to=1&from=1"),
        ("http://[::1]:8080/call", "http://[::1]:8080/call?t=1"),
        ("/phone", "/phone?t=1"),
        ("/phone/{t}?how=call", "/phone/1?how=call"),
        ("/", "/?t=1"),
        ("HTTPS://cti.example", "HTTPS://cti.example?t=1"),
        ("tel:{t}", "tel:1"),
        ("sip:{t}@pbx.example;user=phone", "sip:1@pbx.example;user=phone"),
    ],
)
def test_what_the_address_already_has_is_kept(address: str, filled: str) -> None:
    assert Address(address).fill({"t": "1"}) == filled


def test_a_plus_is_a_plus_where_there_is_no_query() -> None:
    assert Address("tel:{t}").fill({"t": "+33987654321"}) == "tel:+33987654321"
    assert Address("tel:{t}").fill({"t": "*21#"}) == "tel:%2A21%23"


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0"])
def test_a_blank_value_is_left_out(blank: str) -> None:
    assert Address(CTI).fill({"t": "1", "m": blank}) == f"{CTI}?t=1"
    assert Address(CTI).fill({"m": blank}) == CTI
    assert Address(f"{CTI}/{{t}}/{{m}}").fill({"t": "1", "m": blank}) == f"{CTI}/1/"


@given(st.dictionaries(TEXTS, TEXTS, min_size=1))
def test_the_query_reads_back_as_exactly_the_values(values: dict[str, str]) -> None:
    url = Address(f"{CTI}?user=desk#top").fill(values)
    assert url.isascii()
    parts = urlsplit(url)
    assert parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True) == [
        ("user", "desk"),
        *values.items(),
    ]
    assert (parts.netloc, parts.path, parts.fragment) == ("cti.example", "/call", "top")


@given(TEXTS)
def test_no_value_leaves_its_placeholder(value: str) -> None:
    parts = urlsplit(Address("https://cti.example/a/{t}/b?c=d").fill({"t": value}))
    a, placed, b = parts.path.removeprefix("/").split("/")
    assert (parts.netloc, a, unquote(placed), b, parts.query) == (
        "cti.example",
        "a",
        value,
        "b",
        "c=d",
    )


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for candidate in (text, f"https:{text}", f"https://{text}", f"https://cti.example{text}"):
        with suppress(ValueError):
            address = Address(candidate)
            address.fill(dict.fromkeys(address.placeholders, "1"))
