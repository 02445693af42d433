"""Signed links: once, for a few minutes, and nothing of the number stays in an address."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from cti_signed_links.signature import SKEW_SECONDS, Verdict, check, sign, signature_of
from cti_signed_links.used import UsedLink, use
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

KEY = b"0123456789abcdef0123"
NOW = 1_800_000_000
LOOKUP = """
from cti_host import Caller, Match, Ticket, TicketList, hookimpl


class Plugin:
    @hookimpl
    def lookup_callers(self, call):
        return [Match(Caller("Person", 1, "Ada Lovelace", {"phone": "0987654321"}), "phone")]

    @hookimpl
    def ticket_lists(self, call, callers):
        return [TicketList("open", "Open", 1, (Ticket("UserRequest", 7, "R-000007", "Printer"),))]
"""
GATE = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("X-Agent")
        return Agent(name) if name else None

    @hookimpl
    def sign_in_url(self, next_url):
        from urllib.parse import quote
        return "/sign-in?next=" + quote(next_url)
"""
MakeSite = Callable[..., RunningHost]


@pytest.fixture
def make_site(make_host: MakeHost) -> MakeSite:
    """A host with the plugin: `make_site("required")`."""

    def make(signed: str = "required", **options: Any) -> RunningHost:
        toml = f'[pop_links]\nsigned = "{signed}"\nkey_file = "pop_link_key"\n'
        return make_host(
            toml, plugins=["signed_links", "book"], sources={"book": LOOKUP}, **options
        )

    return make


def link(site: RunningHost, phone: str = "0987654321", *, seconds: int = 120) -> str:
    key = (site.config_file.parent / "pop_link_key").read_bytes()
    return "/pop?" + sign({"phone": phone}, key, int(time.time()) + seconds)


def test_a_signed_link_leads_to_an_address_without_the_number(make_site: MakeSite) -> None:
    site = make_site()
    client = site.client()
    first = client.get(link(site))
    assert first.status_code == 303
    assert re.fullmatch(r"/pop\?sealed=[\w=-]+", first.location)
    page = client.get(first.location)
    assert page.status_code == 200
    assert "Ada Lovelace" in page.text
    links = re.findall(r'(?:href|action|formaction)="([^"]*)"', page.text)
    assert any("sealed=" in one for one in links)
    assert not any("0987654321" in one for one in links)
    assert 'name="phone"' not in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    # The address may be opened again, by this agent: a reload loses nothing.
    assert client.get(first.location).status_code == 200
    chosen = client.get(first.location + "&selected_caller=unknown")
    assert "Unknown contact" in chosen.text


def test_each_link_works_once(make_site: MakeSite) -> None:
    site = make_site()
    url = link(site)
    assert site.client().get(url).status_code == 303
    again = site.client().get(url)
    assert again.status_code == 403
    assert "was used before" in again.text
    assert "0987654321" not in again.text


def test_looking_whether_there_is_a_page_does_not_use_the_link(make_site: MakeSite) -> None:
    site = make_site()
    url = link(site)
    site.client().head(url)
    assert site.client().get(url).status_code == 303


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda url: url.replace("0987654321", "0612345678"), "signature of this address is wrong"),
        (lambda url: url[:-1] + ("0" if url[-1] != "0" else "1"), "is wrong"),
        (lambda url: url + "&phone=0612345678", "is wrong"),
        (lambda url: url.partition("&signature")[0], "is not signed"),
        (lambda url: "/pop?phone=0987654321", "is not signed"),
        (lambda url: "/pop?phone=0987654321&selected_caller=all", "is not signed"),
        (lambda url: url.replace("&expires", "&expires=1&expires"), "is wrong"),
    ],
)
def test_what_is_not_signed_right_is_refused(
    make_site: MakeSite, change: Callable[[str], str], says: str
) -> None:
    site = make_site()
    page = site.client().get(change(link(site)))
    assert page.status_code == 403
    assert says in page.text
    assert site.client().get("/lookup?phone=0987654321").status_code == 200  # by hand


