"""A URL of another product opens the panel of the same call, whatever its number looks like."""

from __future__ import annotations

import html
from typing import Any

import pytest

from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

ITOP = "/pages/exec.php?exec_module=combodo-telephony-integration&exec_page=index.php"
ZNUNY = "/index.pl?Action=AgentTicketPhoneCTI"
TWO_PARAMETERS = """
[url_parameters]
telephone = "phone"
mailaddress = "email"
"""


@pytest.fixture
def dialects(make_host: MakeHost) -> RunningHost:
    """A host with the plugin, and nobody to be found."""
    return make_host(plugins=["dialects"])


def opened(running: RunningHost, url: str, **headers: str) -> Any:
    """The panel that a URL leads to, as a program reads it."""
    client = running.client(Accept="application/json", **headers)
    first = client.get(url)
    assert first.status_code == 302, first.text
    return client.get(first.headers["Location"]).get_json()


@pytest.mark.parametrize(
    "before",
    [
        f"{ITOP}&phone=",
        f"/itop{ITOP}&phone=",
        f"/web/itop{ITOP}&phone=",
        "/pages/exec.php?phone={}&exec_page=index.php&exec_module=combodo-telephony-integration",
        f"{ITOP}&exec_env=production&phone=",
        f"{ZNUNY};CallerID=",
        f"{ZNUNY}&CallerID=",
        f"/znuny{ZNUNY};Screen=AgentCustomerInformationCenter;CallerID=",
        "/otrs/index.pl?CallerID={};Action=AgentTicketPhoneCTI",
        "/cti.do?sysparm_caller_phone=",
        "/cti.do?sysparm_caller_name=&sysparm_caller_phone={}&sysparm_view=itil",
        "/sd?telephone=",
    ],
)
@pytest.mark.parametrize(
    ("sent", "received"),
    [
        ("0987654321", "0987654321"),
        ("+33987654321", "+33987654321"),
        ("%2B33987654321", "+33987654321"),
        ("%2b33+9%2087", "+33 9 87"),
        ("%20+33987654321", "+33987654321"),
        ("%200987654321", "0987654321"),
        ("(0)987-65/43", "(0)987-65/43"),
        ("anonymous", "anonymous"),
        ("%25CallerNumber%25", "%CallerNumber%"),
        ("%CallerNumber%", "%CallerNumber%"),
        ("%3Cb%3E%26%22", '<b>&"'),
        ("%C3%A9", "é"),
        ("", ""),
        ("%20", ""),
        ("0987654321%0A", "0987654321"),
        ("0987654321;ext=12", "0987654321;ext=12"),
        ("tel:+33987654321", "tel:+33987654321"),
    ],
)
def test_the_number_arrives_as_it_was_sent(
    dialects: RunningHost, before: str, sent: str, received: str
) -> None:
    url = before.replace("{}", sent) if "{}" in before else before + sent
    panel = opened(dialects, url)
    assert panel["received"] == {"phone": received}
    # The same as under the host's own address.
    assert panel == dialects.get_json(f"/pop?phone={sent}")


def test_a_mistake_in_the_number_is_the_panels_to_name(dialects: RunningHost) -> None:
    for sent in ("%ff", "1%0A2", "1&phone=2", "1" * 300):
        panel = opened(dialects, f"{ITOP}&phone={sent}")
        assert panel == dialects.get_json(f"/pop?phone={sent}")
        assert panel["error"]


def test_a_url_of_itop_has_the_parameters_of_the_settings(make_host: MakeHost) -> None:
    running = make_host(TWO_PARAMETERS, plugins=["dialects"])
    url = f"{ITOP}&telephone=+33987654321&mailaddress=ada@example.org"
    assert opened(running, url)["received"] == {"phone": "+33987654321", "email": "ada@example.org"}
    answer = running.client().get(f"{ITOP}&telephone=0987654321")
    assert answer.status_code == 400
    assert "“mailaddress” is missing" in html.unescape(answer.text)


