"""Mistakes in [ecall_parameters]: each is found, with its line, its key and what to write."""

from __future__ import annotations

import pytest

from cti_host.settings.problems import ConfigRefused, Problem
from cti_host.testing import MakeHost

pytest_plugins = ["cti_host.testing"]

CTI = "https://cti.example/call"

# `write_config` puts this many lines before the settings of a test.
LINES_BEFORE = 4


def refused(make_host: MakeHost, settings: str) -> list[Problem]:
    """What is wrong with these settings, in the order of the file."""
    with pytest.raises(ConfigRefused) as caught:
        make_host(settings, plugins=["ecall"])
    errors = [problem for problem in caught.value.problems if not problem.warning]
    return sorted(errors, key=lambda problem: problem.line)


def table(url: str = CTI, parameters: str = '{ telephone = "phone" }') -> str:
    """Settings with the url on line 2 and the parameters on line 3."""
    return f'[ecall_parameters]\nurl = "{url}"\nurl_parameters = {parameters}\n'


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "begin with http:// or https://"),
        ("myctiserver/index.php", "begin with http:// or https://"),
        ("//cti.example", "begin with http:// or https://"),
        (r"/\\cti.example", "begin with http:// or https://"),
        ("https:/cti.example", "no valid server name"),
        ("https://", "no valid server name"),
        ("https:///call", "no valid server name"),
        ("https://cti.example:port/", "no valid server name"),
        ("https://[::1/", "no valid server name"),
        ("ftp://cti.example", "begin with http:// or https://"),
        ("localhost:8080/call", "begin with http:// or https://"),
        ("tel:", 'a placeholder for the number: "tel:{telephone}"'),
        ("javascript:call({telephone})", "places no call"),
        ("DATA:text/html,{telephone}", "places no call"),
        ("https://cti.example/a b", "write %20"),
        (r"https://cti.example/\n", "control character"),
        ("https://{telephone}.example/", "name of the server"),
        ("https://cti.example/{telephone", "brace without its partner"),
        ("https://cti.example/{}", "brace without its partner"),
        ("https://cti.example/}{", "brace without its partner"),
    ],
)
def test_an_address_that_cannot_place_a_call_is_refused(
    make_host: MakeHost, url: str, message: str
) -> None:
    (problem,) = refused(make_host, table(url))
    assert (problem.key, problem.line) == ("ecall_parameters.url", LINES_BEFORE + 2)
    assert message in f"{problem.message}; {problem.remedy}"


@pytest.mark.parametrize(
    ("settings", "key", "line", "message"),
    [
        ('url_parameters = { t = "phone" }', "url", 1, "is required"),
        ('url = "https://cti.example"', "url_parameters", 1, "is required"),
        (
            'url = "https://cti.example"\nurl_parameters = {}',
            "url_parameters",
            3,
            "names no parameter",
        ),
        ('url = 5\nurl_parameters = { t = "phone" }', "url", 2, "valid string"),
        (
            'url = "https://cti.example"\nurl_parameters = "phone"',
            "url_parameters",
            3,
            "valid dict",
        ),
        ('url = "https://cti.example"\nurl_parameter = {}', "url_parameter", 3, "unknown key"),
        ("url_parameters = 5\ntimeout = 0", "url_parameters", 2, "valid dict"),
    ],
)
def test_url_and_parameters_belong_together(
    make_host: MakeHost, settings: str, key: str, line: int, message: str
) -> None:
    problems = refused(make_host, f"[ecall_parameters]\n{settings}\n")
    places = {problem.key: problem for problem in problems}
    found = places[f"ecall_parameters.{key}"]
    assert message in f"{found.message}; {found.remedy}"
    assert found.remedy
    assert found.line == LINES_BEFORE + line


