"""The examples of the extension's documentation, moved: what is written is what they say."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cti_host.app import create_app
from cti_host.settings.problems import ConfigRefused, Problem

ROOT = Path(__file__).parents[3]
Import = Callable[..., Any]
BY_HAND = tomllib.loads((ROOT / "config/examples/itop-extension.toml").read_text("utf-8"))
SECTIONS = (
    "url_parameters",
    "caller_information",
    "direct_creation",
    "indirect_creation",
    "display_tickets",
    "ecall_parameters",
)


def problems(folder: Path) -> list[Problem]:
    """What `cti-host check` says about the file that was written; refusals are raised."""
    app: Any = create_app(folder / "cti.toml")
    found: list[Problem] = app.extensions["cti_host"].problems
    app.extensions["cti_host"].database.close_all()
    return found


def test_a_whole_file_becomes_what_was_moved_by_hand(import_file: Import, examples: Path) -> None:
    done = import_file(examples / "config-itop.php")
    assert done.code == 0
    for section in SECTIONS:
        assert done.toml[section] == BY_HAND[section], section
    assert [*done.toml["indirect_creation"]] == ["UserRequest", "Incident", "Change", "Person"]


def test_settings_of_itop_itself_come_along(import_file: Import, examples: Path) -> None:
    done = import_file(examples / "config-itop.php")
    assert done.toml["language"] == "fr"
    assert done.toml["timezone"] == "Europe/Paris"
    assert done.toml["shortcut_actions"] == ["telephony_integration_ecall_legacy"]
    assert done.toml["plugin"]["itop"] == {"url": "https://itop.example.org/itop"}
    assert done.toml["plugins"] == ["accounts", "phone_reformat", "itop", "ecall", "dialects"]


def test_secrets_of_itop_are_neither_copied_nor_shown(import_file: Import, examples: Path) -> None:
    source = (examples / "config-itop.php").read_text("utf-8")
    secrets = ["the-database-password", "the-encryption-key", "the-directory-password"]
    secrets += ["itop-user", "ldap.example.org"]
    assert all(secret in source for secret in secrets)
    # Also where the file can't be read.
    broken = source.replace("'the-encryption-key',", "'the-encryption-key'")
    for done in (
        import_file(examples / "config-itop.php"),
        import_file(broken),
        import_file(source.replace("'the-encryption-key'", "the-encryption-key'")),
        import_file(source.replace("'the-encryption-key'", "the-encryption-key")),
    ):
        said = done.out + done.err + done.text
        assert not [secret for secret in secrets if secret in said]


@pytest.mark.parametrize("name", ["config-itop.php", "fragment-1.2.txt", "extension.xml"])
def test_what_is_written_passes_the_check(
    import_file: Import, examples: Path, tmp_path: Path, name: str
) -> None:
    done = import_file(examples / name, "--backend", "tickets")
    assert done.code == 0
    keys = [problem.key for problem in problems(tmp_path)]
    # As in iTop, whose own example presets the origin of a Change, which has none.
    expected = ["indirect_creation.Change.preset.origin"] if name == "config-itop.php" else []
    assert keys == expected


def test_in_front_of_itop_only_the_account_is_missing(
    import_file: Import, examples: Path, tmp_path: Path
) -> None:
    import_file(examples / "config-itop.php")
    with pytest.raises(ConfigRefused) as refused:
        problems(tmp_path)
    assert [problem.key for problem in refused.value.problems] == ["plugin.itop"]
    file = tmp_path / "cti.toml"
    text = file.read_text("utf-8").replace('# user = "', 'user = "')
    file.write_text(text.replace("# password_file", "password_file"), "utf-8")
    (tmp_path / "var" / "itop-password").write_text("ring-ring")
    assert problems(tmp_path) == []


def test_the_flavour_of_1_2_keeps_its_actions(import_file: Import, examples: Path) -> None:
    done = import_file(examples / "fragment-1.2.txt")
    assert done.toml["ecall_parameters"] == {
        "url": "https://myctiserver/index.php",
        "url_parameters": {
            "phone": {
                "icon": "fas fa-phone",
                "attributes": {"telephone": "phone", "mailaddress": "email"},
            },
            "mobile_phone": {
                "icon": "fa fa-mobile",
                "attributes": {"telephone": "mobile_phone"},
            },
        },
    }
    assert done.toml["shortcut_actions"] == [
        "telephony_integration_ecall_phone",
        "telephony_integration_ecall_mobile_phone",
    ]
    differs = [text for text in done.became("shortcut_actions") if text.startswith("differs")]
    assert [text.split()[1] for text in differs] == [
        "UI:Menu:Modify",
        "UI:Menu:New",
        "ecall_parameters",
    ]


def test_a_section_that_the_file_lacks_is_the_extensions_own(
    import_file: Import, examples: Path
) -> None:
    fragment = import_file(examples / "fragment-1.2.txt")
    default = import_file(examples / "extension.xml")
    for section in ("caller_information", "indirect_creation", "display_tickets"):
        assert fragment.toml[section] == default.toml[section]
        assert fragment.became(section)[0].startswith("default: it is not set")
    assert fragment.toml["direct_creation"]["Incident"]["enabled"] is True


def test_the_xml_is_the_same_as_a_site_without_settings(
    import_file: Import, examples: Path
) -> None:
    nothing_set = import_file("<?php\n$MySettings = array();\n$MyModuleSettings = array();\n")
    assert nothing_set.code == 0
    default = import_file(examples / "extension.xml")
    assert {key: default.toml[key] for key in SECTIONS if key in default.toml} == {
        key: nothing_set.toml[key] for key in SECTIONS if key in nothing_set.toml
    }
    assert "ecall_parameters" not in nothing_set.toml
    assert "ecall" not in nothing_set.toml["plugins"]


def test_each_line_of_the_report_names_the_line_of_the_file(
    import_file: Import, examples: Path
) -> None:
    lines = (examples / "config-itop.php").read_text("utf-8").splitlines()
    done = import_file(examples / "config-itop.php")
    seen = 0
    for entry in done.report["settings"]:
        if entry["line"]:
            seen += 1
            last = entry["key"].rpartition(".")[2]
            assert f"'{last}' =>" in lines[entry["line"] - 1], entry
    assert seen > 45


def test_the_report_for_a_person_is_one_line_for_each_setting(examples: Path) -> None:
    from click.testing import CliRunner
    from cti_itop_config import command

    done = CliRunner().invoke(command, [str(examples / "config-itop.php"), "-o", "-"])
    assert done.exit_code == 0
    assert tomllib.loads(done.stdout)["url_parameters"] == {"phone": "phone"}
    said = done.stderr.splitlines()
    file = examples / "config-itop.php"
    assert f"{file}:47: caller_information.query: taken" in said
    assert said[-1] == "49 taken, 3 differs"
