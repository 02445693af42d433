"""Every route, asked by everybody: nobody, each profile, another organization, without a token.

The table says which status each gets. A route that is not in it fails the last test.
"""

from __future__ import annotations

import itertools
import socket
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cti_accounts import add_agent, find_agent, set_password
from cti_accounts.sessions import store
from cti_accounts.sessions.browser import SESSION_KEY
from cti_tickets.rights.profiles import PROFILES
from cti_tickets.store import objects
from flask import Flask
from flask.testing import FlaskClient
from route_table import TABLE, Row

from cti_host.testing import PATIENCE_SECONDS, MakeHost, RunningHost

# Who is at the keyboard is said by headers; a token needs no proof that a form is meant.
WHO = '''
from cti_host import Agent, hookimpl


class Plugin:
    """Everybody is who they say they are."""

    @hookimpl
    def identify_agent(self, request):
        profiles = request.headers.get("Profiles")
        if profiles is None:
            return None
        organization = request.headers.get("Organization")
        return Agent(
            "test",
            "Test Agent",
            profiles=frozenset({profiles}),
            contact_id=1,
            organizations=frozenset({int(organization)} if organization else ()),
        )
'''


ROOT = Path(__file__).parents[2]
# All plugins that the project ships, behind the one that says who is there.
PLUGINS = [
    "who",
    "accounts",
    "phone_reformat",
    "tickets",
    "ecall",
    "event_log",
    "dialects",
    "signed_links",
    "proxy_auth",
    "oidc",
    "itop",
    "live",
    "calls",
    "webhooks",
    "asterisk",
    "mail",
]
# The provider and the iTop are servers that can't be reached.
SETTINGS = """
[pop_links]
key_file = "pop_link_key"

[plugin.proxy_auth]
addresses = ["192.0.2.1"]
profiles = {{ "cti-agents" = ["Support Agent"] }}

[plugin.oidc]
issuer = "http://127.0.0.1:{port}"
client_id = "cti-host"
profiles = {{ "cti-agents" = ["Support Agent"] }}

[plugin.mail]
sender = "support@cti.example"

[plugin.mail.smtp]
host = "127.0.0.1"
port = {port}

[plugin.itop]
url = "http://127.0.0.1:{port}"
user = "cti"
password = "any"
directory = "live"
"""


def settings_without_servers() -> str:
    """The settings of all plugins, with a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return SETTINGS.format(port=probe.getsockname()[1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One host for the whole table; what is asked changes nothing."""
    from cti_host.app import create_app
    from cti_host.databases import migrate
    from cti_host.testing import write_config

    folder = tmp_path_factory.mktemp("routes")
    toml = settings_without_servers()
    config = write_config(folder, toml, plugins=PLUGINS, sources={"who": WHO}, sign_in=False)
    running = RunningHost(create_app(config, timeout=PATIENCE_SECONDS), config)
    running.app.testing = False
    with running.app.app_context(), running.host.database.connection_context():
        migrate.upgrade(running.host)
        for name in ("Analytical Ltd", "Elsewhere Ltd"):
            objects.create("Organization", {"name": name}, author=None)
        person = {"name": "Lovelace", "first_name": "Ada", "org_id": "1"}
        objects.create("Person", {**person, "phone": "0987654321"}, author=None)
        ticket = {"title": "T", "description": "D", "org_id": "1", "caller_id": "1"}
        objects.create("UserRequest", ticket, author=None)
        call = {"ticket_id": "1", "agent_id": "1", "contact_id": "1", "flow": "inbound"}
        objects.create("PhoneCall", call, author=None)
        add_agent("test", "a good long password", ["Support Agent"])
    yield running
    running.host.close()


_PEERS = itertools.count()


def ask(running: RunningHost, row: Row, *, token: bool = True, **headers: str) -> int:
    """The status of a request."""
    if token and row.method != "GET":
        headers["Authorization"] = "Bearer any"
    client = running.app.test_client()
    if row.own and "Profiles" in headers:
        sign_in(running, client)
    # Whoever sends too many wrong secrets has to wait.
    last = next(_PEERS) % 250 + 1 if row.endpoint == "webhooks.receive" else 1
    peer = {"REMOTE_ADDR": f"127.0.0.{last}"}
    with client.open(
        row.url, method=row.method, data=dict(row.data), headers=headers, environ_base=peer
    ) as response:
        return response.status_code


