"""Calls that are placed from here, and what an online check finds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import own_loop
import pytest
from asterisk_recordings import bytes_of, calls_of, messages, told, translated
from cti_asterisk.ami.client import Account
from cti_asterisk.ami.messages import Parser
from cti_asterisk.dialling import dialled, shown
from cti_asterisk.settings import DialRules
from cti_calls.api_for_plugins import Device, Originated
from fake_asterisk import PATIENCE_SECONDS, FakeAsterisk, in_a_thread

from cti_host import Agent, Finding, Level
from cti_host.testing import MakeHost, RunningHost

ALICE = Device("main", "PJSIP/201")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time, unlike a phone system that somebody waits for."""
    for name in ("placing._BEGIN_SECONDS", "placing._SECONDS"):
        monkeypatch.setattr(f"cti_asterisk.{name}", PATIENCE_SECONDS)
    patient = partial(Account, connect_seconds=PATIENCE_SECONDS, action_seconds=PATIENCE_SECONDS)
    monkeypatch.setattr("cti_asterisk.server.Account", patient)


class Site:
    """A host and its phone system."""

    def __init__(self, running: RunningHost, fake: FakeAsterisk) -> None:
        self.running, self.fake = running, fake

    def place(self, number: str = "+33639980123", device: Device = ALICE) -> Originated | None:
        with self.running.app.test_request_context():
            return self.running.host.hooks.first(
                "originate",
                Originated,
                agent=Agent("alice"),
                device=device,
                number=number,
                ticket=None,
            )

    def can_place(self, device: Device) -> bool | None:
        with self.running.app.app_context():
            return self.running.host.hooks.first("can_originate", bool, device=device)

    def check(self) -> list[Finding]:
        def ask() -> list[Finding]:
            with self.running.app.test_request_context():
                return [finding for _plugin, finding in self.running.host.hooks.check_online()]

        return own_loop.in_a_thread(ask)

    @property
    def originated(self) -> dict[str, str]:
        (asked,) = [one for one in self.fake.actions if one["Action"] == "Originate"]
        return asked


@pytest.fixture
def site(request: pytest.FixtureRequest, make_host: MakeHost) -> Iterator[Site]:
    """A host with an Asterisk; a parameter changes what that is like."""
    changes: dict[str, Any] = getattr(request, "param", {})
    rules = changes.pop("rules", "")
    blocks = bytes_of("originate_channelid").split(b"\r\n\r\n")
    rings = next(block for block in blocks if b"Event: DialBegin" in block) + b"\r\n\r\n"
    with in_a_thread(FakeAsterisk(originated=rings, **changes)) as fake:
        toml = f"""
            [plugin.asterisk]
            timeout = 30
            [plugin.asterisk.servers.main]
            host = "127.0.0.1"
            port = {fake.port}
            user = "cti"
            secret = "secret"
            [plugin.asterisk.servers.main.dial]
            {rules}
        """
        yield Site(make_host(toml, plugins=["calls", "asterisk"]), fake)


def test_the_agents_own_phone_rings_first(site: Site) -> None:
    placed = site.place()

    assert placed is not None
    assert placed.problem == ""
    assert placed.token.startswith("cti-")
    asked = site.originated
    assert asked == {
        "Action": "Originate",
        "ActionID": placed.token,
        "Channel": "PJSIP/201",
        "Context": "from-internal",
        "Exten": "+33639980123",
        "Priority": "1",
        "CallerID": "<+33639980123>",
        "Timeout": "30000",
        "Async": "true",
        "ChannelId": placed.token,
        "Variable": f"CTI_CALL={placed.token}",
    }


RULES = """
context = "from-desk"
outside_prefix = "0"
form = "national"
country_code = "33"
caller_id = { "+33" = "+33199000200" }
"""


@pytest.mark.parametrize("site", [{"rules": RULES}], indirect=True)
def test_it_is_dialled_by_the_rules_of_the_phone_system(site: Site) -> None:
    site.place()

    asked = site.originated
    assert (asked["Context"], asked["Exten"]) == ("from-desk", "00639980123")
    assert asked["CallerID"] == "<+33199000200>"


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("+33639980123", "00639980123"),
        ("+4930123456", "0004930123456"),
        ("0639980123", "00639980123"),
        ("202", "202"),
        ("*98", "*98"),
        ("+33\r\nAction: Command", ""),
        ("", ""),
    ],
)
def test_national_numbers_go_out_with_a_prefix(number: str, digits: str) -> None:
    rules = DialRules(outside_prefix="0", form="national", country_code="33")

    assert dialled(rules, number) == digits


