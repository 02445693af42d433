"""The second factor: set up, asked for, lost, required."""

from __future__ import annotations

import re
import time
from base64 import b32encode
from collections.abc import Callable
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from cti_accounts import add_agent, find_agent, set_profiles
from cti_accounts.commands import agent_commands
from cti_accounts.models import AgentSession, RecoveryCode, SecondFactor
from cti_accounts.second_factor import sealed, totp
from second_factor_kit import PASSWORD, SETTINGS, Hidden, code_of, give_code, key_of, send, set_up
from werkzeug.test import TestResponse

from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]
HostWith = Callable[[str], RunningHost]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The time stands still; `clock()` lets half a minute pass."""
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])

    def tick() -> None:
        now[0] += totp.STEP_SECONDS

    return tick


def codes_on(page: str) -> list[str]:
    """The recovery codes on a page."""
    return re.findall(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", page)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    secret = b32encode(b"12345678901234567890").decode()
    assert totp.code_at(secret, seconds // 30) == code
    assert totp.step_of(secret, f"{code[:3]} {code[3:]}", seconds) == seconds // 30
    assert totp.step_of(secret, code, seconds + 30) == seconds // 30
    assert totp.step_of(secret, code, seconds + 90) is None
    for wrong in ("", "é", "12345", "٣٣٣٣٣٣", code + "0"):
        assert totp.step_of(secret, wrong, seconds) is None


def test_set_up_and_sign_in_with_it(
    on_both: RunningHost, sign_in: SignIn, hidden: Hidden, clock: Callable[[], None]
) -> None:
    client = on_both.client()
    sign_in(client)
    secret, done = set_up(client, hidden)
    assert done.status_code == 200, done.text
    assert len(codes_on(done.text)) == 10
    assert client.get("/").status_code == 200  # this session goes on

    other = on_both.client()
    clock()
    first = sign_in(other, "/pop?phone=%2B33987654321")
    assert first.location == "/sign-in/code?next=/pop?phone%3D%252B33987654321"
    assert other.get("/").status_code == 302  # the password alone opens no page
    page = other.get(first.location).text
    assert 'autocomplete="one-time-code"' in page
    wrong = give_code(other, hidden, "000000")
    assert wrong.status_code == 400
    assert "This code is wrong" in wrong.text
    assert give_code(other, hidden, "").status_code == 400
    signed_in = send(other, hidden, first.location, "/sign-in/code", code=code_of(secret))
    assert signed_in.location == "/pop?phone=%2B33987654321"
    assert other.get("/").status_code == 200


def test_no_code_counts_twice(
    running: RunningHost, sign_in: SignIn, hidden: Hidden, clock: Callable[[], None]
) -> None:
    client = running.client()
    sign_in(client)
    secret, _done = set_up(client, hidden)
    # Not even the one that set it up.
    other = running.client()
    sign_in(other)
    assert give_code(other, hidden, code_of(secret)).status_code == 400
    clock()
    code = code_of(secret)
    assert give_code(other, hidden, code).status_code == 302
    thief = running.client()
    sign_in(thief)
    assert give_code(thief, hidden, code).status_code == 400
    assert thief.get("/").status_code == 302


def test_each_recovery_code_works_once(
    on_both: RunningHost, sign_in: SignIn, hidden: Hidden, inside: Inside
) -> None:
    client = on_both.client()
    sign_in(client)
    _secret, done = set_up(client, hidden)
    code = codes_on(done.text)[0]
    with inside(on_both):
        assert code not in str([*RecoveryCode.select().dicts()])
    first, second = on_both.client(), on_both.client()
    sign_in(first)
    assert give_code(first, hidden, code.upper().replace("-", " ")).location == "/lookup"
    assert "You used a recovery code. 9 are left." in first.get("/").text
    sign_in(second)
    assert give_code(second, hidden, code).status_code == 400


def test_new_recovery_codes_replace_those_before(
    running: RunningHost, sign_in: SignIn, hidden: Hidden
) -> None:
    client = running.client()
    sign_in(client)
    _secret, done = set_up(client, hidden)
    wrong = send(client, hidden, SETTINGS, f"{SETTINGS}/codes", current="wrong-wrong")
    assert wrong.status_code == 400
    assert "This is not your current password." in wrong.text
    new = send(client, hidden, SETTINGS, f"{SETTINGS}/codes", current=PASSWORD)
    fresh = codes_on(new.text)
    assert len({*fresh, *codes_on(done.text)}) == 20
    assert not codes_on(client.get(SETTINGS).text)  # shown once
    other = running.client()
    sign_in(other)
    assert give_code(other, hidden, codes_on(done.text)[0]).status_code == 400
    assert give_code(other, hidden, fresh[0]).status_code == 302


def test_what_is_wrong_while_setting_up_is_said_and_the_key_stays(
    running: RunningHost, sign_in: SignIn, hidden: Hidden, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    for typed, message in [
        ({"code": "12"}, "This is not the code of this key."),
        ({"code": ""}, "Enter the code that the authenticator shows."),
        ({"current": "wrong-wrong"}, "This is not your current password."),
        ({"current": ""}, "Enter your current password."),
    ]:
        secret, answer = set_up(client, hidden, **typed)
        assert answer.status_code == 400
        assert message in answer.text
        assert key_of(answer.text) == secret
    # A key that was made up, or that is another agent's, is not taken.
    secret, answer = set_up(client, hidden, sealed="bm9uc2Vuc2U=")
    assert answer.status_code == 400
    assert key_of(answer.text) != secret
    with inside(running):
        assert SecondFactor.select().count() == 0


def test_a_key_is_confirmed_by_the_agent_who_saw_it(
    running: RunningHost, sign_in: SignIn, hidden: Hidden, inside: Inside
) -> None:
    with inside(running):
        add_agent("bob", PASSWORD, ["Support Agent"])
    ada, bob = running.client(), running.client()
    sign_in(ada)
    sign_in(bob, name="bob")
    page = bob.get(SETTINGS).text.partition("<main")[2]
    form = {"sealed": hidden(page, "sealed"), "code": code_of(key_of(page))}
    assert set_up(ada, hidden, **form)[1].status_code == 400


def test_it_is_turned_off_with_the_password(
    running: RunningHost, sign_in: SignIn, hidden: Hidden
) -> None:
    client = running.client()
    sign_in(client)
    set_up(client, hidden)
    assert send(client, hidden, SETTINGS, f"{SETTINGS}/remove", current="no").status_code == 400
    assert send(client, hidden, SETTINGS, f"{SETTINGS}/remove", current=PASSWORD).location == (
        SETTINGS
    )
    assert sign_in(running.client()).location == "/"


def test_the_secret_is_kept_encrypted_with_a_key_that_is_not_in_the_database(
    running: RunningHost, sign_in: SignIn, hidden: Hidden, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    secret, done = set_up(client, hidden)
    with inside(running):
        ada = find_agent("ada")
        assert ada
        row: Any = SecondFactor.select().dicts().get()
        assert secret not in str(row)
        assert sealed.open_sealed(row["secret"], f"second factor of agent {ada.id}") == secret
        with pytest.raises(sealed.Unreadable):
            sealed.open_sealed(row["secret"], "second factor of agent 999")
    # With another secret key, codes can't be checked; recovery codes still let the agent in.
    running.app.secret_key = "another key of the same length"
    other = running.client()
    sign_in(other)
    assert give_code(other, hidden, code_of(secret)).status_code == 400
    assert give_code(other, hidden, codes_on(done.text)[0]).status_code == 302


def test_the_qr_code_is_drawn_here_and_read_out(running: RunningHost, sign_in: SignIn) -> None:
    client = running.client()
    sign_in(client)
    page = client.get(SETTINGS).text
    picture = page[page.index("<svg role") : page.index("</svg>", page.index("<svg role")) + 6]
    tree = ElementTree.fromstring(picture)  # noqa: S314 -- our own page
    assert tree.attrib["role"] == "img"
    assert "QR code" in (tree.findtext("title") or "")
    assert "style" not in picture
    uri = totp.uri("ABCD", "a@b: c", "CTI Host")
    assert uri == "otpauth://totp/CTI%20Host%3Aa%40b%3A%20c?secret=ABCD&issuer=CTI%20Host"


@pytest.mark.parametrize("setting", ['"required"', '["Support Agent", "Problem Manager"]'])
def test_where_it_is_required_it_is_set_up_before_the_first_page(
    host_with: HostWith, sign_in: SignIn, hidden: Hidden, setting: str
) -> None:
    running = host_with(f"[plugin.accounts]\nsecond_factor = {setting}")
    client = running.client()
    first = sign_in(client, "/pop?phone=1&x=2")
    assert first.location.startswith("/sign-in/set-up?next=")
    assert client.get("/").status_code == 302
    assert client.get("/account/tokens").status_code == 302
    page = client.get(first.location).text.partition("<main")[2]
    secret = key_of(page)
    fields = {
        "csrf_token": hidden(page, "csrf_token"),
        "next": hidden(page, "next"),
        "sealed": hidden(page, "sealed"),
    }
    wrong = client.post("/sign-in/set-up", data={**fields, "code": "1"})
    assert wrong.status_code == 400
    assert key_of(wrong.text) == secret
    done = client.post("/sign-in/set-up", data={**fields, "code": code_of(secret)})
    assert done.status_code == 200
    assert len(codes_on(done.text)) == 10
    assert 'href="/pop?phone=1&amp;x=2"' in done.text
    assert client.get("/").status_code == 200
    refused = send(client, hidden, SETTINGS, f"{SETTINGS}/remove", current=PASSWORD)
    assert refused.status_code == 403
    assert "Your profiles need a second factor." in unescape(refused.text)
    assert "Turn the second factor off" not in client.get(SETTINGS).text
    # The next one who knows the password gives a code; setting another one up is no way around.
    thief = running.client()
    assert sign_in(thief).location.startswith("/sign-in/code")
    assert thief.get("/sign-in/set-up").location == "/sign-in?next=/"


def test_other_profiles_need_none(host_with: HostWith, sign_in: SignIn, inside: Inside) -> None:
    running = host_with('[plugin.accounts]\nsecond_factor = ["Administrator"]')
    client = running.client()
    assert sign_in(client).location == "/"
    assert client.get("/").status_code == 200
    # Whoever gets the profile gives a second factor from then on, in this session too.
    with inside(running):
        set_profiles("ada", ["Administrator"])
    assert client.get("/").status_code == 302
    assert sign_in(client).location.startswith("/sign-in/set-up")


def test_the_second_step_needs_the_first(running: RunningHost, sign_in: SignIn) -> None:
    client = running.client()
    for url in ("/sign-in/code?next=/lookup", "/sign-in/set-up?next=/lookup"):
        assert client.get(url).location == "/sign-in?next=/lookup"
    sign_in(client)
    assert client.get("/sign-in/code").location == "/sign-in?next=/"


def test_an_agent_who_waits_for_the_second_step_can_wait_too_long(
    running: RunningHost, sign_in: SignIn, hidden: Hidden, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    set_up(client, hidden)
    other = running.client()
    sign_in(other)
    assert other.get("/sign-in/code").status_code == 200
    with inside(running):
        late = AgentSession.created - 901
        AgentSession.update(created=late).where(~AgentSession.complete).execute()
    assert other.get("/sign-in/code").location == "/sign-in?next=/"


def test_strangers_may_try_few_codes_and_keep_no_agent_out(
    host_with: HostWith, sign_in: SignIn, hidden: Hidden, clock: Callable[[], None]
) -> None:
    running = host_with("[plugin.accounts]\nfailed_sign_ins = 3")
    own = running.client()
    sign_in(own)
    secret, _done = set_up(own, hidden)
    thief = running.client()
    statuses = []
    for number in range(9):
        thief.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        sign_in(thief)
        statuses += [give_code(thief, hidden, "000000").status_code for _ in range(3)]
    assert statuses == [400] * 20 + [429] * 7
    own.delete_cookie("cti_host")
    sign_in(own)
    clock()
    assert give_code(own, hidden, code_of(secret)).status_code == 302


def test_an_administrator_resets_it_for_whoever_lost_everything(
    running: RunningHost, sign_in: SignIn, hidden: Hidden, inside: Inside
) -> None:
    client = running.client()
    sign_in(client)
    set_up(client, hidden)
    with inside(running):
        listed = CliRunner().invoke(agent_commands(), ["list"])
        assert "second factor" in listed.stdout
        done = CliRunner().invoke(agent_commands(), ["second-factor-reset", "ada"])
        assert "no second factor any more" in done.stdout
        assert RecoveryCode.select().count() == 0
    assert client.get("/").status_code == 302
    assert sign_in(client).location == "/"
    with inside(running):
        done = CliRunner().invoke(agent_commands(), ["second-factor-reset", "ada"])
        assert "had no second factor" in done.stdout


def test_a_misspelt_profile_in_the_settings_is_refused(make_host: MakeHost) -> None:
    toml = '[plugin.accounts]\nsecond_factor = ["Adminstrator"]'
    with pytest.raises(ConfigRefused, match="did you mean 'Administrator'"):
        make_host(toml, plugins=["accounts"], sign_in=False)


def test_the_pages_are_in_french_too(running: RunningHost, sign_in: SignIn, hidden: Hidden) -> None:
    client = running.client(Accept_Language="fr")
    sign_in(client)
    assert "Double authentification" in client.get(SETTINGS).text
    set_up(client, hidden)
    assert "codes de secours" in client.get(SETTINGS).text
    assert "Sessions" in client.get("/account/sessions").text
    assert "Jetons" in client.get("/account/tokens").text
