"""Do for a long time what a site does, with two hosts for one database.

One host is left alone: what it uses is printed as it goes. The other one and its workers are told
to end and killed again and again. It listens on loopback, works in a temporary folder, and ends by
itself.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from real_server import until

from cti_host.app import create_app
from tests.faults.kit.clients import meanwhile
from tests.faults.kit.databases import KINDS, database
from tests.faults.kit.site import PLUGINS, Site, make_site
from tests.faults.soak.actors import Actors
from tests.faults.soak.books import Books
from tests.faults.soak.hosts import Hosts
from tests.faults.soak.losses import lost
from tests.faults.soak.watch import Sample, sample, table

SETTINGS = "[server]\nworkers = 2\n[plugin.accounts]\nfailed_sign_ins_per_address = 10000\n"
SAMPLE_SECONDS = 20


def main() -> int:
    """Run it; the exit status is 1 if something failed or was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    parser.add_argument("--restart-minutes", type=float, default=3,
                        help="how long the second host works between two deeds")  # fmt: skip
    parser.add_argument("--pauses", type=float, default=1,
                        help="more makes all of them slower: 2 is half of the load")  # fmt: skip
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="cti-host-soak-") as folder,
        database(options.database) as url,
    ):
        plugins = [*PLUGINS, "live", "calls"]
        site = make_site(Path(folder) / "site", url, SETTINGS, plugins=plugins)
        soak = _run(site, options)
        losses = lost(site, soak.books)
    _report(options, soak, losses)
    return int(bool(losses or soak.books.failed))


@dataclass(frozen=True)
class _Soak:
    """What came of it.

    :param cores: how much of the machine was used, by hosts and users together
    """

    books: Books
    hosts: Hosts
    samples: list[Sample]
    cores: float


def _run(site: Site, options: argparse.Namespace) -> _Soak:
    """Let all of them work; returns what was used at each moment, and how often a worker ended."""
    samples: list[Sample] = []
    app = create_app(site.config)
    began, used = time.monotonic(), _cpu_seconds()
    with site.served() as server:
        books, hosts = Books(), Hosts(site, server)
        actors = Actors(site, hosts, books, app)
        work = _work(actors)
        seconds = options.restart_minutes * 60
        with meanwhile(1, lambda _number, ends: hosts.keep_killing(seconds, ends)):
            until(lambda: hosts.port > 0)
            with meanwhile(
                len(work), lambda number, ends: _turns(*work[number], options.pauses, ends)
            ):
                _watch(site, hosts, books, samples, began + options.minutes * 60)
    app.extensions["cti_host"].close()
    cores = (_cpu_seconds() - used) / (time.monotonic() - began)
    return _Soak(books, hosts, samples, cores)


def _work(actors: Actors) -> list[tuple[Callable[[], None], float]]:
    """Who does what, how many of them, and how many seconds each waits between."""
    return [
        *[(actors.pop, 4.0)] * 6,
        *[(actors.save, 6.0)] * 2,
        *[(actors.desk, 15.0)] * 2,
        *[(actors.follow, 2.0)] * 3,
        (actors.call, 5.0),
        (actors.import_, 120.0),
    ]


def _turns(work: Callable[[], None], pause: float, pauses: float, ends: threading.Event) -> None:
    while not ends.wait(pause * pauses * random.uniform(0.5, 1.5)):  # noqa: S311 -- nothing secret
        work()


def _watch(site: Site, hosts: Hosts, books: Books, samples: list[Sample], until_: float) -> None:
    pause = threading.Event()
    while (now := time.monotonic()) < until_:
        pause.wait(min(SAMPLE_SECONDS, until_ - now))
        samples.append(sample(site, hosts.steady.process.pid))
        counted = (
            f"done {books.total:,}, cut {books.cut.total():,}, failed {books.failed.total():,}"
        )
        print(f"{time.strftime('%H:%M:%S')}  {samples[-1]}, {counted}", flush=True)


def _cpu_seconds() -> float:
    """Of this process and of all that it started and that have ended."""
    of = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, of))


def _report(options: argparse.Namespace, soak: _Soak, losses: list[str]) -> None:
    books = soak.books
    print(f"\n{options.minutes:g} minutes on {options.database}, {soak.cores:.2f} cores in use")
    print("\n".join(books.lines()))
    for what, times in sorted(soak.hosts.done.items()):
        print(f"{what:22} {times:8,}")
    cut = ", ".join(f"{times:,} {what}" for what, times in books.cut.most_common())
    print(f"cut by what was killed: {cut or 'nothing'}")
    print(f"acknowledged: {len(books.titles):,} tickets, {len(books.changed):,} changes;"
          f" lost or twice: {'; '.join(losses) or 'nothing'}")  # fmt: skip
    for seen, times in books.failed.most_common():
        print(f"failed  {seen}: {times:,}")
    print("the host that was left alone, at")
    print(table(soak.samples, options.minutes))


if __name__ == "__main__":
    sys.exit(main())
