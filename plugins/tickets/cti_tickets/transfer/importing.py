"""Import objects with their ids: all of them, or none and a list of every bad line.

First the files are looked through, which only reads: what is right becomes a plan. That is
repeated, without what was found to be wrong, if bad lines are to be left out: what leads to them is
wrong then, too. Only then is the plan written: at once if it is small, else a slice at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from hashlib import file_digest, sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_babel import gettext as _

from cti_tickets.transfer.known import Place
from cti_tickets.transfer.names import BeginAgain
from cti_tickets.transfer.outcome import Action, Imported
from cti_tickets.transfer.pending import (
    ImportBusy,
    ImportInterrupted,
    Interrupted,
    interrupted,
    write_at_once,
    write_in_slices,
)
from cti_tickets.transfer.reading.files import read
from cti_tickets.transfer.reading.plain import Wish, sources
from cti_tickets.transfer.reading.records import ImportProblem, Record, Source
from cti_tickets.transfer.rejects import write_rejects
from cti_tickets.transfer.run import Corrections, ImportRun, Options
from cti_tickets.transfer.slice_writer import CONFLICTS, LeftOut, reason_of

# Makes a bar for a pass over the files, told the number of the pass, from 1, and how many bytes the
# files have; the bar is told those read since it was last told. Or for `WRITING`: of objects.
ProgressBar = Callable[[int, int], AbstractContextManager[Callable[[int], None]]]

WRITING = 0
_AT_A_TIME = 1000
__all__ = ["ImportBusy", "ImportInterrupted", "ImportRefused", "import_files", "import_records"]


class ImportRefused(Exception):
    """Nothing was imported; `problems` are all lines that are wrong."""

    def __init__(self, problems: Sequence[ImportProblem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.file, p.line))
        super().__init__("\n".join(map(str, self.problems)))


def import_files(
    paths: Iterable[Path],
    wish: Wish | None = None,
    bar: ProgressBar | None = None,
    options: Options | None = None,
) -> Imported:
    """Import files; objects may refer to others that come later.

    If an import was interrupted, it is finished before. If that was of the same files, this is all.

    :param wish: how the files are to be read, where they don't show it
    :param bar: makes a progress bar
    :return: what was done with the objects of each class
    :raises ImportRefused: a line is wrong; nothing was imported
    :raises ImportBusy: another import is being written; nothing was imported
    :raises ImportInterrupted: a part was imported; the next import goes on
    :raises OSError: a file can't be read; nothing was imported
    """
    wish, options, bar = wish or Wish(), options or Options(), bar or _no_bar
    with TemporaryDirectory() as folder:
        made = sources(list(paths), wish, Path(folder))
        if made.problems:
            raise ImportRefused(made.problems)
        digest, remarks = _digest(made.files), list(made.remarks)
        before = interrupted()
        if before is not None and options.dry_run:
            raise ImportBusy(_unfinished(before))
        if before is not None:
            finished = _finish(before, bar)
            if before.digest == digest:
                return finished
            remarks += [*finished.remarks, *map(str, finished.skipped)]
        return _import_sources(made.files, bar, options, digest, remarks)


def _digest(files: Sequence[Source]) -> str:
    """What tells files from others: their names, which may be those of classes, and their bytes."""
    digest = sha256()
    for source in files:
        with source.plain.open("rb") as file:
            digest.update(f"{source.name} {file_digest(file, 'sha256').hexdigest()} ".encode())
    return digest.hexdigest()


def _unfinished(before: Interrupted) -> str:
    return str(
        _(
            "an import of %(files)s is being written, or was interrupted: import again without "
            "--dry-run to finish it",
            files=", ".join(before.files),
        )
    )


def _finish(before: Interrupted, bar: ProgressBar) -> Imported:
    """Write the rest of an import that was interrupted."""
    outcome = Imported.from_json(before.outcome)
    finished = _(
        "The import of %(files)s had been interrupted after %(written)s of %(objects)s objects: "
        "the rest of it was stored now",
        files=", ".join(before.files),
        written=before.written,
        objects=before.objects,
    )
    _leave_out(outcome, before.finish(lambda objects: bar(WRITING, objects)))
    outcome.remarks = [*outcome.remarks, finished]
    return outcome


def _import_sources(
    files: Sequence[Source],
    bar: ProgressBar,
    options: Options,
    digest: str,
    remarks: Sequence[str],
) -> Imported:
    size = sum(source.plain.stat().st_size for source in files)
    run, corrections = _checked(lambda: _records(files), lambda number: bar(number, size), options)
    outcome, plan = run.outcome, run.plan
    outcome.remarks = remarks
    outcome.skipped = sorted(
        (ImportProblem(place.file, place.line, text) for place, text in corrections.bad.items()),
        key=lambda p: (p.file, p.line),
    )
    if options.dry_run:
        return outcome
    if plan.slices.count <= 1:
        _write_at_once(run)
    if corrections.bad:
        outcome.bad_files = write_rejects(files, corrections.bad, options.bad_folder)
    if plan.slices.count > 1:
        left_out = write_in_slices(
            plan, run.now, digest, outcome.as_json(), lambda objects: bar(WRITING, objects)
        )
        _leave_out(outcome, left_out)
        if left_out:
            bad = {Place(one.file, one.line): one.message for one in left_out}
            more = write_rejects(files, bad, options.bad_folder)
            outcome.bad_files = [*outcome.bad_files, *more]
    return outcome


def _leave_out(outcome: Imported, left_out: Sequence[LeftOut]) -> None:
    """Tell of what was not written after all."""
    problems = [ImportProblem(one.file, one.line, one.message) for one in left_out]
    outcome.skipped = [*outcome.skipped, *problems]
    for one in left_out:
        outcome.counts[Action(one.action)][one.class_name] -= 1


def import_records(records: Sequence[Record]) -> Imported:
    """Import records that are at hand, in one transaction; see `import_files`."""
    run, _corrections = _checked(
        lambda: iter(records), lambda number: _no_bar(number, 0), Options()
    )
    _write_at_once(run)
    return run.outcome


def _records(files: Sequence[Source]) -> Iterator[Record | ImportProblem]:
    for source in files:
        yield from read(source)


def _no_bar(number: int, size: int) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda size: None)


def _checked(
    records: Callable[[], Iterator[Record | ImportProblem]],
    bar: Callable[[int], AbstractContextManager[Callable[[int], None]]],
    options: Options,
) -> tuple[ImportRun, Corrections]:
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
            return run, corrections
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
    """Look through the records once."""
    run = ImportRun(options, corrections)
    while some := list(islice(records, _AT_A_TIME)):
        run.add(some)
        progress(sum(one.size for one in some if isinstance(one, Record)))
    run.finish()
    return run


def _write_at_once(run: ImportRun) -> None:
    try:
        write_at_once(run.plan, run.now)
    except CONFLICTS as error:
        raise ImportRefused([ImportProblem("", 0, reason_of(error))]) from error
