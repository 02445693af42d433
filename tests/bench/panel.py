"""The panel over HTTP, against a bare page with the same rows and a hello-world.

With `--page` it is the page of a ticket, the form of a new ticket, the form that modifies one, or
a new ticket that is sent; these have no bare page.

All run on the same server with the same workers, in turn, several rounds in one run. An agent is
signed in as in a browser; callers are of all organizations. Shown are the medians of the rounds,
and the ratios within a round. The CPU is that of the servers, without the load generator:
other work on the machine changes it far less than the requests per second.

With `--without-statistics` the panel of a database that has none runs beside them, with each
`--against` that of another checkout, such as an older one, in the same environment and with the
same rows.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

import psutil  # type: ignore[import-untyped]  # it ships no types

from tests.bench.panel_sites import (
    HERE,
    NEW,
    PAGES,
    Site,
    addresses,
    built,
    databases,
    environment,
    sent,
)

WORKERS = 2
CONNECTIONS = 8
# Of the bare application.
THREADS, BACKLOG = 2, 128


class Running(NamedTuple):
    """A server: its address, and its first process."""

    address: str
    pid: int


class Target(NamedTuple):
    """Pages to ask for, the first process of their server, and the headers of its client.

    :param address: that of the server
    :param pages: the paths of the pages, each with its query
    :param bodies: what is sent to each; empty: nothing is
    """

    address: str
    pid: int
    headers: Mapping[str, str]
    pages: Sequence[str]
    bodies: Sequence[str] = ()


class Rounds(NamedTuple):
    """Requests a second in each round, and the milliseconds of CPU that each of them took."""

    rates: list[float]
    cpu: list[float]


def main() -> None:
    """Build the data, run the rounds, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--tickets", type=int, default=300_000)
    parser.add_argument("--page", choices=PAGES, default="panel")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--against", type=Path, action="append", default=[], metavar="CHECKOUT")
    parser.add_argument("--without-statistics", action="store_true", help="compare with such data")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("the load generator wrk is not installed")
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        targets = _targets(running, folder, options)
        found = {what: Rounds([], []) for what in targets}
        script = folder / "requests.lua"
        for round_ in range(options.rounds + 1):
            for what, target in targets.items():
                script.write_text(_script(target, f"{what}-{round_}"))
                before = cpu_seconds(target.pid)
                rate = _requests_per_second(wrk, target.address, script, options.seconds)
                used = cpu_seconds(target.pid) - before
                if round_:  # the first one only warms up
                    found[what].rates.append(rate)
                    found[what].cpu.append(1000 * used / (rate * options.seconds))
    print(f"{options.page}, {options.database}: {options.persons:,} persons, "
          f"{options.tickets:,} tickets, {WORKERS} workers, {CONNECTIONS} connections, "
          f"{options.rounds} rounds of {options.seconds} s")  # fmt: skip
    _report(found, options.page)


def _targets(running: ExitStack, folder: Path, options: argparse.Namespace) -> dict[str, Target]:
    """The pages to compare, each with its server started."""
    page: str = options.page
    asked = addresses(page, options.persons, options.tickets)
    wanted = {page: (HERE, True)}
    wanted |= {one.name: (one.resolve(), True) for one in options.against}
    if options.without_statistics:
        wanted["unanalyzed"] = (HERE, False)
    urls = running.enter_context(databases(options.database, len(wanted)))
    targets = {}
    for (what, (checkout, analyzed)), url in zip(wanted.items(), urls, strict=True):
        site = built(
            folder / what,
            checkout,
            options.persons,
            options.tickets,
            url,
            analyzed=analyzed,
            page=page,
        )
        server = running.enter_context(serving(site.config, checkout))
        targets[what] = _target(server, site, page, asked)
        if what == page:
            ours = site
    bare = running.enter_context(_bare(ours.database))
    others = {"hello-world": ["/"]}
    if page == "panel":
        others = {"bare page": [one.replace("/pop", "/bare") for one in asked], **others}
    for what, paths in others.items():
        targets[what] = Target(bare.address, bare.pid, ours.browser, paths)
    return targets


