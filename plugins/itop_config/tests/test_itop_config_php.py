"""PHP is read as PHP would read it, and never run."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from cti_itop_config.convert.sections import convert
from cti_itop_config.cti_toml import Choices, cti_toml
from cti_itop_config.layers import Layers
from cti_itop_config.php.literals import LiteralReader
from cti_itop_config.php.syntax import Code
from cti_itop_config.report import Report
from cti_itop_config.site_settings import BadFile, Item, Unknown
from hypothesis import given, settings
from hypothesis import strategies as st


def value_of(expression: str, before: str = "") -> Any:
    """What PHP code gives, as plain data; what can't be told is its reason in angle brackets."""
    code = Code(f"<?php\n{before}\n$MyModuleSettings = {expression};", has_tag=True)
    reader = LiteralReader("x.php", code, {})
    for statement in code.root.named_children:
        if statement.type == "const_declaration":
            name, given_value = statement.named_children[0].named_children
            reader.define(code.text(name).decode(), given_value)
    (assignment,) = code.root.named_children[-1].named_children
    right = assignment.child_by_field_name("right")
    assert right is not None
    return plain(reader.item(right))


def plain(item: Item) -> Any:
    """An item as plain data."""
    if isinstance(item.value, Unknown):
        return f"<{item.value.reason}>"
    if isinstance(item.value, dict):
        return {key: plain(inner) for key, inner in item.value.items()}
    return item.value


@pytest.mark.parametrize(
    ("written", "means"),
    [
        (r"'it\'s'", "it's"),
        (r"'a\\b\n\x41'", r"a\b\n\x41"),
        (r"'\\\''", "\\'"),
        (r"''", ""),
        (r'"a\n\t\r\v\e\f\\\$\"z"', 'a\n\t\r\v\x1b\f\\$"z'),
        (r'"\101\60\0z"', "A0\0z"),
        (r'"\x41\x4a\XC3\xA9"', "AJé"),
        (r'"\303\251"', "é"),
        (r'"\u{e9}\u{1F4DE}"', "é📞"),
        (r'"\q\8\u\x \{"', r"\q\8\u\x \{"),
        (r'"costs $5, or $"', "costs $5, or $"),
        (r'""', ""),
        (r"b'x' . B\"y\"".replace('\\"', '"'), "xy"),
        ("<<<EOT\none\n  two\\n\\\"\nEOT", 'one\n  two\n\\"'),
        ('<<<"EOT"\n    one\n      two\n    EOT', "one\n  two"),
        ("<<<'RAW'\none\\n$x\nRAW", "one\\n$x"),
        ("<<<'RAW'\nRAW", ""),
        ("<<<EOT\r\none\r\ntwo\r\nEOT", "one\r\ntwo"),
        ("'a' . 'b' . \"c\" . 1 . true . null", "abc11"),
        ("('a') . ('b' . 'c')", "abc"),
        ("12", 12),
        ("-12", -12),
        ("- - 12", 12),
        ("+12", 12),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0X1f", 31),
        ("0b101", 5),
        ("0755", 493),
        ("0o755", 493),
        ("0", 0),
        ("1.5e3", 1500.0),
        ("-.5", -0.5),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", 9223372036854775808.0),
        ("-9223372036854775808", -9223372036854775808.0),
        ("TRUE", True),
        ("False", False),
        ("nUll", None),
        ("array()", {}),
        ("[1, 'k' => 2, 3,]", {0: 1, "k": 2, 1: 3}),
        ("array(5 => 'a', 'b')", {5: "a", 6: "b"}),
        ("['8' => 'a', '08' => 'b', '-3' => 'c']", {8: "a", "08": "b", -3: "c"}),
        ("['-0' => 1, '1e3' => 2, '' => 3]", {"-0": 1, "1e3": 2, "": 3}),
        ("[true => 'a', false => 'b', null => 'c', 2.7 => 'd']", {1: "a", 0: "b", "": "c", 2: "d"}),
        ("['a' => 1, 'b' => 2, 'a' => 3]", {"a": 3, "b": 2}),
        ("array(array([['x']]))", {0: {0: {0: {0: "x"}}}}),
        ("/* one */ array( # two\n 'a' /* three */ => // four\n 'b', )", {"a": "b"}),
        (r"'L\'été'", "L'été"),
    ],
)  # fmt: skip
def test_a_literal_means_what_it_means_to_php(written: str, means: Any) -> None:
    found = value_of(written)
    assert found == means
    assert type(found) is type(means)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("getenv('SECRET')", "a function's result"),
        ("$other", "a variable"),
        ("$other['x']", "a variable"),
        ("Settings::URL", "a constant of a class"),
        ("`id`", "a command's output"),
        ("UNDEFINED", "the constant UNDEFINED"),
        ('"Call $phone$"', 'a text with the variable $phone in it: only running the file would'),
        ('"{$a[\'b\']}"', "a text with the variable"),
        ("<<<EOT\n$x\nEOT", "a text with the variable $x in it"),
        ("60 * 60", "a calculation"),
        ("!true", "a calculation"),
        ("$a ? 'b' : 'c'", "a choice between values"),
        ("'a' . getenv('B')", "a function's result"),
        ("'a' . array()", "an array in a text"),
        ("(string) 1", "a conversion"),
        ("new Settings()", "an object"),
        ("include 'other.php'", "another file"),
        (r'"\xff"', "a text that is not UTF-8"),
        (r'"\u{110000}"', "a text with a character beyond the end of Unicode"),
        (r'"\u{D800}"', "a text that is not UTF-8"),
        ("9" * 5000, "a number that is too long"),
        ("'x'" + " . 'x'" * 1500, "a text of more than 1000 pieces"),
    ],
)  # fmt: skip
def test_what_only_a_run_would_tell_is_named(written: str, reason: str) -> None:
    assert str(value_of(written)).startswith(f"<{reason}")


