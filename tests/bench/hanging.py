"""Panels of a plugin that hangs, or is slow, all at once, and the pages of others meanwhile.

What is shown is how long each panel took, and how long the home page took that somebody else
asked for again and again until the last panel had come. With `--against` the server of another
checkout is asked the same, in turn.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench.data import number_of
from tests.bench.panel import serving
from tests.bench.panel_sites import HERE, Site, built

PERSONS, TICKETS = 1_000, 3_000
PLUGIN = """
import time

from cti_host import Caller, Match, hookimpl


class Plugin:
    @hookimpl
    def lookup_callers(self, call):
        time.sleep({seconds})
        return [Match(Caller("Contact", 1, "Known elsewhere"))]
"""
HANGS_SECONDS = 600.0


def main() -> None:
    """Build the sites, ask, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panels", type=int, default=50, help="how many at once")
    parser.add_argument("--slow", type=float, help="how long a lookup takes; without, it hangs")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another one to compare")
    options = parser.parse_args()
    checkouts = {"here": HERE}
    if options.against is not None:
        checkouts["against"] = options.against.resolve()
    plugin = PLUGIN.format(seconds=options.slow or HANGS_SECONDS)
    does = f"takes {options.slow} s" if options.slow else "hangs"
    print(f"{options.panels} panels at once, a plugin {does}; seconds: median, p95, slowest")
    with tempfile.TemporaryDirectory() as name:
        sites = {}
        for what, checkout in checkouts.items():
            folder = Path(name) / what
            site = built(folder, checkout, PERSONS, TICKETS)
            (folder / "plugins.d").mkdir()
            (folder / "plugins.d" / "hangs.py").write_text(plugin)
            enabled = site.config.read_text().replace('"tickets"]', '"tickets", "hangs"]')
            site.config.write_text('plugins_dir = "plugins.d"\n' + enabled)
            sites[what] = (site, checkout)
        for _round in range(options.rounds):
            for what, (site, checkout) in sites.items():
                # A new one each time: of calls that hang, it knows for as long as it runs.
                with serving(site.config, checkout) as server:
                    times = asyncio.run(_measure(server.address, site, options.panels))
                print(f"{what:10} panels {_figures(times[0])}   home page {_figures(times[1])}")


async def _measure(address: str, site: Site, panels: int) -> tuple[list[float], list[float]]:
    """How many seconds each panel took, and each home page beside them."""
    host, port = address.removeprefix("http://").split(":")

    async def ask(path: str, header: str) -> float:
        """How many seconds a page took."""
        started = time.monotonic()
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"GET {path} HTTP/1.1\r\nHost: bench\r\n{header}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        page = await reader.read()
        writer.close()
        if not page.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"{path}: {page[:100]!r}")
        return time.monotonic() - started

    agent, program = f"Cookie: {site.cookie}", f"Authorization: Bearer {site.token}"
    await asyncio.gather(*(ask("/", agent) for _each in range(8)))  # to warm up
    numbers = (number_of(1 + each).replace("+", "%2B") for each in range(panels))
    asked = [asyncio.create_task(ask(f"/pop?phone={number}", program)) for number in numbers]
    home: list[float] = []
    while not all(task.done() for task in asked):
        home.append(await ask("/", agent))
        await asyncio.sleep(0.02)
    return [task.result() for task in asked], home


def _figures(times: list[float]) -> str:
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return f"{statistics.median(times):6.3f} {p95:6.3f} {max(times):6.3f}"


if __name__ == "__main__":
    main()
