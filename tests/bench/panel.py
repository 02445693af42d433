"""The panel over HTTP, against a bare page with the same rows and a hello-world.

All three run on the same server with the same workers, in turn, several rounds in one run; the
figures are the medians of the rounds. With `--against` the panel of another checkout, such as an
older one, runs beside them, in the same environment and with the same rows.
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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cti_host.server.serving import BACKLOG, THREADS
from tests.bench.data import number_of

WORKERS = 2
CONNECTIONS = 8
HERE = Path(__file__).parents[2]
BUILD = """
import sys
from pathlib import Path
from tests.bench.data import build, cti_host
folder, persons, tickets = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
config = build(folder, persons, tickets)
password, profile = "a password for the benchmark\\n", ("--profile", "Support Agent")
cti_host(config, "agent", "add", "loader", *profile, "--password-stdin", text=password)
(folder / "token").write_text(cti_host(config, "agent", "token", "loader"))
"""


def main() -> None:
    """Build the data, run the rounds, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--tickets", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another one to compare")
    options = parser.parse_args()
    wrk = shutil.which("wrk")
    if wrk is None:
        sys.exit("the load generator wrk is not installed")
    checkouts = {"panel": HERE}
    if options.against is not None:
        checkouts["against"] = options.against.resolve()
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        targets = {}
        for what, checkout in checkouts.items():
            config, token = _built(folder / what, checkout, options.persons, options.tickets)
            address = running.enter_context(serving(config, checkout))
            targets[what] = (f"{address}/pop", token)
        bare = running.enter_context(_bare(folder / "panel" / "bench.db"))
        targets |= {"bare page": (f"{bare}/bare", ""), "hello-world": (f"{bare}/", "")}
        script = folder / "numbers.lua"
        found: dict[str, list[float]] = {what: [] for what in targets}
        for round_ in range(options.rounds + 1):
            for what, (url, bearer) in targets.items():
                script.write_text(_script(options.persons, bearer))
                rate = _requests_per_second(wrk, url, script, options.seconds)
                if round_:  # the first one only warms up
                    found[what].append(rate)
    print(f"{options.persons:,} persons, {options.tickets:,} tickets, {WORKERS} workers, "
          f"{CONNECTIONS} connections, {options.rounds} rounds of {options.seconds} s")  # fmt: skip
    medians = {what: statistics.median(rates) for what, rates in found.items()}
    for what, rate in medians.items():
        rounds = ", ".join(f"{r:.0f}" for r in found[what])
        print(f"{what:12} {rate:8.0f} requests/s   ({rounds})")
    print(f"panel / bare page: {medians['panel'] / medians['bare page']:.2f}")
    print(f"panel / hello-world: {medians['panel'] / medians['hello-world']:.3f}")
    if "against" in found:
        pairs = zip(found["panel"], found["against"], strict=True)
        ratios = sorted(now / then for now, then in pairs)
        print(f"panel / against, within a round: {statistics.median(ratios):.2f} "
              f"({ratios[0]:.2f} to {ratios[-1]:.2f})")  # fmt: skip


def _built(folder: Path, checkout: Path, persons: int, tickets: int) -> tuple[Path, str]:
    """A site with the rows, made by a checkout, and a token to sign in with."""
    folder.mkdir()
    command = [sys.executable, "-c", BUILD, str(folder), str(persons), str(tickets)]
    subprocess.run(  # noqa: S603 -- our own command
        command, cwd=checkout, env=_environment(checkout), check=True, capture_output=True
    )
    return folder / "cti.toml", (folder / "token").read_text()


def _environment(checkout: Path) -> dict[str, str]:
    """Where Python finds the distributions of a checkout, before those installed."""
    projects = sorted(file.parent for file in checkout.glob("*/*/pyproject.toml"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (checkout, *projects)))}


def _script(persons: int, bearer: str) -> str:
    """Each request asks for another of a thousand callers."""
    numbers = [f'"%2B{number_of(1 + i * (persons // 1000))[1:]}"' for i in range(1000)]
    header = f'wrk.headers["Authorization"] = "Bearer {bearer}"\n' if bearer else ""
    return (
        f"{header}local numbers = {{{', '.join(numbers)}}}\nlocal i = 0\n"
        "request = function()\n  i = i % #numbers + 1\n"
        '  return wrk.format("GET", wrk.path .. "?phone=" .. numbers[i])\nend\n'
    )


def _requests_per_second(wrk: str, url: str, script: Path, seconds: int) -> float:
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 -- our own command
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"{url} answered errors:\n{output}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert found, output
    return float(found[1])


@contextmanager
def serving(config: Path, checkout: Path = HERE) -> Iterator[str]:
    """The address of a server for a site, run by a checkout."""
    port = _free_port()
    with _process(
        ["-m", "cti_host", "--config", str(config), "serve", f"--port={port}",
         f"--workers={WORKERS}"],
        port,
        _environment(checkout),
        checkout,
    ):  # fmt: skip
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _bare(database: Path) -> Iterator[str]:
    port = _free_port()
    arguments = [
        "-m", "granian", "--interface", "wsgi", "--factory", "tests.bench.bare:create",
        "--port", str(port), "--workers", str(WORKERS), "--no-ws",
        "--blocking-threads", str(THREADS), "--backpressure", str(BACKLOG),
    ]  # fmt: skip
    with _process(arguments, port, {"BENCH_DATABASE": str(database)}):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _process(
    arguments: list[str], port: int, environment: dict[str, str], folder: Path = HERE
) -> Iterator[None]:
    # In its own folder: there Python looks for packages first.
    process = subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _attempt in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit("a server did not start")
        yield
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
