"""The extension's XML, and that of modules which change its parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Import = Callable[..., Any]


def module(parameters: str, delta: str = ' _delta="merge"') -> str:
    """A data model that changes the extension's parameters."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<itop_design>\n<module_parameters>\n'
        f'<parameters id="combodo-telephony-integration"{delta}>\n{parameters}\n'
        "</parameters>\n</module_parameters>\n</itop_design>\n"
    )


CALLER = '<caller_information type="hash"{delta}>{inner}</caller_information>'
DEFAULT_QUERY = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone"


@pytest.mark.parametrize(
    "delta", ["", ' _delta="merge"', ' _delta="must_exist"', ' _delta="if_exists"']
)
def test_a_merged_value_stands_beside_the_defaults(import_file: Import, delta: str) -> None:
    changed = CALLER.format(delta=delta, inner='<query _delta="redefine">SELECT Contact</query>')
    done = import_file(module(changed, delta))
    assert done.toml["caller_information"] == {
        "label": "Contacts with phone number $phone$",
        "query": "SELECT Contact",
        "display_name": "friendlyname, org_name",
    }
    assert done.became("caller_information.query") == ["taken"]
    assert done.became("caller_information.label") == ["default"]
    assert done.toml["url_parameters"] == {"phone": "phone"}


@pytest.mark.parametrize("delta", ["define", "redefine", "force"])
def test_a_defined_section_replaces_the_default(import_file: Import, delta: str) -> None:
    changed = CALLER.format(delta=f' _delta="{delta}"', inner="<query>SELECT Contact</query>")
    done = import_file(module(changed))
    assert done.toml["caller_information"] == {"query": "SELECT Contact"}
    assert len(done.toml["display_tickets"]["lists"]) == 2


def test_what_is_defined_if_it_does_not_exist_replaces_nothing(import_file: Import) -> None:
    inner = '<label _delta="define_if_not_exists">L</label>\n<a _delta="define_if_not_exists">b</a>'
    done = import_file(module(CALLER.format(delta="", inner=inner)))
    assert done.toml["caller_information"]["label"] == "Contacts with phone number $phone$"
    said = "overlaid: the extension defines it already"
    assert done.became("caller_information.label") == [said, "default"]
    assert done.became("caller_information.a") == [
        "could not be moved: there is no such setting here"
    ]


@pytest.mark.parametrize(
    ("delta", "said"),
    [("must_exist", 3), ("redefine", 3), ("if_exists", 0), ("delete", 0), ("delete_if_exists", 0)],
)
def test_what_does_not_exist_cannot_be_changed(import_file: Import, delta: str, said: int) -> None:
    done = import_file(
        module(f'<url_parameters type="hash"><x _delta="{delta}">email</x></url_parameters>')
    )
    assert done.toml["url_parameters"] == {"phone": "phone"}
    assert done.code == said
    lost = f"could not be moved: there is nothing to change with {delta!r}"
    assert [text.startswith(lost) for text in done.became("url_parameters.x")] == [True] * bool(
        said
    )


def test_an_empty_element_changes_nothing(import_file: Import) -> None:
    done = import_file(module("<url_parameters/><caller_information><label/></caller_information>"))
    assert done.toml["url_parameters"] == {"phone": "phone"}
    assert done.toml["caller_information"]["label"] == "Contacts with phone number $phone$"


def test_deltas_inside_what_is_defined_mean_nothing(import_file: Import) -> None:
    inner = '<query _delta="must_exist">Q</query><label _delta="delete">L</label>'
    done = import_file(module(CALLER.format(delta=' _delta="redefine"', inner=inner)))
    assert done.toml["caller_information"] == {"query": "Q", "label": "L"}


@pytest.mark.parametrize("delta", ["define", "redefine", "force"])
def test_defined_parameters_replace_all_defaults(import_file: Import, delta: str) -> None:
    done = import_file(
        module("<url_parameters/>", f' _delta="{delta}"').replace(
            "<url_parameters/>", '<url_parameters type="hash"><tel>phone</tel></url_parameters>'
        )
    )
    assert done.toml["url_parameters"] == {"tel": "phone"}
    assert done.toml["indirect_creation"] == {}


