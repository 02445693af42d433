"""Make the pictures of docs/images anew: `python scripts/screenshots.py [FOLDER]`.

Starts the demonstration in a temporary folder, with dates that stay the same, signs in, and takes
each page wide (1280 pixels) and narrow (390). It needs Chromium (`CHROMIUM` names one) and the
development requirements, and stops by itself. Look at the pictures before you commit them.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path

from demo_server import CHROMIUM_OPTIONS, NAME, PASSWORD, ROOT, demo_server, find_chromium
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

NOW = datetime(2026, 3, 2, 9, 30)
# The log of a new ticket has the moment of the call: this one.
CALLED = "Call from customer dated 02/03/2026, 10:30"
WIDTHS = {"wide": 1280, "narrow": 390}
# At most so high, in pixels: what an agent sees without much scrolling.
HIGHEST = {"wide": 1000, "narrow": 1400}
MOST_BYTES = 200_000
PAGES = {
    "panel": "/pop?phone=0987654321",
    "panel-several": "/pop?phone=0199001200",
    "panel-unknown": "/pop?phone=0536490042",
    "ticket": "/objects/UserRequest/31",
    "form": "/create/UserRequest?phone=0987654321&selected_caller=20",
}


def main(folder: Path) -> None:
    """Take all pictures into a folder."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("There is no Chromium: install it, or set CHROMIUM to where it is.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        demo_server(Path(temporary), now=NOW) as address,
        sync_playwright() as playwright,
    ):
        options = [*CHROMIUM_OPTIONS, "--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        for name, width in WIDTHS.items():
            take_all(browser, address, folder, name, width)
        browser.close()


def take_all(browser: Browser, address: str, folder: Path, name: str, width: int) -> None:
    """Take every page in one width."""
    context = browser.new_context(
        base_url=address,
        locale="en-GB",
        reduced_motion="reduce",
        device_scale_factor=1,
        viewport={"width": width, "height": 720},
    )
    page = context.new_page()
    page.goto(PAGES["panel"])
    take(page, folder / f"sign-in-{name}.png", width, HIGHEST[name])
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    for file, url in PAGES.items():
        page.goto(url)
        if file == "form":
            page.get_by_label("Public log").fill(CALLED)
            page.get_by_label("Title").fill("Reminder for an invoice that is paid")
        take(page, folder / f"{file}-{name}.png", width, HIGHEST[name])
    context.close()


def take(page: Page, file: Path, width: int, highest: int) -> None:
    """Take one picture of a page, as high as its content but not higher than that."""
    page.evaluate("document.fonts.ready")
    bottom = "Math.ceil(document.querySelector('main').lastElementChild.getBoundingClientRect()"
    content = int(page.evaluate(f"{bottom}.bottom + scrollY + 24)"))
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(content, highest)}
    page.screenshot(path=file, full_page=True, clip=clip, caret="hide")
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file.name} has more than {MOST_BYTES} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
