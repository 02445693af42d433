"""Saves that a database refuses: agents and programs are told, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape

import httpx

from tests.faults.kit.clients import Browser, pop, program
from tests.faults.kit.outcome import Tally
from tests.faults.kit.site import Site

FORM, API = "/objects/new/Organization", "/api/v1/objects/Organization"
# Of a plugin that lets a database refuse: each request begins with what stands in a file.
PRAGMAS = """
from pathlib import Path
from flask import Blueprint
from cti_host import database, hookimpl

statement = Path(__file__).with_name("pragma")
blueprint = Blueprint("pragmas", __name__)


@blueprint.before_app_request
def prepare():
    if statement.exists():
        with database.connection_context():
            database.execute_sql(statement.read_text())


class Plugin:
    @hookimpl
    def blueprints(self):
        return [blueprint]
"""


@dataclass
class Desk:
    """An agent and a program who save, and note what was acknowledged.

    :param words: what both are told when a save is refused
    """

    browser: Browser
    client: httpx.Client
    words: str
    tally: Tally
    names: list[str] = field(default_factory=list)

    def saves(self, name: str) -> None:
        """Both save, and it works."""
        saved = self.browser.send_form(FORM, {"name": f"Form {name}"})
        self._enter("saves before", f"Form {name}", saved, 303)
        self._enter("saves before", f"Program {name}", self.program(f"Program {name}"), 201)

    def program(self, name: str, **fields: str) -> httpx.Response:
        """A program saves."""
        return self.client.post(API, json={"fields": {"name": name, **fields}})

    def is_told(self, name: str, fields: dict[str, str]) -> dict[str, str]:
        """Both save, and are refused; returns what the page has kept of the form."""
        name = f'Kept & "{name}"'
        told = self.browser.post(FORM, data={**fields, "name": name})
        found = re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', told.text, re.S)
        kept = {key: unescape(value) for key, value in found}
        good = told.status_code == 503 and kept.get("name") == name and self.words in told.text
        self.tally.count("saves that were told and kept", good, (told.status_code, kept))
        sent = self.program(f"Program {name}")
        good = sent.status_code == 503 and self.words in sent.text
        self.tally.count("programs that were told", good, (sent.status_code, sent.text))
        return {**fields, **kept}

    def is_popped(self) -> None:
        """A call comes meanwhile."""
        good, _taken, seen = pop(self.client)
        self.tally.count("pops meanwhile", good, seen)

    def sends_again(self, kept: dict[str, str]) -> None:
        """What was kept is saved."""
        saved = self.browser.post(FORM, data=kept)
        self._enter("saves that were sent again", kept["name"], saved, 303)

    def compare(self, site: Site) -> None:
        """All that was acknowledged is stored, once, and nothing else."""
        stored = [str(name) for (name,) in site.rows("SELECT name FROM organization WHERE id > 1")]
        same = sorted(stored) == sorted(self.names)
        self.tally.check("what was acknowledged is stored, once", same, len(stored))

    def _enter(self, what: str, name: str, answer: httpx.Response, expected: int) -> None:
        if self.tally.count(what, answer.status_code == expected, answer.text[-300:]):
            self.names.append(name)


@contextmanager
def desk(site: Site, port: int, words: str, tally: Tally) -> Iterator[Desk]:
    """An agent who is signed in, and a program."""
    with Browser(port) as browser, program(site, port) as client:
        browser.sign_in()
        yield Desk(browser, client, words, tally)
