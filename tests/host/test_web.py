"""What holds for every page: an agent, a CSRF token, safe headers, and errors for people."""

from __future__ import annotations

import html
import logging
import re
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface
from hypothesis import example, given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from cti_host.app import create_app
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import PATIENCE_SECONDS, MakeHost, RunningHost, write_config
from cti_host.web import frame
from cti_host.web.requests import safe_return_url

PAGES = """
import builtins

import peewee
from flask import Blueprint, request

from cti_host import Agent, NavigationItem, database, hookimpl

pages = Blueprint("pages", __name__)


@pages.get("/fails")
def fails():
    number = "".join(["0987", "654321"])
    raise RuntimeError(f"secret detail {number}")


@pages.get("/ends/<kind>")
def ends(kind):
    raise getattr(builtins, kind)("secret detail")


@pages.get("/database")
def no_database():
    raise peewee.OperationalError("disk I/O error")


@pages.route("/write", methods=["POST"])
def write():
    return "written"


@pages.get("/public")
def public():
    return "for everybody"


class Plugin:
    \"\"\"A few pages.\"\"\"

    @hookimpl
    def register(self, host):
        host.public_endpoints.add("pages.public")

    @hookimpl
    def blueprints(self):
        return [pages]

    @hookimpl
    def navigation(self, agent):
        return [NavigationItem(f"Reports of {agent.name}", "/reports", "x"),
                NavigationItem("Leave", "/leave", post=True)]
"""

DOOR = """
from urllib.parse import urlencode

from cti_host import Agent, hookimpl


class Plugin:
    \"\"\"Agents come in with a header; others are sent to /door.\"\"\"

    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("X-Agent")
        return Agent(name) if name else None

    @hookimpl
    def sign_in_url(self, next_url):
        return "/door?" + urlencode({"next": next_url})
"""


@pytest.fixture
def pages(make_host: MakeHost) -> RunningHost:
    return make_host(plugins=["pages"], sources={"pages": PAGES})


@pytest.fixture
def door(make_host: MakeHost) -> RunningHost:
    return make_host(
        plugins=["pages", "door"], sources={"pages": PAGES, "door": DOOR}, sign_in=False
    )


@pytest.mark.parametrize(
    "url",
    [
        "/pop?phone=%2B33987654321",
        "/pop?phone=+33987654321&x=%20%C3%A9&selected_caller=2",
        "/pop?phone=%3Cscript%3E",
        "/pop",
        "/",
        "/create/UserRequest?phone=1",
    ],
)
def test_a_pop_while_signed_out_leads_to_sign_in_and_back_with_its_url_intact(
    door: RunningHost, url: str
) -> None:
    response = door.client().get(url)
    assert response.status_code == 302
    location = urlsplit(response.location)
    assert location.path == "/door"
    from urllib.parse import parse_qs

    assert parse_qs(location.query)["next"] == [url]


def test_bytes_that_are_no_text_survive_sign_in_as_those_bytes(door: RunningHost) -> None:
    response = door.app.test_client().get(
        "/pop", environ_overrides={"QUERY_STRING": "phone=\xff\xe9"}
    )
    assert "phone%3D%25FF%25E9" in response.location


