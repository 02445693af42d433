"""Those who use the site of a soak: each is a thread that does one thing after the other."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import httpx
from cti_calls.simulator.playing import NotTaken, hand_over, scene_of
from cti_calls.simulator.scenes import Beat, Scene
from flask import Flask

from cti_host import Host
from tests.faults.kit.clients import PATIENCE_SECONDS, Browser, fields_of, program
from tests.faults.kit.site import AGENT, PERSONS, Site, phone_of
from tests.faults.soak.books import Books
from tests.faults.soak.hosts import Hosts

FORM, API = "/objects/new/UserRequest", "/api/v1/objects/UserRequest"
IMPORTED, OPEN_SECONDS = 200, 30
CALLS = (Scene.PLAIN, Scene.MISSED)


class Actors:
    """What each kind of user does, once for each call; any failure is entered, none is raised."""

    def __init__(self, site: Site, hosts: Hosts, books: Books, app: Flask) -> None:
        self._site, self._hosts, self._books, self._app = site, hosts, books, app
        self._numbers = count()

    def pop(self) -> None:
        """A call comes to an agent."""
        port = self._hosts.any_port()
        at = {"phone": phone_of(1 + next(self._numbers) % PERSONS)}
        with program(self._site, port) as client:
            self._enter("pops", port, lambda: client.get("/pop", params=at), 200)

    def save(self) -> None:
        """A program stores a ticket, and changes it; it goes on until it has heard of both."""
        port, title = self._hosts.any_port(), f"Program {next(self._numbers)}"
        sent = {"org_id": 1, "caller_id": 1, "title": title, "description": "x", "origin": "phone"}
        with program(self._site, port) as client:
            made = self._until_heard(
                "tickets by programs",
                port,
                lambda: client.post(API, json={"fields": sent}, headers={"Idempotency-Key": title}),
                200,
                201,
            )
            if made is None:
                return
            self._books.titles.append(title)
            path = made.json()["href"]
            change = {"fields": {"description": f"Changed {title}"}}
            changed = self._until_heard(
                "changes by programs",
                port,
                lambda: client.patch(path, json=change, headers={"If-Match": "*"}),
                200,
            )
            if changed is not None:
                self._books.changed[path] = f"Changed {title}"

    def desk(self) -> None:
        """An agent signs in, fills the form of a new ticket, reads and changes it, signs out."""
        port, title = self._hosts.any_port(), f"Form {next(self._numbers)}"
        with Browser(port) as browser:
            # A connection for each: none that is idle is closed just when its next request comes.
            browser.headers["Connection"] = "close"
            if not self._signs_in(browser, port):
                return
            fields = {"org_id": "1", "caller_id": "2", "title": title, "description": "x"}
            page = self._sends("tickets by forms", browser, port, FORM, fields)
            if page is not None:
                self._books.titles.append(title)
                for read in (page, f"{page}?tab=history", "/objects/UserRequest"):
                    self._reads(browser, port, read)
                self._changes(browser, port, page, f"Changed {title}")
            token = self._form(browser, port, "/")
            if token is not None:
                self._enter("sign-outs", port, lambda: browser.post("/sign-out", data=token), 302)

    def call(self) -> None:
        """The phone system tells of a call, from its ring to its end."""
        host, number, started = self._app.extensions["cti_host"], next(self._numbers), _now()
        scene = scene_of(CALLS[number % len(CALLS)], [AGENT], number=phone_of(1 + number % PERSONS))
        seen = ""
        try:
            for moment in scene:
                with self._app.app_context(), host.database.connection_context():
                    self._until_taken(host, moment)
        except Exception as error:
            seen = repr(error)
        self._books.enter("calls", not seen, seen, _now() - started)

    def _until_taken(self, host: Host, moment: Beat) -> None:
        """Tell of a moment again, as phone systems do, while a busy host is too late to take it."""
        until = _now() + PATIENCE_SECONDS
        while True:
            try:
                hand_over(host, moment)
            except NotTaken:
                self._books.enter_cut("calls that were told again")
                if _now() > until:
                    raise
            else:
                return

    def follow(self) -> None:
        """A page is open for a while, and follows what happens."""
        port = self._hosts.any_port()
        with Browser(port) as browser:
            browser.headers["Connection"] = "close"
            if not self._signs_in(browser, port):
                return
            told: list[float] = []

            def read() -> httpx.Response:
                with browser.stream("GET", "/events") as stream:
                    ends = _now() + OPEN_SECONDS
                    for line in stream.iter_lines():
                        if line.startswith("data:"):
                            told.append(_now())
                        if _now() > ends:
                            break
                    return stream

            self._enter("streams", port, read, 200)
            for _each in told:
                self._books.enter("events on pages", True, "", 0)

    def import_(self) -> None:
        """A file of tickets is imported."""
        number, started = next(self._numbers), _now()
        file = self._site.folder / f"import{number}" / "UserRequest.csv"
        titles = [f"Import {number} {line}" for line in range(IMPORTED)]
        _write(file, titles)
        command = [sys.executable, "-m", "cti_host", "--config", str(self._site.config)]
        done = subprocess.run(  # noqa: S603 -- our own command
            [*command, "data", "import", str(file)], capture_output=True, text=True, check=False
        )
        good = done.returncode == 0
        self._books.enter("imports", good, done.stderr[-200:], _now() - started)
        if good:
            self._books.titles.extend(titles)
        shutil.rmtree(file.parent)

    def _signs_in(self, browser: Browser, port: int) -> bool:
        """Sign in; where too many do that at once, some are told to try again a little later."""
        answer = self._enter("sign-ins", port, browser.sign_in, 302, 503)
        return answer is not None and answer.status_code == 302

    def _sends(
        self, what: str, browser: Browser, port: int, path: str, fields: dict[str, str]
    ) -> str | None:
        """Fill a form and send it until it is acknowledged; returns the page that it leads to."""
        form = self._form(browser, port, path)
        if form is None:
            return None
        sent = {**form, **fields}
        answer = self._until_heard(what, port, lambda: browser.post(path, data=sent), 303)
        return None if answer is None else answer.headers["Location"]

    def _changes(self, browser: Browser, port: int, page: str, text: str) -> None:
        """Modify a ticket, once: if it is cut, the version that was read may be an old one."""
        path = f"{page}/modify"
        form = self._form(browser, port, path)
        if form is not None:
            sent = {**form, "description": text}
            if self._enter("changes by forms", port, lambda: browser.post(path, data=sent), 303):
                self._books.changed[f"/api/v1{page}"] = text

    def _form(self, browser: Browser, port: int, path: str) -> dict[str, str] | None:
        """The fields of a page's form; `None`: the page was not there."""
        page = self._reads(browser, port, path)
        return None if page is None else fields_of(page)

    def _reads(self, browser: Browser, port: int, path: str) -> httpx.Response | None:
        return self._until_heard("pages", port, lambda: browser.get(path), 200)

    def _enter(
        self, what: str, port: int, work: Callable[[], httpx.Response], *expected: int
    ) -> httpx.Response | None:
        """Do something, and enter how it went; returns the answer if it is an expected one."""
        try:
            return self._ask(what, port, work, *expected)
        except _Cut:
            return None

    def _until_heard(
        self, what: str, port: int, work: Callable[[], httpx.Response], *expected: int
    ) -> httpx.Response | None:
        """The same, again and again for as long as a host that was killed does not answer."""
        until, pause = _now() + PATIENCE_SECONDS, threading.Event()
        while _now() < until:
            try:
                return self._ask(what, port, work, *expected)
            except _Cut:
                pause.wait(0.5)
        self._books.enter(what, False, "nobody answers any more", PATIENCE_SECONDS)
        return None

    def _ask(
        self, what: str, port: int, work: Callable[[], httpx.Response], *expected: int
    ) -> httpx.Response | None:
        started = _now()
        try:
            answer = work()
        except httpx.TransportError as error:
            if self._hosts.excuses(port, started, error):
                self._books.enter_cut(what)
                raise _Cut from error
            self._books.enter(what, False, type(error).__name__, _now() - started)
            return None
        good = answer.status_code in expected
        self._books.enter(what, good, answer.status_code, _now() - started)
        return answer if good else None


class _Cut(Exception):
    """A host that was killed at that moment did not answer."""


def _now() -> float:
    return time.monotonic()


def _write(file: Path, titles: list[str]) -> None:
    file.parent.mkdir()
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(("title", "description", "org_id", "caller_id"))
        writer.writerows((title, "x", 1, 1) for title in titles)
