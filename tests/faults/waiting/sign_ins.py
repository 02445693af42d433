"""Strangers send sign-ins without end: agents' pops come, and no process checks many at a time.

Each check of a password keeps all cores busy for a tenth of a second. What the strangers typed as
the name is given back to those who are asked to come again.
"""

from __future__ import annotations

import threading
from collections import Counter
from itertools import count
from pathlib import Path

import httpx

from tests.faults.kit.clients import Browser, meanwhile, pop, program
from tests.faults.kit.outcome import Outcome, Size, Tally, times
from tests.faults.kit.site import AGENT, PLUGINS, make_site

POINT = "4"
# Otherwise the limit for one address would stop the strangers, which is not what is tried here.
SETTINGS = """
[server]
workers = 1

[plugin.accounts]
failed_sign_ins = 1000
failed_sign_ins_per_name = 10000
failed_sign_ins_per_address = 10000
"""
# Counts how many passwords the process checks at a time, and writes down the most.
COUNTING = '''
import threading
from pathlib import Path

from cti_accounts import hashing

from cti_host import hookimpl


class Counting:
    """A hasher that counts."""

    def __init__(self, hasher):
        self._hasher, self._lock, self._now, self._most = hasher, threading.Lock(), 0, 0

    def verify(self, stored, password):
        with self._lock:
            self._now += 1
            self._most = max(self._most, self._now)
            Path(__file__).with_name("most").write_text(str(self._most))
        try:
            return self._hasher.verify(stored, password)
        finally:
            with self._lock:
                self._now -= 1

    def __getattr__(self, name):
        return getattr(self._hasher, name)


class Plugin:
    """Puts the counting hasher in the place of the other."""

    @hookimpl
    def register(self, host):
        hashing._hasher = Counting(hashing._hasher)
'''


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, statuses, numbers = Tally(), Counter[int](), count()
    strangers, rounds = size.pick(6, 20), size.pick(8, 100)
    site = make_site(
        folder / "site", toml=SETTINGS, plugins=PLUGINS, sources={"counting": COUNTING}
    )
    alone: list[float] = []
    beside: list[float] = []
    with site.served() as server:

        def send(number: int, ends: threading.Event) -> None:
            with Browser(server.port) as browser:
                form = browser.form("/sign-in")
                while not ends.is_set():
                    # Every other one tries the name of an agent.
                    name = AGENT if number % 2 else f"stranger{next(numbers)}"
                    typed = {**form, "name": name, "password": "a wrong password"}
                    answer = browser.post("/sign-in", data=typed)
                    statuses[answer.status_code] += 1
                    tally.count("sign-ins", _is_refused(answer, name), _seen(answer))

        with program(site, server.port) as agent:
            for _each in range(rounds):
                alone.append(_pop(tally, agent))
            with meanwhile(strangers, send):
                for _each in range(rounds):
                    beside.append(_pop(tally, agent))
        most = int((site.folder / "plugins.d" / "most").read_text())
        tally.check("no process checks two passwords at a time", most == 1, most)
        tally.check("the log has no password", "a wrong password" not in site.log())
    return tally.outcome(
        f"{strangers} strangers sign in without end, half of them as an agent",
        f"{times('pops alone', alone)}; {times('beside them', beside)}; "
        f"answers: {', '.join(f'{n} times {s}' for s, n in sorted(statuses.items()))}",
    )


def _pop(tally: Tally, agent: httpx.Client) -> float:
    good, seconds, seen = pop(agent)
    tally.count("pops", good, seen)
    return seconds


def _is_refused(answer: httpx.Response, name: str) -> bool:
    """Whether a sign-in was refused as it must be: with the name that was typed, and when to come
    again if that helps."""
    if answer.status_code not in (400, 429, 503):
        return False
    again = answer.status_code == 400 or answer.headers.get("Retry-After", "").isdigit()
    return again and f'value="{name}"' in answer.text


def _seen(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.text[:100]!r}"
