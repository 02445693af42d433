"""Make JSON lines of other JSON: a list of objects, or what iTop's `core/get` returned.

Both are read value by value, so that their size doesn't matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from flask_babel import gettext as _

from cti_tickets.transfer.reading.records import MAX_LINE_BYTES, BadLine, json_decimal

_BLOCK = 64 * 1024
_DECODER = json.JSONDecoder(parse_float=json_decimal)
_BLANK = re.compile(r"\s*")
_ANSWER = re.compile(r'\s*\{\s*"(objects|code|message)"')


def is_answer(head: str) -> bool:
    """Whether a text that begins like this is an answer of iTop's `core/get`."""
    return _ANSWER.match(head) is not None


def json_lines(file: IO[str], class_name: str = "") -> Iterator[str]:
    """The objects of a list or an answer, a line each.

    :param class_name: the class of objects that name none
    :raises BadLine: it is neither; `Scanner.line` of the message is its line
    """
    scanner = _Scanner(file)
    objects = _members(scanner) if scanner.peek() == "{" else _items(scanner)
    for data in objects:
        yield json.dumps(_as_line(data, class_name), ensure_ascii=False)
    if scanner.peek():
        raise scanner.wrong()


def _items(scanner: _Scanner) -> Iterator[Any]:
    scanner.take("[")
    yield from scanner.separated("]", scanner.value)


def _members(scanner: _Scanner) -> Iterator[Any]:
    """The objects of an answer: `{"objects": {"Person::7": {…}}, "code": 0, "message": …}`."""
    scanner.take("{")
    for name in scanner.separated("}", scanner.name):
        if name == "objects" and scanner.peek() == "{":
            scanner.take("{")
            yield from scanner.separated("}", scanner.member)
        else:
            value = scanner.value()
            if name == "code" and value != 0:
                raise BadLine(_("is an answer of iTop that reports an error"))


def _as_line(data: Any, class_name: str) -> Any:
    """An object in the form of a line; what is none is left for the reader of lines to refuse."""
    if not isinstance(data, dict):
        return data
    if "fields" not in data and "class" not in data and class_name:
        data = {"class": class_name, "id": data.pop("id", None), "fields": data}
    elif "key" in data or "code" in data:  # as iTop's API returns it
        fields = data.get("fields")
        if isinstance(fields, dict):
            fields.pop("id", None)
        data = {
            "class": data.get("class"),
            "id": data.get("key"),
            "fields": {} if fields is None else fields,
        }
    return data


class _Scanner:
    """Goes over JSON, value by value."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._text, self._at, self._ended = "", 0, False
        self._line = 1

    def wrong(self) -> BadLine:
        """What is wrong here."""
        return BadLine(_("is not JSON (line %(line)s)", line=self._line))

    def peek(self) -> str:
        """The next character that isn't blank; "" at the end."""
        while True:
            end = _BLANK.match(self._text, self._at).end()  # type: ignore[union-attr]  # it may be empty
            self._move(end)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, mark: str) -> None:
        """Go past a mark."""
        if self.peek() != mark:
            raise self.wrong()
        self._move(self._at + 1)

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                end = len(self._text)
                value = None
                if self._ended:
                    raise self.wrong() from None
            if end < len(self._text) or self._ended:
                self._move(end)
                return value
            self._more()

    def name(self) -> Any:
        """The name of the next member."""
        if self.peek() != '"':
            raise self.wrong()
        name = self.value()
        self.take(":")
        return name

    def member(self) -> Any:
        """The value of the next member."""
        self.name()
        return self.value()

    def separated(self, end: str, part: Any) -> Iterator[Any]:
        """What is read between commas, up to a mark."""
        if self.peek() != end:
            yield part()
            while self.peek() == ",":
                self.take(",")
                yield part()
        self.take(end)

    def _more(self) -> bool:
        """Read on, ever more at once, so that a long value isn't decoded too often."""
        rest = self._text[self._at :]
        if len(rest) > MAX_LINE_BYTES:
            raise self.wrong()
        block = self._file.read(max(_BLOCK, len(rest)))
        self._text, self._at, self._ended = rest + block, 0, not block
        return bool(block)

    def _move(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to