def test_a_program_without_an_agent_gets_401(door: RunningHost) -> None:
    for headers in (
        {"Accept": "application/json"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic eDp5"},
    ):
        response = door.client().get("/pop?phone=1", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.json == {"error": "No agent is signed in, or the token is wrong."}


def test_without_any_plugin_that_signs_in_the_page_says_so(make_host: MakeHost) -> None:
    response = make_host(sign_in=False).client().get("/pop?phone=1")
    assert response.status_code == 503
    assert "No plugin signs agents in." in response.text


def test_when_the_plugin_that_signs_in_fails_it_is_not_the_agents_fault(
    make_host: MakeHost,
) -> None:
    broken = DOOR.replace("name = request", "raise RuntimeError; name = request")
    running = make_host(plugins=["door"], sources={"door": broken}, sign_in=False)
    line = "Sign-in by door is not available right now."
    page = running.client().get("/pop?phone=1")
    assert page.status_code == 503
    assert line in page.text
    answer = running.client(Accept="application/json").get("/pop?phone=1")
    assert answer.status_code == 503
    assert answer.get_json() == {"error": line}


def test_every_page_but_public_ones_needs_an_agent(door: RunningHost) -> None:
    assert door.client().get("/public").text == "for everybody"
    with door.client().get("/static/cti.css") as style:
        assert style.status_code == 200
    assert door.client().get("/fails").status_code == 302
    assert door.client(X_Agent="sam").get("/").status_code == 200


def test_what_was_typed_is_not_lost_when_the_agent_was_signed_out_meanwhile(
    door: RunningHost,
) -> None:
    response = door.client().post("/write", data={"title": "x"})
    assert response.status_code == 401
    assert "/door?next=%2F" in response.text


@pytest.mark.parametrize("values", [{"title": "<b> & x", "next": "/calls"}, {}])
def test_a_form_of_any_page_goes_on_after_the_sign_in(
    door: RunningHost, values: dict[str, str]
) -> None:
    """Also without JavaScript, whatever page of whichever plugin it is; once, not thrice."""
    out = door.client().post("/write", data={"csrf_token": "of a session that is over", **values})
    assert "nothing is lost" in out.text
    assert 'data-resume="/"' in out.text
    assert "&lt;b&gt; &amp; x" in out.text or not values
    back = door.client(X_Agent="sam")
    late = back.post("/write", data={"csrf_token": "", **values})
    assert late.status_code == 400
    assert "This page was open for too long" in late.text
    token = csrf_token(late.text)
    assert back.post("/write", data={"csrf_token": token, **values}).text == "written"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site", "Origin": "http://localhost"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_that_somebody_elses_page_sends_is_not_made_ready_to_be_confirmed(
    door: RunningHost, headers: dict[str, str]
) -> None:
    """Its browser sends no cookie along, so the agent seems signed out, and isn't."""
    for agent in ({}, {"X_Agent": "sam"}):
        client = door.client(**headers, **agent)
        page = client.post("/write", data={"title": "not theirs", "csrf_token": ""})
        assert page.status_code == (400 if agent else 401)
        assert "not theirs" not in page.text
        assert "data-resume" not in page.text


def test_no_page_gives_a_password_back(door: RunningHost) -> None:
    for agent in ({}, {"X_Agent": "sam"}):
        sent = {"csrf_token": "", "new_password": "correct horse"}
        page = door.client(**agent).post("/write", data=sent)
        assert "correct horse" not in page.text
        assert "data-resume" not in page.text


def csrf_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_form_needs_the_token_of_its_page(pages: RunningHost) -> None:
    client = pages.client()
    refused = client.post("/write")
    assert refused.status_code == 400
    assert "Traceback" not in refused.text
    token = csrf_token(client.get("/").text)
    assert client.post("/write", data={"csrf_token": token}).text == "written"
    assert client.post("/write", headers={"X-CSRFToken": token}).text == "written"
    assert pages.client().post("/write", data={"csrf_token": token}).status_code == 400
    assert client.post("/write", data={"csrf_token": token + "x"}).status_code == 400


def test_a_program_with_a_token_needs_no_form_token_but_a_kept_password_does(
    pages: RunningHost,
) -> None:
    client = pages.client()
    assert client.post("/write", headers={"Authorization": "Bearer t"}).text == "written"
    # A browser sends a password it keeps along with the form of any other site.
    assert client.post("/write", headers={"Authorization": "Basic eDp5"}).status_code == 400


@pytest.mark.parametrize("url", ["/", "/pop", "/pop?phone=1", "/no/such/page", "/fails", "/public"])
def test_every_page_has_safe_headers(pages: RunningHost, url: str) -> None:
    headers = pages.client().get(url).headers
    policy = dict(
        part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_pages_hold_no_inline_script_or_style(make_panel: MakeHost) -> None:
    running = make_panel("[plugin.people]\nfound = ['Ada', 'Bo']\ntickets = 12\n")
    for url in ("/", "/pop?phone=1", "/pop"):
        page = running.client().get(url).text
        assert not re.search(r"<script(?![^>]* src=)", page)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)


def test_cookies_stay_out_of_reach_of_scripts_and_other_sites(make_host: MakeHost) -> None:
    for toml, secure in (("", False), ("https_only = true", True)):
        cookie = make_host(toml).client().get("/").headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure


SITE = "https://cti.example"


@given(
    url=st.one_of(
        st.text(),
        st.text("/\\.:@%?#a\t\n\r \x00", min_size=1, max_size=12).map(lambda t: "/" + t),
        st.sampled_from(["//evil.example", "http:evil", "https://evil.example/", "javascript:1"]),
    )
)
@example("//evil.example")
@example("/\\evil.example")
@example("\\\\evil.example")
@example("/\t/evil.example")
@example("/ /evil.example")
@example("////evil.example")
@example("http:///evil.example")
@example(" //evil.example")
def test_a_return_address_never_leaves_the_host(url: str) -> None:
    safe = safe_return_url(url, "/home")
    assert safe.startswith("/")
    # What a browser makes of it: it drops tabs and line ends, and takes "\" for "/".
    as_read = re.sub(r"[\t\r\n]", "", safe).replace("\\", "/").strip("\x00 ")
    there = urlsplit(urljoin(SITE + "/pop", as_read))
    assert (there.scheme, there.netloc) == ("https", "cti.example")


@pytest.mark.parametrize("path", ["/", "/pop?phone=%2B33&selected_caller=2", "/a/b?c=d#e", "/é"])
def test_a_path_on_this_host_is_a_good_return_address(path: str) -> None:
    assert safe_return_url(path, "/home") == path
    assert safe_return_url(None, "/home") == safe_return_url("", "/home") == "/home"


@pytest.mark.parametrize(
    ("method", "url", "status", "title"),
    [
        ("GET", "/no/such/page", 404, "There is no such page"),
        ("GET", "/%ff%00%0a", 404, "There is no such page"),
        ("POST", "/pop", 405, "This is not allowed"),
        ("GET", "/fails", 500, "Something went wrong"),
        ("GET", "/ends/SystemExit", 500, "Something went wrong"),
        ("GET", "/ends/GeneratorExit", 500, "Something went wrong"),
        ("GET", "/database", 503, "This is not available right now"),
    ],
)
def test_errors_are_pages_for_people_and_json_for_programs(
    pages: RunningHost, method: str, url: str, status: int, title: str
) -> None:
    page = pages.client().open(url, method=method)
    assert page.status_code == status
    assert f"<h1>{title}</h1>" in page.text
    answer = pages.client(Accept="application/json").open(url, method=method)
    assert answer.status_code == status
    assert answer.get_json()["error"]
    french = pages.client(Accept_Language="fr").open(url, method=method)
    assert french.status_code == status
    for response in (page, answer, french):
        assert "Traceback" not in response.text
        assert "secret detail" not in response.text
        assert "disk I/O" not in response.text


def test_a_405_says_which_methods_are_allowed(pages: RunningHost) -> None:
    for client in (pages.client(), pages.client(Accept="application/json")):
        allowed = client.post("/pop").headers["Allow"]
        assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_an_unexpected_error_has_a_reference_that_stands_in_the_log_with_its_place_but_no_number(
    pages: RunningHost, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page = pages.client().get("/fails")
    found = re.search(r"the reference ([a-z]{16})\.", page.text)
    assert found
    (record,) = [record for record in caplog.records if record.name == "cti_host.web"]
    assert record.getMessage().startswith(f"error {found[1]} on pages.fails: RuntimeError at")
    assert ", in fails" in record.getMessage()
    assert "0987654321" not in caplog.text


def test_too_large_a_form_is_refused(pages: RunningHost) -> None:
    client = pages.client()
    token = csrf_token(client.get("/").text)
    response = client.post("/write", data={"csrf_token": token, "x": "y" * (3 * 1024 * 1024)})
    assert response.status_code == 413
    assert "This is too large" in response.text
    assert "A form may have 2 MB, with its files. Nothing was saved: go back" in response.text


def test_head_and_options_are_answered(pages: RunningHost) -> None:
    client = pages.client()
    head = client.head("/pop?phone=1")
    assert head.status_code == 200
    assert head.data == b""
    assert client.head("/pop").status_code == 400
    options = client.options("/pop")
    assert options.status_code == 200
    assert "GET" in options.headers["Allow"]


def test_looking_at_the_head_of_a_pop_is_not_receiving_a_call(make_panel: MakeHost) -> None:
    running = make_panel("[plugin.people]\nfound = ['Ada']\n")
    running.client().head("/pop?phone=1")
    assert running.host.plugins[0].instance.received == []


def switch(running: RunningHost, language: str, following: str) -> tuple[int, str]:
    client = running.client()
    token = csrf_token(client.get("/").text)
    form = {"csrf_token": token, "language": language, "next": following}
    response = client.post("/language", data=form)
    return response.status_code, response.headers.get("Location", "")


def test_the_agent_switches_the_language_and_stays_on_the_page(pages: RunningHost) -> None:
    client = pages.client()
    page = client.get("/pop?phone=%2B33987&selected_caller=unknown").text
    back = re.search(r'name="next" value="([^"]*)"', page)
    assert back
    assert html.unescape(back[1]) == "/pop?phone=%2B33987&selected_caller=unknown"
    form = {"csrf_token": csrf_token(page), "language": "fr", "next": html.unescape(back[1])}
    response = client.post("/language", data=form)
    assert response.status_code == 302
    assert response.location == "/pop?phone=%2B33987&selected_caller=unknown"
    assert '<html lang="fr">' in client.get("/").text
    cookie = response.headers["Set-Cookie"]
    assert "cti_language=fr" in cookie
    assert "HttpOnly" in cookie


def test_the_language_is_switched_without_being_signed_in(door: RunningHost) -> None:
    client = door.client()
    token = csrf_token(client.get("/no/such/page").text)
    response = client.post("/language", data={"csrf_token": token, "language": "fr", "next": "/"})
    assert response.status_code == 302
    assert "cti_language=fr" in response.headers["Set-Cookie"]


def test_the_agent_chooses_light_or_dark_pages_or_leaves_it_to_the_system(
    pages: RunningHost,
) -> None:
    client = pages.client()
    seen = []
    for _ in range(4):
        page = client.get("/").text
        root = re.search(r"<html[^>]*>", page)
        button = re.search(r'name="theme" value="([a-z]*)" title="([^"]+)"', page)
        assert root
        assert button
        seen.append((root[0], button[2]))
        form = {"csrf_token": csrf_token(page), "theme": button[1], "next": "/sign-in?next=%2F"}
        assert client.post("/theme", data=form).location == "/sign-in?next=%2F"
    assert seen == [
        ('<html lang="en">', "Dark colours"),
        ('<html lang="en" data-theme="dark">', "Light colours"),
        ('<html lang="en" data-theme="light">', "Colours of the system"),
        ('<html lang="en">', "Dark colours"),
    ]
    form = {"csrf_token": csrf_token(page), "theme": '"><script>', "next": "/"}
    assert client.post("/theme", data=form).status_code == 400
    client.set_cookie("cti_theme", '"><script>')
    assert '<html lang="en">' in client.get("/").text


def test_switching_the_language_never_leads_elsewhere(pages: RunningHost) -> None:
    assert switch(pages, "fr", "//evil.example/") == (302, "/")
    assert switch(pages, "fr", "https://evil.example/") == (302, "/")
    assert switch(pages, "xx", "/")[0] == 400


def test_the_menu_shows_the_entries_of_plugins_for_the_agent(pages: RunningHost) -> None:
    page = pages.client().get("/").text
    assert "Reports of test" in page
    assert 'action="/leave" method="post"' in page
    assert "Test Agent" in page


def test_a_plugin_whose_menu_fails_costs_only_its_entries(make_host: MakeHost) -> None:
    broken = PAGES.replace(
        'return [NavigationItem(f"', 'raise RuntimeError; return [NavigationItem(f"'
    )
    running = make_host(plugins=["pages"], sources={"pages": broken})
    assert running.client().get("/pop?phone=1").status_code == 200


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> RunningHost:
    config_file = write_config(tmp_path_factory.mktemp("host"))
    app = create_app(config_file, timeout=PATIENCE_SECONDS)
    app.testing = False
    return RunningHost(app, config_file)


@given(
    path=st.binary(max_size=30),
    accept=st.text(max_size=20),
    language=st.text(max_size=20),
    login=st.text(max_size=20),
)
@example(path=b"pop", accept="", language="", login="Basic \N{LATIN SMALL LETTER Y WITH DIAERESIS}")
def test_no_path_and_no_header_makes_the_host_fail(
    quiet: RunningHost, path: bytes, accept: str, language: str, login: str
) -> None:
    response = quiet.app.test_client().get(
        "/" + quote(path),
        environ_overrides={
            "HTTP_ACCEPT": accept.encode().decode("latin-1"),
            "HTTP_ACCEPT_LANGUAGE": language.encode().decode("latin-1"),
            "HTTP_AUTHORIZATION": login.encode().decode("latin-1"),
            "HTTP_COOKIE": f"cti_language={language}".encode().decode("latin-1"),
        },
    )
    assert response.status_code < 500


def test_where_the_page_of_an_error_fails_a_text_says_what_it_would(
    pages: RunningHost, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    number = "0987654321"

    def fail() -> str:
        raise RuntimeError(number)

    # The bar of each page asks for it, that of an error too.
    monkeypatch.setattr(frame, "form_token", fail)
    page = pages.client().get("/nowhere")
    found = re.search(r"Reference of this request: ([a-z]{16})\n", page.text)
    assert (page.status_code, page.mimetype) == (404, "text/plain")
    assert "There is no such page" in page.text
    assert found
    assert found[1] in caplog.text
    assert number not in page.text + caplog.text


def test_a_connection_is_given_back_after_each_request(make_panel: MakeHost) -> None:
    use = """
        from cti_host import current_host, hookimpl


        class Plugin:
            @hookimpl
            def panel_sections(self, call, callers):
                current_host().database.execute_sql("select 1")
        """
    running = make_panel("", plugins=["use"], sources={"use": use})
    for _ in range(5):
        assert running.client().get("/pop?phone=1").status_code == 200
    assert not running.host.database._in_use  # type: ignore[attr-defined]  # peewee's pool
    assert Path(running.config_file).is_file()


def test_behind_a_proxy_the_host_knows_its_outer_address(make_host: MakeHost) -> None:
    forwarded = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "cti.example.org"}
    trusted = 'trusted_hosts = ["cti.example.org", "localhost"]'
    behind = make_host(f"[server]\nproxies = 1\n{trusted}")
    assert "https://cti.example.org/pop?phone=" in behind.client(**forwarded).get("/pop").text
    alone = make_host(f"[server]\n{trusted}")
    assert "https://cti.example.org" not in alone.client(**forwarded).get("/pop").text


@pytest.mark.parametrize("host", ["a..b", "x" * 300])
@pytest.mark.parametrize("address", ["/", "/pop?phone=1", "/nowhere"])
def test_a_name_that_no_host_has_is_a_bad_request(
    make_host: MakeHost, host: str, address: str
) -> None:
    client = make_host().app.test_client()
    page = client.get(address, headers={"Host": host})
    assert page.status_code == 400
    assert page.text == "This is not a name that this host is reached by.\n"
    answer = client.get(address, headers={"Host": host, "Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.get_json() == {"error": "This is not a name that this host is reached by."}


def test_other_names_than_the_trusted_ones_are_refused(make_host: MakeHost) -> None:
    toml = '[server]\ntrusted_hosts = ["cti.example.org", ".branch.example.org"]\n'
    client = make_host(toml).client()
    statuses = {
        name: client.get("/", headers={"Host": name}).status_code
        for name in ("cti.example.org", "cti.example.org:8080", "a.branch.example.org",
                     "evil.example.com", "localhost")
    }  # fmt: skip
    assert statuses == {
        "cti.example.org": 200,
        "cti.example.org:8080": 200,
        "a.branch.example.org": 200,
        "evil.example.com": 400,
        "localhost": 400,
    }


def test_an_example_names_the_host_only_where_its_names_are_known(make_host: MakeHost) -> None:
    headers = {"Host": "cti.example.org", "Accept": "application/json"}
    anywhere = make_host().client().get("/pop", headers=headers)
    assert anywhere.get_json()["example"] == "/pop?phone=0987654321"
    known = make_host('[server]\ntrusted_hosts = ["cti.example.org"]\n').client()
    example = known.get("/pop", headers=headers).get_json()["example"]
    assert example == "http://cti.example.org/pop?phone=0987654321"


@pytest.mark.parametrize("name", ["https://cti.example.org", "cti.example.org:8080", "", "a/b"])
def test_a_trusted_host_is_a_name(make_host: MakeHost, name: str) -> None:
    with pytest.raises(ConfigRefused, match="write a name without scheme, port and path"):
        make_host(f'[server]\ntrusted_hosts = ["{name}"]\n')


class TestSessionsAreKnownByTheirCookie:
    """A cookie that comes again is not decoded again; all else is as if it were."""

    @staticmethod
    def cookie(app: Flask, **content: object) -> dict[str, str]:
        """The header of a browser whose session holds something."""
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        return {"Cookie": f"cti_host={serializer.dumps(content)}"}

    def test_what_one_request_changes_no_other_one_sees(self, make_host: MakeHost) -> None:
        app = make_host().app
        headers = self.cookie(app, text="as it was", texts=["as it was"])
        plain = self.cookie(app, text="as it was")
        for one in (headers, plain, headers, plain):
            with app.test_request_context(headers=one):
                assert session["text"] == "as it was"
                session["text"] = "changed"
                if "texts" in session:
                    assert session["texts"] == ["as it was"]
                    session["texts"].append("changed")

    def test_it_ends_all_the_same(
        self, make_host: MakeHost, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app = make_host().app
        an_hour_ago = int(time.time()) - 3600
        with monkeypatch.context() as patch:
            patch.setattr(TimestampSigner, "get_timestamp", lambda _signer: an_hour_ago)
            headers = self.cookie(app, text="known")
        with app.test_request_context(headers=headers):
            assert session["text"] == "known"
        app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(minutes=59)
        with app.test_request_context(headers=headers):
            assert not session

    def test_one_that_somebody_changed_is_none(self, make_host: MakeHost) -> None:
        app = make_host().app
        headers = self.cookie(app, text="known")
        with app.test_request_context(headers=headers):
            assert session["text"] == "known"
        name, _, signed = headers["Cookie"].rpartition(".")
        headers = {"Cookie": f"{name}.{signed[::-1]}"}
        for _time in range(2):
            with app.test_request_context(headers=headers):
                assert not session
