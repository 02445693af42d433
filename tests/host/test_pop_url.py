"""The URL that a phone system opens: what is read from it, and what is refused."""

from __future__ import annotations

import html
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cti_host import Reason, Unsearchable
from cti_host.pop.url import MAX_LENGTH, BadCall, read_call
from cti_host.testing import MakeHost, RunningHost

PHONE = {"phone": "phone"}
BOTH = {"telephone": "phone", "mailaddress": "email"}
TWO_PARAMETERS = """
[url_parameters]
telephone = "phone"
mailaddress = "email"
"""


@pytest.fixture
def panel(make_panel: MakeHost) -> RunningHost:
    return make_panel("[plugin.people]\nfound = ['Ada']")


@pytest.mark.parametrize(
    ("query", "received"),
    [
        ("phone=0987654321", "0987654321"),
        ("phone=+33987654321", "+33987654321"),
        ("phone=%2B33987654321", "+33987654321"),
        ("phone=%2b33987654321", "+33987654321"),
        ("phone=+(33)987654321", "+(33)987654321"),
        ("phone=%20+33987654321", "+33987654321"),
        ("phone=+%2B33987654321", "+33987654321"),
        ("phone=%2B33+9+87+65", "+33 9 87 65"),
        ("phone=+33+9+87+65", "+33 9 87 65"),
        ("phone=%200987654321", "0987654321"),
        ("phone=0987654321%20", "0987654321"),
        ("phone=tel%3A%2B33-9;ext%3D12", "tel:+33-9;ext=12"),
        ("phone=a=b=c", "a=b=c"),
        ("phone=%C3%A9t%C3%A9", "été"),
        ("phone=+ada", "ada"),
        ("ph%6Fne=1234", "1234"),
        ("phone=1234&", "1234"),
        ("&&phone=1234&=&x", "1234"),
        ("phone=" + "1" * MAX_LENGTH, "1" * MAX_LENGTH),
        ("phone=100%", "100%"),
        ("phone=%zz12", "%zz12"),
    ],
)
def test_a_parameter_is_read_as_it_was_meant(query: str, received: str) -> None:
    assert read_call(query.encode(), PHONE).received == {"phone": received}


def test_a_plus_written_plainly_or_encoded_is_the_same_call(panel: RunningHost) -> None:
    plain, encoded = (
        panel.get_json(f"/pop?phone={plus}33987654321")["received"] for plus in ("+", "%2B")
    )
    assert plain == encoded == {"phone": "+33987654321"}


def test_parameters_that_are_not_listed_are_dropped() -> None:
    call = read_call(b"phone=1234&name=Ada&class=Person&PHONE=5", PHONE)
    assert call.received == call.query == call.parameters == {"phone": "1234"}


def test_two_parameters_become_two_attributes() -> None:
    call = read_call(b"mailaddress=ada@example.org&telephone=+33987654321", BOTH)
    assert call.received == {"phone": "+33987654321", "email": "ada@example.org"}
    assert call.query == {"telephone": "+33987654321", "mailaddress": "ada@example.org"}


def test_pages_of_ticket_lists_are_read_beside_the_parameters() -> None:
    call = read_call(b"phone=1&page_a=3&page_b=0&page_c=x&page_d=99999999999&page_e=", PHONE)
    assert call.pages == {"a": 3, "b": 1}


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("", "missing"),
        ("Phone=1", "missing"),
        ("phone", "empty"),
        ("phone=", "empty"),
        ("phone=%20%20", "empty"),
        ("phone=++", "empty"),
        ("phone=1&phone=1", "more than once"),
        ("phone=&phone=1", "more than once"),
        ("phone=1&ph%6fne=2", "more than once"),
        ("phone=" + "1" * (MAX_LENGTH + 1), f"has {MAX_LENGTH + 1} characters"),
        ("phone=1%00", "control characters"),
        ("phone=1%0A2", "control characters"),
        ("phone=1%C2%85", "control characters"),
        ("phone=%7F", "control characters"),
        ("phone=%ff", "not valid UTF-8"),
        ("phone=%C3", "not valid UTF-8"),
        ("phone=%ED%A0%80", "not valid UTF-8"),
    ],
)
def test_a_url_that_cannot_be_read_is_a_400_that_says_why(
    panel: RunningHost, query: str, wrong: str
) -> None:
    page = panel.client().get(f"/pop?{query}")
    assert page.status_code == 400
    text = html.unescape(page.text)
    assert "“phone”" in text
    assert wrong in text
    assert "/pop?phone=0987654321" in text
    answer = panel.client(Accept="application/json").get(f"/pop?{query}")
    assert answer.status_code == 400
    assert wrong in answer.get_json()["error"]
    assert answer.get_json()["example"].endswith("/pop?phone=0987654321")