def _target(server: Running, site: Site, page: str, asked: Sequence[str]) -> Target:
    if page != "post":
        return Target(server.address, server.pid, site.browser, asked)
    request = Request(f"{server.address}{asked[0]}", headers=site.browser)  # noqa: S310 -- our own server
    with urlopen(request) as answer:  # noqa: S310 -- our own server
        token = re.search('name="csrf_token"[^>]*value="([^"]+)', answer.read().decode())
    assert token, "the form has no token"
    bodies = [sent(one, token[1]) for one in asked]
    return Target(server.address, server.pid, site.browser, [NEW] * len(asked), bodies)


def _report(found: Mapping[str, Rounds], page: str) -> None:
    for what, rounds in found.items():
        each = ", ".join(f"{rate:.0f}" for rate in rounds.rates)
        rate, milliseconds = map(statistics.median, rounds)
        print(f"{what:12} {rate:6.0f} requests/s, {milliseconds:.2f} ms of CPU each   ({each})")
    ours = found[page]
    for what, other in found.items():
        if what != page:
            _compare(f"{page} / {what}, requests/s", ours.rates, other.rates)
            _compare("the same by CPU each", other.cpu, ours.cpu)


def _compare(what: str, ours: list[float], others: list[float]) -> None:
    ratios = sorted(one / other for one, other in zip(ours, others, strict=True))
    print(f"{what}: {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


def cpu_seconds(pid: int) -> float:
    """The processor time of a server's processes so far; other work changes it less than rates."""
    first = psutil.Process(pid)
    times = [process.cpu_times() for process in (first, *first.children(recursive=True))]
    return float(sum(time_.user + time_.system for time_ in times))


def _script(target: Target, key: str) -> str:
    """Each request asks for another page, or sends another form.

    :param key: what the one-time keys of forms begin with
    """
    listed = ", ".join(f'"{one}"' for one in target.pages)
    bodies = ", ".join(f'"{one}&creation_key={key}-"' for one in target.bodies)
    set_ = "".join(f'wrk.headers["{n}"] = "{value}"\n' for n, value in target.headers.items())
    if bodies:
        set_ += 'wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n'
    return (
        f"{set_}local paths = {{{listed}}}\nlocal bodies = {{{bodies}}}\n"
        "local i, sent = 0, 0\n"
        "request = function()\n  i = i % #paths + 1\n  sent = sent + 1\n"
        '  if bodies[i] then return wrk.format("POST", paths[i], nil, bodies[i] .. sent) end\n'
        '  return wrk.format("GET", paths[i])\nend\n'
    )


def _requests_per_second(wrk: str, url: str, script: Path, seconds: int) -> float:
    command = [
        wrk,
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--timeout=20s",
        "-s",
        str(script),
        url,
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 -- our own command
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"{url} answered errors:\n{output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert found, output
    return float(found[1])


@contextmanager
def serving(config: Path, checkout: Path = HERE, *options: str) -> Iterator[Running]:
    """A server for a site, run by a checkout."""
    port = _free_port()
    with _process(
        ["-m", "cti_host", "--config", str(config), "serve", f"--port={port}",
         f"--workers={WORKERS}", *options],
        port,
        environment(checkout),
        checkout,
    ) as pid:  # fmt: skip
        yield Running(f"http://127.0.0.1:{port}", pid)


@contextmanager
def _bare(database: str) -> Iterator[Running]:
    port = _free_port()
    arguments = [
        "-m", "granian", "--interface", "wsgi", "--factory", "tests.bench.bare:create",
        "--port", str(port), "--workers", str(WORKERS), "--no-ws",
        "--blocking-threads", str(THREADS), "--backpressure", str(BACKLOG),
    ]  # fmt: skip
    with _process(arguments, port, {"BENCH_DATABASE": database}) as pid:
        yield Running(f"http://127.0.0.1:{port}", pid)


@contextmanager
def _process(
    arguments: list[str], port: int, environment: dict[str, str], folder: Path = HERE
) -> Iterator[int]:
    # In its own folder: there Python looks for packages first.
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _attempt in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit("a server did not start")
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
