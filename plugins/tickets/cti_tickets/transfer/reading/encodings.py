"""In which encoding a file is: what it says, or what it looks like.

A file that isn't UTF-8 is nearly always from a Western European Windows, whose encoding holds
ISO-8859-1's letters at the same places. What can't be that is not guessed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

UTF_8 = "utf-8"
WESTERN = "cp1252"
WESTERN_NAME = "Windows-1252"
HEAD = 4096
_BLOCK = 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RUNS = re.compile(rb"[\x80-\xff]+")
# What Windows-1252 doesn't define, and its signs that never stand between two letters: there they
# are letters of DOS or of a Macintosh.
_NOT_WESTERN = re.compile(
    rb"[\x81\x8d\x8f\x90\x9d]|[A-Za-z][\x80\x82\x84\x86-\x89\x8b\x93\x94\x98\x99\x9b][A-Za-z]"
)


def marked(head: bytes) -> str:
    """The encoding that the first bytes of a file show; "" if they don't."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    # Of text in UTF-16, every second byte is mostly 0.
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(head) > 3 and head[start::2].count(0) > len(head) // 4:
            return name
    return ""


def guessed(path: Path) -> str:
    """The encoding of a text file that doesn't show it; "" if it is none that is known for sure."""
    decoder = codecs.getincrementaldecoder(UTF_8)()
    try:
        for block in _blocks(path):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return WESTERN if _is_western(path) else ""
    return UTF_8


def _is_western(path: Path) -> bool:
    """Whether letters beyond ASCII stand alone, as they do in the languages of Western Europe."""
    runs = longer = 0
    for block in _blocks(path):
        if _NOT_WESTERN.search(block):
            return False
        for run in _RUNS.findall(block):
            runs += 1
            longer += len(run) > 1
            if len(run) > 1 and _is_utf_8(run):
                return False  # UTF-8 with a few bytes that are broken
    return longer * 3 < runs


def _is_utf_8(run: bytes) -> bool:
    try:
        run.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
