"""Whichever way a site's PHP is written, its settings are found; mistakes have their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from cti_itop_config.php import syntax

PATIENCE_SECONDS = 300
Import = Callable[..., Any]

SITE = """<?php
/* é */
$MyModuleSettings = array('combodo-telephony-integration' => array (
\t'url_parameters' => array (
\t\t'phone' => 'phone',
\t\t'x' => 'y',
\t),
\t'direct_creation' => array (),
));
"""
HEAD = "<?php $MyModuleSettings = array('combodo-telephony-integration' => "


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "said"),
    [
        ("=> 'phone',", "=> 'phone'", 6, 3, "is not valid PHP"),
        ("'phone' =>", "'phone =>", 5, 19, "a quote is missing here or on the line before"),
        ("'y'", "'y", 6, 10, "a quote is missing here"),
        ("));", "))';", 9, 3, "the text in quotes that begins here does not end"),
        ("\t),\n", "\t,\n", 9, 3, "'(' of line 3, column 26, is not closed before ;"),
        ("\t),\n", "\t)),\n", 9, 2, "')' closes nothing"),
        ("\t),\n", "\t],\n", 7, 2, "'(' of line 4, column 28, is not closed by ']'"),
        ("'phone' => 'phone'", "'phone' = 'phone'", 5, 11, "is not valid PHP"),
        ("'phone' => 'phone'", "'phone' : 'phone'", 5, 3, "is not valid PHP"),
        ("*/", "", 2, 1, "the comment that begins here does not end"),
        ("));", ")", 3, 26, "'(' is never closed"),
        ("));", "))", 9, 3, "';' is missing"),
    ],
)
def test_a_mistake_has_its_place(
    import_file: Import, old: str, new: str, line: int, column: int, said: str
) -> None:
    assert old in SITE
    done = import_file(SITE.replace(old, new, 1))
    assert (done.code, done.text) == (1, "")
    error = done.report["error"]
    assert said in error["message"]
    assert (error["line"], error["column"]) == (line, column)


def test_columns_count_characters(import_file: Import) -> None:
    error = import_file("<?php $x = 'éé' => 1;").report["error"]
    assert (error["line"], error["column"]) == (1, 17)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"{HEAD}{'array(' * 30_000}{')' * 30_000});", "nested deeper than 64"),
        (f"{HEAD}{'[' * 100_000}{']' * 100_000});", "nested deeper than 64"),
        (f"{HEAD}{'(' * 100_000}1{')' * 100_000});", "nested deeper than 64"),
        (f"{HEAD}{'- ' * 100_000}1);", "nested deeper than 64"),
        (
            f"<?php $MyModuleSettings['combodo-telephony-integration']{'[1]' * 40_000} = 1;",
            "nested deeper than 64",
        ),
        (f"{HEAD}array({'1,' * 20_000}));", "more than 5000 values"),
        (f"<?php {';' * 200_000}", "more than 5000 statements"),
        (f"<?php {' ' * 300_000}", "more than 256 KiB"),
        (f"<?php {'<<<A' * 50_000}", "is not valid PHP"),
        (f"<?php {'/*' * 100_000}", "the comment that begins here does not end"),
        (f"{HEAD}'{'x' * 200_000}", "the text in quotes that begins here does not end"),
        (f"<?php $x = '{chr(92) * 100_001}", "the text in quotes that begins here does not end"),
        ("<?php $x = 1;", r"has neither \$MyModuleSettings nor"),
        ("", r"has neither \$MyModuleSettings nor"),
    ],
    ids=lambda value: value[-30:],
)
def test_a_hostile_file_is_refused(
    import_file: Import, monkeypatch: pytest.MonkeyPatch, source: str, said: str
) -> None:
    # On a slow machine the clock would be the reason; it has a test of its own.
    monkeypatch.setattr(syntax, "MOST_SECONDS", PATIENCE_SECONDS)
    done = import_file(source)
    assert (done.code, done.text) == (1, "")
    assert re.search(said, done.report["error"]["message"])


def test_a_file_that_takes_too_long_to_read_is_refused(
    import_file: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syntax, "MOST_SECONDS", 0)
    done = import_file(f"<?php {'<<<A' * 50_000}")
    assert (done.code, done.text) == (1, "")
    assert done.report["error"]["message"].startswith("takes too long to read")


@pytest.mark.parametrize(
    ("source", "line", "column", "said"),
    [
        (b"<?php\n$x = 'a\0b';", 2, 8, "it holds a NUL character"),
        ("<?php\n$é = 'x'; // é".encode("latin-1"), 2, 2, "is not utf-8 text"),
        (b"<?php\n\n\xff", 3, 1, "is not utf-8 text"),
    ],
)
def test_what_is_no_text_has_its_place(
    import_file: Import, source: bytes, line: int, column: int, said: str
) -> None:
    error = import_file(source).report["error"]
    assert (error["line"], error["column"]) == (line, column)
    assert said in error["message"]


def test_a_file_in_another_encoding_can_be_named_so(import_file: Import) -> None:
    source = HEAD + "array('caller_information' => array('label' => 'Numéro $phone$')));"
    done = import_file(source.encode("latin-1"), "--encoding", "latin-1")
    assert done.toml["caller_information"]["label"] == "Numéro $phone$"
    assert import_file(source, "--encoding", "klingon").code == 2


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_it(import_file: Import) -> None:
    assert import_file(b"\xef\xbb\xbf" + f"{HEAD}array());".encode()).code == 0


FULL = "'url_parameters' => array('telephone' => 'phone')"


@pytest.mark.parametrize(
    "source",
    [
        f"<?php $MyModuleSettings = array('combodo-telephony-integration' => array({FULL}));",
        f"<?php $MyModuleSettings['combodo-telephony-integration'] = [{FULL}];",
        "<?php $MyModuleSettings['combodo-telephony-integration']['url_parameters'] = "
        "['telephone' => 'phone'];",
        "<?php $MyModuleSettings = array();\n"
        "$MyModuleSettings['combodo-telephony-integration']['url_parameters']['telephone'] "
        "= 'phone';",
        "<?php define('A', 'phone'); const B = 'telephone';\n"
        f"{HEAD.removeprefix('<?php')} array('url_parameters' => array(B => A)));",
        f"<?php return array('combodo-telephony-integration' => array({FULL}));",
        f"$MyModuleSettings = array('combodo-telephony-integration' => array({FULL}));",
        f"'combodo-telephony-integration' => array ( {FULL} ),",
        f"// a comment first\n'combodo-telephony-integration' => [ {FULL} ]",
        f"array({FULL});",
        f"[{FULL}]",
        f"{FULL},",
    ],
)
def test_the_settings_are_found_wherever_they_stand(import_file: Import, source: str) -> None:
    done = import_file(source)
    assert done.code == 0, done.out
    assert done.toml["url_parameters"] == {"telephone": "phone"}
    assert done.became("url_parameters.telephone") == ["taken"]


def test_later_code_counts_as_in_php(import_file: Import) -> None:
    source = f"""<?php
