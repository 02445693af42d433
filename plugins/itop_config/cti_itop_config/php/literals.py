"""Values of PHP code: literals are read; anything else is named, and never run."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import tree_sitter

from cti_itop_config.php import strings
from cti_itop_config.php.syntax import MOST_BYTES, Code
from cti_itop_config.report import Place
from cti_itop_config.site_settings import BadFile, Item, Key, Table, Unknown

DEEPEST = 64
MOST_PIECES = 1000
MOST_VALUES = 5000
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_MOST_DIGITS = 20  # of such a number, its sign among them

# A string is bytes until it is whole: escapes and pieces may hold half a character.
Raw = bytes | int | float | bool | None | Table | Unknown
# The constants by name, each with the number of values in it: a use counts as much as the value.
Constants = dict[str, tuple[Raw, int]]

_NAMES = {
    "function_call_expression": "a function's result",
    "member_call_expression": "a method's result",
    "scoped_call_expression": "a method's result",
    "variable_name": "a variable",
    "subscript_expression": "a variable",
    "member_access_expression": "a variable",
    "class_constant_access_expression": "a constant of a class",
    "shell_command_expression": "a command's output",
    "conditional_expression": "a choice between values",
    "match_expression": "a choice between values",
    "assignment_expression": "an assignment",
    "object_creation_expression": "an object",
    "cast_expression": "a conversion",
    "anonymous_function": "a function",
    "arrow_function": "a function",
    "include_expression": "another file",
    "include_once_expression": "another file",
    "require_expression": "another file",
    "require_once_expression": "another file",
}
_PARTS_OF_TEXT = (
    *("string_content", "escape_sequence", "heredoc_start", "heredoc_body", "heredoc_end"),
    *("nowdoc_body", "nowdoc_string"),
)
_FIELDS = ("left", "operator", "right")


class LiteralReader:
    """Evaluates the literals of a file, and constants.

    :param constants: what files before this one define; definitions of this one are added
    """

    def __init__(self, file: str, code: Code, constants: Constants) -> None:
        self._file, self._code, self._constants = file, code, constants
        self._count = 0

    def define(self, name: str, node: tree_sitter.Node) -> None:
        """Keep a constant; as in PHP, its first definition counts."""
        before = self._count
        value = self.raw(node, 0)
        self._constants.setdefault(name, (value, self._count - before))

    def item(self, node: tree_sitter.Node, depth: int = 0) -> Item:
        """Return the value of an expression with its place.

        :raises BadFile: values are nested too deep, or there are too many
        """
        self._add(1, node)
        return Item(_finished(self.raw(node, depth)), self.place(node))

    def place(self, node: tree_sitter.Node) -> Place:
        """Return the line of a node, with its file."""
        return Place(self._file, self._code.line(node))

    def key(self, node: tree_sitter.Node) -> Key | None:
        """Return the value of an expression as a key of a PHP array; `None` if it is unknown."""
        return _as_key(self.raw(node, 0))

    def table(
        self, node: tree_sitter.Node, depth: int = 0, wanted: Callable[[Key], bool] | None = None
    ) -> Table:
        """Return the elements of an array literal.

        :param wanted: tells whether the value of a key matters; other values aren't read
        :raises BadFile: arrays are nested too deep
        """
        table: Table = {}
        number: int | None = None
        for element in _inner(node):
            key_node, value_node = _key_and_value(element)
            key = (number or 0) if key_node is None else _as_key(self.raw(key_node, depth + 1))
            if value_node is None or key is None:
                what = "elements of a variable" if value_node is None else "a key of a variable"
                item = Item(_code(what), self.place(element))
                table[f"element {len(table) + 1}"] = item
                continue
            if isinstance(key, int):
                number = key + 1 if number is None else max(number, key + 1)
            if wanted is None or wanted(key):
                # As in PHP: the later one counts, at the place of the earlier.
                table[key] = self.item(value_node, depth + 1)
        return table

    def raw(self, node: tree_sitter.Node, depth: int) -> Raw:
        """Return the value of an expression, or why it has none."""
        if depth > DEEPEST:
            raise BadFile(f"is nested deeper than {DEEPEST} levels", *self._code.place(node))
        match node.type:
            case "string" | "encapsed_string" | "heredoc" | "nowdoc":
                return self._text(node)
            case "integer":
                return _integer(self._code.text(node).decode())
            case "float":
                return _float(self._code.text(node).decode())
            case "boolean":
                return self._code.text(node).lower() == b"true"
            case "null":
                return None
            case "array_creation_expression":
                return self.table(node, depth)
            case "parenthesized_expression":
                return self.raw(_inner(node)[0], depth + 1)
            case "unary_op_expression":
                return self._signed(node, depth)
            case "binary_expression":
                return self._joined(node, depth)
            case "name" | "qualified_name":
                name = self._code.text(node).decode("utf-8", "replace").removeprefix("\\")
                value, count = self._constants.get(name, (_code(f"the constant {name[:60]}"), 0))
                self._add(count, node)
                return value
        return _code(_NAMES.get(node.type, "something other than a value"))

    def _add(self, count: int, node: tree_sitter.Node) -> None:
        self._count += count
        if self._count > MOST_VALUES:
            raise BadFile(f"has more than {MOST_VALUES} values", *self._code.place(node))

    def _text(self, node: tree_sitter.Node) -> bytes | Unknown:
        source = self._code.text(node)
        if node.type == "string":
            return strings.single_quoted(source)
        parts = [*_inner(node), *(p for child in _inner(node) for p in _inner(child))]
        for part in parts:
            if part.type not in _PARTS_OF_TEXT:
                name = self._code.text(part).decode("utf-8", "replace").split("[")[0].split("-")[0]
                variable = f" {name}" if part.type == "variable_name" else ""
                return _code(f"a text with the variable{variable} in it")
        if node.type == "encapsed_string":
            return strings.double_quoted(source)
        end = next(child for child in node.children if child.type == "heredoc_end")
        read = strings.heredoc if node.type == "heredoc" else strings.nowdoc
        return read(source, end.start_byte - node.start_byte)

    def _signed(self, node: tree_sitter.Node, depth: int) -> Raw:
        sign = self._code.text(node)[:1]
        value = self.raw(_inner(node)[-1], depth + 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or sign not in b"+-":
            return value if isinstance(value, Unknown) else _code("a calculation")
        return -value if sign == b"-" else value

    def _joined(self, node: tree_sitter.Node, depth: int) -> Raw:
        """Join texts with dots between them; the pieces of `a.b.c` nest to the left."""
        pieces = []
        while node.type == "binary_expression":
            left, operator, right = (node.child_by_field_name(n) for n in _FIELDS)
            if operator is None or operator.type != "." or left is None or right is None:
                return _code("a calculation")
            pieces.append(right)
            node = left
            if len(pieces) > MOST_PIECES:
                return Unknown(f"a text of more than {MOST_PIECES} pieces")
        joined = b""
        for piece in reversed([*pieces, node]):
            text = _as_bytes(self.raw(piece, depth + 1))
            if isinstance(text, Unknown):
                return text
            joined += text
            # Constants may be joined with themselves again and again.
            if len(joined) > MOST_BYTES:
                return Unknown(f"a text of more than {MOST_BYTES // 1024} KiB")
        return joined


def _inner(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _key_and_value(
    element: tree_sitter.Node,
) -> tuple[tree_sitter.Node | None, tree_sitter.Node | None]:
    """Return key and value of an element of an array; `...$others` has no value."""
    parts = _inner(element)
    if not parts or parts[0].type == "variadic_unpacking":
        return None, None
    return (None, parts[0]) if len(parts) == 1 else (parts[0], parts[1])


def _code(what: str) -> Unknown:
    return Unknown(f"{what}: only running the file would tell its value")


def _integer(text: str) -> int | float | Unknown:
    digits = text.replace("_", "").lower()
    try:
        # 0755 is octal in PHP, as 0o755 is.
        value = int(digits, 8 if digits.isdecimal() and digits.startswith("0") else 0)
        return value if value <= _LARGEST else float(value)
    except (ValueError, OverflowError):
        return Unknown("a number that is too long")


def _float(text: str) -> float | Unknown:
    try:
        return float(text.replace("_", ""))
    except ValueError:  # the grammar takes a lone dot for one
        return Unknown("not a number")


def _as_bytes(value: Raw) -> bytes | Unknown:
    """Return a value as PHP joins it to a text."""
    if isinstance(value, bytes | Unknown):
        return value
    if isinstance(value, dict):
        return Unknown("an array in a text")
    if isinstance(value, bool) or value is None:
        return b"1" if value else b""
    if isinstance(value, float):
        return Unknown("a number with a point in a text")
    return str(value).encode()


def _as_key(value: Raw) -> Key | None:
    """Return a value as a key of an array: `"8"` is 8, `true` is 1, `null` is the empty text."""
    if isinstance(value, dict | Unknown):
        return None
    if value is None:
        return ""
    if isinstance(value, bytes):
        text = _finished(value)
        if not isinstance(text, str):
            return None
        plain = text.removeprefix("-")
        is_number = plain.isascii() and plain.isdecimal() and (plain == "0" or plain[0] != "0")
        is_number = is_number and text != "-0" and len(text) <= _MOST_DIGITS
        return int(text) if is_number and _SMALLEST <= int(text) <= _LARGEST else text
    if isinstance(value, float) and not isfinite(value):
        return None
    return int(value)


def _finished(value: Raw) -> str | int | float | bool | Table | Unknown | None:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return Unknown("a text that is not UTF-8")
