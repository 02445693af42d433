"""What a host uses: memory, threads, open files, the size of the database."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import psutil  # type: ignore[import-untyped]  # it ships no types
import psycopg

from tests.faults.kit.databases import FILE
from tests.faults.kit.site import Site

MIB = 1024 * 1024


@dataclass(frozen=True)
class Sample:
    """What was used at one moment: by all processes of the host together."""

    memory_mib: int
    threads: int
    files: int
    database_mib: int

    def __str__(self) -> str:
        """For a line of a table."""
        return ", ".join(
            f"{name} {value}" for name, value in zip(_names(), astuple(self), strict=True)
        )


def _names() -> list[str]:
    return [field.name.replace("_mib", " MiB").replace("_", " ") for field in fields(Sample)]


def sample(site: Site, first: int) -> Sample:
    """Look now.

    :param first: the first process of the host
    """
    memory = threads = files = 0
    for process in [psutil.Process(first), *psutil.Process(first).children(recursive=True)]:
        try:
            with process.oneshot():
                memory += process.memory_info().rss
                threads += process.num_threads()
                files += process.num_fds()
        except psutil.NoSuchProcess:
            continue  # it is being replaced
    return Sample(memory // MIB, threads, files, _database_bytes(site) // MIB)


def table(samples: Sequence[Sample], minutes: float) -> str:
    """What was used at the beginning, after each quarter and at the end, as lines.

    Each figure is the median of the samples around that moment. The beginning is a twelfth of the
    time: by then everything has been loaded.
    """
    shares = (1 / 12, 1 / 4, 1 / 2, 3 / 4, 1)
    columns = [_around(samples, share) for share in shares]
    lines = ["minute      " + "".join(f"{minutes * share:8.0f}" for share in shares)]
    for name, values in zip(_names(), zip(*columns, strict=True), strict=True):
        lines.append(f"{name:12}" + "".join(f"{value:8.0f}" for value in values))
    return "\n".join(lines)


def _around(samples: Sequence[Sample], share: float) -> list[float]:
    at = min(len(samples) - 1, round(len(samples) * share))
    some = samples[max(0, at - 2) : at + 3]
    return [statistics.median(values) for values in zip(*map(astuple, some), strict=True)]


def _database_bytes(site: Site) -> int:
    if site.url.startswith("sqlite:"):
        return sum(file.stat().st_size for file in site.folder.glob(f"{FILE}*"))
    with psycopg.connect(site.url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


def workers(first: int) -> list[psutil.Process]:
    """The processes that serve; one of granian's own, which tracks them, is none."""
    return [child for child in psutil.Process(first).children() if _threads_of(child) > 2]


def _threads_of(process: psutil.Process) -> int:
    """How many threads a process has; 0: it has ended just now, as those that are killed do."""
    try:
        threads: int = process.num_threads()
    except psutil.NoSuchProcess:
        return 0
    return threads
