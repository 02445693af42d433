"""Import objects with their ids: all of them, or none and a list of every bad line.

Each pass over the files is one transaction. It is repeated, without what was found to be wrong, if
bad lines are to be left out: what leads to them is wrong then, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from pathlib import Path

from flask_babel import gettext as _

from cti_tickets.store.transactions import defer_references, writing
from cti_tickets.transfer import bulk
from cti_tickets.transfer.known import Place
from cti_tickets.transfer.outcome import Imported
from cti_tickets.transfer.reading.files import ImportProblem, Record, Source, read, sources
from cti_tickets.transfer.rejects import write_rejects
from cti_tickets.transfer.run import Corrections, ImportRun, Options
from cti_tickets.transfer.writer import BATCH

# Makes a bar for a pass over the files, which count from 1; it is told the bytes read since it was
# last told.
ProgressBar = Callable[[int], AbstractContextManager[Callable[[int], None]]]


class ImportRefused(Exception):
    """Nothing was imported; `problems` are all lines that are wrong."""

    def __init__(self, problems: Sequence[ImportProblem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.file, p.line))
        super().__init__("\n".join(map(str, self.problems)))


class _Undone(Exception):
    """Ends a transaction whose changes are not to stay."""


def import_files(
    paths: Iterable[Path],
    class_name: str | None = None,
    bar: ProgressBar | None = None,
    options: Options | None = None,
) -> Imported:
    """Import files, in one transaction; objects may refer to others that come later.

    :param class_name: the class of CSV files that aren't named after one
    :param bar: makes a progress bar
    :return: what was done with the objects of each class
    :raises ImportRefused: a line is wrong; nothing was imported
    :raises OSError: a file can't be read; nothing was imported
    """
    options = options or Options()
    files = sources(list(paths), class_name)
    outcome, corrections = _import(lambda: _records(files), bar or _no_bar, options)
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
    return _import(lambda: iter(records), _no_bar, Options())[0]


def _records(files: Sequence[Source]) -> Iterator[Record | ImportProblem]:
    for source in files:
        yield from read(source)


def _no_bar(number: int) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda size: None)


def _import(
    records: Callable[[], Iterator[Record | ImportProblem]], bar: ProgressBar, options: Options
) -> tuple[Imported, Corrections]:
    """Go over the records until nothing is wrong, or refuse them."""
    corrections = Corrections()
    number = 0
    while True:
        number += 1
        with bar(number) as progress:
            run = _one_pass(records(), progress, options, corrections)
        if not run.problems and not run.dangling:
            return run.outcome, corrections
        fatal = any(problem.fatal for problem in run.problems)
        if run.problems and (fatal or not options.skip_bad):
            raise ImportRefused(run.problems)
        for problem in run.problems:
            corrections.refuse(Place(problem.file, problem.line), problem.message)
        for dangling in run.dangling:
            corrections.empty(dangling)


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
