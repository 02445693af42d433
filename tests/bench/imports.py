"""`cti-host data import` of many persons: rows per second, and the most memory it takes.

With `--against` the same file is imported by another checkout, such as an older one, in turn with
this one. On a machine that others use too, the processor time says more than the clock.

With `--savers` so many threads of another process save organizations meanwhile, each five times a
second: how long that took, and how many were told to come back. With `--renumber` the numbers of
what was imported are understood anew, by `cti-host data renumber`.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.data import CONFIG, PERSONS_PER_ORGANIZATION
from tests.bench.panel_sites import HERE, environment

SAVERS = HERE / "tests" / "bench" / "savers.py"
COLUMNS = ("id", "name", "first_name", "org_id", "email", "phone", "mobile_phone")


class Import(NamedTuple):
    """What one import took."""

    seconds: float
    processor: float
    memory: int
    """The most that the process held, in MiB."""
    saves: Sequence[float] = ()
    """How long those took that were saved beside it; one that was refused: for ever."""


def main() -> None:
    """Write the file, import it a few times, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another one to compare")
    parser.add_argument("--savers", type=int, default=0, help="so many save beside it")
    parser.add_argument("--renumber", action="store_true", help="also understand them anew")
    options = parser.parse_args()
    checkouts = {"import": HERE}
    if options.against is not None:
        checkouts["against"] = options.against.resolve()
    found: dict[str, list[Import]] = {what: [] for what in checkouts}
    renumbered: dict[str, list[Import]] = {}
    with tempfile.TemporaryDirectory() as name:
        files = write_files(Path(name), options.persons)
        for round_ in range(options.rounds):
            for what, checkout in checkouts.items():
                site = Path(name) / f"{what}{round_}"
                found[what].append(imported(site, checkout, files, options.savers))
                if options.renumber:
                    run = _run(site, checkout, "data", "renumber")
                    renumbered.setdefault(f"{what}: renumber", []).append(run)
                (site / "bench.db").unlink()
    print(f"{options.persons:,} persons with two numbers each, {options.rounds} rounds")
    for what, runs in {**found, **renumbered}.items():
        print(_row(what, runs, options.persons))
        if options.savers and what in found:
            print(_saves(f"{what}: saves", [seconds for run in runs for seconds in run.saves]))
    if "against" in found:
        pairs = zip(found["import"], found["against"], strict=True)
        ratios = sorted(then.processor / now.processor for now, then in pairs)
        print(f"rows per second of the processor, import / against, within a round: "
              f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")  # fmt: skip


def write_files(folder: Path, persons: int) -> tuple[Path, Path]:
    """Organizations, and persons in them with two numbers each, as CSV."""
    organizations = max(1, persons // PERSONS_PER_ORGANIZATION)
    files = folder / "Organization.csv", folder / "Person.csv"
    with files[0].open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "name"))
        writer.writerows((i, f"Organization {i}") for i in range(1, organizations + 1))
    with files[1].open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_person(i, organizations) for i in range(1, persons + 1))
    return files


def _person(i: int, organizations: int) -> tuple[object, ...]:
    phone, mobile = f"{i:08d}", f"{i * 7 % 100_000_000:08d}"
    pairs = [phone[j : j + 2] for j in range(0, 8, 2)]
    return (
        i, f"Name{i}", f"First{i}", 1 + i % organizations, f"p{i}@example.org",
        f"+33 1 {' '.join(pairs)}", f"06 {mobile}",
    )  # fmt: skip


def imported(site: Path, checkout: Path, files: tuple[Path, Path], savers: int) -> Import:
    """Import the files into an empty database of a checkout, while others save."""
    site.mkdir()
    (site / "cti.toml").write_text(CONFIG)
    _run(site, checkout, "db", "upgrade")
    _run(site, checkout, "data", "import", str(files[0]))
    if not savers:
        return _run(site, checkout, "data", "import", str(files[1]))
    command = [sys.executable, "-P", str(SAVERS), str(site / "cti.toml"), str(savers)]
    with subprocess.Popen(  # noqa: S603 -- our own command
        command,
        cwd=checkout,
        env=environment(checkout),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it has begun
        run = _run(site, checkout, "data", "import", str(files[1]))
        printed, _errors = process.communicate("")
    return run._replace(saves=[float(text) for text in printed.split()])


def _run(site: Path, checkout: Path, *arguments: str) -> Import:
    """Run a command of a checkout, and measure its process."""
    command = [sys.executable, "-m", "cti_host", "--config", str(site / "cti.toml"), *arguments]
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603 -- our own command
        command, cwd=checkout, env=environment(checkout), stdout=subprocess.DEVNULL
    ) as process:
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed")
    return Import(
        time.monotonic() - started, used.ru_utime + used.ru_stime, round(used.ru_maxrss / 1024)
    )


def _row(what: str, runs: list[Import], persons: int) -> str:
    rates = [persons / run.seconds for run in runs]
    processor = [persons / run.processor for run in runs]
    return (
        f"{what:16} {statistics.median(rates):8.0f} rows/s, of the processor "
        f"{statistics.median(processor):8.0f}, most memory {max(r.memory for r in runs)} MiB"
    )


def _saves(what: str, seconds: Sequence[float]) -> str:
    good = sorted(one for one in seconds if one != math.inf)
    middle, slow = statistics.median(good), good[int(len(good) * 0.95)]
    return (
        f"{what:16} {len(seconds)}, refused {len(seconds) - len(good)}, median {middle:.3f} s, "
        f"p95 {slow:.3f} s, slowest {good[-1]:.3f} s"
    )


if __name__ == "__main__":
    main()
