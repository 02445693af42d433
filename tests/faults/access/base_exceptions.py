"""A plugin raises what is meant to end a process or a thread: its answer has failed, the panel has
all others, its own page is that of an error, the process goes on, and what the exception says is
not in the log.
"""

from __future__ import annotations

from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types

from tests.faults.kit.clients import pop, program
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import make_site

POINT = "15"
KINDS = ("KeyboardInterrupt", "GeneratorExit", "SystemExit", "Own", "CancelledError")
SECRET = "whom-this-is-about"
RAISES = """
import builtins
from asyncio import CancelledError
from pathlib import Path

from flask import Blueprint

from cti_host import hookimpl

pages = Blueprint("raises", __name__)


# A trace shows the line that raises.
says = "SECRET"


class Own(BaseException):
    pass


def fail():
    kinds = {"Own": Own, "CancelledError": CancelledError}
    raise (kinds.get(which()) or getattr(builtins, which()))(says)


def which():
    return Path(__file__).with_name("which").read_text()


pages.add_url_rule("/raises", "page", fail)


class Plugin:
    @hookimpl
    def register(self, host):
        host.public_endpoints.add("raises.page")

    @hookimpl
    def blueprints(self):
        return [pages]

    @hookimpl
    def lookup_callers(self, call):
        fail()

    @hookimpl
    def ticket_lists(self, call, callers):
        fail()

    @hookimpl
    def navigation(self, agent):
        fail()

    @hookimpl
    def identify_agent(self, request):
        fail()
"""


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, pops = Tally(), size.pick(2, 40)
    toml = "[server]\nworkers = 1\n"
    site = make_site(
        folder / "site", toml=toml, sources={"raises": RAISES.replace("SECRET", SECRET)}
    )
    which = site.folder / "plugins.d" / "which"
    which.write_text("Own")
    with site.served() as server, program(site, server.port) as client:
        before = psutil.Process(server.process.pid).children()
        for kind in KINDS:
            which.write_text(kind)
            for _pop in range(pops):
                good, _taken, seen = pop(client, also="lookup by raises is not available right now")
                tally.count("pops", good, f"{kind}: {seen}")
                page = client.get("/raises", headers={"Accept": "text/html"})
                told = page.status_code == 500 and "<h1>Something went wrong</h1>" in page.text
                tally.count("pages of errors", told, f"{kind}: {page.status_code}")
        same = psutil.Process(server.process.pid).children() == before
        tally.check("the process goes on", same)
    tally.check("the log does not say what the exception says", SECRET not in site.log())
    return tally.outcome(f"{', '.join(KINDS)} in four hooks and a page, {pops} pops each")
