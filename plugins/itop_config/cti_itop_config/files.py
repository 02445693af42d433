"""The files of a site: from their names to their settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from cti_itop_config.layers import Layers
from cti_itop_config.site_settings import BadFile, SiteSettings
from cti_itop_config.xml.parameters import MOST_BYTES

_XML = re.compile(rb"\s*<(?!\?php|\?=|\?\s)")
_UTF_8, _UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


def read_files(files: Sequence[Path], encoding: str) -> SiteSettings:
    """Read files and lay them over one another, the later over the earlier.

    :param encoding: that of PHP files; XML names its own
    :raises BadFile: a file can't be read; `file` says which
    """
    layers = Layers()
    php: Path | None = None
    for number, file in enumerate(files):
        try:
            if any(_is_same(file, before) for before in files[:number]):
                raise BadFile("is named twice", remedy="name each file once")
            source = _read(file)
            if not _is_xml(source):
                php = file
                others = {other.name for other in files if other != file}
                layers.add_php(_text(source, encoding), printable(file), others)
            elif php is not None:
                raise BadFile(
                    f"is XML, which iTop lays below PHP, but is named after {printable(php)}",
                    remedy="name the files with XML first",
                )
            else:
                layers.add_xml(source, printable(file))
        except BadFile as bad:
            bad.file = printable(file)
            raise
    return layers.settings()


def printable(name: str | Path) -> str:
    """Return the name of a file without characters that would change a terminal or end a line."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\udc80-\udcff]", "�", str(name))


def _is_same(file: Path, other: Path) -> bool:
    try:
        return file.samefile(other)
    except OSError:
        return False


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            # A device or a growing log must not fill the memory.
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(f"can't be read: {error.strerror}", remedy="name a file") from None


def _is_xml(source: bytes) -> bool:
    return bool(_XML.match(source.removeprefix(_UTF_8))) or source.startswith(_UTF_16)


def _text(source: bytes, encoding: str) -> str:
    if b"\0" in source:
        line, column = _place(source, source.index(b"\0"))
        raise BadFile("is not text: it holds a NUL character", line, column)
    try:
        return source.decode(encoding).removeprefix("\ufeff")
    except UnicodeError as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line, column = _place(source, start)
        remedy = "save the file as UTF-8, or name its encoding: --encoding latin-1"
        raise BadFile(f"is not {encoding} text", line, column, remedy) from None


def _place(source: bytes, position: int) -> tuple[int, int]:
    before = source[:position]
    line_start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[line_start:].decode("utf-8", "replace")) + 1
