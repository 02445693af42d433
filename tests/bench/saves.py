"""Saves of tickets: how many a second, and what they cost against another checkout.

Each round is a process of its own that works within requests of an agent: it creates tickets that
came by phone, changes their titles, and adds entries to their logs. With `--against` an older
checkout, such as one without rights and history, does the same in turn with this one. The time is
that of the processor and of the clock: on a machine that others use too, the first says more.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.panel_sites import HERE, environment

KINDS = ("create", "modify", "log entry")
MEASURE = """
import json, sys, time
from flask import g
from cti_host import Agent
from cti_host.app import create_app
from cti_tickets.store import objects
config, count = sys.argv[1], int(sys.argv[2])
app = create_app(config)
host = app.extensions["cti_host"]
agent = Agent("loader", "Load Er", profiles=frozenset({"Support Agent"}))
new = {"title": "Printer", "description": "It is on fire.", "org_id": "1", "caller_id": "1",
       "origin": "phone"}
with app.app_context(), host.database.connection_context():
    # The rows of the benchmark have references that nobody has counted.
    host.database.execute_sql("UPDATE ticket_counter SET value = (SELECT max(id) FROM ticket)")
made = []
def create(number):
    made.append(objects.create("UserRequest", new, author=agent).id)
def modify(number):
    values = {"title": f"Printer {number}", "impact": "123"[number % 3]}
    objects.update("UserRequest", made[number], values, author=agent)
def log_entry(number):
    objects.update("UserRequest", made[number], {"public_log": f"Entry {number}"}, author=agent)
found = {}
for kind, function in (("create", create), ("modify", modify), ("log entry", log_entry)):
    used, started = time.process_time(), time.monotonic()
    for number in range(count):
        with app.test_request_context("/"):
            g.cti_agent = agent
            host.database.connect(reuse_if_open=True)
            function(number)
            host.database.close()
    found[kind] = (time.process_time() - used, time.monotonic() - started)
print(json.dumps(found))
"""


def main() -> None:
    """Build the data, run the rounds, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=1000, help="of each kind in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another one to compare")
    options = parser.parse_args()
    checkouts = {"saves": HERE}
    if options.against is not None:
        checkouts["against"] = options.against.resolve()
    found: dict[str, list[dict[str, tuple[float, float]]]] = {what: [] for what in checkouts}
    with tempfile.TemporaryDirectory() as name:
        configs = {what: _built(Path(name) / what, one) for what, one in checkouts.items()}
        for _round in range(options.rounds):
            for what, checkout in checkouts.items():
                found[what].append(_measured(configs[what], checkout, options.saves))
    print(f"{options.saves:,} saves of each kind, {options.rounds} rounds, SQLite")
    for kind in KINDS:
        for what, rounds in found.items():
            processor = statistics.median(options.saves / one[kind][0] for one in rounds)
            clock = statistics.median(options.saves / one[kind][1] for one in rounds)
            print(f"{kind:10} {what:8} {processor:6.0f} a second of the processor, {clock:6.0f} of the clock")  # fmt: skip  # noqa: E501
        if "against" in found:
            pairs = zip(found["saves"], found["against"], strict=True)
            ratios = sorted(then[kind][0] / now[kind][0] for now, then in pairs)
            print(f"{kind:10} saves / against, within a round: {statistics.median(ratios):.2f} "
                  f"({ratios[0]:.2f} to {ratios[-1]:.2f})")  # fmt: skip


def _built(folder: Path, checkout: Path) -> Path:
    """A site with persons and tickets, made by a checkout."""
    folder.mkdir()
    code = "import sys; from pathlib import Path; from tests.bench.data import build; build(Path(sys.argv[1]), 10_000, 30_000)"  # noqa: E501
    _run(checkout, code, str(folder))
    return folder / "cti.toml"


def _measured(config: Path, checkout: Path, saves: int) -> dict[str, tuple[float, float]]:
    measured: dict[str, tuple[float, float]] = json.loads(
        _run(checkout, MEASURE, str(config), str(saves))
    )
    return measured


def _run(checkout: Path, code: str, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, "-c", code, *arguments],
        cwd=checkout,
        env=environment(checkout),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
