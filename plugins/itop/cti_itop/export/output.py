"""Where the lines of a copy go: to standard output, or to a file that can be continued.

A file is written as `NAME.part` and gets its name when it is complete. What is in it says how far
copying got: objects come class by class, by their ids. Its first line, a comment, says what of.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any


class OtherCopy(Exception):
    """A file was begun with something else; the message says what to do."""


@dataclass
class Written:
    """The lines of a class so far, and the highest id among them."""

    objects: int = 0
    last_id: int = 0
    _digest: Any = field(default_factory=sha256)

    def add(self, line: bytes, object_id: int) -> None:
        """Count a line in."""
        self.objects += 1
        self.last_id = object_id
        self._digest.update(line)

    @property
    def checksum(self) -> str:
        """SHA-256 of the lines, in hexadecimal."""
        return str(self._digest.hexdigest())


@dataclass
class Output:
    """An open output; `written` is what it has of each class, in the order of the lines."""

    file: IO[bytes]
    written: dict[str, Written]
    finish: Callable[[], None] = lambda: None

    def write(self, class_name: str, lines: Sequence[tuple[int, bytes]]) -> None:
        """Write objects of a class, as ids and lines, by their ids."""
        written = self.written.setdefault(class_name, Written())
        for object_id, line in lines:
            self.file.write(line)
            written.add(line, object_id)
        self.file.flush()

    def last(self) -> str:
        """The class of the last line; "" for none."""
        return next(reversed(self.written), "")


def to_stream(file: IO[bytes]) -> Output:
    """An output that can't be continued."""
    return Output(file, {})


def to_file(path: Path, about: dict[str, Any], *, anew: bool = False) -> Output:
    """A file, begun or continued; close `file` afterwards, after `finish` if all is written.

    :param about: what is copied; a file about something else is not continued
    :param anew: whether to begin anew, also if copying was interrupted
    :raises OtherCopy: the file was begun with something else
    :raises OSError: it can't be written
    """
    part = path.with_name(f"{path.name}.part")
    head = f"# {json.dumps(about, ensure_ascii=False)}\n".encode()
    written: dict[str, Written] = {}
    if part.exists() and not anew:
        written = _read(part, head)
    file = part.open("r+b" if written else "wb")
    if written:
        file.seek(0, os.SEEK_END)
    else:
        file.write(head)

    def finish() -> None:
        file.flush()
        os.fsync(file.fileno())
        part.replace(path)

    return Output(file, written, finish)


def _read(part: Path, head: bytes) -> dict[str, Written]:
    """What is in a file; half a line at its end is cut off."""
    written: dict[str, Written] = {}
    with part.open("r+b") as file:
        first = file.readline()
        if first != head and first.endswith(b"\n"):
            raise OtherCopy(
                f"{part} was begun with another iTop, other classes or another time zone: "
                "say --anew to begin anew, or name another file"
            )
        end = file.tell()
        while (line := file.readline()).endswith(b"\n"):
            try:
                data = json.loads(line)
                written.setdefault(data["class"], Written()).add(line, data["id"])
            except (ValueError, KeyError, TypeError):
                raise OtherCopy(f"{part} is damaged: say --anew to begin anew") from None
            end = file.tell()
        file.truncate(end)
    return written
