"""Read a TOML file and remember on which line each key stands."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

import tree_sitter
import tree_sitter_toml

from cti_host.settings.problems import ConfigRefused, Problem

KeyPath = tuple[str | int, ...]


class TomlFile:
    """A parsed TOML file: `data`, and the line of each key.

    :raises ConfigRefused: the file can't be read or isn't TOML
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        try:
            source = path.read_bytes().removeprefix(codecs.BOM_UTF8)
        except OSError as error:
            remedy = "name an existing file with --config FILE or CTI_HOST_CONFIG"
            raise ConfigRefused(
                [Problem(self.name, 0, "", f"can't be read: {error.strerror}", remedy)]
            ) from None
        try:
            self.data: dict[str, Any] = tomllib.loads(source.decode("utf-8"))
        except UnicodeDecodeError as error:
            line = source[: error.start].count(b"\n") + 1
            raise ConfigRefused(
                [Problem(self.name, line, "", "is not UTF-8 text", "save the file as UTF-8")]
            ) from None
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+), column \d+\)$", str(error))
            line = int(found[1]) if found else source.count(b"\n") + 1
            message = re.sub(r" \(at .*\)$", "", str(error))
            remedy = 'TOML: key = "text in quotes", numbers and true/false without'
            raise ConfigRefused(
                [Problem(self.name, line, "", f"not valid TOML: {message}", remedy)]
            ) from None
        self._lines = _key_lines(source)

    def line(self, path: KeyPath) -> int:
        """The line of a key; of the nearest table around it if the key itself isn't there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 0


def dotted(path: KeyPath) -> str:
    """A key path as an admin would write it: `display_tickets.lists[0].label`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            plain = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            text += ("." if text else "") + (part if plain else f'"{part}"')
    return text


def _key_lines(source: bytes) -> dict[KeyPath, int]:
    """The line of each key. tomllib gives no positions, so the syntax tree is walked for them."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    for node in parser.parse(source).root_node.named_children:
        if node.type == "pair":
            _pair_lines(node, (), lines)
        elif node.type in ("table", "table_array_element"):
            key, *pairs = [n for n in node.named_children if n.type != "comment"]
            base = _resolve(_key(key), counts)
            if node.type == "table_array_element":
                counts[base] = counts.get(base, 0) + 1
                base = (*base, counts[base] - 1)
            _note(base, node.start_point.row + 1, lines)
            for pair in pairs:
                _pair_lines(pair, base, lines)
    return lines


def _resolve(path: KeyPath, counts: dict[KeyPath, int]) -> KeyPath:
    """Put in the index of each array of tables that a header goes through."""
    resolved: KeyPath = ()
    for position, part in enumerate(path):
        resolved = (*resolved, part)
        if resolved in counts and position < len(path) - 1:
            resolved = (*resolved, counts[resolved] - 1)
    return resolved


def _pair_lines(node: tree_sitter.Node, base: KeyPath, lines: dict[KeyPath, int]) -> None:
    key, value = [n for n in node.named_children if n.type != "comment"][:2]
    path = (*base, *_key(key))
    _note(path, node.start_point.row + 1, lines)
    _value_lines(value, path, lines)


def _value_lines(value: tree_sitter.Node, path: KeyPath, lines: dict[KeyPath, int]) -> None:
    if value.type == "inline_table":
        for pair in value.named_children:
            if pair.type == "pair":
                _pair_lines(pair, path, lines)
    elif value.type == "array":
        items = [n for n in value.named_children if n.type != "comment"]
        for index, item in enumerate(items):
            _note((*path, index), item.start_point.row + 1, lines)
            _value_lines(item, (*path, index), lines)


def _note(path: KeyPath, line: int, lines: dict[KeyPath, int]) -> None:
    for length in range(1, len(path) + 1):
        lines.setdefault(path[:length], line)


def _key(node: tree_sitter.Node) -> KeyPath:
    """The parts of a bare, quoted or dotted key."""
    if node.type == "dotted_key":
        return tuple(part for child in node.named_children for part in _key(child))
    text = (node.text or b"").decode()
    if node.type == "quoted_key":
        return (next(iter(tomllib.loads(f"{text} = 0"))),)
    return (text,)
