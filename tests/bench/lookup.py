"""Caller lookup, as the panel does it, from 1,000 to 1,000,000 persons."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from cti_host.app import create_app
from cti_host.pop.search import search
from cti_host.pop.url import read_call
from tests.bench.data import build, number_of

SIZES = (1_000, 10_000, 100_000, 1_000_000)


def main() -> None:
    """Build a database of each size; time lookups in all of them in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lookups", type=int, default=400)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        configs = {}
        for size in SIZES:
            folder = Path(name) / str(size)
            folder.mkdir()
            configs[size] = build(folder, size, 1_000)
        apps = {size: create_app(config) for size, config in configs.items()}
        times: dict[int, list[float]] = {size: [] for size in SIZES}
        for _round in range(options.rounds):
            for size, app in apps.items():
                times[size].append(_median_lookup(app, size, options.lookups))
    smallest = statistics.median(times[SIZES[0]])
    print(f"median of {options.rounds} rounds of {options.lookups} lookups")
    for size in SIZES:
        median = statistics.median(times[size])
        print(f"{size:>9,} persons  {median * 1000:.3f} ms  {median / smallest:.2f}")


def _median_lookup(app: object, persons: int, lookups: int) -> float:
    from flask import Flask

    assert isinstance(app, Flask)
    host = app.extensions["cti_host"]
    spread = max(1, persons // lookups)
    measured = []
    for i in range(lookups):
        person = 1 + (i * spread) % persons
        with app.test_request_context():
            call = read_call(f"phone={number_of(person)}".encode(), host.settings.url_parameters)
            started = time.perf_counter()
            found = search(host, call)
            measured.append(time.perf_counter() - started)
            assert [match.caller.id for match in found.matches] == [person]
    return statistics.median(measured)


if __name__ == "__main__":
    main()