@pytest.mark.parametrize(
    ("parameters", "key", "message"),
    [
        ("{ telephone = 5 }", "telephone", "write an attribute in quotes"),
        ("{ telephone = [] }", "telephone", "write an attribute in quotes"),
        ('{ telephone = "" }', "telephone", "write its code"),
        ('{ telephone = "home phone" }', "telephone", "write its code"),
        ('{ telephone = ":phone" }', "telephone", "write its code"),
        ('{ " " = "phone" }', '" "', "has no name"),
        ("{ phone = {} }", "phone.attributes", "is required"),
        ("{ phone = { attributes = {} } }", "phone.attributes", "names no attribute"),
        ("{ phone = { attributes = 5 } }", "phone.attributes", "valid dictionary"),
        ("{ phone = { attributes = { t = 5 } } }", "phone.attributes.t", "valid string"),
        ('{ phone = { attributes = { t = "" } } }', "phone.attributes.t", "write its code"),
        ('{ phone = { attributes = { "" = "phone" } } }', 'phone.attributes.""', "has no name"),
        ('{ "my phone" = { attributes = { t = "phone" } } }', '"my phone"', "letters, digits"),
        ('{ p = { icon = 5, attributes = { t = "phone" } } }', "p.icon", "valid string"),
        ('{ p = { label = 5, attributes = { t = "phone" } } }', "p.label", "text in quotes"),
        ('{ p = { label = "", attributes = { t = "phone" } } }', "p.label", "text in quotes"),
        ('{ p = { labels = "x", attributes = { t = "phone" } } }', "p.labels", "unknown key"),
        (
            '{ p = { "label/fr" = "x", attributes = { t = "phone" } } }',
            'p."label/fr"',
            'write label, or "label/FR FR"',
        ),
        (
            '{ telephone = "phone", mobile = { attributes = { t = "mobile_phone" } } }',
            "telephone",
            "is a text, but 'mobile' is a table; write { attributes = { telephone = \"phone\" } }",
        ),
    ],
)
def test_a_wrong_parameter_is_refused_at_its_key(
    make_host: MakeHost, parameters: str, key: str, message: str
) -> None:
    (problem,) = refused(make_host, table(parameters=parameters))
    assert problem.key == f"ecall_parameters.url_parameters.{key}"
    assert problem.line == LINES_BEFORE + 3
    assert problem.remedy
    assert message in f"{problem.message}; {problem.remedy}"


def test_a_misspelt_key_of_an_action_has_its_remedy(make_host: MakeHost) -> None:
    parameters = '{ phone = { icno = "fas fa-phone", attributes = { t = "phone" } } }'
    (problem,) = refused(make_host, table(parameters=parameters))
    assert problem.key == "ecall_parameters.url_parameters.phone.icno"
    assert (problem.message, problem.remedy) == ("unknown key", "did you mean 'icon'?")


def test_every_mistake_is_reported_at_its_own_line(make_host: MakeHost) -> None:
    problems = refused(
        make_host,
        """\
        [ecall_parameters]
        url = "cti.example"
        [ecall_parameters.url_parameters.phone]
        icon = 5
        attributes = { telephone = "phone" }
        [ecall_parameters.url_parameters.mobile]
        icon = "fas fa-mobile"
        attributes.telephone = ""
        """,
    )
    assert [(problem.line - LINES_BEFORE, problem.key) for problem in problems] == [
        (2, "ecall_parameters.url"),
        (4, "ecall_parameters.url_parameters.phone.icon"),
        (8, "ecall_parameters.url_parameters.mobile.attributes.telephone"),
    ]


@pytest.mark.parametrize(
    ("url", "parameters", "key", "message"),
    [
        (f"{CTI}?telephone=1", '{ telephone = "phone" }', ".telephone", "already has a parameter"),
        (f"{CTI}?telephone=", '{ telephone = "phone" }', ".telephone", "already has a parameter"),
        ("tel:{number}", '{ number = "phone", mail = "email" }', ".mail", "write {mail} there"),
        ("tel:{number}", '{ telephone = "phone" }', "", "the url has {number}"),
        (f"{CTI}/{{number}}", '{ telephone = "phone" }', "", 'number = "phone"'),
        (
            "tel:{number}",
            '{ a = { attributes = { number = "phone" } }, b = { attributes = { n = "fax" } } }',
            ".b.attributes",
            "the url has {number}",
        ),
    ],
)
def test_parameters_go_with_the_address(
    make_host: MakeHost, url: str, parameters: str, key: str, message: str
) -> None:
    problem = refused(make_host, table(url, parameters))[0]
    assert problem.key == f"ecall_parameters.url_parameters{key}"
    assert problem.line == LINES_BEFORE + 3
    assert problem.remedy
    assert message in f"{problem.message}; {problem.remedy}"


@pytest.mark.parametrize(
    ("parameters", "key", "code", "remedy"),
    [
        ('{ telephone = "phon" }', "telephone", "phon", "did you mean 'phone'?"),
        (
            '{ desk = { attributes = { telephone = "mobil_phone" } } }',
            "desk.attributes.telephone",
            "mobil_phone",
            "did you mean 'mobile_phone'?",
        ),
        ('{ telephone = "pager" }', "telephone", "pager", "known: email, mobile_phone, phone"),
    ],
)
def test_an_attribute_that_no_caller_has_is_a_warning(
    make_host: MakeHost, parameters: str, key: str, code: str, remedy: str
) -> None:
    (problem,) = make_host(table(parameters=parameters), plugins=["ecall"]).host.problems
    assert problem.key == f"ecall_parameters.url_parameters.{key}"
    assert (problem.line, problem.warning) == (LINES_BEFORE + 3, True)
    assert problem.message == f"callers have no attribute {code!r}"
    assert problem.remedy == remedy
