"""The URL that a phone system opens: what is read from it, and what is refused."""

from __future__ import annotations

import html
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cti_host import Reason, Unsearchable, split_query
from cti_host.pop.url import MAX_LENGTH, BadCall, read_call
from cti_host.testing import PATIENCE_SECONDS, MakeHost, RunningHost

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
        ("phone=++33987654321", "+33987654321"),
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
        ("phone=1&phone=1", "more than once"),
        ("phone=&phone=1", "more than once"),
        ("phone=1&ph%6fne=2", "more than once"),
        ("phone=" + "1" * (MAX_LENGTH + 1), f"has {MAX_LENGTH + 1} characters"),
        ("phone=1%0A2", "control characters"),
        ("phone=1%00%202", "control characters"),
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
    panel.client().get("/pop?phone=1&phone=2")
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
    app = create_app(config_file, timeout=PATIENCE_SECONDS)
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
    call = read_call(b"telephone=&mailaddress=ada@example.org", BOTH, partial=True, typed=True)
    assert call.parameters == {"phone": Unsearchable("", Reason.EMPTY), "email": "ada@example.org"}
    assert call.query == {"mailaddress": "ada@example.org"}
    with pytest.raises(BadCall) as refused:
        read_call(b"telephone=&mailaddress=", BOTH, partial=True, typed=True)
    assert set(refused.value.fields) == set(BOTH)


@pytest.mark.parametrize(
    ("query", "received"),
    [
        ("phone=0301234;name=Ada", "0301234"),
        ("name=Ada;phone=0301234", "0301234"),
        ("name=Ada&amp;phone=0301234&amp;x=1", "0301234"),
        ("name=Ada&AMP%3Bphone=0301234", "0301234"),
        ("phone=0301234;", "0301234"),
        ("phone=0301234;;", "0301234"),
        ("name=Ada;Sons;phone=0301234", "0301234"),
        # Of one number:
        ("phone=0301234;ext=12", "0301234;ext=12"),
        ("phone=0301234;ext=12;name=Ada", "0301234;ext=12"),
        ("phone=tel:863;phone-context=%2B49", "tel:863;phone-context=+49"),
        ("phone=sip:030@pbx.example;user=phone;line=2", "sip:030@pbx.example;user=phone;line=2"),
        ("phone=%3Csip:030@pbx.example%3E;tag=7", "<sip:030@pbx.example>;tag=7"),
        ("phone=0301234%3Bname=Ada", "0301234;name=Ada"),
        ("phone=030;12=3", "030;12=3"),
    ],
)
def test_parameters_may_be_separated_in_other_ways(query: str, received: str) -> None:
    assert read_call(query.encode(), PHONE).received == {"phone": received}


def test_a_semicolon_in_front_of_a_listed_parameter_separates_even_behind_a_uri() -> None:
    call = read_call(b"telephone=tel:%2B4930;ext=1;mailaddress=a@example.org", BOTH)
    assert call.received == {"phone": "tel:+4930;ext=1", "email": "a@example.org"}


words = st.text("abcXYZ012 .@<:%+;=&\u00e9", max_size=8)


@given(
    pairs=st.lists(st.tuples(st.sampled_from(["phone", "name", "x"]), words), max_size=4),
    separator=st.sampled_from(["&", "&amp;"]),
)
def test_encoded_values_are_split_where_they_were_joined(
    pairs: list[tuple[str, str]], separator: str
) -> None:
    query = separator.join(f"{name}={quote(value, safe='')}" for name, value in pairs).encode()
    read = [(name, unquote_to_bytes(raw).decode()) for name, raw in split_query(query) if name]
    assert read == pairs


@pytest.mark.parametrize(
    ("query", "received"),
    [
        ("phone=tel:+493012345", "tel:+493012345"),
        ("phone=tel:tel:+493012345", "tel:tel:+493012345"),
        ("phone=TEL://+493012345", "TEL://+493012345"),
        ("phone=%22Lea+Muster%22+%3Csip:+493012345@pbx%3E", '"Lea Muster" <sip:+493012345@pbx>'),
        ("phone=%3C+493012345%3E", "<+493012345>"),
        ("phone=(+49)30+12345", "(+49)30 12345"),
        ("phone=%22+493012345%22", '"+493012345"'),
        # Blanks, also in front of digits:
        ("phone=Tel:+23125014", "Tel: 23125014"),
        ("phone=Lea+23125014", "Lea 23125014"),
        ("phone=030+23125014", "030 23125014"),
        ("phone=%22Lea%22+23125014", '"Lea" 23125014'),
        ("phone=tel:+03023125014", "tel: 03023125014"),
        ("phone=tel:+4012", "tel: 4012"),
    ],
)
def test_a_bare_plus_is_a_plus_where_only_a_number_can_begin(query: str, received: str) -> None:
    assert read_call(query.encode(), PHONE).received == {"phone": received}


