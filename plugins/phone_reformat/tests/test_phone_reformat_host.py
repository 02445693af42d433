"""The plugin as the host runs it: found, configured, called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from cti_host import Call, Host, Number, Reason, Unsearchable
from cti_host.app import create_app
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import PATIENCE_SECONDS, write_config

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[MakeApp]:
    """Build a host with these settings, behind a site's own plugin if `before` is its source."""
    with ExitStack() as contexts:

        def make(settings: str = "", before: str = "") -> Flask:
            config_file = write_config(
                tmp_path,
                '[url_parameters]\nphone = "phone"\n[plugin.phone_reformat]\n' + settings,
                plugins=["before", "phone_reformat"] if before else ["phone_reformat"],
                sources={"before": before} if before else {},
            )
            app = create_app(config_file, timeout=PATIENCE_SECONDS)
            contexts.enter_context(app.app_context())
            return app

        yield make


def host_of(app: Flask) -> Host:
    """The host of an application."""
    host: Host = app.extensions["cti_host"]
    return host


def call(**received: str) -> Call:
    return Call(received, received)


def test_the_host_parses_numbers_with_it(make_app: MakeApp) -> None:
    hooks = host_of(make_app('region = "DE"')).hooks
    number = hooks.parse_number("030 12345678")
    assert number is not None
    assert (number.key, number.region) == ("+493012345678", "DE")
    assert hooks.parse_number("Ada Lovelace") is None
    assert hooks.parse_number("anonymous") is None


def test_a_call_gets_numbers_and_keeps_what_was_received(make_app: MakeApp) -> None:
    received = call(phone="09 87 65 43 21", mobile_phone="anonymous", email="ada@example.org")
    changed = host_of(make_app()).hooks.preprocess_parameters(received)
    assert changed.received == received.received
    assert changed.number is not None
    assert changed.number.key == "+33987654321"
    assert changed.parameters["mobile_phone"] == Unsearchable("anonymous", Reason.WITHHELD)
    assert changed.parameters["email"] == "ada@example.org"


def test_a_call_without_numbers_is_left_as_it_is(make_app: MakeApp) -> None:
    received = call(email="ada@example.org")
    assert host_of(make_app()).hooks.preprocess_parameters(received) is received


def test_attributes_restrict_what_is_reformatted(make_app: MakeApp) -> None:
    hooks = host_of(make_app('attributes = ["phone"]')).hooks
    changed = hooks.preprocess_parameters(call(phone="0987654321", employee_number="12345"))
    assert isinstance(changed.parameters["phone"], Number)
    assert changed.parameters["employee_number"] == "12345"


@pytest.mark.parametrize(
    ("received", "becomes"),
    [
        ("+33987654321", "+33987654321"),
        ("%2B33987654321", "+33987654321"),
        ("+0987654321", "+33987654321"),
        ("09%2087%2065%2043%2021", "+33987654321"),
    ],
)
def test_a_pop_carries_what_was_received_and_what_it_became(
    make_app: MakeApp, received: str, becomes: str
) -> None:
    client = make_app().test_client()
    answer = client.get(f"/pop?phone={received}", headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert answer.get_json()["parameters"]["phone"] == becomes


def test_a_pop_of_a_withheld_caller_says_so(make_app: MakeApp) -> None:
    page = make_app().test_client().get("/pop?phone=anonymous").get_data(as_text=True)
    assert "withheld" in page
    assert "anonymous" in page


BEFORE = """
from cti_host import Call, Number, hookimpl

class Plugin:
    @hookimpl
    def preprocess_parameters(self, call: Call) -> Call:
        own = Number(call.received["phone"], extension="7")
        return call.with_parameter("phone", own).with_parameter("mobile_phone", "0612345678")
"""


def test_what_a_plugin_before_it_understood_stays(make_app: MakeApp) -> None:
    changed = host_of(make_app(before=BEFORE)).hooks.preprocess_parameters(call(phone="0987654321"))
    phone, mobile = changed.parameters["phone"], changed.parameters["mobile_phone"]
    assert isinstance(phone, Number)
    assert phone.key == "ext:7"
    assert isinstance(mobile, Number)
    assert mobile.key == "+33612345678"


@pytest.mark.parametrize(
    ("settings", "key", "says"),
    [
        ('region = "fr"', "region", '"FR"'),
        ('region = "XX"', "region", "ISO 3166"),
        ("region = 33", "region", "in quotes"),
        ('output = "E164"', "output", "'e164'"),
        ('international_prefixes = ["+"]', "international_prefixes[0]", "digits"),
        ('international_prefixes = "00"', "international_prefixes", "a list"),
        ("extension_digits = [3]", "extension_digits", "[3, 5]"),
        ("extension_digits = [5, 3]", "extension_digits", "[3, 5]"),
        ("extension_digits = [1, 3]", "extension_digits", "[3, 5]"),
        ("extension_digits = [3, 10]", "extension_digits", "[3, 5]"),
        ('extension_digits = ["3", 5]', "extension_digits[0]", "without quotes"),
        ('withheld = [""]', "withheld[0]", "empty"),
        ('attributes = [" "]', "attributes[0]", "empty"),
        ('regoin = "FR"', "regoin", "'region'"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_place(
    make_app: MakeApp, tmp_path: Path, settings: str, key: str, says: str
) -> None:
    with pytest.raises(ConfigRefused) as refused:
        make_app(settings)
    (problem,) = refused.value.problems
    assert problem.file == str(tmp_path / "cti.toml")
    assert (problem.line, problem.key) == (8, f"plugin.phone_reformat.{key}")
    assert problem.remedy
    assert says in problem.message + problem.remedy


def test_an_attribute_that_no_call_has_is_a_warning(make_app: MakeApp) -> None:
    problems = host_of(make_app('attributes = ["phone", "phon"]')).problems
    (problem,) = [one for one in problems if one.key.startswith("plugin.phone_reformat")]
    assert (problem.line, problem.key) == (8, "plugin.phone_reformat.attributes[1]")
    assert problem.warning
    assert problem.remedy == "did you mean 'phone'? (see [url_parameters])"