def test_the_longest_beginning_tells_which_number_is_shown() -> None:
    rules = DialRules(caller_id={"": "1", "+33": "2", "+336": "3"})

    assert [shown(rules, one) for one in ("+4930", "+3319", "+3363")] == ["1", "2", "3"]
    assert shown(DialRules(), "+33") == ""


class TestRefusals:
    """The agent reads why, and nothing is dialled."""

    def refused(self, site: Site, **what: Any) -> str:
        placed = site.place(**what)
        assert placed is not None
        assert placed.token == ""
        return placed.problem

    def test_a_phone_that_is_not_there(self, site: Site) -> None:
        offline = Device("main", "PJSIP/203")

        assert self.refused(site, device=offline) == "PJSIP/203 can't be reached."

    def test_a_line_to_the_outside(self, site: Site) -> None:
        trunk = Device("main", "PJSIP/trunk")

        assert "No calls can be placed from" in self.refused(site, device=trunk)

    def test_what_is_no_number(self, site: Site) -> None:
        assert self.refused(site, number="+33;x") == "+33;x can't be dialled."

    @pytest.mark.parametrize("site", [{"write": ["reporting"]}], indirect=True)
    def test_a_user_who_may_not(self, site: Site) -> None:
        assert "doesn't let this host place calls" in self.refused(site)

    @pytest.mark.parametrize("site", [{"users": {"cti": "another"}}], indirect=True)
    def test_a_wrong_secret(self, site: Site) -> None:
        assert self.refused(site) == "The phone system doesn't let this host in."

    @pytest.mark.parametrize("site", [{"banner": "220 mail.example.org"}], indirect=True)
    def test_no_phone_system(self, site: Site) -> None:
        assert self.refused(site) == "The phone system can't be reached."

    def test_a_device_of_another_phone_system_is_left_to_others(self, site: Site) -> None:
        assert site.place(device=Device("other", "PJSIP/201")) is None


def test_it_says_which_phones_can_place_calls(site: Site) -> None:
    devices = [("main", "PJSIP/201"), ("main", "PJSIP/trunk"), ("main", "201"), ("x", "PJSIP/201")]

    assert [site.can_place(Device(*one)) for one in devices] == [True, False, False, None]


def test_a_call_that_fails_before_any_phone_rings_is_one_that_failed() -> None:
    text = bytes_of("originate_phone_offline").replace(b"ActionID: host-2", b"ActionID: cti-4711")
    (response,) = [one for one in Parser().feed(text) if one.event == "OriginateResponse"]

    (call,) = calls_of(translated([response]))

    assert told(call).splitlines()[0] == "out unknown: failed, ended at 0"
    assert set(call.keys) == {"cti-4711"}
    assert not translated(messages("originate_phone_offline"))  # somebody else's


class TestOnlineCheck:
    """`cti-host check --online`."""

    def levels(self, site: Site) -> list[tuple[Level, str]]:
        return [(finding.level, finding.detail) for finding in site.check()]

    def test_all_is_well(self, site: Site) -> None:
        first, *others = self.levels(site)

        assert first[0] is Level.GOOD
        assert "interface 11.0.0" in first[1]
        assert others == [
            (Level.GOOD, "Asterisk 22.10.1"),
            (Level.GOOD, "calls that are going on can be read"),
            (Level.GOOD, "calls can be placed"),
        ]

    @pytest.mark.parametrize("site", [{"write": []}], indirect=True)
    def test_each_right_that_is_missing_is_named_with_its_remedy(self, site: Site) -> None:
        _login, *missing = site.check()

        assert [finding.level for finding in missing] == [Level.BAD, Level.WARNING]
        assert all("write = originate,reporting" in finding.remedy for finding in missing)

    @pytest.mark.parametrize("site", [{"users": {}}], indirect=True)
    def test_a_refused_login_tells_what_to_check_and_no_secret(self, site: Site) -> None:
        (finding,) = site.check()

        assert finding.level is Level.BAD
        assert finding.detail == "it refuses the login"
        assert '"secret"' not in str(finding)

    @pytest.mark.parametrize("site", [{"banner": "220 mail.example.org"}], indirect=True)
    def test_another_server_is_told_as_one(self, site: Site) -> None:
        (finding,) = site.check()

        assert "not the Asterisk Manager Interface" in finding.detail
