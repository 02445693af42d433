"""Make the pictures of docs/images anew: `python scripts/screenshots.py [FOLDER]`.

Starts the demonstration in a temporary folder, signs in as its agent, gives them a day that has
begun, and takes each page three times: wide (1280 pixels), on a telephone (390), dark. It
needs Chromium (`CHROMIUM` names one) and the development requirements, and stops by itself. Look at
the pictures before you commit them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cti_calls.api_for_plugins import Direction, Fact, FactKind, Party, PhoneEvent, Taken
from cti_calls.model.records import SIMULATOR
from cti_calls.simulator.playing import scene_of
from cti_calls.simulator.scenes import Scene
from demo_server import CHROMIUM_OPTIONS, NAME, PASSWORD, ROOT, demo_server, find_chromium
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from cti_host.app import create_app

WIDTHS = {"wide": 1280, "narrow": 390}
# At most so high, in pixels: what an agent sees without scrolling.
HIGHEST = {"wide": 850, "narrow": 844}
MOST_BYTES = 100_000
LOOKS = ("narrow", "dark", "wide")
# Each page, taken in each look. Those with a step of their own come below.
PICTURES: Mapping[str, str] = {
    "my-day": "/",
    "panel": "/pop?phone=0987654321",
    "panel-several": "/pop?phone=0199001200",
    "panel-unknown": "/pop?phone=0536490042",
    "find-caller": "/find-caller?phone=0536490042&q=lefev",
    "ticket": "/objects/UserRequest/28",
    "form": "/create/UserRequest?phone=0987654321&selected_caller=20",
    "person": "/objects/Person/20",
    "organization": "/objects/Organization/2",
    "merge": "/objects/Person/20/merge?other=61",
    "list": "/objects/Ticket?operational_status=ongoing",
    "calls": "/calls?show=all",
}
KNOWN, WAITING, TALKED = "0987654321", "+33261913024", "+493023125033"
# How long ago a call rang, was answered, and ended.
TALK = (timedelta(minutes=12), timedelta(minutes=11, seconds=51), timedelta(minutes=8))
DESK = 91


def main(folder: Path) -> None:
    """Take all pictures into a folder."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("There is no Chromium: install it, or set CHROMIUM to where it is.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        day(Path(temporary)) as address,
        sync_playwright() as playwright,
    ):
        options = [*CHROMIUM_OPTIONS, "--hide-scrollbars"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        pages = {look: sign_in(browser, address, look) for look in LOOKS}
        for look, page in pages.items():
            take_all(page, folder, look)
        # One call rings for a while, on every page.
        ring(pages["wide"])
        for look in reversed(LOOKS):
            take_pop(pages[look], folder / f"pop-{look}.png", size_of(look))
        browser.close()


@contextmanager
def day(folder: Path) -> Iterator[str]:
    """The demonstration's server, at a day on which a call was missed and one was answered."""
    more = folder / "more.jsonl"
    more.write_text("".join(json.dumps(record) + "\n" for record in more_records()))
    with demo_server(folder, files=[more]) as address:
        app = create_app(folder / "config" / "demo.toml")
        host = app.extensions["cti_host"]
        with app.app_context(), host.database.connection_context():
            events = [PhoneEvent("missed", "a call that nobody answered", tuple(missed_call()))]
            for beat, ago in zip(scene_of(Scene.PLAIN, [NAME], number=TALKED), TALK, strict=True):
                at = datetime.now(UTC) - ago
                facts = tuple(replace(fact, at=at) for fact in beat.facts)
                events.append(PhoneEvent(beat.name, f"a call that was {beat.name}", facts))
            # The simulator's devices are agents by their names.
            if (
                host.hooks.first("take_phone_events", Taken, source=SIMULATOR, events=events)
                is None
            ):
                raise SystemExit("No plugin took the calls.")
        host.close()
        yield address


def more_records() -> Iterator[dict[str, Any]]:
    """A second entry of somebody, and tickets that wait in the team of the agent."""
    fields = {"first_name": "M.", "name": "Delaunay", "org_id": 2, "function": "Accounts"}
    fields |= {"email": "marguerite.delaunay@flu-fr.example", "mobile_phone": "+33 6 39 98 02 20"}
    yield {"class": "Person", "id": 61, "fields": fields}
    begun = datetime.now(UTC) - timedelta(hours=1)
    titles = ("Headset without a sound", "New colleague on Monday", "Calendar of the boats")
    for number, (title, caller) in enumerate(zip(titles, (21, 22, 24), strict=True), 1):
        fields = {"ref": f"R-{60 + number:06}", "org_id": 2, "caller_id": caller, "title": title}
        fields |= {"description": "…", "team_id": DESK, "urgency": str(number)}
        fields |= {"start_date": f"{begun - timedelta(hours=number * 5):%Y-%m-%d %H:%M:%S}"}
        yield {"class": "UserRequest", "id": 60 + number, "fields": fields}


def missed_call() -> Iterator[Fact]:
    """What a phone system tells of a call that nobody answered, 24 minutes ago."""
    at = datetime.now(UTC) - timedelta(minutes=24)
    yield Fact(FactKind.STARTED, "missed", at, direction=Direction.IN, remote=WAITING)
    yield Fact(FactKind.HUNG_UP, "missed", at + timedelta(seconds=30), by=Party.REMOTE)
    yield Fact(FactKind.ENDED, "missed", at + timedelta(seconds=30))


def sign_in(browser: Browser, address: str, look: str) -> Page:
    """A page of the agent in one look."""
    size = size_of(look)
    context = browser.new_context(
        base_url=address,
        locale="en-GB",
        reduced_motion="reduce",
        color_scheme="dark" if look == "dark" else "light",
        device_scale_factor=1,
        viewport={"width": WIDTHS[size], "height": HIGHEST[size]},
    )
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Who is calling?").wait_for()
    return page


def size_of(look: str) -> str:
    """Which of the widths a look has."""
    return "wide" if look == "dark" else look


def take_all(page: Page, folder: Path, look: str) -> None:
    """Take every page in one look."""
    size = size_of(look)
    for name, url in PICTURES.items():
        if name == "ticket":
            page.goto(f"/pop?phone={KNOWN}")
            page.get_by_role("link", name="R-000028", exact=True).first.click()
        else:
            page.goto(url)
        if name == "form":
            page.get_by_label("Title").fill("Reminder for an invoice that is paid")
        take(page, folder / f"{name}-{look}.png", size)
    take_search(page, folder / f"search-{look}.png", size)
    take_keys(page, folder / f"keys-{look}.png", size)


def take_search(page: Page, file: Path, size: str) -> None:
    """Take the results that come while an agent types."""
    page.goto("/objects/Person/20")
    page.keyboard.press("/")
    page.keyboard.type("delaun")
    page.get_by_role("listbox").get_by_role("option").first.wait_for()
    shoot(page, file, 620)


def take_keys(page: Page, file: Path, size: str) -> None:
    """Take the window of the keys on the page of a ticket."""
    page.goto("/objects/UserRequest/28")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    shoot(page, file, HIGHEST[size])


def ring(page: Page) -> None:
    """Let the agent's phone ring."""
    page.goto("/")
    page.get_by_role("button", name="Let my phone ring").click()


def take_pop(page: Page, file: Path, size: str) -> None:
    """Take the pop of a call on the page of a ticket."""
    page.goto("/objects/UserRequest/31")
    page.get_by_role("article", name="Marguerite Delaunay").wait_for()
    shoot(page, file, HIGHEST[size])


def take(page: Page, file: Path, size: str) -> None:
    """Take one picture of a page, as high as its content but not higher than an agent sees."""
    page.evaluate("document.fonts.ready")
    bottom = "Math.ceil(document.querySelector('main').getBoundingClientRect().bottom + scrollY)"
    shoot(page, file, min(int(page.evaluate(bottom)), HIGHEST[size]))


def shoot(page: Page, file: Path, height: int) -> None:
    """Take the upper part of a page, in 256 colours: pages have no more that one sees.

    :raises SystemExit: the picture is too large for the documentation
    """
    width = page.viewport_size["width"] if page.viewport_size else WIDTHS["wide"]
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
    page.screenshot(path=file, full_page=True, clip=clip, caret="hide")
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file.name} has more than {MOST_BYTES} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images")
