"""The processor's time of a page, without a server: of this checkout, others, and the bare page.

The page is the panel of a call, or with `--page` that of a ticket, the form of a new ticket, the
form that modifies one, or a new ticket that is sent; only the panel has a bare page.

Processes that take turns, some pages each, so that whatever else the machine does meets all of
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

from tests.bench.panel_sites import (
    HERE,
    PAGES,
    Site,
    addresses,
    built,
    databases,
    environment,
    sent,
)

_WORKER = """
import gc, io, json, os, re, sys, time
what, config, headers, addresses, bodies = json.loads(sys.stdin.readline())
if what == "bare":
    from tests.bench.bare import create
    app = create()
else:
    os.environ["CTI_HOST_CONFIG"] = config
    from cti_host.app import app_from_environment
    app = app_from_environment()
environ = {
    "SCRIPT_NAME": "", "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000", "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
    "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    "wsgi.errors": sys.stderr,
    **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()},
}
def asked(address, body=None):
    answered = []
    path, _mark, query = address.partition("?")
    given = {**environ, "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": "GET"}
    if body is not None:
        given |= {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)),
                  "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    given["wsgi.input"] = io.BytesIO(body or b"")
    response = app(given, lambda *answer: answered.append(answer))
    page = b"".join(response)
    getattr(response, "close", lambda: None)()
    expected = "200" if body is None else "303"
    assert answered[0][0][:3] == expected and len(page) > 100, (answered, page[:300])
    return page
token = ""
if bodies:
    token = re.search(b'name="csrf_token"[^>]*value="([^"]+)', asked(addresses[0]))[1].decode()
number = 0
for line in sys.stdin:
    count, used = int(line), time.process_time()
    for _ in range(count):
        place = number % len(addresses)
        number += 1
        if bodies:
            body = bodies[place].replace("TOKEN", token) + "&creation_key=key" + str(number)
            asked(addresses[place].partition("?")[0], body.encode())
        else:
            asked(addresses[place])
    print((time.process_time() - used) * 1000 / count, flush=True)
"""
_Worker = subprocess.Popen[str]


def main() -> None:
    """Build the sites, let the processes take turns, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=20_000)
    parser.add_argument("--tickets", type=int, default=60_000)
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--panels", type=int, default=50, help="pages in each turn")
    parser.add_argument("--page", choices=PAGES, default="panel")
    parser.add_argument("--against", type=Path, action="append", default=[], metavar="CHECKOUT")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    page: str = options.page
    checkouts = {page: HERE, **{one.name: one.resolve() for one in options.against}}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = stack.enter_context(databases(options.database, len(checkouts)))
        asked = addresses(page, options.persons, options.tickets)
        workers = {}
        for (what, checkout), url in zip(checkouts.items(), urls, strict=True):
            site = built(folder / what, checkout, options.persons, options.tickets, url, page=page)
            bodies = [sent(one, "TOKEN") for one in asked] if page == "post" else []
            workers[what] = stack.enter_context(_worker(what, checkout, site, asked, bodies))
            if what == "panel":
                bare = [one.replace("/pop", "/bare") for one in asked]
                workers["bare"] = stack.enter_context(_worker("bare", checkout, site, bare, []))
        found: dict[str, list[float]] = {what: [] for what in workers}
        for turn in range(options.turns + 2):
            for what, worker in workers.items():
                used = _turn(worker, options.panels)
                if turn > 1:  # the first ones only warm up
                    found[what].append(used)
    print(f"{options.database}: {options.persons:,} persons, {options.tickets:,} tickets, "
          f"{options.turns} turns of {options.panels} pages")  # fmt: skip
    for what, times in found.items():
        quartile = statistics.quantiles(times, n=4)[0]
        ratios = [one / ours for one, ours in zip(times, found[page], strict=True)]
        print(f"{what:12} {quartile:6.2f} ms of CPU; / {page}: {statistics.median(ratios):.2f}")


@contextmanager
def _worker(
    what: str, checkout: Path, site: Site, asked: list[str], bodies: list[str]
) -> Iterator[_Worker]:
    """A process that makes pages when it is told how many."""
    environ = {**environment(checkout), "BENCH_DATABASE": site.database}
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-c", _WORKER],
        cwd=checkout,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # its log
        text=True,
    )
    assert process.stdin
    told = [what, str(site.config), site.browser, asked, bodies]
    process.stdin.write(json.dumps(told) + "\n")
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=30)


def _turn(worker: _Worker, panels: int) -> float:
    """The milliseconds of a page, of so many."""
    assert worker.stdin
    assert worker.stdout
    worker.stdin.write(f"{panels}\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


if __name__ == "__main__":
    main()
