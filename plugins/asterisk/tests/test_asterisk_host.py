"""A host beside an Asterisk: its settings, and a call that takes the whole way into the table."""

from __future__ import annotations

import asyncio
import os
import ssl
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import own_loop
import panoramisk
import pytest
from asterisk_recordings import chance, messages
from cti_asterisk.ami.client import Account, NotConnected, session
from fake_asterisk import PATIENCE_SECONDS, FakeAsterisk, in_a_thread
from own_certificate import make_certificate, server_context

from cti_host.app import create_app
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, write_config

TABLE = """
[plugin.asterisk.servers.main]
host = "127.0.0.1"
port = {port}
user = "cti"
"""


def test_a_call_that_happens_while_the_server_runs_is_stored(make_host: MakeHost) -> None:
    fake = FakeAsterisk()
    with in_a_thread(fake) as asterisk:
        toml = TABLE.format(port=asterisk.port) + 'secret = "secret"\ntrunks = ["PJSIP/trunk"]\n'
        running = make_host(toml, plugins=["phone_reformat", "calls", "asterisk"])
        with running.app.app_context():
            running.host.hooks.server_started()
        try:
            asyncio.run_coroutine_threadsafe(asterisk.logged_in(), asterisk.loop).result(
                PATIENCE_SECONDS
            )
            replay = asterisk.replay("queue_answered", chance=chance(1))
            asyncio.run_coroutine_threadsafe(replay, asterisk.loop).result(PATIENCE_SECONDS)
            call = _ended_call(running)
        finally:
            running.host.close()
    assert (call.remote, call.dialled, call.queue) == ("+33987654321", "+33199000220", "support")
    assert (call.outcome, call.answered_by) == ("answered", ("PJSIP/202",))
    assert [(leg.device, leg.outcome) for leg in call.legs if leg.device] == [
        ("PJSIP/201", "elsewhere"),
        ("PJSIP/202", None),
    ]


