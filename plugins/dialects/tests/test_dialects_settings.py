"""`[plugin.dialects]`: built-in ones are switched off, and a site adds its own."""

from __future__ import annotations

import pytest

from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost

pytest_plugins = ["cti_host.testing"]

OWN = """
[plugin.dialects.own.helpdesk]
product = "Our old help desk"
path = "/helpdesk/call.php"
fixed = { action = "ring" }
parameters = { number = "phone", caller = "phone" }
"""


def test_a_dialect_of_the_site_opens_the_panel(make_host: MakeHost) -> None:
    client = make_host(OWN, plugins=["dialects"]).client()
    for url, query in {
        "/helpdesk/call.php?action=ring&number=+33987": "phone=+33987",
        # Of two parameters for one attribute the first that holds something counts.
        "/helpdesk/call.php?action=ring&caller=1&number=2": "phone=2",
        "/helpdesk/call.php?action=ring&caller=1&number=": "phone=1",
    }.items():
        assert client.get(url).headers["Location"] == f"/pop?{query}"
    page = client.get("/helpdesk/call.php?action=bye&number=1")
    assert page.status_code == 404
    assert "Our old help desk" in page.text
    assert "/helpdesk/call.php?action=ring&amp;number=0987654321" in page.text
    assert client.get("/web/helpdesk/call.php?action=ring&number=1").status_code == 404


def test_two_dialects_may_share_a_path(make_host: MakeHost) -> None:
    own = (
        '[plugin.dialects.own.other]\npath = "/index.pl"\nfixed = { Action = "Ring" }\n'
        'parameters = { From = "phone" }\nanywhere = true\nsemicolons = true\n'
    )
    client = make_host(own, plugins=["dialects"]).client()
    ring = client.get("/x/index.pl?Action=Ring;From=12345")
    assert ring.headers["Location"] == "/pop?phone=12345"
    znuny = client.get("/x/index.pl?Action=AgentTicketPhoneCTI;CallerID=12345")
    assert znuny.headers["Location"] == "/pop?phone=12345"


def test_a_built_in_dialect_can_be_switched_off(make_host: MakeHost) -> None:
    toml = '[plugin.dialects]\ndisabled = ["xurrent", "servicenow"]\n'
    client = make_host(toml, plugins=["dialects"]).client()
    assert client.get("/sd?telephone=1").status_code == 404
    page = client.get("/index.pl")
    assert "/sd?telephone" not in page.text
    assert "cti.do" not in page.text


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('disabled = ["znuni"]', "did you mean 'znuny'?"),
        ('disabled = ["qqq"]', "known: itop, servicenow, xurrent, znuny"),
        ('own.a = { path = "/a" }', "own.a.parameters: is required"),
        ('own.a = { path = "/a", parameters = {} }', "own.a.parameters"),
        ('own.a = { path = "a", parameters = { x = "phone" } }', 'write the path of the URL alone'),
        ('own.a = { path = "/a?b=c", parameters = { x = "phone" } }', "write the path of the URL"),
        ('own.a = { path = "/<x>", parameters = { x = "phone" } }', "write the path of the URL"),
        ('own.a = { path = "/", parameters = { x = "phone" } }', "write the path of the URL"),
        ('own.a = { path = "/a", fixed = { x = "1" }, parameters = { x = "phone" } }',
         "'x' is both fixed and a parameter"),
        ('own.znuny = { path = "/a", parameters = { x = "phone" } }',
         "own.znuny: is the name of a dialect that is built in"),
        ('own.a = { path = "/sd", parameters = { x = "phone" } }',
         "own.a: has the path and the fixed parameters of 'xurrent'"),
        ('own.a = { path = "/pop", parameters = { x = "phone" } }',
         "own.a.path: /pop is a page of this host already"),
        ('own.a = { path = "/create/Person", parameters = { x = "phone" } }',
         "/create/Person is a page of this host already"),
        ('own.a = { path = "/language", parameters = { x = "phone" } }',
         "/language is a page of this host already"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_place(make_host: MakeHost, toml: str, said: str) -> None:
    with pytest.raises(ConfigRefused) as refused:
        make_host(f"[plugin.dialects]\n{toml}\n", plugins=["dialects"])
    assert said in str(refused.value)
    assert refused.value.problems[0].line == 6


def test_a_dialect_that_gives_nothing_is_warned_of(make_host: MakeHost) -> None:
    own = '[plugin.dialects.own.a]\npath = "/a"\nparameters = { x = "fax" }\n'
    running = make_host(own, plugins=["dialects"])
    (problem,) = running.host.problems
    assert problem.warning
    assert problem.key == "plugin.dialects.own.a.parameters"
    assert "gives no attribute of [url_parameters]" in problem.message
    assert running.client().get("/a?x=1").status_code == 404


def test_an_attribute_that_no_call_has_is_warned_of(make_host: MakeHost) -> None:
    parameters = '{ number = "phone", name = "phon" }'
    own = f'[plugin.dialects.own.a]\npath = "/a"\nparameters = {parameters}\n'
    (problem,) = make_host(own, plugins=["dialects"]).host.problems
    assert problem.warning
    assert (problem.line, problem.key) == (7, "plugin.dialects.own.a.parameters.name")
    assert problem.remedy == "did you mean 'phone'?"


def test_where_no_number_is_expected_only_itops_url_is_left(make_host: MakeHost) -> None:
    running = make_host('[url_parameters]\nmail = "email"\n', plugins=["dialects"])
    assert running.host.problems == []
    body = running.client(Accept="application/json").get("/pages/exec.php").get_json()
    assert [one["product"] for one in body["known"]] == ["iTop"]
