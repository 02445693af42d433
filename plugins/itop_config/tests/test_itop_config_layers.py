"""Several files, laid over one another: which level merges, which replaces, and who says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_itop_config import command

Import = Callable[..., Any]

HEAD = "$MyModuleSettings['combodo-telephony-integration']"


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., list[Path]]:
    """`written(a_php="…", b_xml="…")`: files a.php and b.xml with these texts, in this order."""

    def write(**texts: str) -> list[Path]:
        files = [tmp_path / name.replace("_", ".") for name in texts]
        for file, text in zip(files, texts.values(), strict=True):
            file.write_text(text, "utf-8")
        return files

    return write


Written = Callable[..., list[Path]]


def module(parameters: str, delta: str = "must_exist") -> str:
    """A data model that changes the parameters of the extension."""
    return (
        "<itop_design><module_parameters>\n"
        f'<parameters id="combodo-telephony-integration" _delta="{delta}">\n{parameters}\n'
        "</parameters></module_parameters></itop_design>\n"
    )


def php(**sections: str) -> str:
    """A `config-itop.php` that sets these sections, each on a line of its own."""
    inside = "".join(f"'{name}' => {value},\n" for name, value in sections.items())
    return f"<?php\n{HEAD} = array(\n{inside});\n"


def test_the_extension_a_module_and_the_configuration(import_file: Import, examples: Path) -> None:
    names = ("extension.xml", "own-module.xml", "config-itop.php")
    done = import_file([examples / name for name in names])
    alone = import_file(examples / "config-itop.php")
    # This configuration sets all sections: it replaces each as a whole.
    assert done.code == 0
    assert {k: v for k, v in done.toml.items() if k != "plugin"} == {
        k: v for k, v in alone.toml.items() if k != "plugin"
    }
    assert done.lines("caller_information.query") == [
        "extension.xml:14: overlaid: own-module.xml:6 sets it",
        "own-module.xml:6: overlaid: config-itop.php:47 sets it",
        "config-itop.php:47: taken",
    ]
    assert done.lines("indirect_creation.Incident.preset.origin") == [
        "own-module.xml:15: overlaid: config-itop.php:76 sets it",
        "config-itop.php:76: taken",
    ]
    assert done.lines("display_tickets.lists[1].label/FR FR") == ["config-itop.php:106: taken"]


def test_a_module_changes_what_the_files_before_it_have(
    import_file: Import, examples: Path
) -> None:
    done = import_file([examples / "extension.xml", examples / "own-module.xml"])
    assert done.code == 0
    assert done.toml["caller_information"] == {
        "label": "Contacts with phone number $phone$",
        "query": "SELECT Person WHERE phone LIKE :phone AND status = 'active'",
        "display_name": "friendlyname, org_name, function",
    }
    assert [*done.toml["indirect_creation"]] == ["UserRequest", "Incident"]
    labels = [entry["label"] for entry in done.toml["display_tickets"]["lists"]]
    assert labels == ["User Requests opened for this caller", "Of the whole organization"]
    assert done.lines("caller_information.label") == ["extension.xml:13: taken"]
    assert done.lines("indirect_creation.Person.preset.phone") == [
        "extension.xml:41: overlaid: own-module.xml:9 sets indirect_creation without it"
    ]


def test_modules_count_in_the_order_in_which_they_are_named(
    import_file: Import, written: Written
) -> None:
    label = '<caller_information type="hash"><label _delta="force">{}</label></caller_information>'
    one, two = written(a_xml=module(label.format("A")), b_xml=module(label.format("B")))
    assert import_file([one, two]).toml["caller_information"]["label"] == "B"
    done = import_file([two, one])
    assert done.toml["caller_information"]["label"] == "A"
    assert done.lines("caller_information.label") == [
        "b.xml:3: overlaid: a.xml:3 sets it",
        "a.xml:3: taken",
    ]


def test_a_section_of_php_replaces_that_of_xml_as_a_whole(
    import_file: Import, written: Written
) -> None:
    section = '<caller_information type="hash"><x>Who</x>\n<query>Q</query></caller_information>'
    done = import_file(
        written(
            a_xml=module(
                section + '<url_parameters type="hash"><mail>email</mail></url_parameters>'
            ),
            b_php=php(caller_information="array('label' => 'L')"),
        )
    )
    assert done.toml["caller_information"] == {"label": "L"}
    assert done.lines("caller_information.query") == [
        "a.xml:4: overlaid: b.php:3 sets caller_information without it"
    ]
    # What it does not set stays.
    assert done.toml["url_parameters"] == {"phone": "phone", "mail": "email"}
    assert done.lines("url_parameters.mail") == ["a.xml:4: taken"]
    # No loss: the section that has no such setting does not count.
    assert done.code == 0
    assert done.lines("caller_information.x") == [
        "a.xml:3: overlaid: b.php:3 sets caller_information without it"
    ]


def test_an_element_that_php_sets_is_not_merged_into_xml(
    import_file: Import, written: Written
) -> None:
    query = '<caller_information type="hash"><query _delta="force">Q</query></caller_information>'
    element = f"<?php\n{HEAD}['caller_information']['label'] = 'L';\n"
    done = import_file(written(a_xml=module(query), b_php=element))
    assert done.toml["caller_information"] == {"label": "L"}
    assert done.lines("caller_information.query") == [
        "a.xml:3: overlaid: b.php:2 sets caller_information without it"
    ]


def test_null_counts_as_not_set(import_file: Import, written: Written) -> None:
    section = (
        '<direct_creation _delta="redefine" type="hash"><Incident type="hash"/></direct_creation>'
    )
    done = import_file(
        written(a_xml=module(section), b_php=php(direct_creation="null", url_parameters="NULL"))
    )
    assert done.code == 0
    assert done.toml["direct_creation"] == {"Incident": {"enabled": False, "preset": {}}}
    assert done.toml["url_parameters"] == {"phone": "phone"}
    assert done.lines("direct_creation") == ["b.php:3: taken: it is null, which counts as not set"]


def test_a_site_without_any_parameters_has_no_sections(
    import_file: Import, written: Written
) -> None:
    done = import_file(written(a_xml=module("", "delete")))
    assert done.became("combodo-telephony-integration") == ["taken: it is deleted"]
    assert "caller_information" not in done.toml
    assert done.toml["display_tickets"] == {}


def test_an_empty_section_is_empty(import_file: Import, written: Written) -> None:
    done = import_file(written(b_php=php(display_tickets="array()", indirect_creation="[]")))
    assert done.toml["display_tickets"] == done.toml["indirect_creation"] == {}


def test_of_two_php_files_the_later_counts_section_by_section(
    import_file: Import, written: Written
) -> None:
    done = import_file(
        written(
            a_php="<?php\n$MySettings = array('timezone' => 'Europe/Rome',\n"
            "'default_language' => 'FR FR');\n"
            + php(
                caller_information="array('label' => 'A',\n'query' => 'Q')",
                url_parameters="array('a' => 'phone')",
            ).removeprefix("<?php\n"),
            b_php="<?php\n$MySettings = array('timezone' => 'Europe/Berlin');\n"
            "$MyModuleSettings = array('combodo-telephony-integration' => array(\n"
            "'caller_information' => array('label' => 'B')));\n",
        )
    )
    assert done.code == 0
    assert done.toml["caller_information"] == {"label": "B"}
    assert done.toml["url_parameters"] == {"a": "phone"}
    assert (done.toml["timezone"], done.toml["language"]) == ("Europe/Berlin", "fr")
    assert done.lines("caller_information.query") == [
        "a.php:6: overlaid: b.php:4 sets caller_information without it"
    ]
    assert done.lines("timezone") == [
        "a.php:2: overlaid: b.php:2 sets it",
        "b.php:2: taken",
    ]


def test_a_file_that_the_configuration_includes(
    import_file: Import, examples: Path, tmp_path: Path
) -> None:
    main = tmp_path / "config-itop.php"
    text = (examples / "config-itop.php").read_text("utf-8")
    main.write_text(text + "require_once __DIR__ . '/local.php';\n", "utf-8")
    alone = import_file(main)
    assert alone.code == 3
    local = shutil.copy(examples / "local.php", tmp_path)
    done = import_file([main, local])
    assert done.code == 0
    assert done.became("include") == [
        "taken: local.php is read as well, in the order of the command line"
    ]
    assert done.toml["caller_information"] == {
        **alone.toml["caller_information"],
        "label": "Who calls from $phone$",
    }
    assert done.toml["ecall_parameters"] == {
        "url": "https://cti.example.org/call",
        "url_parameters": {"number": "phone"},
    }
    assert done.toml["timezone"] == "Europe/Lisbon"
    assert done.lines("caller_information.label") == [
        "config-itop.php:45: overlaid: local.php:7 sets it",
        "local.php:7: taken",
    ]
    assert done.lines("ecall_parameters.url_parameters.mailaddress") == [
        "config-itop.php:127: overlaid: "
        "local.php:10 sets ecall_parameters.url_parameters without it"
    ]


def test_constants_of_a_file_are_known_in_those_after_it(
    import_file: Import, written: Written
) -> None:
    constants = "<?php\ndefine('NUMBER', 'telephone');\nconst WHAT = 'phone';\n"
    site = php(url_parameters="array(NUMBER => WHAT)")
    done = import_file(written(a_php=constants, b_php=site))
    assert (done.code, done.toml["url_parameters"]) == (0, {"telephone": "phone"})
    # Alone, such a file is none of a site.
    assert import_file(written(a_php=constants)).code == 1


def test_a_mistake_in_xml_costs_nothing_where_php_sets_the_section(
    import_file: Import, written: Written
) -> None:
    mistakes = module(
        '<url_parameters _delta="replace_all"/>\n<x _delta="redefine">y</x>\n'
        '<direct_creation _delta="delete"/>'
    )
    site = php(url_parameters="array('a' => 'phone')", direct_creation="array()")
    done = import_file(written(a_xml=mistakes, b_php=site))
    assert done.lines("url_parameters") == ["a.xml:3: overlaid: b.php:3 sets url_parameters"]
    assert done.lines("direct_creation") == ["a.xml:5: overlaid: b.php:4 sets direct_creation"]
    assert done.lines("x") == [
        "a.xml:4: could not be moved: there is nothing to change with 'redefine'; "
        "name the file that sets it first"
    ]
    assert done.code == 3


@pytest.mark.parametrize(
    ("texts", "file", "said"),
    [
        ({"a_php": php(), "b_xml": module("")}, "b.xml", "is XML, which iTop lays below PHP, but"),
        ({"a_xml": module(""), "b_php": "<?php $x = ;"}, "b.php", "is not valid PHP"),
        ({"a_xml": "<a>", "b_php": php()}, "a.xml", "is not valid XML"),
        ({"a_xml": module(""), "b_xml": "<itop_design/>"}, "b.xml", "has no <parameters id="),
        ({"a_php": php(), "b_php": "<?php $x = 1;"}, "b.php", "has neither $MyModuleSettings nor"),
    ],
)
def test_a_mistake_names_its_file(
    import_file: Import, written: Written, texts: dict[str, str], file: str, said: str
) -> None:
    done = import_file(written(**texts))
    assert (done.code, done.text) == (1, "")
    assert done.report["error"]["file"].endswith(f"/{file}")
    assert done.report["error"]["message"].startswith(said)


def test_a_file_that_is_named_twice_or_missing_is_a_message(
    import_file: Import, written: Written, tmp_path: Path
) -> None:
    (file,) = written(a_php=php())
    assert import_file([file, tmp_path / "." / "a.php"]).report["error"]["message"] == (
        "is named twice"
    )
    missing = import_file([file, tmp_path / "b.php"]).report["error"]
    assert missing["file"].endswith("/b.php")
    assert missing["message"] == "can't be read: No such file or directory"


def test_no_file_that_is_read_is_written_over(import_file: Import, written: Written) -> None:
    files = written(a_xml=module(""), b_php=php())
    for file in files:
        before = file.read_text("utf-8")
        done = CliRunner().invoke(command, [*map(str, files), "-o", str(file), "--force"])
        assert done.exit_code == 1
        assert done.stderr.startswith(f"{file}: is a file that was read")
        assert file.read_text("utf-8") == before


def test_what_could_not_be_moved_names_its_file_in_the_new_one(
    import_file: Import, written: Written
) -> None:
    xml = module('<caller_information type="hash"><photo>x</photo></caller_information>')
    a, b = written(a_xml=xml, b_php=php(color="'red'"))
    done = import_file([a, b])
    assert f"# CTI Host: the settings of a site, moved from {a}, {b}.\n" in done.text
    assert f"# {a}:3: caller_information.photo: there is no such setting here\n" in done.text
    assert f"# {b}:3: color: there is no such setting here\n" in done.text


def test_the_help_shows_several_files() -> None:
    done = CliRunner().invoke(command, ["--help"])
    assert "import-itop-config [OPTIONS] FILE..." in done.stdout
    assert "cti-host import-itop-config own-module.xml config-itop.php" in done.stdout