@pytest.mark.parametrize("delta", ["delete", "delete_if_exists"])
def test_a_deleted_value_is_gone(import_file: Import, delta: str) -> None:
    changed = (
        '<display_tickets type="hash"><lists type="array">'
        f'<class id="0" _delta="{delta}"/>'
        '<class id="1"><label _delta="redefine">Of the organization</label></class>'
        '<class id="own" type="hash" _delta="define"><enabled type="bool">true</enabled>'
        "<label>Problems</label><query>SELECT Problem</query></class></lists></display_tickets>"
        f'<direct_creation _delta="{delta}"/>'
    )
    done = import_file(module(changed))
    labels = [entry["label"] for entry in done.toml["display_tickets"]["lists"]]
    assert labels == ["Of the organization", "Problems"]
    assert done.toml["direct_creation"] == {}
    assert done.became("direct_creation") == ["taken: it is deleted"]


def test_deltas_of_several_modules_come_one_after_the_other(import_file: Import) -> None:
    one = '<parameters id="combodo-telephony-integration">{}</parameters>'
    first = one.format('<url_parameters type="hash"><mail>email</mail></url_parameters>')
    second = one.format('<url_parameters type="hash"><phone _delta="delete"/></url_parameters>')
    other = (
        '<parameters id="other"><url_parameters type="hash"><x>y</x></url_parameters></parameters>'
    )
    done = import_file(f"<module_parameters>{first}{other}{second}</module_parameters>")
    assert done.toml["url_parameters"] == {"mail": "email"}


def test_the_parameters_alone_are_enough(import_file: Import) -> None:
    done = import_file(
        '<parameters id="combodo-telephony-integration">'
        '<url_parameters type="hash"><mail>email</mail></url_parameters></parameters>'
    )
    assert done.toml["url_parameters"] == {"phone": "phone", "mail": "email"}


def test_types_are_those_of_the_file(import_file: Import) -> None:
    entry = (
        '<direct_creation type="hash"><UserRequest type="hash">'
        '<enabled type="bool">{}</enabled><preset type="hash" _delta="redefine">'
        '<impact type="int">2</impact><title>\n  A call  \n</title>'
        "<description>a <!-- no --> &amp; b &lt;c&gt; <![CDATA[<d>]]></description>"
        "</preset></UserRequest></direct_creation>"
    )
    done = import_file(module(entry.format("TRUE")))
    assert done.toml["direct_creation"]["UserRequest"] == {
        "enabled": True,
        "preset": {"impact": "2", "title": "A call", "description": "a  & b <c> <d>"},
    }
    wrong = import_file(module(entry.format("yes")))
    assert wrong.code == 3
    key = "direct_creation.UserRequest.enabled"
    assert wrong.became(key) == ["could not be moved: it is neither true nor false: 'yes'"]


def test_an_unknown_delta_is_said(import_file: Import) -> None:
    done = import_file(module('<url_parameters _delta="replace_all"/>'))
    assert done.code == 3
    said = "could not be moved: the delta 'replace_all' is unknown"
    assert said in done.became("url_parameters")


BOMB = """<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<itop_design>&b;</itop_design>"""
OUTSIDE = """<!DOCTYPE x [
<!ENTITY a SYSTEM "file:///etc/passwd">]>
<itop_design>&a;</itop_design>"""


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        (BOMB, 2, "has entities or external parts"),
        (OUTSIDE, 2, "has entities or external parts"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><itop_design/>', 1, "external parts"),
        ("<itop_design>\n<a></b></itop_design>", 2, "is not valid XML: mismatched tag"),
        ("<itop_design>\n<a x=1/>", 2, "is not valid XML"),
        ("<itop_design>", 1, "is not valid XML: no element found"),
        ("<itop_design/>", 0, 'has no <parameters id="combodo-telephony-integration">'),
        ("<a>" * 100_000, 1, "is nested deeper than 64 levels"),
        (module("<a/>" * 6000), 5, "has more than 5000 parameters"),
        (f"<a>{' ' * (4 * 1024 * 1024)}</a>", 0, "has more than 4 MiB"),
        ('<?xml version="1.0" encoding="klingon"?><a/>', 1, "encoding"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_file_is_refused_with_its_place(
    import_file: Import, source: str, line: int, said: str
) -> None:
    done = import_file(source)
    assert (done.code, done.text) == (1, "")
    error = done.report["error"]
    assert said in error["message"]
    assert error["line"] == line
    assert bool(error["column"]) == bool(line)
    assert "root:" not in done.out


def test_an_encoding_of_two_bytes_is_read(import_file: Import, examples: Path) -> None:
    text = (examples / "extension.xml").read_text("utf-8").replace("UTF-8", "UTF-16")
    done = import_file(text.encode("utf-16"))
    assert done.code == 0
    assert done.toml["caller_information"]["query"] == DEFAULT_QUERY