def test_other_products_may_know_less_than_the_settings_list(make_host: MakeHost) -> None:
    running = make_host(TWO_PARAMETERS, plugins=["dialects"])
    panel = opened(running, f"{ZNUNY};CallerID=+33987654321")
    assert panel["received"] == {"phone": "+33987654321", "email": ""}
    assert panel["problems"] == []


@pytest.mark.parametrize("url", [f"{ZNUNY};CallerID=", "/sd?telephone=%20"])
def test_an_empty_number_is_a_withheld_call(make_host: MakeHost, url: str) -> None:
    panel = opened(make_host(TWO_PARAMETERS, plugins=["dialects"]), url)
    assert panel["received"] == {"phone": "", "email": ""}
    assert panel["problems"] == ["The caller withheld their number: the phone system sent none."]


@pytest.mark.parametrize("separator", ["&", ";", "&amp;"])
def test_any_separator_will_do(dialects: RunningHost, separator: str) -> None:
    query = separator.join([ITOP.partition("?")[2].replace("&", separator), "phone=1234"])
    assert opened(dialects, f"/pages/exec.php?{query}")["received"] == {"phone": "1234"}


def test_bytes_that_nobody_encoded_arrive(make_host: MakeHost) -> None:
    running = make_host(
        '[url_parameters]\nphone = "phone"\nwho = "friendlyname"\n', plugins=["dialects"]
    )
    query = "sysparm_caller_name=J\xf6rg&sysparm_caller_phone=1234"
    first = running.client().open("/cti.do", environ_overrides={"QUERY_STRING": query})
    panel = running.get_json(first.headers["Location"])
    assert panel["received"] == {"phone": "1234", "friendlyname": "Jörg"}


def test_a_name_is_taken_where_the_settings_have_one(make_host: MakeHost) -> None:
    toml = '[url_parameters]\nphone = "phone"\nwho = "friendlyname"\n'
    running = make_host(toml, plugins=["dialects"])
    panel = opened(running, "/cti.do?sysparm_caller_name=Ada+Lovelace&sysparm_caller_phone=098")
    assert panel["received"] == {"phone": "098", "friendlyname": "Ada Lovelace"}


def test_the_panel_fills_in_a_form_directly_where_the_settings_say_so(
    make_host: MakeHost,
) -> None:
    source = (
        "from cti_host import hookimpl\nclass Plugin:\n    @hookimpl\n"
        "    def creation_form_url(self, class_name, values, return_url):\n"
        "        return f'/form/{class_name}'\n"
    )
    toml = "[direct_creation.UserRequest]\nenabled = true\n"
    running = make_host(toml, plugins=["forms", "dialects"], sources={"forms": source})
    client = running.client()
    pop = client.get(f"{ITOP}&phone=0987654321").headers["Location"]
    assert client.get(pop).headers["Location"] == "/form/UserRequest"


def test_somebody_who_is_signed_out_comes_back_to_the_call(make_host: MakeHost) -> None:
    source = (
        "from urllib.parse import quote\nfrom cti_host import hookimpl\nclass Plugin:\n"
        "    @hookimpl\n    def sign_in_url(self, next_url):\n"
        "        return '/sign-in?next=' + quote(next_url, safe='')\n"
    )
    running = make_host(plugins=["door", "dialects"], sources={"door": source})
    url = f"{ZNUNY};CallerID=+33987654321"
    answer = running.client(X_Nobody="1").get(url)
    assert answer.status_code == 302
    back = html.unescape(answer.headers["Location"]).removeprefix("/sign-in?next=")
    assert back == "%2Findex.pl%3FAction%3DAgentTicketPhoneCTI%3BCallerID%3D%2B33987654321"


def test_a_dialect_is_spoken_by_get_only(dialects: RunningHost) -> None:
    assert dialects.client(Authorization="Bearer x").post(f"{ITOP}&phone=1").status_code == 405
    assert dialects.client().head(f"{ITOP}&phone=1").status_code == 302
