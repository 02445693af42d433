"""Pops of an agent while strangers send sign-ins: how long each takes, without them and with them.

Each sender has its own connection and posts one sign-in after the other, each with another name, so
that no limit but that of passwords being checked holds them up.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts")]

import httpx  # noqa: E402 -- after the path of the demonstration
from demo_server import NAME, PASSWORD, demo_server  # noqa: E402

POP = "/pop?phone=0987654321"
# Otherwise the limits would stop the senders, which is another measurement.
SETTINGS = """
[plugin.accounts]
failed_sign_ins_per_address = 10000
"""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--senders", type=int, default=20, help="how many send sign-ins at once")
    parser.add_argument("--pops", type=int, default=100, help="how many pops are measured")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_server(Path(folder), change=lambda text: text + SETTINGS) as address,
        httpx.Client(base_url=address, timeout=60) as agent,
    ):
        assert _sign_in(agent, NAME, PASSWORD) == 302
        print(f"{'':24} median    p95  slowest")
        _report("no sign-ins", _pops(agent, options.pops))
        with _senders(address, options.senders) as answers:
            times = _pops(agent, options.pops)
        _report(f"{options.senders} sign-ins at a time", times)
        print("answers to the sign-ins:", dict(sorted(answers.items())))


def _sign_in(client: httpx.Client, name: str, password: str) -> int:
    page = client.get("/sign-in").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    form = {"csrf_token": found[1], "name": name, "password": password}
    return client.post("/sign-in", data=form).status_code


def _pops(agent: httpx.Client, number: int) -> list[float]:
    times = []
    for _ in range(number):
        started = time.perf_counter()
        assert agent.get(POP).status_code == 200
        times.append(time.perf_counter() - started)
    return times


@contextmanager
def _senders(address: str, number: int) -> Iterator[Counter[int]]:
    """Strangers who send sign-ins while the block runs; gives how often which status came."""
    stop, numbers = threading.Event(), count()
    answers: Counter[int] = Counter()

    def send() -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            while not stop.is_set():
                answers[_sign_in(client, f"stranger{next(numbers)}", "a wrong password")] += 1

    threads = [threading.Thread(target=send) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _report(what: str, times: list[float]) -> None:
    slow = statistics.quantiles(times, n=20)[-1]
    figures = [f"{seconds * 1000:5.0f} ms" for seconds in (statistics.median(times), slow)]
    print(f"{what:24} {figures[0]} {figures[1]} {max(times) * 1000:5.0f} ms")


if __name__ == "__main__":
    main()