def test_a_link_that_is_too_old_or_good_for_too_long_is_refused(make_site: MakeSite) -> None:
    site = make_site()
    old = site.client().get(link(site, seconds=-600))
    assert (old.status_code, "too old" in old.text) == (403, True)
    long = site.client(Accept_Language="fr").get(link(site, seconds=100_000))
    assert (long.status_code, "plus longtemps" in long.text) == (403, True)


def test_links_may_be_signed_but_need_not(make_site: MakeSite) -> None:
    site = make_site("accepted")
    assert site.client().get("/pop?phone=0987654321").status_code == 200
    assert site.client().get(link(site)).status_code == 303
    assert site.client().get(link(site) + "0").status_code == 403


def test_signatures_may_be_left_alone(make_site: MakeSite) -> None:
    site = make_site("off")
    assert site.client().get("/pop?phone=0987654321&signature=x").status_code == 200
    assert not (site.config_file.parent / "pop_link_key").exists()


def test_a_program_gets_json_at_once(make_site: MakeSite) -> None:
    site = make_site()
    response = site.client(Accept="application/json").get(link(site))
    assert response.status_code == 200
    assert response.get_json()["callers"][0]["display"] == "Ada Lovelace"


def test_of_many_who_open_a_link_at_once_one_does(make_site: MakeSite) -> None:
    site = make_site()
    url, codes = link(site), []
    together = threading.Barrier(6)

    def opens() -> None:
        client = site.client()
        together.wait()
        codes.append(client.get(url).status_code)

    threads = [threading.Thread(target=opens) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [303, 403, 403, 403, 403, 403]


def test_used_links_hold_for_every_host_of_a_site_and_are_forgotten_when_too_old(
    make_site: MakeSite, make_host: MakeHost, postgres_url: str
) -> None:
    sites = [make_site(database=postgres_url) for _ in range(2)]
    one, other = sites
    now = time.time()
    with one.app.app_context():
        assert use("a" * 64, int(now) + 60, now)
    with other.app.app_context():
        assert not use("a" * 64, int(now) + 60, now)
        assert use("b" * 64, int(now) + 200, now + 120)
        assert use("a" * 64, int(now) + 300, now + 120)  # it could not be good any more


def test_if_the_check_fails_nothing_is_shown(make_site: MakeSite) -> None:
    site = make_site()
    url = link(site)
    with site.app.app_context():
        UsedLink.drop_table()
    page = site.client().get(url)
    assert page.status_code == 503
    assert "Ada" not in page.text


def test_whoever_has_to_sign_in_first_comes_to_the_call_afterwards(make_host: MakeHost) -> None:
    site = make_host(
        '[pop_links]\nsigned = "required"\nkey_file = "pop_link_key"\n',
        plugins=["signed_links", "book", "gate"],
        sources={"book": LOOKUP, "gate": GATE},
        sign_in=False,
    )
    url = link(site)
    sent = site.client().get(url)
    assert sent.status_code == 302
    assert "0987654321" not in sent.location
    back = parse_qs(urlsplit(sent.location).query)["next"][0]
    page = site.client(X_Agent="ada").get(back)
    assert "Ada Lovelace" in page.text
    # Links of ada's page are hers.
    own = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert own is not None
    other = site.client(X_Agent="bob").get(f"/pop?sealed={own[1]}")
    assert (other.status_code, "another agent" in other.text) == (403, True)
    assert site.client(X_Agent="bob").get("/pop?sealed=gAAAAnonsense").status_code == 400


def test_a_link_opened_before_the_sign_in_is_good_for_its_own_minutes(
    make_host: MakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_host(
        '[pop_links]\nsigned = "required"\nkey_file = "pop_link_key"\n',
        plugins=["signed_links", "book", "gate"],
        sources={"book": LOOKUP, "gate": GATE},
        sign_in=False,
    )
    sent = site.client().get(link(site, seconds=120))
    back = parse_qs(urlsplit(sent.location).query)["next"][0]
    ada, now = site.client(X_Agent="ada"), time.time()
    assert "Ada Lovelace" in ada.get(back).text
    # What ada's own page leads to is hers as long as her session lasts.
    own = re.search(r'name="sealed" value="([^"]+)"', ada.get(back).text)
    assert own is not None
    monkeypatch.setattr(time, "time", lambda: now + 120 + SKEW_SECONDS + 1)
    late = ada.get(back)
    assert (late.status_code, "too old" in late.text) == (400, True)
    assert "Ada Lovelace" in ada.get(f"/pop?sealed={own[1]}").text


def test_no_other_page_seals_a_call_for_somebody_who_has_not_signed_in(
    make_host: MakeHost,
) -> None:
    """Who has no account could else have any number sealed, and send an agent the address."""
    site = make_host(
        "[privacy]\nhide_parameters = true\n"
        '[pop_links]\nsigned = "required"\nkey_file = "pop_link_key"\n',
        plugins=["signed_links", "book", "gate"],
        sources={"book": LOOKUP, "gate": GATE},
        sign_in=False,
    )
    sent = site.client().get("/lookup?phone=0987654321")
    back = parse_qs(urlsplit(sent.location).query)["next"][0]
    assert back.startswith("/lookup?sealed=")
    ada = site.client(X_Agent="ada")
    forged = ada.get(back.replace("/lookup", "/pop"))
    assert forged.status_code == 403
    assert "Ada Lovelace" not in forged.text
    assert "Ada Lovelace" in ada.get(back).text


def test_the_command_prints_a_link_that_opens_the_panel(make_site: MakeSite) -> None:
    site = make_site()
    arguments = ["--config", str(site.config_file), "link", "phone=+33 987654321"]
    result = CliRunner().invoke(cli, [*arguments, "--base", "https://cti.example/"])
    assert result.exit_code == 0
    url = result.output.strip()
    assert url.startswith("https://cti.example/pop?phone=%2B33%20987654321&expires=")
    assert site.client().get(url.removeprefix("https://cti.example")).status_code == 303
    wrong = CliRunner().invoke(cli, [*arguments[:-1], "fone=1"])
    assert (wrong.exit_code, "phone=…" in wrong.output) == (2, True)


def test_a_key_that_is_too_short_is_refused(tmp_path: Path, make_host: MakeHost) -> None:
    short = tmp_path / "short"
    short.write_text("secret")
    short.chmod(0o600)
    with pytest.raises(Exception, match="fewer than 16 characters"):
        make_host(f'[pop_links]\nkey_file = "{short}"\n', plugins=["signed_links"])


@given(
    st.dictionaries(st.sampled_from(["phone", "name", "call"]), st.text(max_size=30), min_size=1),
    st.integers(0, 300),
)
@settings(deadline=None)
def test_any_values_can_be_signed_and_a_change_of_any_character_is_seen(
    values: dict[str, str], seconds: int
) -> None:
    try:
        query = sign(values, KEY, NOW + seconds)
    except UnicodeEncodeError:
        return  # a lone surrogate is not a text
    checked = check(query, KEY, NOW, 300)
    assert checked.verdict is Verdict.GOOD
    assert parse_qs(checked.query, keep_blank_values=True) == {k: [v] for k, v in values.items()}
    place = len(query) // 2
    for other in "0a":
        if query[place] != other and query[place] not in "%":
            changed = query[:place] + other + query[place + 1 :]
            assert check(changed, KEY, NOW, 300).verdict is not Verdict.GOOD


def test_the_signature_is_what_the_readme_says() -> None:
    query = "phone=%2B33987654321&expires=1893456000&nonce=a1b2c3"
    assert signature_of(query, b"0123456789abcdef") == (
        "aaa6f81437a3e8bcb7938007f251ae7199d6b7e901486910d819a11cf412286b"
    )