@pytest.mark.parametrize("before", ["", "%0A", "%20%09", "%00", "%C2%85"])
@pytest.mark.parametrize("after", ["%0A", "%0D%0A", "%09", "%00", "%7F%20", "%C2%A0"])
def test_control_characters_at_the_ends_are_trimmed(before: str, after: str) -> None:
    query = f"phone={before}0301234{after}".encode()
    assert read_call(query, PHONE).received == {"phone": "0301234"}


NAMED = """
[url_parameters]
phone = "phone"
name = "friendlyname"
"""


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Sch%E4fer", "Schäfer"),
        ("", ""),
        ("%20", ""),
        ("Ada%0ALovelace%00", "Ada Lovelace"),
        ("Ada&name=Bo", "Ada"),
        ("A" * 300, "A" * MAX_LENGTH),
        ("%CallerDisplayName%", "%CallerDisplayName%"),
    ],
)
def test_a_parameter_that_the_lookup_does_not_use_stops_no_call(
    make_panel: MakeHost, sent: str, name: str
) -> None:
    running = make_panel(NAMED)
    panel = running.get_json(f"/pop?phone=1234&name={sent}")
    assert panel["received"] == {"phone": "1234", "friendlyname": name}
    assert panel["problems"] == []


def test_it_must_be_there_all_the_same(make_panel: MakeHost) -> None:
    answer = make_panel(NAMED).get_json("/pop?phone=1234")
    assert answer["error"] == "The parameter “name” is missing."


@pytest.mark.parametrize(
    ("sent", "wrong"), [("", "empty"), ("%E4", "not valid UTF-8"), ("a%0Ab", "control characters")]
)
def test_a_parameter_that_the_lookup_uses_has_to_be_right(
    make_panel: MakeHost, sent: str, wrong: str
) -> None:
    query = "SELECT Person WHERE phone LIKE :phone OR email = :email"
    running = make_panel(f"{TWO_PARAMETERS}\n[caller_information]\nquery = '{query}'\n")
    answer = running.get_json(f"/pop?telephone=1234&mailaddress={sent}")
    assert wrong in answer["error"]
    assert "“mailaddress”" in answer["error"]


def test_a_name_in_another_encoding_does_not_hide_the_number_beside_it() -> None:
    call = read_call(b"phone=%22Sch%E4fer%22%20%3C03012345%3E", PHONE)
    assert call.received == {"phone": '"Schäfer" <03012345>'}


@pytest.mark.parametrize("query", ["phone=", "phone", "phone=%20%20", "phone=++", "phone=%7F"])
def test_an_empty_phone_is_a_withheld_call(panel: RunningHost, query: str) -> None:
    said = panel.get_json(f"/pop?{query}")
    assert said["received"] == {"phone": ""}
    assert said["parameters"] == {"phone": None}
    assert said["label"] == "Contacts with phone number (withheld)"
    assert said["problems"] == ["The caller withheld their number: the phone system sent none."]
    assert (said["callers"], said["selected"]) == ([], "unknown")
    page = panel.client(Accept_Language="fr").get(f"/pop?{query}")
    assert "L'appelant a masqué son numéro" in html.unescape(page.text)
    # Nobody was looked up, and the call counts as received.
    assert panel.host.plugins[0].instance.asked == []


def test_the_links_of_a_withheld_call_lead_back_to_it(panel: RunningHost) -> None:
    page = html.unescape(panel.client().get("/pop?phone=").text)
    assert 'action="/pop"' in page
    assert '<input type="hidden" name="phone" value="">' in page
    assert panel.client().get("/pop?phone=&selected_caller=unknown").status_code == 200
    form = panel.client().get("/create/UserRequest?phone=&selected_caller=unknown")
    assert form.status_code == 302


def test_one_of_two_phones_is_enough(make_panel: MakeHost) -> None:
    running = make_panel('[url_parameters]\nphone = "phone"\nmobile = "mobile_phone"\n')
    panel = running.get_json("/pop?phone=1234&mobile=")
    assert panel["received"] == {"phone": "1234", "mobile_phone": ""}
    assert panel["problems"] == []
    both = running.get_json("/pop?phone=&mobile=")
    assert both["problems"] == ["The caller withheld their number: the phone system sent none."]


def test_a_field_left_empty_by_hand_is_no_withheld_number(make_panel: MakeHost) -> None:
    running = make_panel(TWO_PARAMETERS)
    panel = running.get_json("/lookup?telephone=&mailaddress=ada@example.org")
    assert panel["problems"] == []
    assert running.client().get("/lookup?telephone=&mailaddress=").status_code == 400


@given(text=st.text(max_size=400))
def test_what_was_received_is_shown_short_and_without_control_characters(text: str) -> None:
    query = b"phone=" + quote(text, errors="replace").encode() + b"&phone="
    with pytest.raises(BadCall) as refused:
        read_call(query, PHONE)
    shown = refused.value.received["phone"]
    assert len(shown) <= 61
    assert all(ord(c) >= 32 and ord(c) != 127 for c in shown)