$MyModuleSettings = array('combodo-telephony-integration' => array({FULL}));
$MyModuleSettings['combodo-telephony-integration']['url_parameters']['mail'] = 'email';
$MySettings['timezone'] = 'Europe/Rome';
$MySettings['timezone'] = 'Europe/Berlin';
"""
    done = import_file(source)
    assert done.toml["url_parameters"] == {"telephone": "phone", "mail": "email"}
    assert done.toml["timezone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    "code",
    [
        "if (true) { $MyModuleSettings['combodo-telephony-integration'] = array(); }",
        "$MyModuleSettings['combodo-telephony-integration'] .= 'x';",
        "unset($MyModuleSettings['combodo-telephony-integration']);",
        "foreach ($all as $one) { $MyModuleSettings['combodo-telephony-integration'][] = $one; }",
        "$MyModuleSettings['combodo-telephony-integration'] = load();",
        "$MyModuleSettings['combodo-telephony-integration'][$x] = 'y';",
    ],
)
def test_code_is_not_run_but_said(import_file: Import, code: str) -> None:
    done = import_file(f"<?php\n$MyModuleSettings = array();\n{code}\n")
    assert done.code == 3
    assert not done.report["complete"]
    (lost,) = [e for e in done.report["settings"] if e["status"] == "could not be moved"]
    assert lost["line"] == 3
    assert lost["key"] == "combodo-telephony-integration"


def test_another_file_is_not_read_but_said(import_file: Import) -> None:
    done = import_file("<?php\n$MyModuleSettings = array();\nrequire_once 'local.php';\n")
    assert done.code == 3
    assert done.became("include") == [
        "could not be moved: it is another file, which is not read: name that one, too"
    ]


def test_what_a_comment_says_is_nothing_to_run(import_file: Import) -> None:
    mention = "combodo-telephony-integration shortcut_actions"
    source = f"{mention}\n<?php\n/* {mention} */\n$MyModuleSettings = array();\n// {mention}\n"
    assert import_file(source + f"# {mention}\n?>\n{mention}\n").code == 0


def test_columns_of_a_part_of_a_file_are_its_own(import_file: Import) -> None:
    error = import_file("'url_parameters' => array(),\n  'ecall_parameters' : ").report["error"]
    assert (error["line"], error["column"]) == (2, 22)
    error = import_file("'url_parameters' => array('a' = 'b')").report["error"]
    assert (error["line"], error["column"]) == (1, 27)


def test_lines_may_end_as_on_windows(import_file: Import) -> None:
    done = import_file(SITE.replace("\n", "\r\n"))
    assert done.code == 0
    assert done.toml["url_parameters"] == {"phone": "phone", "x": "y"}
    (phone,) = [e for e in done.report["settings"] if e["key"] == "url_parameters.phone"]
    assert phone["line"] == 5
