"""From the event of a phone system to the painted pop, in Chromium with several tabs.

One browser of one agent, with so many tabs open; calls ring one after the other, told by this
process. What is measured is what the host keeps with each call: when the event happened, and when
the tab in front said that it has painted it. Both clocks are this machine's.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "scripts")]

from cti_calls.model.tables import StoredCall  # noqa: E402 -- after the path of the demonstration
from cti_calls.simulator.playing import hand_over, scene_of  # noqa: E402
from cti_calls.simulator.scenes import Scene  # noqa: E402
from demo_server import (  # noqa: E402
    CHROMIUM_OPTIONS,
    NAME,
    PASSWORD,
    demo_server,
    find_chromium,
)
from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from cti_host.app import create_app  # noqa: E402


def main() -> None:
    """Measure, and print the median and the 95th percentile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=8)
    parser.add_argument("--calls", type=int, default=40)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_server(Path(folder)) as base,
        sync_playwright() as playwright,
    ):
        options = list(CHROMIUM_OPTIONS)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=options)
        context = browser.new_context(base_url=base)
        front = open_tabs(context.new_page(), arguments.tabs)
        app = create_app(Path(folder) / "config" / "demo.toml")
        took = sorted(ring(app, front, arguments.calls))
        browser.close()
        app.extensions["cti_host"].close()
    p95 = took[int(len(took) * 0.95)]
    print(f"{len(took)} calls, {arguments.tabs} tabs: event to painted, in ms")
    print(f"p50 {statistics.median(took):.0f}, p95 {p95}, most {took[-1]}")


def open_tabs(page: Page, tabs: int) -> Page:
    """Sign in and open the tabs; the one in front is returned."""
    page.goto("/sign-in")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    for _tab in range(tabs - 1):
        page = page.context.new_page()
        page.goto("/")
    expect(page.locator("html[data-live=open][data-live-leading]")).to_be_attached()
    return page


def ring(app: Any, front: Page, calls: int) -> Iterator[int]:
    """Let calls ring; gives how many milliseconds each took until it was painted."""
    host = app.extensions["cti_host"]
    for _call in range(calls):
        rings, *_answered, ends = scene_of(Scene.PLAIN, [NAME])
        with app.app_context(), host.database.connection_context():
            id_ = hand_over(host, rings).call
        front.get_by_role("article", name="Marguerite Delaunay").wait_for()
        with app.app_context(), host.database.connection_context():
            yield painted(id_)
            hand_over(host, ends)
        expect(front.locator(".cti-pop")).to_have_count(0)


def painted(id_: int | None) -> int:
    """How long a call took until it was painted, once that is known."""
    while True:
        row: Any = StoredCall.get_by_id(id_)
        if row.painted_at is not None:
            return int(row.painted_at - row.event_at)
        time.sleep(0.01)


if __name__ == "__main__":
    main()