def sign_in(running: RunningHost, client: FlaskClient) -> None:
    """Begin a session of the account that has the name of the agent."""
    with running.app.app_context(), running.host.database.connection_context():
        account = find_agent("test")
        assert account
        key = store.begin(account, complete=True, strong=False)
    with client.session_transaction() as session:
        session[SESSION_KEY] = key


def name_of(row: Row) -> str:
    return f"{row.method} {row.url}"


@pytest.mark.parametrize("row", TABLE, ids=name_of)
def test_each_profile_gets_what_the_table_says(site: RunningHost, row: Row) -> None:
    got = {profile: ask(site, row, Profiles=profile) for profile in PROFILES}

    assert got == {one: row.ok if one in row.may else 403 for one in PROFILES}


@pytest.mark.parametrize("row", TABLE, ids=name_of)
def test_nobody_is_sent_to_sign_in(site: RunningHost, row: Row) -> None:
    expected = row.nobody or (302 if row.method == "GET" else 401)

    assert ask(site, row, token=False) == expected
    if not row.nobody:
        assert ask(site, row, token=False, Accept="application/json") == 401


@pytest.mark.parametrize("row", TABLE, ids=name_of)
def test_what_belongs_to_another_organization_is_not_there(site: RunningHost, row: Row) -> None:
    someone = sorted(row.may - {"Administrator"} or row.may)[0]

    assert ask(site, row, Profiles=someone, Organization="2") == (row.foreign or row.ok)


@pytest.mark.parametrize("row", [row for row in TABLE if row.method != "GET"], ids=name_of)
def test_a_form_without_its_token_changes_nothing(site: RunningHost, row: Row) -> None:
    status = ask(site, row, token=False, Profiles=sorted(row.may)[0])

    assert status in (row.untrusted, row.ok)
    assert status not in (200, 201, 204)


@pytest.mark.parametrize("row", [row for row in TABLE if row.method != "GET"], ids=name_of)
def test_a_missing_right_is_told_before_a_missing_token(site: RunningHost, row: Row) -> None:
    others = {*PROFILES} - row.may

    assert {one: ask(site, row, token=False, Profiles=one) for one in others} == dict.fromkeys(
        others, 403
    )


@pytest.mark.parametrize("row", TABLE, ids=name_of)
def test_another_method_is_refused(site: RunningHost, row: Row) -> None:
    client = site.app.test_client()

    status = client.open(row.url, method="PUT", headers={"Profiles": "Administrator"}).status_code

    assert status == 405


def test_a_session_that_ended_is_nobodys(make_host: MakeHost) -> None:
    running = make_host(settings_without_servers(), plugins=PLUGINS[1:], sign_in=False)
    with running.app.app_context(), running.host.database.connection_context():
        add_agent("ada", "a good long password", ["Support Agent"])
    client = running.app.test_client()
    page = client.get("/sign-in").text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    form = {"name": "ada", "password": "a good long password", "csrf_token": token}
    assert client.post("/sign-in", data=form).status_code in (302, 303)
    assert client.get("/").status_code == 200

    with running.app.app_context(), running.host.database.connection_context():
        set_password("ada", "another good password")

    for row in TABLE:
        if row.method == "GET":
            with client.get(row.url) as response:
                assert response.status_code == (row.nobody or 302), row.url


def test_every_route_has_a_row(site: RunningHost) -> None:
    known = {(row.endpoint, row.method) for row in TABLE}

    assert _routes(site.app) <= known


def _routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_plugin_that_is_shipped_is_crawled() -> None:
    shipped = {
        name
        for project in ROOT.glob("plugins/*/pyproject.toml")
        for name in tomllib.loads(project.read_text())["project"]["entry-points"].get(
            "cti_host.plugins", ()
        )
    }

    # `call_log` is the former name of `event_log`.
    assert shipped - {"call_log"} == {*PLUGINS} - {"who"}
