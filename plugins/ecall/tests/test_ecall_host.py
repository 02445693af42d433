"""The phone menu of a ticket, as the host asks for it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from cti_ecall.dialling import Dialling, numbers_to_dial
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Caller, OutboundAction, Ticket
from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

TICKET = Ticket("UserRequest", 1, "R-000001", "Printer on fire")

FLAT = """
[ecall_parameters]
url = "https://myctiserver/index.php"
url_parameters = { telephone = "phone", mailaddress = "email" }
"""

ACTIONS = """
[ecall_parameters]
url = "https://myctiserver/index.php"
[ecall_parameters.url_parameters.phone]
icon = "fas fa-phone"
attributes = { telephone = "phone", mailaddress = "email" }
[ecall_parameters.url_parameters.mobile_phone]
icon = "fa fa-mobile"
attributes = { telephone = "mobile_phone" }
"""

PARSER = """
from cti_host import Number, hookimpl

class Plugin:
    @hookimpl
    def parse_number(self, text):
        if text == "+33 (0)9 87 65 43 21 poste 12":
            return Number(text, "+33987654321", extension="12")
        if text == "poste 123":
            return Number(text, extension="123")
        if text == "broken":
            raise RuntimeError("broken")
        return None
"""


def person(**attributes: str) -> Caller:
    return Caller("Person", 1, "Ada Lovelace", attributes)


def offered(
    running: RunningHost, caller: Caller | None, language: str = "en"
) -> list[OutboundAction]:
    """What the phone menu of a ticket with this caller offers."""
    with running.app.test_request_context(headers={"Accept-Language": language}):
        return running.host.hooks.outbound_actions(TICKET, caller)


def warnings(running: RunningHost) -> list[tuple[str, str, str]]:
    """Key, message and remedy of each warning about the settings."""
    assert all(problem.warning for problem in running.host.problems)
    return [(p.key, p.message, p.remedy) for p in running.host.problems]


def test_a_flat_table_is_one_action(make_host: MakeHost) -> None:
    running = make_host(FLAT, plugins=["ecall"])
    caller = person(phone="0123456789", email="mymail@mycompany.com")
    assert offered(running, caller) == [
        OutboundAction(
            "telephony_integration_ecall_legacy",
            "Call phone number",
            "https://myctiserver/index.php?telephone=0123456789&mailaddress=mymail%40mycompany.com",
            "telephone",
            "0123456789",
            "ecall",
        )
    ]


def test_tables_are_actions_in_the_order_of_the_file(make_host: MakeHost) -> None:
    running = make_host(ACTIONS, plugins=["ecall"])
    phone, mobile = offered(running, person(phone="+33987654321", mobile_phone="+33 612345678"))
    assert phone == OutboundAction(
        "telephony_integration_ecall_phone",
        "Call phone number",
        "https://myctiserver/index.php?telephone=%2B33987654321",
        "telephone",
        "+33987654321",
        "ecall",
    )
    assert mobile == OutboundAction(
        "telephony_integration_ecall_mobile_phone",
        "Call mobile",
        "https://myctiserver/index.php?telephone=%2B33%20612345678",
        "phone",
        "+33 612345678",
        "ecall",
    )


@pytest.mark.parametrize(
    ("attributes", "names"),
    [
        ({"phone": "1234", "mobile_phone": "5678"}, ["phone", "mobile_phone"]),
        ({"phone": "", "mobile_phone": "5678"}, ["mobile_phone"]),
        ({"phone": "1234", "mobile_phone": " \u00a0\t"}, ["phone"]),
        ({"phone": "1234"}, ["phone"]),
        ({"email": "ada@example.org"}, []),
        ({}, []),
    ],
)
def test_an_action_whose_number_is_empty_is_not_offered(
    make_host: MakeHost, attributes: dict[str, str], names: list[str]
) -> None:
    found = offered(make_host(ACTIONS, plugins=["ecall"]), person(**attributes))
    assert [action.name.removeprefix("telephony_integration_ecall_") for action in found] == names


def test_a_ticket_without_caller_offers_nothing(make_host: MakeHost) -> None:
    assert offered(make_host(ACTIONS, plugins=["ecall"]), None) == []


@pytest.mark.parametrize(
    ("parameters", "number"),
    [
        ('{ mail = "email", telephone = "phone" }', "1234"),
        ('{ mail = "email", telephone = "mobile_phone" }', "5678"),
        ('{ first = "phone", second = "mobile_phone" }', "1234"),
        ('{ extension = "desk", mail = "email" }', "99"),
        (
            '{ mobile_phone = { attributes = { f = "phone", t = "mobile_phone" } } }',
            "5678",
        ),
        ('{ email = { attributes = { m = "email", t = "phone" } } }', "1234"),
        ('{ desk = { attributes = { m = "email", t = "desk" } } }', "99"),
    ],
)
def test_the_number_is_the_attribute_that_is_a_phone(
    make_host: MakeHost, parameters: str, number: str
) -> None:
    table = f'[ecall_parameters]\nurl = "https://cti.example"\nurl_parameters = {parameters}\n'
    caller = person(email="ada@example.org", phone="1234", mobile_phone="5678", desk="99")
    (action,) = offered(make_host(table, plugins=["ecall"]), caller)
    assert action.number == number


@settings(max_examples=50)
@given(phone=st.text(max_size=12), email=st.text())
def test_the_cti_gets_exactly_the_values_that_are_not_blank(
    make_host_once: RunningHost, phone: str, email: str
) -> None:
    found = offered(make_host_once, person(phone=phone, email=email))
    if not phone.strip():
        assert found == []
        return
    query = parse_qsl(urlsplit(found[0].url).query, strict_parsing=True)
    expected = {"telephone": phone, "mailaddress": email}
    assert dict(query) == {name: value for name, value in expected.items() if value.strip()}


@pytest.fixture
def make_host_once(make_host: MakeHost) -> RunningHost:
    """One host for all examples of a property."""
    return make_host(FLAT, plugins=["ecall"])


@pytest.mark.parametrize(
    ("key", "labels", "english", "french"),
    [
        ("phone", "", "Call phone number", "Appeler le téléphone"),
        ("mobile_phone", "", "Call mobile", "Appeler le mobile"),
        ("helpline", "", "helpline", "helpline"),
        ("phone", 'label = "Ring"', "Ring", "Ring"),
        ("phone", '"label/FR FR" = "Sonner"', "Call phone number", "Sonner"),
        ("phone", 'label = "Ring"\n"label/FR FR" = "Sonner"', "Ring", "Sonner"),
        ("phone", '"label/EN US" = "Ring"', "Ring", "Ring"),
    ],
)
def test_an_action_has_a_label_in_the_language_of_the_agent(
    make_host: MakeHost, key: str, labels: str, english: str, french: str
) -> None:
    running = make_host(
        '[ecall_parameters]\nurl = "https://cti.example"\n'
        f'[ecall_parameters.url_parameters.{key}]\nattributes.telephone = "phone"\n{labels}\n',
        plugins=["ecall"],
    )
    caller = person(phone="1234")
    assert [action.label for action in offered(running, caller)] == [english]
    assert [action.label for action in offered(running, caller, "fr")] == [french]


@pytest.mark.parametrize(
    ("attribute", "english", "french"),
    [
        ("phone", "Call phone number", "Appeler le téléphone"),
        ("mobile_phone", "Call mobile", "Appeler le mobile"),
        ("desk", "Call", "Appeler"),
    ],
)
def test_the_action_of_a_flat_table_is_called_after_its_attribute(
    make_host: MakeHost, attribute: str, english: str, french: str
) -> None:
    table = f'[ecall_parameters]\nurl = "https://c"\nurl_parameters.telephone = "{attribute}"\n'
    running = make_host(table, plugins=["ecall"])
    caller = person(**{attribute: "1234"})
    assert [action.label for action in offered(running, caller)] == [english]
    assert [action.label for action in offered(running, caller, "fr")] == [french]


@pytest.mark.parametrize(
    ("stored", "url"),
    [
        ("+33 (0)9 87 65 43 21 poste 12", "tel:+33987654321"),
        ("poste 123", "tel:123"),
        ("09 87/65 43 21", "tel:0987654321"),
        ("*21#", "tel:%2A21%23"),
        ("broken 118 218", None),
        ("118 218", "tel:118218"),
        ("+49 (0) 30 23125014", "tel:+493023125014"),
        ("0049 (0)30 23125014", "tel:00493023125014"),
        ("(0) 30 23125014", "tel:03023125014"),
        ("\u202a030\u2013231\u202c", "tel:030231"),
        ("\uff10\uff13\uff10 \uff11\uff12", "tel:03012"),
        # None of these is one number, or a number at all:
        ("01 99 00 12 34 - 01 99 00 12 35", None),
        ("019900 1234 / 0199001235", None),
        ("0199001234, 0199001235", None),
        ("0199001234 or 0199001235", None),
        ("01 99 00 12 34\n01 99 00 12 35", None),
        ("0199001234/35", None),
        ("01990012340199001235", None),
        ("1;phone-context=evil", None),
        ("800-44-STERN", None),
        ("on request", None),
        ("sip:lea@pbx.example", None),
        ("()", None),
    ],
)
def test_a_softphone_gets_one_number_that_it_can_dial_or_nothing(
    make_host: MakeHost, stored: str, url: str | None
) -> None:
    table = '[ecall_parameters]\nurl = "tel:{number}"\nurl_parameters.number = "phone"\n'
    running = make_host(table, plugins=["parser", "ecall"], sources={"parser": PARSER})
    found = [(action.url, action.number) for action in offered(running, person(phone=stored))]
    assert found == ([(url, stored)] if url else [])


@pytest.mark.parametrize(
    "stored", ["01 99 00 12 34 - 01 99 00 12 35", "0199001234 ou 0199001235", "1" * 20]
)
def test_two_numbers_in_one_are_not_handed_over_as_one(make_host: MakeHost, stored: str) -> None:
    assert offered(make_host(FLAT, plugins=["ecall"]), person(phone=stored)) == []


@pytest.mark.parametrize(
    "stored", ["on request", "0199001234 poste 12", "02 31 / 45 67 89", "12/3"]
)
def test_a_web_address_gets_what_is_stored_whatever_it_is(make_host: MakeHost, stored: str) -> None:
    (action,) = offered(make_host(FLAT, plugins=["ecall"]), person(phone=stored))
    assert parse_qsl(urlsplit(action.url).query) == [("telephone", stored)]


def test_each_number_of_a_text_has_an_entry_of_its_own(
    make_host: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [
        Dialling("01 99", "+33199", "+33199"),
        Dialling("Fax", "f", ""),
        Dialling("2", "2", "2"),
    ]
    monkeypatch.setattr("cti_ecall.actions.numbers_to_dial", lambda text, parse_number: numbers)
    table = '[ecall_parameters]\nurl = "tel:{number}"\nurl_parameters.number = "phone"\n'
    found = offered(make_host(table, plugins=["ecall"]), person(phone="01 99 / 2"))
    legacy = "telephony_integration_ecall_legacy"
    assert [(action.name, action.url, action.number) for action in found] == [
        (legacy, "tel:+33199", "01 99"),
        (f"{legacy}.2", "tel:2", "2"),
    ]
    web = offered(make_host(FLAT, plugins=["ecall"]), person(phone="01 99 / 2"))
    assert [urlsplit(action.url).query for action in web] == [
        "telephone=%2B33199",
        "telephone=f",
        "telephone=2",
    ]


digits = st.text("0123456789", min_size=6, max_size=9)


@given(
    first=digits,
    second=digits,
    between=st.sampled_from([" - ", "/", " / ", ", ", ";", "\n", " or "]),
)
def test_two_numbers_that_nobody_understands_are_never_joined(
    first: str, second: str, between: str
) -> None:
    assert numbers_to_dial(first + between + second, lambda text: None) == []


@given(st.lists(st.text("0123456789", min_size=1, max_size=4), min_size=1, max_size=4))
def test_the_pieces_of_one_number_are_dialled_in_their_order(pieces: list[str]) -> None:
    for separator in (" ", ".", "-"):
        (number,) = numbers_to_dial(separator.join(pieces), lambda text: None)
        assert number.digits == "".join(pieces)


@pytest.mark.parametrize("text", ["", "[ecall_parameters]\n", "[ecall_parameters]\ntimeout = 1\n"])
def test_without_a_url_nothing_is_offered_and_a_warning_says_so(
    make_host: MakeHost, text: str
) -> None:
    running = make_host(text, plugins=["ecall"])
    assert offered(running, person(phone="1234")) == []
    ((key, message, remedy),) = warnings(running)
    assert (key, message) == ("ecall_parameters", "has no url: tickets have no phone menu")
    assert "url = " in remedy


def test_an_unknown_icon_falls_back_and_a_warning_says_where_it_stands(
    make_host: MakeHost,
) -> None:
    running = make_host(ACTIONS.replace("fa-mobile", "fa-mobil"), plugins=["ecall"])
    (problem,) = running.host.problems
    assert problem.warning
    assert problem.key == "ecall_parameters.url_parameters.mobile_phone.icon"
    lines = running.config_file.read_text().splitlines()
    assert lines[problem.line - 1] == 'icon = "fa fa-mobil"'
    assert "fa fa-mobil" in problem.message
    assert problem.remedy == "did you mean 'fa-mobile'?"
    (action,) = offered(running, person(mobile_phone="1234"))
    assert action.icon == "telephone"


def test_without_an_icon_a_mobile_number_has_a_mobile(make_host: MakeHost) -> None:
    running = make_host(
        ACTIONS.replace('icon = "fas fa-phone"', "").replace('icon = "fa fa-mobile"', ""),
        plugins=["ecall"],
    )
    found = offered(running, person(phone="1", mobile_phone="2"))
    assert [action.icon for action in found] == ["telephone", "phone"]


@pytest.mark.parametrize(
    "shortcuts",
    [
        '["UI:Menu:Modify", "telephony_integration_ecall_fone"]',
        '"UI:Menu:Modify,telephony_integration_ecall_fone"',
    ],
)
def test_a_shortcut_to_an_unknown_action_has_a_warning(make_host: MakeHost, shortcuts: str) -> None:
    running = make_host(f"shortcut_actions = {shortcuts}\n{ACTIONS}", plugins=["ecall"])
    assert warnings(running) == [
        (
            "shortcut_actions[1]",
            "there is no action 'telephony_integration_ecall_fone'",
            "did you mean 'telephony_integration_ecall_phone'?",
        )
    ]


def test_shortcuts_to_real_actions_and_to_those_of_others_are_left_alone(
    make_host: MakeHost,
) -> None:
    shortcuts = '["UI:Menu:New", "acme_fax", "telephony_integration_ecall_mobile_phone"]'
    running = make_host(f"shortcut_actions = {shortcuts}\n{ACTIONS}", plugins=["ecall"])
    assert warnings(running) == []


def test_a_shortcut_of_the_other_flavour_has_a_warning(make_host: MakeHost) -> None:
    running = make_host(
        f'shortcut_actions = ["telephony_integration_ecall_phone"]\n{FLAT}', plugins=["ecall"]
    )
    ((key, _, remedy),) = warnings(running)
    assert key == "shortcut_actions[0]"
    assert "telephony_integration_ecall_legacy" in remedy


TEL = '[ecall_parameters]\nurl = "tel:{n}"\nurl_parameters = { n = "phone" }\n'


@pytest.mark.parametrize(
    ("phone", "urls"),
    [
        ("01 99 00 12 34 - 01 99 00 12 35", ["tel:+33199001234", "tel:+33199001235"]),
        ("01 99 00 12 34 ou 01 99 00 12 35 poste 3", ["tel:+33199001234", "tel:+33199001235"]),
        ("01 99 00 12 34 (standard)", ["tel:+33199001234"]),
        ("0800 12 34 56", ["tel:0800123456"]),
        ("118 218", ["tel:118218"]),
        ("01 99 00 12 34 / 35", []),
    ],
)
def test_each_number_of_a_text_is_dialled_on_its_own_as_it_can_be(
    make_host: MakeHost, phone: str, urls: list[str]
) -> None:
    found = offered(make_host(TEL, plugins=["phone_reformat", "ecall"]), person(phone=phone))
    assert [action.url for action in found] == urls
    assert len({action.name for action in found}) == len(urls)
