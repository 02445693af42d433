"""Whom the proxy names comes in; whom anybody else names doesn't."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cti_host.settings.problems import ConfigRefused

ADA = (
    ("RemoteUser", "ada"),
    ("RemoteName", "Ada Lövelace"),
    ("RemoteEmail", "ada@example.org"),
    ("RemoteGroups", "chess, cti-agents"),
)
JSON = ("Accept", "application/json")


def test_the_proxy_says_who_it_is(start: Any) -> None:
    status, text = start().get("/who", *ADA)
    assert status == 200
    assert json.loads(text) == {
        "name": "ada",
        "display": "Ada Lövelace",
        "email": "ada@example.org",
        "profiles": ["Support Agent"],
        "organizations": [],
        "client": "127.0.0.1",
    }


def test_another_address_says_nothing(start: Any, caplog: pytest.LogCaptureFixture) -> None:
    status, _text = start(source="127.0.0.2").get("/who", *ADA, JSON)
    assert status == 401
    (line,) = [r.getMessage() for r in caplog.records if r.name.endswith("proxy_auth")]
    assert "127.0.0.2" in line
    assert "RemoteUser" in line
    assert "ada" not in line


@pytest.mark.parametrize("proxies", [0, 1, 2])
@pytest.mark.parametrize(
    "forwarded", ["127.0.0.1", "127.0.0.1, 127.0.0.1", "127.0.0.1, 127.0.0.1, 127.0.0.1"]
)
def test_x_forwarded_for_makes_nobody_the_proxy(
    start: Any, settings: str, proxies: int, forwarded: str
) -> None:
    toml = f"{settings}\n    [server]\n    proxies = {proxies}\n"
    client = start(toml, source="127.0.0.2")
    status, _text = client.get("/who", *ADA, JSON, ("X-Forwarded-For", forwarded))
    assert status == 401


@pytest.mark.parametrize("proxies", [1, 2])
def test_behind_a_proxy_the_client_has_its_own_address(
    start: Any, settings: str, proxies: int
) -> None:
    """The proxy is believed although `remote_addr` is the client's."""
    toml = f"{settings}\n    [server]\n    proxies = {proxies}\n"
    forwarded = ("X-Forwarded-For", ", ".join(["192.0.2.7"] * proxies))
    status, text = start(toml).get("/who", *ADA, forwarded)
    assert status == 200
    assert json.loads(text)["client"] == "192.0.2.7"


@pytest.mark.parametrize(
    "addresses", ['["127.0.0.0/30"]', '["2001:db8::/64", "127.0.0.2"]', '[" 127.0.0.2 "]']
)
def test_networks_and_lists(start: Any, settings: str, addresses: str) -> None:
    toml = settings.replace('["127.0.0.1"]', addresses)
    assert start(toml, source="127.0.0.2").get("/who", *ADA)[0] == 200
    assert start(toml, source="127.0.0.9").get("/who", *ADA, JSON)[0] == 401


@pytest.mark.parametrize(
    ("peer", "believed"),
    [
        ("::ffff:127.0.0.1", True),
        ("::1", False),
        ("::ffff:127.0.0.2", False),
        ("", False),
        ("unix:", False),
        ("fe80::1%eth0", False),
    ],
)
def test_addresses_as_servers_write_them(
    make_host: Any, settings: str, peer: str, believed: bool
) -> None:
    running = make_host(settings, plugins=["proxy_auth"], sign_in=False)
    client = running.app.test_client()
    answer = client.get(
        "/",
        headers={"RemoteUser": "ada", "RemoteGroups": "cti-agents"},
        environ_base={"REMOTE_ADDR": peer},
    )
    assert (answer.status_code == 200) is believed


def test_a_header_that_comes_twice_signs_nobody_in(start: Any) -> None:
    """A proxy that adds its header to that of the client."""
    twice = (("RemoteUser", "evil"), *ADA)
    assert start().get("/who", *twice, JSON)[0] == 401


def test_without_the_header_nobody_is_signed_in(start: Any) -> None:
    client = start()
    status, way = client.get("/who")
    assert (status, way) == (302, "/proxy-sign-in")
    status, page = client.get(way)
    assert status == 401
    assert "Nobody is signed in" in page
    assert client.get("/who", ("RemoteUser", " "), JSON)[0] == 401


def test_who_has_no_profile_reads_why(start: Any) -> None:
    client = start()
    bob = (("RemoteUser", "bob"), ("RemoteGroups", "chess"))
    status, way = client.get("/who", *bob)
    assert status == 302
    status, page = client.get(way, *bob)
    assert status == 403
    assert "You are signed in as bob, but none of your groups gives you a profile here." in page
    assert "<b>" not in client.get(way, ("RemoteUser", "<b>x</b>"))[1]
    # Meanwhile somebody gave them one.
    assert client.get(way, *ADA) == (302, "/")


