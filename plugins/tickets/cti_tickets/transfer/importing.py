"""Import objects with their ids: all of them, or none and a list of every bad line.

Each pass over the files is one transaction. It is repeated, without what was found to be wrong, if
bad lines are to be left out: what leads to them is wrong then, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_babel import gettext as _

from cti_tickets.store.transactions import defer_references, writing
from cti_tickets.transfer import bulk
from cti_tickets.transfer.known import Place
from cti_tickets.transfer.names import BeginAgain
from cti_tickets.transfer.outcome import Imported
from cti_tickets.transfer.reading.files import read
from cti_tickets.transfer.reading.plain import Wish, sources
from cti_tickets.transfer.reading.records import ImportProblem, Record, Source
from cti_tickets.transfer.rejects import write_rejects
from cti_tickets.transfer.run import Corrections, ImportRun, Options
from cti_tickets.transfer.writer import BATCH

# Makes a bar for a pass over the files, told the number of the pass, from 1, and how many bytes the
# files have; the bar is told those read since it was last told.
ProgressBar = Callable[[int, int], AbstractContextManager[Callable[[int], None]]]


class ImportRefused(Exception):
    """Nothing was imported; `problems` are all lines that are wrong."""

    def __init__(self, problems: Sequence[ImportProblem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.file, p.line))
        super().__init__("\n".join(map(str, self.problems)))


class _Undone(Exception):
    """Ends a transaction whose changes are not to stay."""


def import_files(
    paths: Iterable[Path],
    wish: Wish | None = None,
    bar: ProgressBar | None = None,
    options: Options | None = None,
) -> Imported:
    """Import files, in one transaction; objects may refer to others that come later.

    :param wish: how the files are to be read, where they don't show it
    :param bar: makes a progress bar
    :return: what was done with the objects of each class
    :raises ImportRefused: a line is wrong; nothing was imported
    :raises OSError: a file can't be read; nothing was imported
    """
    wish, options = wish or Wish(), options or Options()
    with TemporaryDirectory() as folder:
        made = sources(list(paths), wish, Path(folder))
        if made.problems:
            raise ImportRefused(made.problems)
        outcome = _import_sources(made.files, bar or _no_bar, options)
    outcome.remarks = made.remarks
    return outcome


def _import_sources(files: Sequence[Source], bar: ProgressBar, options: Options) -> Imported:
    size = sum(source.plain.stat().st_size for source in files)
    outcome, corrections = _import(
        lambda: _records(files), lambda number: bar(number, size), options
    )
    if corrections.bad:
        outcome.skipped = sorted(
            (
                ImportProblem(place.file, place.line, text)
                for place, text in corrections.bad.items()
            ),
            key=lambda p: (p.file, p.line),
        )
        if not options.dry_run:
            outcome.bad_files = write_rejects(files, corrections.bad, options.bad_folder)
    return outcome


def import_records(records: Sequence[Record]) -> Imported:
    """Import records that are at hand, in one transaction; see `import_files`."""
    return _import(lambda: iter(records), lambda number: _no_bar(number, 0), Options())[0]


def _records(files: Sequence[Source]) -> Iterator[Record | ImportProblem]:
    for source in files:
        yield from read(source)


def _no_bar(number: int, size: int) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda size: None)


def _import(
    records: Callable[[], Iterator[Record | ImportProblem]],
    bar: Callable[[int], AbstractContextManager[Callable[[int], None]]],
    options: Options,
) -> tuple[Imported, Corrections]:
    """Go over the records until nothing is wrong, or refuse them."""
    corrections = Corrections()
    number = 1
    while True:
        with bar(number) as progress:
            try:
                run = _one_pass(records(), progress, options, corrections)
            except BeginAgain:
                continue
        if not run.problems and not run.dangling:
            return run.outcome, corrections
        fatal = any(problem.fatal for problem in run.problems)
        if run.problems and (fatal or not options.skip_bad):
            raise ImportRefused(run.problems)
        for problem in run.problems:
            corrections.refuse(Place(problem.file, problem.line), problem.message)
        for dangling in run.dangling:
            corrections.empty(dangling)
        number += 1


def _one_pass(
    records: Iterator[Record | ImportProblem],
    progress: Callable[[int], None],
    options: Options,
    corrections: Corrections,
) -> ImportRun:
    """Import the records in one transaction, which is undone if something is wrong."""
    try:
        with writing():
            bulk.keep_others_out()
            defer_references()
            run = ImportRun(options, corrections)
            while some := list(islice(records, BATCH)):
                run.add(some)
                progress(sum(one.size for one in some if isinstance(one, Record)))
            run.finish()
            if options.dry_run or run.problems or run.dangling:
                raise _Undone
    except _Undone:
        pass
    except bulk.INTEGRITY_ERRORS as error:
        message = _("the database refuses it: %(reason)s", reason=str(error).partition("\n")[0])
        raise ImportRefused([ImportProblem("", 0, message)]) from error
    return run
