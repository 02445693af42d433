"""Doubtful readings, several numbers in one field and old plans, in front of an iTop.

Whether lookups are answered by the mirror or by iTop itself, the same people are found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from cti_tickets.store import objects as storage
from fake_itop import PASSWORD, USER, FakeItop, running
from itop_model import TicketsModel

from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost, RunningHost

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")
QUERIES = {
    "compares": "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone",
    "more": "SELECT Person WHERE (phone LIKE :phone OR mobile_phone LIKE :phone) AND org_id = 1",
}
STORED = {
    "spreadsheet": "1519 2041234",
    "canadian": "+1 519 204 1234",
    "switchboard": "+49 30 23125-0",
    "direct": "+49 30 23125-217",
    "two": "030 4455660 / 030 4455661",
    "brazilian": "+55 41 8799-0123",
    "short": "118 218",
}


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeItop]:
    """A fake iTop with a person for each writing, called by it."""
    model = TicketsModel(tmp_path_factory.mktemp("perhaps"))
    model.load()
    with model.app.app_context(), model.app.extensions["cti_host"].database.connection_context():
        for name, phone in STORED.items():
            values = {"first_name": "Ada", "name": name, "org_id": "1", "phone": phone}
            storage.create("Person", values, author=model.author)
    with running(FakeItop(model)) as found:
        yield found
    model.close()


@pytest.fixture(params=["live-compares", "live-more", "mirror-compares"])
def site(request: pytest.FixtureRequest, make_host: MakeHost, fake: FakeItop) -> RunningHost:
    """A host in front of it; how it looks people up is the parameter."""
    directory, query = request.param.split("-")
    toml = SETTINGS.replace("URL", fake.url).replace('"USER"', f'"{USER}"')
    toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"').replace('"live"', f'"{directory}"')
    toml += f'\n[caller_information]\nquery = "{QUERIES[query]}"\n'
    toml = toml.replace('region = "FR"', 'region = "DE"')
    host = make_host(toml, plugins=["phone_reformat", "itop", "ecall"])
    if directory == "mirror":
        synced = CliRunner().invoke(cli, ["--config", str(host.config_file), "itop", "sync"])
        assert synced.exit_code == 0, synced.output
    return host


@pytest.mark.parametrize(
    ("phone", "sure", "perhaps"),
    [
        ("%2B4915192041234", [], ["spreadsheet"]),
        ("%2B15192041234", ["canadian"], []),
        ("%2B493023125217", ["direct"], ["switchboard"]),
        ("%2B493023125399", [], ["switchboard"]),
        ("03023125-0", ["switchboard"], []),
        ("0304455660", ["two"], []),
        ("%2B49304455661", ["two"], []),
        ("%2B5541987990123", ["brazilian"], []),
        ("118218", ["short"], []),
        ("030999999", [], []),
    ],
)
def test_sure_ones_come_first_and_the_others_perhaps(
    site: RunningHost, phone: str, sure: list[str], perhaps: list[str]
) -> None:
    callers = site.get_json(f"/pop?phone={phone}")["callers"]
    found = [(one["attributes"]["friendlyname"], bool(one["doubt"])) for one in callers]
    assert found == [(f"Ada {name}", name in perhaps) for name in (*sure, *perhaps)]
