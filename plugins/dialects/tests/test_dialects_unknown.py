"""A URL that is nearly one of a dialect: the page says what arrived, and what is known."""

from __future__ import annotations

import html
import logging
from urllib.parse import quote, urlsplit

import pytest

from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

ITOP = "/pages/exec.php?exec_module=combodo-telephony-integration&exec_page=index.php"
EXAMPLES = (
    f"{ITOP}&phone=0987654321",
    "/index.pl?Action=AgentTicketPhoneCTI;CallerID=0987654321",
    "/cti.do?sysparm_caller_phone=0987654321",
    "/sd?telephone=0987654321",
)


@pytest.fixture
def dialects(make_host: MakeHost) -> RunningHost:
    """A host with the plugin."""
    return make_host(plugins=["dialects"])


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/pages/exec.php", 404),
        ("/pages/exec.php?exec_module=other&exec_page=index.php&phone=0987654321", 404),
        ("/pages/exec.php?exec_module=combodo-telephony-integration&exec_page=run.php", 404),
        (f"{ITOP}&exec_page=index.php&phone=0987654321", 404),
        ("/index.pl?Action=Other;CallerID=0987654321", 404),
        ("/znuny/index.pl", 404),
        (ITOP, 400),
        (f"{ITOP}&telephone=0987654321", 400),
        ("/index.pl?Action=AgentTicketPhoneCTI", 400),
        ("/cti.do", 400),
        ("/cti.do?sysparm_caller_name=Ada", 400),
    ],
)
def test_what_arrived_and_what_is_known(dialects: RunningHost, url: str, status: int) -> None:
    page = dialects.client().get(url)
    assert page.status_code == status
    text = html.unescape(page.text)
    assert "What arrived" in text
    assert urlsplit(url).path in text
    for example in EXAMPLES:
        assert example in text
    answer = dialects.client(Accept="application/json").get(url)
    assert answer.status_code == status
    body = answer.get_json()
    assert body["error"]
    assert body["received"]["path"] == urlsplit(url).path
    assert [one["product"] for one in body["known"]] == [
        "iTop",
        "Znuny, OTRS",
        "ServiceNow",
        "Xurrent, 4me",
    ]


def test_a_product_without_a_folder_of_its_own_is_known_at_the_root_only(
    dialects: RunningHost,
) -> None:
    assert dialects.client().get("/itop/sd?telephone=0987654321").status_code == 404
    assert dialects.client().get("/x/cti.do?sysparm_caller_phone=1").status_code == 404


def test_each_example_works(dialects: RunningHost) -> None:
    body = dialects.client(Accept="application/json").get("/cti.do").get_json()
    for one in body["known"]:
        parts = urlsplit(one["example"])
        answer = dialects.client().get(f"{parts.path}?{parts.query}")
        assert answer.headers["Location"] == "/pop?phone=0987654321", one


def test_the_example_of_itop_has_the_parameters_of_the_settings(make_host: MakeHost) -> None:
    toml = '[url_parameters]\ntelephone = "phone"\nmailaddress = "email"\n'
    running = make_host(toml, plugins=["dialects"])
    body = running.client(Accept="application/json").get("/cti.do").get_json()
    assert body["known"][0]["example"].endswith("&telephone=0987654321&mailaddress=ada@example.org")


def test_a_missing_number_is_named(dialects: RunningHost) -> None:
    page = html.unescape(dialects.client().get(f"{ITOP}&tel=1").text)
    assert "The number of the caller is missing" in page
    assert "The parameter “phone” is missing." in page


def test_an_empty_parameter_that_the_lookup_needs_is_named(make_host: MakeHost) -> None:
    toml = (
        '[url_parameters]\ntelephone = "phone"\nmailaddress = "email"\n[caller_information]\n'
        'query = "SELECT Person WHERE phone LIKE :phone AND email = :email"\n'
    )
    answer = make_host(toml, plugins=["dialects"]).client().get(f"{ITOP}&telephone=1&mailaddress=")
    assert answer.status_code == 400
    assert "The parameter “mailaddress” is empty." in html.unescape(answer.text)


def test_the_page_is_french_for_the_french(dialects: RunningHost) -> None:
    page = dialects.client(Accept_Language="fr").get(f"{ITOP}&tel=1")
    text = html.unescape(page.text)
    assert "Le paramètre «\u00a0phone\u00a0» manque." in text
    assert "Adresses connues" in text
    assert 'lang="fr"' in text


def test_what_arrived_is_text_and_not_too_long(dialects: RunningHost) -> None:
    script = quote("<script>alert(1)</script>")
    many = "&".join(f"p{number}=x" for number in range(50))
    page = dialects.client().get(f"/cti.do?{script}={script}&a=1%00%1b2&b={'9' * 100}&{many}")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "\x1b" not in page.text
    assert "9" * 60 + "…" in page.text
    assert "<dt>p49</dt>" not in page.text


def test_what_arrived_is_not_logged(
    dialects: RunningHost, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        dialects.client().get("/cti.do?phone=0987654321")
        dialects.client().get(f"{ITOP}&phone=0987654321")
    assert "0987654321" not in caplog.text


def test_a_stranger_sees_nothing_of_it(dialects: RunningHost) -> None:
    answer = dialects.client(X_Nobody="1").get("/cti.do?phone=0987654321")
    assert answer.status_code == 503  # nobody signs agents in here
    assert "sysparm_caller_phone" not in answer.text
