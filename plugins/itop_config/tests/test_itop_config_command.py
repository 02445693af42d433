"""`cti-host import-itop-config`: what becomes of single settings, files and exit codes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_itop_config import command
from cti_itop_config.cti_toml import block, comment
from hypothesis import given, settings
from hypothesis import strategies as st

Import = Callable[..., Any]


def site(**sections: str) -> str:
    """A `config-itop.php` with these sections of the extension."""
    inside = ",\n".join(f"'{name}' => {value}" for name, value in sections.items())
    return f"<?php\n$MyModuleSettings = ['combodo-telephony-integration' => [\n{inside}\n]];\n"


@pytest.mark.parametrize(
    ("section", "php", "key", "became"),
    [
        ("color", "'red'", "color", "could not be moved: there is no such setting here"),
        ("url_parameters", "'phone'", "url_parameters", "could not be moved: it is a value, not"),
        ("url_parameters", "['page_1' => 'phone']", "url_parameters.page_1",
         "could not be moved: the panel has a parameter of its own with this name"),
        ("url_parameters", "['a' => 'phone', 'b' => 'phone']", "url_parameters.b",
         "could not be moved: another parameter sets 'phone' already"),
        ("url_parameters", "['a' => ' ']", "url_parameters.a",
         "could not be moved: it does not name an attribute"),
        ("caller_information", "['query' => getenv('Q')]", "caller_information.query",
         "could not be moved: a function's result: only running the file would tell its value"),
        ("caller_information", "['query' => true]", "caller_information.query",
         "could not be moved: it is true or false, not a text"),
        ("caller_information", '["query" => "a\\0b"]', "caller_information.query",
         "could not be moved: it holds a NUL character"),
        ("caller_information", "['label/XX XX' => 'x']", "caller_information.label/XX XX",
         "differs: it is kept, but the pages here are only in English, "),
        ("caller_information", "['label/german' => 'x']", "caller_information.label/german",
         "could not be moved: the key of a label is"),
        ("direct_creation", "['A' => ['enabled' => '1']]", "direct_creation.A.enabled",
         "differs: it is neither true nor false: true is written"),
        ("direct_creation", "['A' => ['enabled' => 0]]", "direct_creation.A.enabled",
         "differs: it is neither true nor false: false is written"),
        ("direct_creation", "['A' => ['preset' => ['impact' => 2]]]",
         "direct_creation.A.preset.impact", "taken"),
        ("direct_creation", "['A' => ['preset' => ['impact' => null]]]",
         "direct_creation.A.preset.impact", "could not be moved: it is null, not a text"),
        ("direct_creation", "['A' => ['max' => 2]]", "direct_creation.A.max",
         "could not be moved: there is no such setting here"),
        ("display_tickets", "['lists' => [['label' => 'x']]]", "display_tickets.lists[0]",
         "could not be moved: a list needs a query"),
        ("display_tickets", "['lists' => [['query' => 'x']]]", "display_tickets.lists[0]",
         "differs: it has no label, so it has none here either"),
        ("ecall_parameters", "['url_parameters' => ['a' => 'phone']]", "ecall_parameters",
         "could not be moved: it has no url, so nobody could be called"),
        ("ecall_parameters", "['url' => 'https://x', 'url_parameters' => ['a' => 'a b']]",
         "ecall_parameters.url_parameters.a",
         "could not be moved: it does not name an attribute of the caller"),
        ("ecall_parameters",
         "['url' => 'https://x', 'url_parameters' => ['a' => ['attributes' => ['t' => 'phone']],"
         " 'b' => 'email']]", "ecall_parameters.url_parameters.b",
         "could not be moved: it is beside actions, but is not an action itself"),
        ("ecall_parameters",
         "['url' => 'https://x', 'url_parameters' => ['a' => ['icon' => 'x']]]",
         "ecall_parameters.url_parameters.a",
         "could not be moved: it passes no attribute of the caller on"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_becomes_of_a_setting(
    import_file: Import, section: str, php: str, key: str, became: str
) -> None:
    done = import_file(site(**{section: php}))
    found = done.became(key)
    assert found
    assert found[0].startswith(became)
    assert done.code == (3 if "could not be moved" in done.out else 0)
    tomllib.loads(done.text)


@pytest.mark.parametrize(
    ("setting", "became"),
    [
        ("'timezone' => 'Mars/Olympus'", "could not be moved: there is no time zone of this name"),
        ("'default_language' => 'XX XX'", "could not be moved: the pages here are only in"),
        ("'default_language' => 'EN US'", "taken: as language"),
        (
            "'app_root_url' => 'https://%server_name%/itop/'",
            "could not be moved: %server_name% stands for whichever name a browser asks for: write",
        ),
        (
            "'app_root_url' => 'http://$SERVER_NAME$/itop/'",
            "could not be moved: $SERVER_NAME$ stands for whichever name a browser asks for: write",
        ),
        ("'app_root_url' => 'https://$itop/'", "could not be moved: it is not an"),
        ("'app_root_url' => 'https://admin:pw@itop.example/'", "could not be moved: it is not an"),
        (
            "'shortcut_actions' => 'other_extension_action'",
            "could not be moved: there is no",
        ),
        (
            "'shortcut_actions' => ['UI:Menu:New']",
            "differs: UI:Menu:New is a button of iTop",
        ),
    ],
)
def test_what_becomes_of_a_setting_of_itop(import_file: Import, setting: str, became: str) -> None:
    done = import_file(f"<?php\n$MySettings = array({setting});\n")
    key = setting.split("'")[1]
    assert done.became(key)[0].startswith(became)
    assert "admin:pw" not in done.out + done.text


def test_what_could_not_be_moved_is_in_the_file_too(import_file: Import) -> None:
    done = import_file(site(color="'red'"))
    file = done.report["settings"][0]["file"]
    lost = f"# {file}:3: color: there is no such setting here\n"
    assert f"# What could not be moved:\n{lost}" in done.text


def test_the_order_of_lists_is_that_of_the_array(import_file: Import) -> None:
    one, other = "['label' => 'b', 'query' => 'x']", "['label' => 'a', 'query' => 'y']"
    done = import_file(site(display_tickets=f"['lists' => [7 => {one}, 2 => {other}]]"))
    assert [entry["label"] for entry in done.toml["display_tickets"]["lists"]] == ["b", "a"]


def test_an_address_without_a_name_is_to_be_filled_in(import_file: Import) -> None:
    done = import_file("<?php\n$MySettings = ['app_root_url' => 'https://$SERVER_NAME$/itop/'];\n")
    assert (done.code, done.report["backend"]) == (3, "itop")
    assert "url" not in done.toml["plugin"]["itop"]
    assert '# url = "https://itop.example.org/itop"' in done.text


def test_without_an_itop_its_address_is_not_said_to_be_taken(import_file: Import) -> None:
    for address in ("https://itop.example.org/itop/", "https://$SERVER_NAME$/itop/"):
        text = f"<?php\n$MySettings = ['app_root_url' => '{address}'];\n"
        done = import_file(text, "--backend", "tickets")
        assert done.became("app_root_url") == [
            "differs: it is left out: people and tickets are in the host's own database"
        ]
        assert (done.code, "itop" in done.toml["plugin"]) == (0, False)


def test_the_backend_is_itop_where_its_address_is_known(
    import_file: Import, examples: Path
) -> None:
    known = import_file(examples / "config-itop.php")
    assert known.report["backend"] == "itop"
    unknown = import_file(site())
    assert unknown.report["backend"] == "tickets"
    assert "itop" not in unknown.toml["plugin"]
    asked = import_file(site(), "--backend", "itop")
    assert "itop" in asked.toml["plugins"]
    assert asked.toml["plugin"]["itop"] == {}
    assert '# url = "https://itop.example.org/itop"' in asked.text


def test_the_country_of_numbers_can_be_named(import_file: Import) -> None:
    assert import_file(site()).toml["plugin"]["phone_reformat"] == {"region": "FR"}
    named = import_file(site(), "--region", "DE")
    assert named.toml["plugin"]["phone_reformat"] == {"region": "DE"}
    assert "DE is written" in named.became("plugin.phone_reformat.region")[0]
    assert import_file(site(), "--region", "Germany").code == 2


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`run("config-itop.php", "-o", "x.toml")` in a folder with that file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config-itop.php").write_text(site())
    return lambda *arguments: CliRunner().invoke(command, [*arguments])


def test_the_file_is_written_beside_without_options(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    done = run("config-itop.php")
    assert done.exit_code == 0
    last = "Wrote cti.toml, with the plugin 'tickets'. Next: cti-host --config cti.toml check"
    assert done.stdout.splitlines()[-1] == last
    data = tomllib.loads((tmp_path / "cti.toml").read_text("utf-8"))
    assert data["database"] == "sqlite:///var/cti.db"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".cti")]


def test_the_data_of_a_file_in_a_folder_config_lies_beside_that_folder(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    assert run("config-itop.php", "-o", "config/site.toml").exit_code == 0
    data = tomllib.loads((tmp_path / "config" / "site.toml").read_text("utf-8"))
    assert data["database"] == "sqlite:///../var/cti.db"
    assert data["secret_key_file"] == "../var/secret_key"


def test_a_file_that_is_there_is_kept_unless_forced(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "cti.toml").write_text("mine")
    done = run("config-itop.php")
    assert done.exit_code == 1
    assert done.stderr == "cti.toml: already exists\n    -> name another file, or add --force\n"
    assert (tmp_path / "cti.toml").read_text() == "mine"
    assert run("config-itop.php", "--force").exit_code == 0
    assert tomllib.loads((tmp_path / "cti.toml").read_text("utf-8"))["plugins"]


def test_the_file_that_was_read_is_never_written_over(
    run: Callable[..., Any], tmp_path: Path
) -> None:
    done = run("config-itop.php", "-o", str(tmp_path / "." / "config-itop.php"), "--force")
    assert done.exit_code == 1
    assert "is a file that was read" in done.stderr
    assert (tmp_path / "config-itop.php").read_text() == site()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.php",), "missing.php: can't be read: No such file or directory"),
        ((".",), ".: can't be read: Is a directory"),
        (("config-itop.php", "-o", "no/folder.toml"), "no/folder.toml: can't be written"),
        (("config-itop.php", "-o", "."), ".: already exists"),
    ],
)
def test_a_file_that_cannot_be_had_is_a_message(
    run: Callable[..., Any], arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments)
    assert done.exit_code == 1
    assert done.stderr.startswith(said)


def test_a_file_name_cannot_forge_lines(run: Callable[..., Any], tmp_path: Path) -> None:
    name = 'x\ndatabase = "elsewhere"\x1b[31m.php'
    (tmp_path / name).write_text(site())
    done = run(name)
    assert "\x1b" not in done.stdout
    data = tomllib.loads((tmp_path / "cti.toml").read_text("utf-8"))
    assert data["database"] == "sqlite:///var/cti.db"


def test_the_host_offers_the_command_without_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cti_host.command_line.cli import cli

    monkeypatch.chdir(tmp_path)
    (tmp_path / "config-itop.php").write_text(site())
    done = CliRunner().invoke(cli, ["import-itop-config", "config-itop.php", "-o", "-"])
    assert done.exit_code == 0
    assert tomllib.loads(done.stdout)["url_parameters"] == {"phone": "phone"}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(TEXTS, st.one_of(TEXTS, st.booleans(), st.lists(TEXTS)), max_size=5), TEXTS)
def test_toml_holds_any_text(data: dict[str, Any], remark: str) -> None:
    settings_ = {"a": {"b c": {**data, "inner table": {"k": "v"}}}, "attributes": data}
    assert tomllib.loads(comment(remark) + block(remark, settings_)) == settings_