def test_every_mistake_is_named_with_what_was_received_and_an_example(
    make_panel: MakeHost,
) -> None:
    running = make_panel(TWO_PARAMETERS)
    answer = running.client(Accept="application/json").get("/pop?telephone=1&telephone=2&phone=3")
    assert answer.status_code == 400
    assert answer.get_json()["error"] == (
        "The parameter “telephone” is there more than once. The parameter “mailaddress” is missing."
    )
    assert answer.get_json()["received"] == {"telephone": "1"}
    assert answer.get_json()["example"].endswith(
        "?telephone=0987654321&mailaddress=ada@example.org"
    )


def test_nobody_is_looked_up_for_a_url_that_cannot_be_read(panel: RunningHost) -> None:
    panel.client().get("/pop?phone=")
    assert panel.host.plugins[0].instance.asked == []


def test_the_example_of_the_400_page_works(make_panel: MakeHost) -> None:
    running = make_panel(TWO_PARAMETERS)
    client = running.client(Accept="application/json")
    example = client.get("/pop").get_json()["example"]
    assert client.get(example).status_code == 200


@pytest.mark.parametrize(
    "value", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "{{ 7*7 }}", "%(x)s"]
)
def test_hostile_values_are_shown_as_text(panel: RunningHost, value: str) -> None:
    for url in (
        f"/pop?phone={quote(value)}",
        f"/pop?phone={quote(value)}%00",
        f"/lookup?phone={quote(value)}%00",
        f"/pop?phone=1&selected_caller={quote(value)}",
        f"/create/{quote(value, safe='')}?phone=1",
    ):
        page = panel.client().get(url)
        assert page.status_code in (200, 400, 404)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "49" not in page.text.partition("<main")[2]


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> RunningHost:
    """One host for many generated requests; it has no database file to speak of."""
    from cti_host.app import create_app
    from cti_host.testing import write_config

    config_file = write_config(tmp_path_factory.mktemp("host"))
    app = create_app(config_file)
    app.testing = False
    return RunningHost(app, config_file)


@settings(max_examples=150, deadline=None)
@given(
    query=st.one_of(
        st.binary(max_size=60),
        st.binary(max_size=40).map(lambda raw: b"phone=" + raw),
        st.binary(max_size=40).map(lambda raw: b"phone=" + quote_from_bytes(raw).encode()),
        st.binary(max_size=40).map(lambda raw: b"phone=12&selected_caller=" + raw),
        st.binary(max_size=40).map(lambda raw: b"phone=12&page_" + raw),
    ),
    path=st.sampled_from(["/", "/pop", "/lookup", "/create/X", "/no/such/page"]),
    accept=st.sampled_from(["text/html", "application/json"]),
    nobody=st.booleans(),
)
def test_no_bytes_in_a_query_string_make_the_host_fail(
    long_lived: RunningHost, query: bytes, path: str, accept: str, nobody: bool
) -> None:
    response = long_lived.app.test_client().open(
        environ_overrides={
            "PATH_INFO": path,
            "QUERY_STRING": query.decode("latin-1"),
            "HTTP_ACCEPT": accept,
            **({"HTTP_X_NOBODY": "1"} if nobody else {}),
        }
    )
    # Nobody signed in, and no plugin that signs anybody in: the host says so with 503.
    assert response.status_code < 500 or (nobody and response.status_code == 503)


printable = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"),
    min_size=1,
    max_size=MAX_LENGTH,
)


@given(text=printable)
def test_any_printable_text_survives_the_url(text: str) -> None:
    assume(text.strip())
    call = read_call(f"phone={quote(text, safe='')}".encode(), PHONE)
    assert call.received == {"phone": text.strip()}
    again = read_call(f"phone={quote(call.query['phone'], safe='')}".encode(), PHONE)
    assert again.received == call.received


@given(query=st.binary(max_size=80), partial=st.booleans())
def test_reading_gives_a_call_or_says_what_is_wrong(query: bytes, partial: bool) -> None:
    refused: BadCall | None = None
    try:
        call = read_call(query, BOTH, partial=partial)
    except BadCall as bad:
        refused = bad
    if refused is None:
        assert set(call.received) == set(call.parameters) == set(BOTH.values())
    else:
        assert refused.problems
        assert set(refused.fields) <= set(BOTH)


def test_a_lookup_by_hand_may_leave_out_some_parameters_but_not_all() -> None:
    call = read_call(b"telephone=&mailaddress=ada@example.org", BOTH, partial=True)
    assert call.parameters == {"phone": Unsearchable("", Reason.EMPTY), "email": "ada@example.org"}
    assert call.query == {"mailaddress": "ada@example.org"}
    with pytest.raises(BadCall) as refused:
        read_call(b"telephone=", BOTH, partial=True)
    assert set(refused.value.fields) == set(BOTH)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=400))
def test_what_was_received_is_shown_short_and_without_control_characters(text: str) -> None:
    query = b"phone=" + quote(text, errors="replace").encode() + b"&phone="
    with pytest.raises(BadCall) as refused:
        read_call(query, PHONE)
    shown = refused.value.received["phone"]
    assert len(shown) <= 61
    assert all(ord(c) >= 32 and ord(c) != 127 for c in shown)
