"""Make the plain form of a file: CSV or JSON lines in UTF-8, which is what an import reads.

Most files are in it already. Of others a temporary file is made: a workbook's first sheet becomes
CSV, a list in JSON becomes lines, and every other encoding UTF-8.
"""

from __future__ import annotations

import codecs
import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from cti_host import current_host
from cti_tickets.model.data_model import schema
from cti_tickets.transfer.reading import encodings
from cti_tickets.transfer.reading.dates import Dates
from cti_tickets.transfer.reading.json_values import is_answer, json_lines
from cti_tickets.transfer.reading.records import BadLine, ImportProblem, Source
from cti_tickets.transfer.reading.workbooks import write_sheet

_WORKBOOK, _OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_TABLES = (".csv", ".tsv", ".tab", ".txt")
_LINES, _JSON = (".jsonl", ".ndjson"), (".json", ".jsonl", ".ndjson")
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Wish:
    """What was said of the files, as they don't say it themselves.

    :param class_name: the class of tables that aren't named after one
    :param encoding: the encoding of all files; "": they show it, or it is guessed
    :param day_first: whether 05/01/2026 is in January; None: the files show it
    :param zone: the time zone of all moments that name none
    """

    class_name: str = ""
    encoding: str = ""
    day_first: bool | None = None
    zone: tzinfo | None = None


@dataclass
class Sources:
    """The files to read; what was guessed of them, in words; and what is wrong with some."""

    files: list[Source] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)


def sources(paths: Sequence[Path], wish: Wish, folder: Path) -> Sources:
    """The files in their plain form.

    :param folder: where temporary files go
    :raises OSError: a file can't be read
    """
    made = Sources()
    names = [path.name for path in paths]
    for number, path in enumerate(paths):
        name = path.name if names.count(path.name) == 1 else str(path)
        source = _source(path, name, wish)
        maker = _Maker(source, folder / str(number), wish, made.remarks)
        try:
            made.files.append(maker.plain())
        except BadLine as error:
            made.problems.append(ImportProblem(name, maker.line, str(error), fatal=True))
    return made


def _source(path: Path, name: str, wish: Wish) -> Source:
    class_name = wish.class_name or path.name.partition(".")[0]
    by_case = {cls.name.casefold(): cls.name for cls in schema()}
    people = wish.zone or ZoneInfo(current_host().settings.timezone)
    return Source(
        path,
        name,
        path,
        is_table=path.suffix.lower() in _TABLES,
        class_name=by_case.get(class_name.casefold(), class_name),
        zone=wish.zone,
        dates=Dates(wish.day_first, people),
    )


class _Maker:
    """Makes the plain form of one file; `line` is where something is wrong."""

    def __init__(self, source: Source, made: Path, wish: Wish, remarks: list[str]) -> None:
        self._source, self._made, self._wish, self._remarks = source, made, wish, remarks
        self.line = 1

    def plain(self) -> Source:
        """The file, or what was made of it.

        :raises BadLine: nothing can be made of it
        """
        if not self._source.path.is_file():
            # A pipe can be read only once, and an import reads twice, or more.
            with self._source.path.open("rb") as pipe, self._made.open("wb") as copy:
                shutil.copyfileobj(pipe, copy)
            return replace(self._source, plain=self._made)
        with self._source.path.open("rb") as file:
            head = file.read(encodings.HEAD)
        if head.startswith(_OLD_WORKBOOK):
            raise BadLine(_("is a workbook of an old Excel: save it as .xlsx or CSV"))
        if head.startswith(_WORKBOOK):
            return self._looking(self._workbook())
        encoding = self._wish.encoding or encodings.marked(head)
        text = head.decode(encoding or encodings.UTF_8, "replace").lstrip("\ufeff \t\r\n")
        source = replace(self._source, is_table=self._is_table(text))
        if source.is_table and not encoding:
            encoding = self._guess()
        is_list = text[:1] == "[" and source.path.suffix.lower() not in _LINES
        if not source.is_table and (is_list or is_answer(text)):
            return self._values(encoding or encodings.UTF_8)
        old_lines = source.is_table and b"\r" in head and b"\n" not in head
        if encoding in ("", encodings.UTF_8) and not old_lines:
            return self._looking(source)
        self._recode(encoding or encodings.UTF_8)
        return self._looking(replace(source, plain=self._made))

    def _looking(self, source: Source) -> Source:
        """The source, with dates that may look at its lines."""

        def lines() -> Iterator[bytes]:
            with source.plain.open("rb") as file:
                yield from file

        source.dates.look_at(lines)
        return source

    def _is_table(self, text: str) -> bool:
        """Whether a file is a table: its name says it, or else how it begins."""
        suffix = self._source.path.suffix.lower()
        if suffix in _JSON or not text:
            return suffix in _TABLES
        if text[0] in "{[#" and suffix != ".csv":
            return False
        return suffix in _TABLES or self._source.class_name in schema()

    def _guess(self) -> str:
        encoding = encodings.guessed(self._source.path)
        if encoding == encodings.WESTERN:
            self._remarks.append(
                _(
                    "%(file)s is not UTF-8: read as %(encoding)s; --encoding names another one",
                    file=self._source.name,
                    encoding=encodings.WESTERN_NAME,
                )
            )
        return encoding

    def _workbook(self) -> Source:
        with self._made.open("w", encoding=encodings.UTF_8, newline="") as file:
            others = write_sheet(self._source.path, file)
        if others:
            self._remarks.append(
                _(
                    "%(file)s: only the first sheet is read, not %(others)s",
                    file=self._source.name,
                    others=", ".join(others),
                )
            )
        return replace(
            self._source, plain=self._made, is_table=True, delimiter=",", counts_items=True
        )

    def _values(self, encoding: str) -> Source:
        with self._opened(encoding) as file, self._new() as made:
            try:
                for line in json_lines(file, self._class_of_items()):
                    made.write(f"{line}\n")
            except UnicodeDecodeError:
                raise BadLine(_not_in(encoding)) from None
        return replace(self._source, plain=self._made, is_table=False, counts_items=True)

    def _class_of_items(self) -> str:
        return self._source.class_name if self._source.class_name in schema() else ""

    def _recode(self, encoding: str) -> None:
        with self._opened(encoding) as file, self._new() as made:
            try:
                while block := file.read(_BLOCK):
                    made.write(block)
                    self.line += block.count("\n")
            except UnicodeDecodeError:
                raise BadLine(_not_in(encoding)) from None

    def _opened(self, encoding: str) -> IO[str]:
        """The text of the file; every end of a line becomes a line feed."""
        return io.TextIOWrapper(self._source.path.open("rb"), encoding=encoding)

    def _new(self) -> IO[str]:
        return self._made.open("w", encoding=encodings.UTF_8, errors="surrogatepass", newline="\n")


def _not_in(encoding: str) -> str:
    return str(_("is not text in the encoding %(name)s", name=codecs.lookup(encoding).name))
