"""Programs with a token, and browsers that are signed in; each has connections of its own."""

from __future__ import annotations

import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import TypeVar

import httpx

from tests.faults.kit.site import AGENT, PASSWORD, Site, phone_of

# As long as a busy machine may take; a client that waits longer counts as lost.
PATIENCE_SECONDS = 120
# Reading the system's certificates takes longer than a request, and nothing here has any.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
T = TypeVar("T")


def program(site: Site, port: int) -> httpx.Client:
    """A program with the token of the agent, if the site has one; close it."""
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {site.token}"} if site.token else {},
        timeout=PATIENCE_SECONDS,
        trust_env=False,
        verify=_NO_CERTIFICATES,
    )


class Browser(httpx.Client):
    """A browser that sends the token of a page with each form, as browsers do.

    :param port: where the server listens
    """

    def __init__(self, port: int) -> None:
        super().__init__(
            base_url=f"http://127.0.0.1:{port}",
            timeout=PATIENCE_SECONDS,
            trust_env=False,
            verify=_NO_CERTIFICATES,
        )

    def sign_in(self, name: str = AGENT, password: str = PASSWORD) -> httpx.Response:
        """Sign in; 302 when it worked."""
        return self.send_form("/sign-in", {"name": name, "password": password})

    def send_form(self, path: str, fields: Mapping[str, str]) -> httpx.Response:
        """Read the form at an address, fill some of its fields, and send it."""
        return self.post(path, data={**self.form(path), **fields})

    def form(self, path: str) -> dict[str, str]:
        """What the form of a page holds as it is, its token and hidden fields too."""
        return fields_of(self.get(path))


def fields_of(response: httpx.Response) -> dict[str, str]:
    """What the form of a page holds that was read already."""
    page = Form()
    page.feed(response.text)
    return page.fields


class Form(HTMLParser):
    """Reads the fields of a page's main form: the last one that is sent by POST."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._inside = False
        self._open = ""
        """The name of the select or textarea that has begun."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See `HTMLParser`."""
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self._inside = (given.get("method") or "").lower() == "post"
            if self._inside:
                self.fields = {}
        elif not self._inside:
            return
        elif tag in ("select", "textarea"):
            self._open = name
            self.fields[name] = ""
        elif tag == "option" and self._open and "selected" in given:
            self.fields[self._open] = given.get("value") or ""
        elif tag == "input" and name and given.get("type") not in ("submit", "checkbox", "radio"):
            self.fields[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """See `HTMLParser`."""
        if tag == "form":
            self._inside = False
        elif tag in ("select", "textarea"):
            self._open = ""

    def handle_data(self, data: str) -> None:
        """See `HTMLParser`."""
        if self._inside and self._open and self.lasttag == "textarea":
            self.fields[self._open] += data


def pop(client: httpx.Client, person: int = 1, also: str = "") -> tuple[bool, float, str]:
    """A pop of a person.

    :param also: what the page must say besides the name
    :return: whether it does, the seconds, and what was seen instead
    """
    started = time.perf_counter()
    try:
        response = client.get("/pop", params={"phone": phone_of(person)})
    except httpx.HTTPError as error:
        return False, time.perf_counter() - started, repr(error)
    taken = time.perf_counter() - started
    good = (
        response.status_code == 200 and f"Name{person}" in response.text and also in response.text
    )
    return good, taken, f"{response.status_code} {_words(response.text)}"


def _words(page: str) -> str:
    """What a page says, roughly and briefly."""
    main = page.partition("<main")[2] or page
    return " ".join(re.sub(r"<[^>]*>", " ", "<" + main).split())[:200]


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Call a function in so many threads at the same moment; returns what each returned.

    An exception in one of them is raised here.
    """
    together = threading.Barrier(count)

    def run(number: int) -> T:
        together.wait(PATIENCE_SECONDS)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@contextmanager
def meanwhile(count: int, work: Callable[[int, threading.Event], None]) -> Iterator[None]:
    """Run a function in so many threads while the block runs.

    Each gets its number and an event; it returns when the event is set, which is at the end of the
    block. An exception in one of them is raised then.
    """
    ends = threading.Event()
    with ThreadPoolExecutor(count) as pool:
        running = [pool.submit(work, number, ends) for number in range(count)]
        try:
            yield
        finally:
            ends.set()
    for one in running:
        one.result()
