"""A plugin that takes 1.9 s for each lookup, and all agents are called at once: their lookups run
side by side, each pop has what the plugin knows, and a page without it is answered meanwhile.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.kit.clients import at_once, pop, program
from tests.faults.kit.outcome import Outcome, Size, Tally, times
from tests.faults.kit.site import make_site

POINT = "2"
AGENTS = 10
# Each call waits until those of all agents have come, so that the order in which a busy machine
# does things does not matter; only then it is slow.
SLOW = """
import os
import time
import uuid
from pathlib import Path

from cti_host import Caller, Match, PluginConfig, hookimpl

here = Path(__file__).parent / "in"


class Plugin:
    class Config(PluginConfig):
        seconds: float
        agents: int

    def __init__(self, config):
        self.config = config

    @hookimpl
    def lookup_callers(self, call):
        here.mkdir(exist_ok=True)
        (here / uuid.uuid4().hex).touch()
        ends = time.monotonic() + 50
        while len(os.listdir(here)) % self.config.agents and time.monotonic() < ends:
            time.sleep(0.01)
        if time.monotonic() >= ends:
            raise TimeoutError("those of the other agents did not come meanwhile")
        time.sleep(self.config.seconds)
        return [Match(Caller("Contact", 1, "Known elsewhere"))]
"""


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds, seconds = Tally(), size.pick(1, 5), size.pick(0, 19) / 10
    toml = f"[plugin.slow]\ntimeout = 60\nseconds = {seconds}\nagents = {AGENTS}\n"
    # Of one process, so that no chance decides how many of them come to it.
    site = make_site(folder / "site", toml=f"[server]\nworkers = 1\n{toml}", sources={"slow": SLOW})
    taken: list[float] = []
    with site.served() as server:

        def work(agent: int) -> None:
            with program(site, server.port) as client:
                if agent == AGENTS:
                    page = client.get("/", headers={"Authorization": ""})
                    tally.count("other pages", page.status_code == 302, page.status_code)
                    return
                good, lasted, seen = pop(client, agent + 1, also="Known elsewhere")
                tally.count("pops", good, seen)
                taken.append(lasted)

        for _round in range(rounds):
            at_once(AGENTS + 1, work)
    done = f"a lookup of {seconds:g} s, {AGENTS} agents called at once, {rounds} times"
    return tally.outcome(done, times("pops", taken))
