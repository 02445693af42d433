"""The processor's time of a panel, without a server: of this checkout, others, and the bare page.

Processes that take turns, some panels each, so that whatever else the machine does meets all of
them. Shown are the lower quartile of the turns, and the median of the ratios within a turn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.bench.panel_sites import HERE, Site, built, databases, environment, paths

_WORKER = """
import gc, io, json, os, sys, time
what, config, path, headers, queries = json.loads(sys.stdin.readline())
if what == "bare":
    from tests.bench.bare import create
    app = create()
else:
    os.environ["CTI_HOST_CONFIG"] = config
    from cti_host.app import app_from_environment
    app = app_from_environment()
environ = {
    "REQUEST_METHOD": "GET", "SCRIPT_NAME": "", "PATH_INFO": path, "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
    "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    "wsgi.errors": sys.stderr,
    **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()},
}
def page(query):
    answered = []
    given = {**environ, "QUERY_STRING": query, "wsgi.input": io.BytesIO()}
    response = app(given, lambda *answer: answered.append(answer))
    body = b"".join(response)
    getattr(response, "close", lambda: None)()
    assert answered[0][0][:3] == "200" and len(body) > 1000, (answered, body[:300])
number = 0
for line in sys.stdin:
    count, used = int(line), time.process_time()
    for _ in range(count):
        page(queries[number % len(queries)])
        number += 1
    print((time.process_time() - used) * 1000 / count, flush=True)
"""
_Worker = subprocess.Popen[str]


def main() -> None:
    """Build the sites, let the processes take turns, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--tickets", type=int, default=60_000)
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--panels", type=int, default=50, help="in each turn")
    parser.add_argument("--against", type=Path, action="append", default=[], metavar="CHECKOUT")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    checkouts = {"panel": HERE, **{one.name: one.resolve() for one in options.against}}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = stack.enter_context(databases(options.database, len(checkouts)))
        queries = [one.removeprefix("?") for one in paths(options.persons)]
        workers = {}
        for (what, checkout), url in zip(checkouts.items(), urls, strict=True):
            site = built(folder / what, checkout, options.persons, options.tickets, url)
            workers[what] = stack.enter_context(_worker(what, checkout, site, queries))
            if what == "panel":
                workers["bare"] = stack.enter_context(_worker("bare", checkout, site, queries))
        found: dict[str, list[float]] = {what: [] for what in workers}
        for turn in range(options.turns + 2):
            for what, worker in workers.items():
                used = _turn(worker, options.panels)
                if turn > 1:  # the first ones only warm up
                    found[what].append(used)
    print(f"{options.database}: {options.persons:,} persons, {options.tickets:,} tickets, "
          f"{options.turns} turns of {options.panels} panels")  # fmt: skip
    for what, times in found.items():
        quartile = statistics.quantiles(times, n=4)[0]
        ratios = [one / panel for one, panel in zip(times, found["panel"], strict=True)]
        print(f"{what:12} {quartile:6.2f} ms of CPU; / panel: {statistics.median(ratios):.2f}")


@contextmanager
def _worker(what: str, checkout: Path, site: Site, queries: list[str]) -> Iterator[_Worker]:
    """A process that makes pages when it is told how many."""
    environ = {**environment(checkout), "BENCH_DATABASE": site.database}
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-c", _WORKER],
        cwd=checkout,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    path = "/bare" if what == "bare" else "/pop"
    assert process.stdin
    process.stdin.write(json.dumps([what, str(site.config), path, site.browser, queries]) + "\n")
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def _turn(worker: _Worker, panels: int) -> float:
    """The milliseconds of a panel, of so many."""
    assert worker.stdin
    assert worker.stdout
    worker.stdin.write(f"{panels}\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


if __name__ == "__main__":
    main()
