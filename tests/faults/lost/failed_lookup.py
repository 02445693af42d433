"""Whoever looks callers up fails, hangs, or ends: the panel says so, never that nobody has this
number, and offers no new person; once it is back, an unknown number is one.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.kit.clients import program
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import make_site

POINT = "9"
UNKNOWN = "0698765432"
NOBODY, NEW_PERSON = "Nobody in the data has this number", "Create a new Person"
FAILS = """
import sys
import time
from pathlib import Path

from cti_host import hookimpl

how = Path(__file__).with_name("how")


class Plugin:
    @hookimpl
    def lookup_callers(self, call):
        kind = how.read_text()
        if kind == "raises":
            raise LookupError("it is away")
        if kind == "returns nonsense":
            return 1
        if kind == "ends":
            sys.exit(1)
        while how.read_text() == "hangs":
            time.sleep(0.05)
        return []
"""
KINDS = ("raises", "returns nonsense", "ends", "hangs")


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, pops = Tally(), size.pick(2, 25)
    toml = "[plugin.fails]\ntimeout = 0.3\n"
    site = make_site(folder / "site", toml=toml, sources={"fails": FAILS})
    how = site.folder / "plugins.d" / "how"
    how.write_text("works")
    with site.served() as server, program(site, server.port) as client:

        def page() -> str:
            return client.get("/pop", params={"phone": UNKNOWN}).text

        for kind in KINDS:
            how.write_text(kind)
            for _pop in range(pops):
                text = page()
                says = "lookup by fails is not available right now" in text
                good = says and NOBODY not in text and NEW_PERSON not in text
                tally.count("pops of those who fail", good, kind)
            how.write_text("works")
            text = page()
            tally.count("pops afterwards", NOBODY in text and NEW_PERSON in text, kind)
    done = f"a lookup that {', '.join(KINDS)}: {pops} unknown numbers each"
    return tally.outcome(done)
