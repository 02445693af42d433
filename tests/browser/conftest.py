"""A real Chromium in front of a real server with the demonstration's data.

One server and one browser a session; each test gets a browser profile of its own. Whatever page a
test opens: an error on the browser's console, or something that the content security policy
stopped, fails it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import warm_commands
from demo_server import CHROMIUM_OPTIONS, NAME, PASSWORD, demo_server, find_chromium
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

NOW = datetime(2026, 3, 2, 9, 30)
BUSY_CALLER, BUSY_NUMBER, BUSY_TICKETS = 700, "0261918800", 23
# Quick where all is well; a busy machine gets the time it needs.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


def busy_caller() -> Iterator[dict[str, Any]]:
    """Somebody with more tickets than a page of a list holds."""
    yield {"class": "Organization", "id": 700, "fields": {"name": "Chantiers Réunis"}}
    names = {"name": "L'Hôte", "first_name": "Gaëtan"}
    numbers = {"phone": "02 61 91 88 00", "mobile_phone": "+33 6 39 98 88 00"}
    fields = {**names, **numbers, "org_id": 700, "email": "g.lhote@chantiers.example"}
    yield {"class": "Person", "id": BUSY_CALLER, "fields": fields}
    for number in range(1, BUSY_TICKETS + 1):
        fields = {
            "ref": f"R-{800 + number:06}",
            "org_id": 700,
            "caller_id": BUSY_CALLER,
            "title": f"Crane {number} <b>stands</b> still",
            "description": "Nothing moves.",
            "start_date": f"2026-02-{number:02} 08:00:00",
        }
        yield {"class": "UserRequest", "id": 800 + number, "fields": fields}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demonstration's settings and data are."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[str]:
    """The address of the demonstration; its data is read by all tests, so each adds its own."""
    more = folder / "more.jsonl"
    more.write_text("".join(json.dumps(record) + "\n" for record in busy_caller()))
    with demo_server(folder, now=NOW, files=[more]) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("there is no Chromium: install it, or set CHROMIUM to where it is")
    with sync_playwright() as playwright:
        options = list(CHROMIUM_OPTIONS)
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sign_in(browser: Browser) -> Callable[[str], Any]:
    """`sign_in(server, name)`: what a browser keeps after an agent signed in there.

    By default it is the demonstration's; all have its password.
    """

    def sign_in_(server: str, name: str = NAME) -> Any:
        context = browser.new_context(base_url=server, locale="en-GB")
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        state = context.storage_state()
        context.close()
        return state

    return sign_in_


@pytest.fixture(scope="session")
def cookies(sign_in: Callable[[str], Any], server: str) -> Any:
    """What a browser keeps after the agent signed in at the demonstration."""
    return sign_in(server)


@pytest.fixture(scope="session")
def administrator_cookies(sign_in: Callable[..., Any], server: str, folder: Path) -> Any:
    """What a browser keeps after an administrator signed in at the demonstration."""
    config = ["--config", str(folder / "config" / "demo.toml")]
    add = ["agent", "add", "boss", "--profile", "Administrator", "--password-stdin"]
    command = warm_commands.words(*config, *add)
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True)  # noqa: S603 -- our own command
    return sign_in(server, "boss")


OpenBrowser = Callable[..., BrowserContext]


@pytest.fixture
def open_browser(browser: Browser, server: str, cookies: Any) -> Iterator[OpenBrowser]:
    """`open_browser(signed_in=True, **options)`: a browser profile; options are Playwright's."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # That a page answers "400" is for the test to say; everything else is our mistake.
        refused = "the server responded with a status of 4" in message.text
        if message.type in ("error", "warning") and not refused:
            errors.append(f"{message.page.url if message.page else ''}: {message.text}")

    def open_(*, signed_in: bool = True, **options: Any) -> BrowserContext:
        defaults = {
            "base_url": server,
            "locale": "en-GB",
            "reduced_motion": "reduce",
            "storage_state": cookies if signed_in else None,
        }
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", note)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        opened.append(context)
        return context

    yield open_
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_browser: OpenBrowser) -> Page:
    """A page of an agent who is signed in and reads English."""
    return open_browser().new_page()


@pytest.fixture
def administrator(open_browser: OpenBrowser, administrator_cookies: Any) -> Page:
    """A page of an administrator."""
    return open_browser(storage_state=administrator_cookies).new_page()


@pytest.fixture
def stranger(open_browser: OpenBrowser) -> Page:
    """A page of somebody who is not signed in."""
    return open_browser(signed_in=False).new_page()


@pytest.fixture(scope="session")
def all_pages() -> dict[str, str]:
    """The pages that every check of all pages looks at: name and address."""
    return {
        "start": "/",
        "search": "/search?q=fluvia",
        "nothing found": "/search?q=zebulon",
        "who": "/find-caller?phone=0536490042&q=lefev",
        "known": "/pop?phone=0987654321",
        "several": "/pop?phone=0199001200",
        "unknown": "/pop?phone=0536490042",
        "many tickets": f"/pop?phone={BUSY_NUMBER}",
        "no number": "/pop",
        "no dialect": "/pages/exec.php?exec_module=other&phone=0987654321",
        "ticket": "/objects/UserRequest/28",
        "phone calls": "/objects/UserRequest/28?tab=calls",
        "new ticket": "/objects/new/Ticket",
        "form": "/create/UserRequest?phone=0987654321&selected_caller=20",
        "modify": "/objects/Incident/29/modify",
        "transition": "/objects/Incident/29/stimulus/ev_resolve",
        "approval": "/objects/UserRequest/27",
        "closed": "/objects/Incident/1/modify",
        "change": "/objects/NormalChange/36/stimulus/ev_assign",
        "service": "/objects/Service/1",
        "person": "/objects/Person/20",
        "account": "/account",
        "lists": "/objects/",
        "calls": "/objects/PhoneCall",
        "tickets": "/objects/Ticket",
        "persons": "/objects/Person?org_id=700",
        "chosen columns": "/objects/PhoneCall?choosing=1&columns=note,date,agent_id&flow=inbound",
        "views": "/objects/UserRequest/views",
        "a new view": "/objects/UserRequest/views/new?status=new&columns=title",
        "wrong filter": "/objects/PhoneCall?flow=sideways&date_from=tomorrow",
        "delete": "/objects/PhoneCall/1/delete",
        "password": "/password",
        "second factor": "/account/second-factor",
        "sessions": "/account/sessions",
        "tokens": "/account/tokens",
        "missing": "/objects/Person/999999",
    }