def _ended_call(running: Any) -> Any:
    """The first call, once it has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    calls = running.plugin("calls").calls
    while time.monotonic() < deadline:
        with running.app.app_context(), running.host.database.connection_context():
            call = calls.reader.call(1)
        if (
            call is not None
            and call.ended_at is not None
            and all(leg.ended_at for leg in call.legs)
        ):
            return call
        time.sleep(0.01)
    raise AssertionError("no call ended")


class TestSettings:
    """What `cti-host check` says of them: the place, and what to write."""

    def refused(self, tmp_path: Path, toml: str) -> str:
        config = write_config(
            tmp_path, TABLE.format(port=5038) + toml, plugins=["calls", "asterisk"], sign_in=False
        )
        with pytest.raises(ConfigRefused) as refusal:
            create_app(config)
        return str(refusal.value)

    @pytest.mark.parametrize(
        ("toml", "told"),
        [
            ("", 'write secret_file = "asterisk.secret"'),
            ('secret_file = "missing"', "can't be read, or is empty"),
            ('secret = "a"\nsecret_file = "b"', "keep one of them"),
            ('secret = "a"\nca_file = "x"', "write tls = true"),
            ('secret = "a"\ntls = true\nca_file = "cti.toml"', "certificates in PEM form"),
            ('secret = "a"\ntrunk = ["x"]', "trunks"),
            ('secret = "a"\ndial = { form = "national" }', "country_code is missing"),
            ('secret = "a"\ndial = { outside_prefix = "nine" }', "write digits"),
            ('secret = "a"\ndial = { country_code = "+33" }', "write its digits"),
            ('secret = "a"\ndial = { caller_id = { "+33" = "us" } }', "+33199000200"),
        ],
    )
    def test_mistakes_are_refused_with_a_remedy(self, tmp_path: Path, toml: str, told: str) -> None:
        assert told in self.refused(tmp_path, toml)

    def test_a_name_that_another_phone_system_has_is_refused(self, tmp_path: Path) -> None:
        webhook = 'secret = "x"\n[plugin.webhooks.sources.main]\nkind = "zammad"\n'
        config = write_config(
            tmp_path,
            TABLE.format(port=5038) + webhook,
            plugins=["calls", "asterisk", "webhooks"],
            sign_in=False,
        )
        with pytest.raises(ConfigRefused) as refusal:
            create_app(config)
        (problem,) = [one for one in refusal.value.problems if not one.warning]
        assert problem.key == "plugin.webhooks.sources.main"
        assert problem.line
        assert problem.message.endswith(
            "[plugin.asterisk.servers.main] is a phone system of the same name"
        )
        assert problem.remedy == "give one of them another name"

    def test_two_of_a_kind_with_one_name_are_refused(self, tmp_path: Path) -> None:
        twice = 'secret = "x"\n[plugin.asterisk.servers.main]\nhost = "b"\n'
        told = self.refused(tmp_path, twice)
        assert "cti.toml:11: not valid TOML" in told
        assert "'servers', 'main') twice" in told

    def test_a_name_that_is_none_is_refused(self, tmp_path: Path) -> None:
        toml = '[plugin.asterisk.servers."a b"]\nhost = "x"\nuser = "x"\nsecret = "x"'

        assert "write letters and digits" in self.refused(tmp_path, 'secret = "a"\n' + toml)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder)
    return folder


def test_tls_is_used_and_the_certificate_checked(certificate: Path) -> None:
    async def test() -> None:
        served = server_context(certificate / "cert.pem", certificate / "key.pem")
        trusting = ssl.create_default_context(cafile=certificate / "cert.pem")
        async with FakeAsterisk(tls=served).running() as fake:
            account = Account(
                "127.0.0.1",
                fake.port,
                "cti",
                "secret",
                tls=trusting,
                connect_seconds=PATIENCE_SECONDS,
                action_seconds=PATIENCE_SECONDS,
            )
            async with session(account) as connected:
                await connected.act("Ping")
            stranger = ssl.create_default_context()
            with pytest.raises(NotConnected, match="certificate is not trusted"):
                async with session(replace(account, tls=stranger)):
                    pass

    own_loop.run(test())


def test_another_client_gets_on_with_the_fake_as_well() -> None:
    async def test() -> None:
        fake, received = FakeAsterisk(), []
        complete = asyncio.Event()
        expected = [one.event for one in messages("inbound_answered") if one.is_event]

        def take(_manager: Any, message: Any) -> None:
            received.append(message.event)
            if len(received) == len(expected):
                complete.set()

        async with asyncio.timeout(PATIENCE_SECONDS), fake.running():
            # It would ask in a busy loop, ten seconds after it has begun, with an interval of 0.
            manager = panoramisk.Manager(
                host="127.0.0.1",
                port=fake.port,
                username="cti",
                secret="secret",
                ping_delay=3600,
                ping_interval=3600,
            )
            manager.register_event("*", take)
            await manager.connect()
            await fake.logged_in()
            await fake.replay("inbound_answered")
            await complete.wait()
            manager.close()
        assert received == expected

    own_loop.run(test())


@pytest.mark.live
class TestLive:
    """A real Asterisk, named by ASTERISK_AMI (host:port), ASTERISK_USER and ASTERISK_SECRET."""

    @pytest.fixture
    def account(self) -> Account:
        """The account."""
        host, _, port = os.environ["ASTERISK_AMI"].partition(":")
        secret = os.environ["ASTERISK_SECRET"]
        return Account(host, int(port or 5038), os.environ["ASTERISK_USER"], secret)

    @pytest.mark.parametrize("md5", [True, False])
    def test_it_lets_us_in_and_lists_its_calls(self, account: Account, md5: bool) -> None:
        async def test() -> None:
            async with session(replace(account, md5=md5)) as connected:
                assert (await connected.act("Ping")).get("Ping") == "Pong"
                await connected.rows("CoreShowChannels")
                await connected.rows("QueueStatus")

        own_loop.run(test())
