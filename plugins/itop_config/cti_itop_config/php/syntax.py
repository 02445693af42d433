"""PHP code becomes a syntax tree, or an error with its line and column; nothing is run."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import tree_sitter
import tree_sitter_php

from cti_itop_config.site_settings import BadFile

# Ten times a usual config-itop.php; what takes longer than this is made to.
MOST_BYTES = 256 * 1024
MOST_SECONDS = 0.5
_CHUNK = 64 * 1024
_CLOSES = {")": "(", "]": "[", "}": "{"}
_TOKEN = re.compile(
    r"""(?P<comment>\#(?!\[)[^\n]*|//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)"""
    r"""|(?P<mark>[()\[\]{};'"`]|/\*)""",
    re.S,
)


class Code:
    """PHP code and its syntax tree.

    :param text: the code
    :param has_tag: whether the code begins after a `<?php`, as in a file
    :param prefix: code in front of it, which lines and columns don't count
    :param suffix: code behind it
    :raises BadFile: it is not PHP, or takes too long to read
    """

    def __init__(self, text: str, *, has_tag: bool, prefix: str = "", suffix: str = "") -> None:
        self._source = source = (prefix + text + suffix).encode()
        self._prefix = len(prefix)
        language = tree_sitter_php.language_php if has_tag else tree_sitter_php.language_php_only
        parser = tree_sitter.Parser(tree_sitter.Language(language()))
        end = time.process_time() + MOST_SECONDS
        # The progress is told only when the text is read in pieces.
        try:
            tree = parser.parse(
                lambda offset, _point: source[offset : offset + _CHUNK],
                progress_callback=lambda _offset, _has_error: time.process_time() > end,
            )
        except ValueError:
            raise BadFile("takes too long to read: it is not a usual configuration", 1, 1) from None
        self.root = tree.root_node
        if self.root.has_error:
            raise self._syntax_error(text)

    def text(self, node: tree_sitter.Node) -> bytes:
        """Return the source of a node."""
        return self._source[node.start_byte : node.end_byte]

    @staticmethod
    def line(node: tree_sitter.Node) -> int:
        """Return the line of a node, from 1."""
        return node.start_point.row + 1

    def place(self, node: tree_sitter.Node) -> tuple[int, int]:
        """Return line and column of a node, both from 1; columns count characters."""
        row, column = node.start_point
        before = self._source[node.start_byte - column : node.start_byte]
        characters = len(before.decode("utf-8", "replace"))
        return row + 1, max(0, characters - (self._prefix if row == 0 else 0)) + 1

    def _syntax_error(self, text: str) -> BadFile:
        """Return what is wrong, as near to its place as possible.

        Nothing of the file is quoted: it may be a password.
        """
        for error in _unbalanced(text):
            return error
        node = self.root
        while node.type != "ERROR" and not node.is_missing:
            node = next(child for child in node.children if child.has_error or child.is_missing)
        line, column = self.place(node)
        if node.is_missing:
            return BadFile(f"is not valid PHP: {node.type!r} is missing", line, column)
        remedy = "look at the lines around it: a quote, a comma, => or ; may be missing"
        return BadFile("is not valid PHP", line, column, remedy)


def _unbalanced(text: str) -> Iterator[BadFile]:
    """Find quotes and brackets without a partner, which a parser notices only far behind them."""
    if "<<<" in text:  # quotes in a heredoc have no partners
        return
    start = text.find("<?php")
    opened: list[tuple[str, int]] = []
    # A missing quote turns texts inside out: the first text with two lines is near it.
    long_text = -1
    for found in _TOKEN.finditer(text, start + 5 if start >= 0 else 0):
        mark = found["mark"]
        if found["string"] and "\n" in found["string"] and long_text < 0:
            long_text = found.start()
        if not mark:
            continue
        if mark in "([{":
            opened.append((mark, found.start()))
        elif mark in _CLOSES:
            if not opened or opened[-1][0] != _CLOSES[mark]:
                what = f"is not closed by {mark!r}" if opened else f"{mark!r} closes nothing"
                yield _at(text, found.start(), f"{_named(text, opened)}{what}")
                return
            opened.pop()
        elif mark == ";":
            if opened and opened[-1][0] != "{":
                yield _at(text, found.start(), f"{_named(text, opened)}is not closed before ;")
                return
        elif mark == "/*" or long_text < 0:
            what = "comment" if mark == "/*" else "text in quotes"
            yield _at(text, found.start(), f"the {what} that begins here does not end")
            return
        else:
            yield _at(text, long_text, "a quote is missing here or on the line before")
            return
    if opened:
        yield _at(text, opened[-1][1], f"{opened[-1][0]!r} is never closed")


def _named(text: str, opened: list[tuple[str, int]]) -> str:
    """Return the innermost open bracket with its place."""
    if not opened:
        return ""
    line, column = _place(text, opened[-1][1])
    return f"{opened[-1][0]!r} of line {line}, column {column}, "


def _at(text: str, position: int, message: str) -> BadFile:
    return BadFile(f"is not valid PHP: {message}", *_place(text, position))


def _place(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