def test_groups_give_organizations(start: Any, settings: str) -> None:
    more = """    organizations = { "emea" = [3, 12], "board" = "all" }
    separator = ";"
"""
    toml = settings + more
    client = start(toml)

    def organizations(groups: str) -> Any:
        status, text = client.get("/who", ("RemoteUser", "ada"), ("RemoteGroups", groups), JSON)
        return json.loads(text)["organizations"] if status == 200 else status

    assert organizations("cti-agents;emea") == [3, 12]
    assert organizations("cti-agents; emea ;board") == []
    assert organizations("cti-agents") == 401
    assert organizations("CN=cti-agents,OU=x;emea") == 401


def test_headers_that_nobody_named_say_nothing(start: Any) -> None:
    """A client could send them."""
    toml = """
        [plugin.proxy_auth]
        addresses = ["127.0.0.1"]
        everybody = ["Portal user"]
        profiles = { "cti-admins" = ["Administrator"] }
    """
    sent = (("RemoteUser", "ada"), ("RemoteGroups", "cti-admins"), ("RemoteEmail", "x@y.example"))
    said = json.loads(start(toml).get("/who", *sent)[1])
    assert (said["profiles"], said["email"]) == (["Portal user"], "")


def test_a_program_with_a_token_is_not_the_proxys(start: Any) -> None:
    assert start().get("/who", *ADA, ("Authorization", "Bearer x"), JSON)[0] == 401


def test_the_proxys_own_pages(start: Any, settings: str) -> None:
    toml = (
        f'{settings}    sign_in_url = "https://login.example.org/start?rd={{next}}"\n'
        '    sign_out_url = "https://login.example.org/out"\n'
    )
    client = start(toml)
    way = "https://login.example.org/start?rd=%2Fpop%3Fphone%3D1"
    assert client.get("/pop?phone=1") == (302, way)
    assert 'href="https://login.example.org/out"' in client.get("/", *ADA)[1]


@pytest.mark.parametrize("plugins", [["accounts", "proxy_auth"], ["proxy_auth", "accounts"]])
def test_beside_accounts(start: Any, settings: str, plugins: list[str]) -> None:
    client = start(settings, plugins=[*plugins, "who"])
    assert client.get("/who", *ADA)[0] == 200
    status, way = client.get("/who")
    assert (status, way) == (302, "/sign-in?next=/who")
    assert 'name="password"' in client.get(way)[1]


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("", "addresses: is required"),
        ("addresses = []", "the list is empty"),
        ('addresses = ["0.0.0.0/0"]', "is every address"),
        ('addresses = ["::/0"]', "is every address"),
        ('addresses = ["proxy.example.org"]', "is not an address or a network"),
        ('addresses = "127.0.0.1"', "list"),
        ('addresses = ["127.0.0.1"]', "no group gives a profile"),
        (
            'addresses = ["127.0.0.1"]\nuser_header = "X-Remote-User"\neverybody = ["x"]',
            "a client may send 'X_Remote_User'",
        ),
        ('addresses = ["127.0.0.1"]\nuser_header = ""', "is empty"),
        ('addresses = ["127.0.0.1"]\nuser_header = "a b"', "is not the name of a header"),
        ('addresses = ["127.0.0.1"]\nsign_out_url = "javascript:x"', "is not an address"),
        (
            'addresses = ["127.0.0.1"]\neverybody = ["x"]\npeople = "tickets"',
            "'tickets' is not enabled",
        ),
    ],
)
def test_settings_that_would_let_anybody_in_are_refused(
    make_host: Any, toml: str, words: str
) -> None:
    with pytest.raises(ConfigRefused) as refused:
        make_host(f"[plugin.proxy_auth]\n{toml}", plugins=["proxy_auth"], sign_in=False)
    assert words in str(refused.value)


def test_names_with_dashes_need_a_promise(start: Any) -> None:
    toml = """
        [plugin.proxy_auth]
        addresses = ["127.0.0.1"]
        user_header = "X-Remote-User"
        drops_underscores = true
        everybody = ["Support Agent"]
    """
    assert start(toml).get("/who", ("X-Remote-User", "ada"))[0] == 200


def test_a_profile_that_looks_misspelt_is_a_warning(make_host: Any) -> None:
    toml = '[plugin.proxy_auth]\naddresses = ["127.0.0.1"]\neverybody = ["Suport Agent"]'
    running = make_host(toml, plugins=["proxy_auth"], sign_in=False)
    (problem,) = running.host.problems
    assert problem.warning
    assert "Support Agent" in problem.remedy


def test_the_pages_speak_french(start: Any) -> None:
    bob = (("RemoteUser", "bob"), ("Accept-Language", "fr"))
    page = start().get("/proxy-sign-in", *bob)[1]
    assert "aucun de vos groupes ne vous donne de profil ici" in page
