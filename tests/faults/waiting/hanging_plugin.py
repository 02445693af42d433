"""A plugin whose lookups never end: every pop is answered without it and says so, its calls hold at
most eight threads of a process, `plugins --health` tells of them, and when they end it is used
again.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import warm_commands
from real_server import until

from tests.faults.kit.clients import pop, program
from tests.faults.kit.outcome import Outcome, Size, Tally, times
from tests.faults.kit.site import Site, make_site

POINT = "5"
# As many calls of a plugin may hang in a process (docs/admin-guide.md).
MOST_HANGING = 8
HANGS = """
import time
from pathlib import Path

from cti_host import Caller, Match, hookimpl

let_go = Path(__file__).with_name("let_go")


class Plugin:
    @hookimpl
    def lookup_callers(self, call):
        while not let_go.exists():
            time.sleep(0.05)
        return [Match(Caller("Contact", 1, "Known elsewhere"))]
"""


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, pops = Tally(), size.pick(30, 500)
    toml = "[server]\nworkers = 1\n[plugin.hangs]\ntimeout = 0.05\n"
    site = make_site(folder / "site", toml=toml, sources={"hangs": HANGS})
    taken: list[float] = []
    with site.served() as server, program(site, server.port) as client:
        before = _threads(server.process.pid)
        for number in range(pops):
            person = 1 + number % 10
            good, lasted, seen = pop(client, person, also="hangs is not available")
            tally.count("pops", good, seen)
            taken.append(lasted)
        more = _threads(server.process.pid) - before
        # One more is the thread that serves, one the flow of its hooks.
        tally.check("few threads hang", more <= MOST_HANGING + 4, f"{more} more threads")
        told = until(lambda: 0 < _hanging(site) <= MOST_HANGING)
        tally.check(
            "plugins --health tells of them",
            told,
            f"plugins --health tells of {_hanging(site)} calls",
        )
        (site.folder / "plugins.d" / "let_go").touch()
        tally.check("none hangs when they have ended", until(lambda: _hanging(site) == 0))
        again = until(lambda: pop(client, 1, also="Known elsewhere")[0])
        tally.check("the plugin is used again", again)
    done = f"a lookup that never ends, {pops} pops; then it ends"
    return tally.outcome(done, f"{times('pops', taken)}; {more} more threads")


def _threads(first: int) -> int:
    processes = [psutil.Process(first), *psutil.Process(first).children(recursive=True)]
    return sum(process.num_threads() for process in processes)


def _hanging(site: Site) -> int:
    """How many calls `cti-host plugins --health` tells of."""
    words = ("--config", str(site.config), "plugins", "--health", "--json")
    printed = subprocess.run(  # noqa: S603 -- our own command
        warm_commands.words(*words), capture_output=True, check=True
    ).stdout
    plugins = {plugin["name"]: plugin for plugin in json.loads(printed)["plugins"]}
    return sum(plugins["hangs"]["hanging"].values())
