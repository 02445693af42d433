"""Every key of a TOML document is found on its line, however the document is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti_host.settings.toml import KeyPath, TomlFile, dotted


@dataclass
class Document:
    """TOML that is written line by line, with the line of each key noted beside it."""

    lines: list[str] = field(default_factory=list)
    places: dict[KeyPath, int] = field(default_factory=dict)

    @property
    def next_line(self) -> int:
        return len(self.lines) + 1

    def note(self, path: KeyPath) -> None:
        for length in range(1, len(path) + 1):
            self.places.setdefault(path[:length], self.next_line)


keys = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6),
)
scalars = st.one_of(
    st.integers(-5, 10**6).map(str),
    st.booleans().map(lambda b: str(b).lower()),
    st.sampled_from(["1.5", "1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "inf", "0xff"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).map(
        lambda text: json.dumps(text, ensure_ascii=False)
    ),
    st.sampled_from(['"""two\nlines"""', "'''three\n\nlines'''", '"""a # "quoted" = \'x\'"""']),
)
scalars_on_a_line = scalars.filter(lambda text: "\n" not in text)
values: Any = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(keys, scalars_on_a_line, max_size=3)
    ),
    max_leaves=6,
)
noise = st.sampled_from(["", "# a comment = 1", "   ", "# [table]"])
tables = st.dictionaries(keys, values, max_size=3)


def quoted(key: str, bare: bool) -> str:
    import re

    plain = re.fullmatch(r"[A-Za-z0-9_-]+", key)
    return key if plain and bare else json.dumps(key, ensure_ascii=False)


def write_value(document: Document, value: Any, path: KeyPath, prefix: str, end: str) -> None:
    """Append a value whose first line starts with `prefix`; arrays stand on several lines."""
    if isinstance(value, str):
        first, *rest = value.split("\n")
        document.lines += [prefix + first, *rest]
        document.lines[-1] += end
    elif isinstance(value, list):
        document.lines.append(prefix + "[")
        for index, item in enumerate(value):
            document.lines.append("  # a comment in the array")
            document.note((*path, index))
            write_value(document, item, (*path, index), "  ", ",")
        document.lines.append("]" + end)
    else:
        pairs = []
        for key, item in value.items():
            document.note((*path, key))
            pairs.append(f"{quoted(key, False)} = {item}")
        document.lines.append(prefix + "{ " + ", ".join(pairs) + " }" + end)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document = Document()

    def write_pairs(base: KeyPath, table: dict[str, Any]) -> None:
        for key, value in table.items():
            document.lines += draw(st.lists(noise, max_size=2))
            document.note((*base, key))
            written = quoted(key, draw(st.booleans()))
            write_value(document, value, (*base, key), f"{written} = ", "  # after")

    top = draw(tables)
    write_pairs((), top)
    for name in draw(st.lists(keys.filter(lambda k: k not in top), max_size=3, unique=True)):
        written = quoted(name, draw(st.booleans()))
        if draw(st.booleans()):
            for index in range(draw(st.integers(1, 3))):
                document.lines += draw(st.lists(noise, max_size=2))
                document.note((name, index))
                document.lines.append(f"[[{written}]] # an element")
                inner = draw(tables)
                write_pairs((name, index), inner)
                if "sub" not in inner:
                    document.note((name, index, "sub"))
                    document.lines.append(f"[{written}.sub]")
                    write_pairs((name, index, "sub"), draw(tables))
        else:
            document.note((name,))
            document.lines.append(f"[ {written} ]")
            inner = draw(tables)
            write_pairs((name,), inner)
            if "deep" not in inner:
                document.note((name, "deep", "er"))
                document.lines.append(f"[{written}.deep.er]")
                write_pairs((name, "deep", "er"), draw(tables))
    return document


def paths(data: Any, base: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key path of parsed TOML."""
    items: Any = enumerate(data) if isinstance(data, list) else ()
    items = data.items() if isinstance(data, dict) else items
    for key, value in items:
        yield (*base, key)
        yield from paths(value, (*base, key))


@pytest.fixture(scope="module")
def toml_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("toml") / "cti.toml"


@given(document=documents(), windows=st.booleans())
def test_every_key_of_a_document_is_found_on_its_line(
    toml_path: Path, document: Document, windows: bool
) -> None:
    end = "\r\n" if windows else "\n"
    toml_path.write_bytes((end.join(document.lines) + end).encode())
    read = TomlFile(toml_path)
    assert set(paths(read.data)) == set(document.places)
    assert {path: read.line(path) for path in document.places} == document.places


def test_dotted_keys_and_nested_arrays_of_tables(toml_path: Path) -> None:
    toml_path.write_text(
        'a.b.c = 1\na."d e".f = 2\n'
        "[x]\ny.z = 3\n"
        "[[lists]]\nname = 'one'\n[[lists.items]]\nq = 1\n[[lists.items]]\nq = 2\n"
        "[[lists]]\n[[lists.items]]\n\nq = 3\n"
        "[lists.items.deeper]\nr = 4\n"
    )
    line = TomlFile(toml_path).line
    assert line(("a",)) == line(("a", "b", "c")) == 1
    assert line(("a", "d e", "f")) == 2
    assert line(("x", "y", "z")) == 4
    assert line(("lists", 0, "items", 1, "q")) == 10
    assert line(("lists", 1)) == 11
    assert line(("lists", 1, "items", 0, "q")) == 14
    assert line(("lists", 1, "items", 0, "deeper", "r")) == 16


def test_a_key_that_is_not_there_stands_at_the_table_around_it(toml_path: Path) -> None:
    toml_path.write_text("\n[server]\nport = 1\n")
    line = TomlFile(toml_path).line
    assert line(("server", "prot")) == 2
    assert line(("nowhere", "at", "all")) == 0


def test_a_key_is_written_as_an_admin_would_write_it() -> None:
    path = ("display_tickets", "lists", 0, "label/FR FR")
    assert dotted(path) == 'display_tickets.lists[0]."label/FR FR"'
    assert dotted(("plugins", 2)) == "plugins[2]"
