"""A site with people and tickets, and a browser that fills in its forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result
from cti_tickets.model.data_model import model_of
from cti_tickets.store import objects
from werkzeug.test import TestResponse

from cti_host import Agent
from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost, RunningHost

ORG_OF_CALLER = (
    "SELECT Organization AS o JOIN Person AS p ON p.org_id = o.id WHERE p.id = :selected_caller"
)


@dataclass
class Form:
    """A form as a browser knows it: what it would send, and what its lists offer."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    controls: dict[str, dict[str, str | None]] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Reads forms and links, and the text that is seen.

    A button that sends its form elsewhere is a form of its own, with the same fields.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.texts: list[str] = []
        self._form: Form | None = None
        self._owner: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._elsewhere: list[tuple[Form, dict[str, str | None]]] = []
        self._select = self._option = self._textarea = self._href = ""
        self._hidden = 0
        self.feed(html)
        self.close()
        for form, given in self._elsewhere:
            own = {given["name"] or "": given.get("value") or ""} if "name" in given else {}
            action = given["formaction"] or ""
            self.forms.append(Form(action, {**form.fields, **own}, form.options, form.controls))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self._form = self._by_id.setdefault(given.get("id") or f"{len(self.forms)}", Form(""))
            self._form.action = given.get("action") or ""
            self.forms.append(self._form)
        elif tag == "a":
            self._href = given.get("href") or ""
        elif tag in ("script", "style"):
            self._hidden += 1
        if tag in ("input", "select", "textarea", "button"):
            named = given.get("form")
            self._owner = self._by_id.setdefault(named, Form("")) if named else self._form
        if self._owner is None:
            return
        if tag == "button" and "formaction" in given:
            self._elsewhere.append((self._owner, given))
        if name and tag in ("input", "select", "textarea"):
            self._owner.controls[name] = given
        if name and tag == "input" and not is_off(given):
            self._owner.fields[name] = given.get("value") or ""
        elif name and tag == "textarea":
            self._textarea = name
            self._owner.fields[name] = ""
        elif name and tag == "select":
            self._select = name
            self._owner.options[name] = {}
        elif tag == "option" and self._select:
            self._option = given.get("value") or ""
            self._owner.options[self._select][self._option] = ""
            if "selected" in given or self._select not in self._owner.fields:
                self._owner.fields[self._select] = self._option

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._owner is not None:
            # The line break right behind the tag is none of the text.
            text = self._owner.fields[self._textarea].replace("\r\n", "\n")
            self._owner.fields[self._textarea] = text.removeprefix("\n")
            self._textarea = ""
        elif tag == "a":
            self._href = ""
        elif tag in ("script", "style"):
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._owner is not None and self._textarea:
            self._owner.fields[self._textarea] += data
        elif self._owner is not None and self._select and data.strip():
            self._owner.options[self._select][self._option] = data
        if self._href and data.strip():
            self.links[" ".join(data.split())] = self._href
        self.texts.append(data)


def is_off(given: dict[str, str | None]) -> bool:
    """Whether a control is a check that isn't ticked: browsers don't send it."""
    return given.get("type") == "checkbox" and "checked" not in given


class Page:
    """A page as an agent sees it."""

    def __init__(self, url: str, response: TestResponse) -> None:
        self.url = url
        self.status: int = response.status_code
        self.location: str = response.headers.get("Location", "")
        self.headers = response.headers
        self.html: str = response.get_data(as_text=True)
        read = _Reader(self.html)
        self.forms, self.links = read.forms, read.links
        self.text = " ".join(" ".join(read.texts).split())

    @property
    def form(self) -> Form:
        """The form of an object: the one that leads to this very page."""
        return next(f for f in self.forms if f.action == urlsplit(self.url).path)

    @property
    def fields(self) -> dict[str, str]:
        """What the form would send as it stands."""
        return self.form.fields


class Site:
    """A running host, its data, and an agent's browser."""

    def __init__(self, running: RunningHost) -> None:
        self.running = running
        self.browser = running.client()

    def add(self, class_name: str, /, **values: Any) -> int:
        """Store an object without the pages; answers its id."""
        with self.running.app.app_context(), self.running.host.database.connection_context():
            created: int = objects.create(class_name, values, author=Agent("setup")).id
            return created

    def stored(self, class_name: str, id_: int) -> dict[str, Any]:
        """Every column of an object."""
        with self.running.app.app_context(), self.running.host.database.connection_context():
            return _columns(objects.load(class_name, id_))

    def count(self, class_name: str) -> int:
        """How many rows there are in the table of a class."""
        with self.running.app.app_context(), self.running.host.database.connection_context():
            model: Any = model_of(class_name)
            return int(model.select().count())

    def rows(self, class_name: str, **where: Any) -> list[dict[str, Any]]:
        """The rows of a table whose columns have these values, oldest first."""
        with self.running.app.app_context(), self.running.host.database.connection_context():
            model: Any = model_of(class_name)
            return [_columns(row) for row in model.filter(**where).order_by(model.id)]

    def get(self, url: str, **headers: str) -> Page:
        """Open a page; headers as in `Accept_Language="fr"`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Page(url, self.browser.get(url, headers=named))

    def post(self, url: str, values: dict[str, str], **headers: str) -> Page:
        """Send values, and nothing but these."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Page(url, self.browser.post(url, data=values, headers=named))

    def submit(self, page: Page, /, **changes: str) -> Page:
        """Fill some fields of a page's form in and press "Save"."""
        values = {**page.fields, **changes}
        # As browsers do.
        values = {k: v.replace("\r\n", "\n").replace("\n", "\r\n") for k, v in values.items()}
        return self.post(page.form.action, values)

    def save(self, url: str, /, **changes: str) -> Page:
        """Open a form, fill some of its fields in, and press "Save"."""
        return self.submit(self.get(url), **changes)

    def panel(self, query: str, language: str = "en") -> Any:
        """What /pop answers to a program."""
        headers = {"Accept": "application/json", "Accept-Language": language}
        return self.browser.get(f"/pop?{query}", headers=headers).get_json()

    def command(self, *words: str) -> Result:
        """Run `cti-host`."""
        return CliRunner().invoke(cli, ["--config", str(self.running.config_file), *words])


def _columns(row: Any) -> dict[str, Any]:
    return {field.column_name: row.__data__.get(name) for name, field in row._meta.fields.items()}


MakeSite = Callable[..., Site]


@pytest.fixture
def make_site(make_host: MakeHost) -> MakeSite:
    """Build a site: the arguments of `make_host`, with numbers and tickets unless others."""

    def make(toml: str = "", **arguments: Any) -> Site:
        arguments.setdefault("plugins", ["phone_reformat", "tickets"])
        arguments.setdefault("profiles", ["Administrator"])
        return Site(make_host(toml, **arguments))

    return make


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """A site in Paris with its default settings and one organization."""
    built = make_site('timezone = "Europe/Paris"\n')
    built.add("Organization", name="Analytical Ltd")
    return built


@pytest.fixture
def check(make_host: MakeHost, tmp_path: Any) -> Callable[..., Any]:
    """`cti-host check --json` of some settings; it answers the problems."""
    import json

    from cti_host.testing import write_config

    def run(toml: str) -> Any:
        config = write_config(tmp_path, toml, plugins=["phone_reformat", "tickets"])
        result = CliRunner().invoke(cli, ["--config", str(config), "check", "--json"])
        answer = json.loads(result.stdout)
        return [
            (p["line"], p["key"], p["message"], p["remedy"], p["level"] == "warning")
            for p in answer["problems"]
        ]

    return run