def test_a_value_that_cannot_be_told_costs_only_itself() -> None:
    assert value_of("['a' => f(), 'b' => 'c', $x => 'd', ...$y]") == {
        "a": "<a function's result: only running the file would tell its value>",
        "b": "c",
        "element 3": "<a key of a variable: only running the file would tell its value>",
        "element 4": "<elements of a variable: only running the file would tell its value>",
    }


def test_constants_of_the_same_file_are_known() -> None:
    before = "const HOST = 'https://cti.example';\nconst PAGE = HOST . '/index.php';"
    assert value_of("[PAGE, \\HOST]", before) == {
        0: "https://cti.example/index.php",
        1: "https://cti.example",
    }


def test_constants_that_double_themselves_stay_small() -> None:
    doubling = "".join(f"const A{n + 1} = A{n} . A{n};\n" for n in range(60))
    assert value_of("A60", "const A0 = 'aaaaaaaa';\n" + doubling).startswith("<a text of more than")
    arrays = "".join(f"const A{n + 1} = [A{n}, A{n}];\n" for n in range(60))
    with pytest.raises(BadFile, match="more than 5000 values"):
        value_of("A60", "const A0 = ['a'];\n" + arrays)


# What PHP code can be printed for: nested arrays of everything that a setting can be.
TEXTS = st.text(max_size=12)
KEYS = st.one_of(TEXTS, st.integers(0, 99))
SCALARS = st.one_of(
    TEXTS,
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def is_same(one: Any, other: Any) -> bool:
    """Equal, and of the same type: to Python, 1 is True."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [*one] == [*other] and all(is_same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


def as_php_keys(data: Any) -> Any:
    """The data with the keys that PHP would keep: "8" is 8, and the later of two counts."""
    if not isinstance(data, dict):
        return data
    found: dict[str | int, Any] = {}
    for key, inner in data.items():
        number = isinstance(key, str) and key.isascii() and key.isdecimal()
        number = number and str(int(key)) == key
        found[int(key) if number else key] = as_php_keys(inner)
    return found


def printed(data: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """PHP code for some data, in a random style."""
    if isinstance(data, dict):
        blank = draw(st.sampled_from(["", " ", "\n\t", " /* x */ ", " # y\n", " // z ?\n"]))
        opened, closed = draw(st.sampled_from([("array(", ")"), ("array (", ")"), ("[", "]")]))
        pairs = [
            f"{blank}{printed(key, draw)}{blank}=>{blank}{printed(inner, draw)}"
            for key, inner in data.items()
        ]
        comma = draw(st.sampled_from(["", ","])) if pairs else ""
        return f"{opened}{','.join(pairs)}{comma}{blank}{closed}"
    if isinstance(data, str):
        return printed_text(data, draw)
    if isinstance(data, bool) or data is None:
        word = {True: "true", False: "false", None: "null"}[data]
        return str(draw(st.sampled_from([word, word.upper(), word.capitalize()])))
    if isinstance(data, int) and data >= 0:
        return str(
            draw(st.sampled_from([str(data), hex(data), bin(data), f"0{data:o}", f"{data:_}"]))
        )
    # repr() of a float may be "1e+16", which PHP reads, too.
    return repr(data)


def printed_text(text: str, draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    """PHP code for a text: in quotes of either kind, in pieces, or between names."""
    style = draw(st.sampled_from(["single", "double", "escaped", "pieces", "nowdoc", "heredoc"]))
    if style == "pieces" and text:
        cut = draw(st.integers(0, len(text)))
        return f"{printed_text(text[:cut], draw)} . {printed_text(text[cut:], draw)}"
    if style in ("nowdoc", "heredoc") and "\r" not in text and "END" not in text:
        indented = "".join(f"  {line}\n" for line in text.split("\n"))
        if style == "nowdoc":
            return f"<<<'END'\n{indented}  END"
        escaped = indented.replace("\\", "\\\\").replace("$", "\\$")
        return f"<<<END\n{escaped}  END"
    if style == "double":
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
        return f'"{escaped}"'
    if style == "escaped":
        plain_ones = string.ascii_letters + string.digits + " "
        return '"' + "".join(c if c in plain_ones else f"\\u{{{ord(c):x}}}" for c in text) + '"'
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_what_was_printed_as_php_is_read_back(data: st.DataObject) -> None:
    wanted = data.draw(VALUES)
    code = printed(wanted, data.draw)
    # A NUL never gets here: a file with one is refused before.
    if "\0" not in code:
        found = value_of(code)
        assert is_same(found, as_php_keys(wanted)), code


# What code is made of, so that what is drawn is nearly code.
WORDS = st.sampled_from(
    [
        *("array(", "[", "]", ")", "(", "{", "}", ",", ";", "=>", "=", ".", "-", "->", "::", "..."),
        *("'", '"', "\\", "$x", "$MyModuleSettings", "'url_parameters'", "'a'", '"b"', '"$c"'),
        *("1", "0x", "08", ".5", "1e999", "1_0", "true", "NULL", "X", "define(", "const X = "),
        *("<<<A\n", "<<<'A'\n", "\nA", "  A", "\n", " ", "/*", "*/", "//", "#", "?>", "<?php "),
        *("getenv()", "fn() => 1", "new X", "`ls`", "&$y", "match", "?:", "é", "if (1) "),
        *("'combodo-telephony-integration' =>", "$MySettings['timezone'] = "),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map("".join)))
def test_any_text_is_moved_or_refused(text: str) -> None:
    for source in (
        text,
        f"<?php {text}",
        f"<?php $MyModuleSettings = array({text});",
        f"'url_parameters' => {text}",
        f"'ecall_parameters' => array({text}), 'display_tickets' => [{text}]",
    ):
        with suppress(BadFile):
            report, layers = Report(["x.php"]), Layers()
            layers.add_php(source, "x.php")
            moved = convert(layers.settings(), report)
            tomllib.loads(cti_toml(moved, Choices("tickets", "FR", ""), report))
