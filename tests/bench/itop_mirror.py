"""The mirror of an iTop with a million persons: filling it, filling it again, looking up in it."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from cti_host import Call
from cti_host.app import create_app
from cti_host.pop.search import search
from cti_host.pop.url import read_call
from tests.bench.data import cti_host
from tests.bench.itop_server import number_of

CONFIG = """
database = "{database}"
plugins = ["phone_reformat", "itop"]
secret_key_file = "secret_key"

[plugin.itop]
url = "http://127.0.0.1:{port}"
user = "bench"
password = "bench"
"""


def main() -> None:
    """Serve the persons, synchronize twice, look up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--lookups", type=int, default=2_000)
    parser.add_argument("--database", default="sqlite:///bench.db", help="of an empty database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, _server(options.persons) as port:
        config = Path(name) / "cti.toml"
        config.write_text(CONFIG.format(database=options.database, port=port))
        _measure(config, options.persons, options.lookups)


def _measure(config: Path, persons: int, lookups: int) -> None:
    cti_host(config, "db", "upgrade")
    for run in ("empty mirror", "nothing changed"):
        synced, peak = _synchronize(config)
        objects = synced["persons"] + synced["organizations"]
        print(
            f"sync, {run:16} {objects:>9,} objects in {synced['seconds']:6.1f} s"
            f"  {objects / synced['seconds']:8,.0f}/s  {synced['written']:>9,} written"
            f"  peak {peak:.0f} MiB",
            flush=True,
        )
    app = create_app(config)
    queries, hooks = _lookups(app, persons, lookups)
    for part, times in (("query of the mirror", queries), ("lookup of the panel", hooks)):
        quantile = statistics.quantiles(times, n=100)[98]
        print(
            f"{part}: median {statistics.median(times) * 1000:.3f} ms,"
            f" 99 % within {quantile * 1000:.3f} ms, at {persons:,} persons",
            flush=True,
        )


def _synchronize(config: Path) -> tuple[dict[str, Any], float]:
    """Run `cti-host itop sync`: what it prints, and its peak memory in MiB."""
    command = [sys.executable, "-m", "cti_host", "--config", str(config), "itop", "sync", "--json"]
    process = subprocess.Popen(  # noqa: S603 -- our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    output = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"itop sync ended with {process.returncode}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return json.loads(output), usage.ru_maxrss / scale


def _lookups(app: Flask, persons: int, lookups: int) -> tuple[list[float], list[float]]:
    """Seconds of each query of the mirror, and of each lookup as the panel does it."""
    from cti_itop.mirror.mirror import Mirror

    host = app.extensions["cti_host"]
    (plugin,) = [p for p in host.plugins if p.name == "itop"]
    queries: list[float] = []
    hooks: list[float] = []
    spread = max(1, persons // lookups)
    with app.app_context():
        mirror = Mirror(host.database, plugin.config.url)
        for i in range(lookups):
            person = 1 + (i * spread) % persons
            started = time.perf_counter()
            found, _total = mirror.find({"phone": [number_of(person)]})
            queries.append(time.perf_counter() - started)
            assert [p.id for p in found] == [person]
    for i in range(lookups):
        person = 1 + (i * spread) % persons
        with app.test_request_context():
            call: Call = read_call(
                f"phone={number_of(person)}".encode(), host.settings.url_parameters
            )
            started = time.perf_counter()
            matches = search(host, call).matches
            hooks.append(time.perf_counter() - started)
            assert [match.caller.id for match in matches] == [person]
    host.database.close_all()
    return queries, hooks


@contextmanager
def _server(persons: int) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.bench.itop_server", str(persons)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own command
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=20)


if __name__ == "__main__":
    main()
