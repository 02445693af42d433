"""The settings of iTop: what is missing or wrong is refused, with its place and a remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost

GOOD = 'url = "https://itop.example.org/itop"\ntoken = "t0ken"\n'
SECRET = "s3cret-of-cti"


def build(make_host: MakeHost, table: str, before: str = "") -> RunningHost:
    toml = f"{before}\n[plugin.itop]\n{table}"
    return make_host(toml, plugins=["itop"])


def refusals(make_host: MakeHost, table: str, before: str = "") -> list[tuple[str, str]]:
    with pytest.raises(ConfigRefused) as refused:
        build(make_host, table, before)
    for problem in refused.value.problems:
        assert SECRET not in str(problem)
        assert problem.remedy
    return [(problem.key, problem.message) for problem in refused.value.problems]


def test_an_address_and_an_account_are_enough(make_host: MakeHost) -> None:
    assert build(make_host, GOOD).host.problems == []


@pytest.mark.parametrize(
    "end", ["", "/", "/pages/UI.php", "/webservices/rest.php", "/pages/", "/webservices"]
)
def test_an_address_copied_from_the_browser_is_right_too(make_host: MakeHost, end: str) -> None:
    url = f"https://itop.example.org/itop{end}"
    running = build(make_host, f'url = "{url}"\ntoken = "t"\n')
    config: Any = running.host.plugins[0].config
    assert config.url == "https://itop.example.org/itop"


@pytest.mark.parametrize(
    ("table", "key", "message"),
    [
        ("", "plugin.itop.url", "is required"),
        ("", "plugin.itop", "there is neither a token nor a user"),
        ('url = "itop.example.org"', "plugin.itop.url", "is not an address"),
        ('url = "https://u:p@itop"', "plugin.itop.url", "holds an account"),
        ('url = "https://itop/?x=1"', "plugin.itop.url", "is the address of a page"),
        (f'{GOOD}user = "cti"', "plugin.itop", "a token and a user"),
        (f'{GOOD}token_file = "x"', "plugin.itop", "token and token_file"),
        ('url = "https://itop"\nuser = "cti"', "plugin.itop.user", "there is no password"),
        (f"{GOOD}read_seconds = 9", "plugin.itop.timeout", "is less than connect_seconds"),
        (f'{GOOD}timezone = "Paris"', "plugin.itop.timezone", "there is no time zone"),
        (f'{GOOD}proxy = "proxy:3128"', "plugin.itop.proxy", "is not an address"),
        (f'{GOOD}directory = "both"', "plugin.itop.directory", "'mirror' or 'live'"),
        (f"{GOOD}verify = false", "plugin.itop.verify", "unknown key"),
        (f"{GOOD}sync_minutes = -1", "plugin.itop.sync_minutes", "greater than or equal to 0"),
        (f'{GOOD}ca_file = "nowhere.pem"', "plugin.itop.ca_file", "can't be read"),
    ],
)
def test_what_is_wrong_is_refused_at_its_key(
    make_host: MakeHost, table: str, key: str, message: str
) -> None:
    found = refusals(make_host, table)
    assert any(k == key and message in m for k, m in found), found


def test_a_secret_comes_from_a_file_or_from_the_environment(
    make_host: MakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")
    account = f'url = "https://itop"\nuser = "cti"\npassword_file = "{file}"\n'
    assert build(make_host, account).host.problems == []
    with monkeypatch.context() as patched:
        patched.setenv("CTI_ITOP_TOKEN", SECRET)
        assert build(make_host, 'url = "https://itop"\n').host.problems == []


@pytest.mark.parametrize("content", ["", "first\nsecond\n", None])
def test_a_file_without_a_secret_is_refused_without_showing_it(
    make_host: MakeHost, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    found = refusals(make_host, f'url = "https://itop"\ntoken_file = "{file}"\n')
    assert [key for key, _message in found] == ["plugin.itop.token_file"]
    assert not any("second" in message for _key, message in found)


def test_a_secret_in_the_clear_is_warned_of(make_host: MakeHost) -> None:
    running = build(make_host, 'url = "http://itop.example.org"\ntoken = "t"\n')
    (problem,) = running.host.problems
    assert problem.warning
    assert "without encryption" in problem.message
    assert build(make_host, 'url = "http://127.0.0.1:1"\ntoken = "t"\n').host.problems == []


def list_with(query: str) -> str:
    return f'[[display_tickets.lists]]\nenabled = true\nlabel = "L"\nquery = {query!r}\n'


@pytest.mark.parametrize(
    ("before", "key", "message"),
    [
        (
            "[caller_information]\nquery = \"SELECT Person WHERE name LIKE '50\\\\%'\"",
            "caller_information.query",
            "this string has no end, or a backslash before something other than",
        ),
        (
            list_with("SELECT UserRequest WHERE NOT caller_id = :selected_caller"),
            "display_tickets.lists[0].query",
            "line 1, column 30: caller_id is not expected here",
        ),
        (
            list_with("SELECT UserRequest WHERE caller_id = :callers_list"),
            "display_tickets.lists[0].query",
            "the parameter callers_list is a list; write IN (:callers_list)",
        ),
        ('[caller_information]\nquery = ""', "caller_information.query", "the query is empty"),
        (
            '[caller_information]\nquery = "SELECT Person WHERE email = :mail"',
            "caller_information.query",
            "no setting provides :mail",
        ),
        (
            list_with("SELECT UserRequest WHERE agent_id = :current_user_id"),
            "display_tickets.lists[0].query",
            "no setting provides :current_user_id",
        ),
        (
            list_with("SELECT UserRequest WHERE agent_id = :this->agent_id"),
            "display_tickets.lists[0].query",
            "no setting provides :this->agent_id",
        ),
        (
            '[direct_creation.Incident]\nenabled = true\npreset = { caller_id = ":caller" }',
            "direct_creation.Incident.preset.caller_id",
            "no setting provides :caller",
        ),
        (
            "[indirect_creation.Incident]\nenabled = true\n"
            'preset = { org_id = "SELECT Organization WHERE id = :org" }',
            "indirect_creation.Incident.preset.org_id",
            "no setting provides :org",
        ),
    ],
)
def test_a_query_that_can_not_be_asked_is_refused(
    make_host: MakeHost, before: str, key: str, message: str
) -> None:
    found = refusals(make_host, GOOD, before)
    assert [k for k, _m in found] == [key]
    assert message in found[0][1]


@pytest.mark.parametrize(
    "placeholder", [":current_contact_id", ":current_contact->org_id", ":current_user->email"]
)
def test_placeholders_about_the_agent_are_known(make_host: MakeHost, placeholder: str) -> None:
    before = list_with(f"SELECT UserRequest WHERE agent_id = {placeholder}")
    assert build(make_host, GOOD, before).host.problems == []


def test_a_query_without_anything_of_the_call_is_warned_of(make_host: MakeHost) -> None:
    (problem,) = build(
        make_host, GOOD, '[caller_information]\nquery = "SELECT Person"'
    ).host.problems
    assert problem.warning
    assert problem.key == "caller_information.query"


def test_neither_the_settings_nor_their_errors_show_a_secret(make_host: MakeHost) -> None:
    table = f'url = "https://itop"\nuser = "cti"\npassword = "{SECRET}"\n'
    config = build(make_host, table).host.plugins[0].config
    assert SECRET not in repr(config)
    assert SECRET not in config.model_dump_json()
    refusals(make_host, f"{table}timeout = -1\n")


def test_a_misspelt_attribute_of_persons_is_a_warning(make_host: MakeHost) -> None:
    before = '[caller_information]\ndisplay_name = "friendlynam, org_name, our_own_field"'
    (problem,) = build(make_host, GOOD, before).host.problems
    assert (problem.key, problem.warning) == ("caller_information.display_name", True)
    assert problem.message == "'friendlynam' is not a usual attribute of Person"
    assert problem.remedy == "did you mean 'friendlyname'?"


def test_click_to_call_knows_what_persons_of_itop_carry(make_host: MakeHost) -> None:
    ecall = (
        '[ecall_parameters]\nurl = "https://pbx.example.org"\n'
        'url_parameters = { a = "phone", b = "home_phone", c = "fax" }\n'
    )
    toml = f'{ecall}[plugin.itop]\n{GOOD}person_fields = ["home_phone"]\n'
    (problem,) = make_host(toml, plugins=["ecall", "itop"]).host.problems
    assert (problem.key, problem.warning) == ("ecall_parameters.url_parameters.c", True)
    assert problem.message == "callers have no attribute 'fax'"
