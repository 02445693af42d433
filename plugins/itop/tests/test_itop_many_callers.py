"""More people behind one number than a panel shows: counted, filtered and found, in both ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_itop.queries import asker
from cti_tickets.store import objects as storage
from fake_itop import PASSWORD, USER, FakeItop, running
from itop_model import TicketsModel

from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost, RunningHost

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")
CALL = "/pop?phone=0511223344"
# A query that is answered by one request, and one that needs the writings of the number first.
QUERIES = {
    "compares": "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone",
    "more": "SELECT Person WHERE (phone LIKE :phone OR mobile_phone LIKE :phone) AND org_id = 1",
}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TicketsModel, list[int]]]:
    """The demonstration, and 130 people who share a number, Ada 001 to Ada 130, with their ids."""
    ids = []
    model = TicketsModel(tmp_path_factory.mktemp("crowd"))
    model.load()
    with model.app.app_context(), model.app.extensions["cti_host"].database.connection_context():
        for number in range(1, 131):
            values = {"first_name": f"Ada {number:03}", "name": "Byron", "org_id": "1"}
            values |= {"phone": "05 11 22 33 44", "email": f"a{number}@example.org"}
            ids.append(storage.create("Person", values, author=model.author).id)
    yield model, ids
    model.close()


@pytest.fixture
def ids(crowd: tuple[TicketsModel, list[int]]) -> list[int]:
    """The ids of the crowd, by name."""
    return crowd[1]


@pytest.fixture
def fake(crowd: tuple[TicketsModel, list[int]]) -> Iterator[FakeItop]:
    """A fake iTop with the crowd."""
    with running(FakeItop(crowd[0])) as found:
        yield found


@pytest.fixture(params=["live-compares", "live-more", "mirror-compares"])
def site(request: pytest.FixtureRequest, make_host: MakeHost, fake: FakeItop) -> RunningHost:
    """A host in front of it; how it looks people up is the parameter."""
    directory, query = request.param.split("-")
    toml = SETTINGS.replace("URL", fake.url).replace('"USER"', f'"{USER}"')
    toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"').replace('"live"', f'"{directory}"')
    toml += f'\n[caller_information]\nquery = "{QUERIES[query]}"\n'
    host = make_host(toml, plugins=["phone_reformat", "itop", "ecall"])
    if directory == "mirror":
        synced = CliRunner().invoke(cli, ["--config", str(host.config_file), "itop", "sync"])
        assert synced.exit_code == 0, synced.output
    return host


def names(panel: Any) -> list[str]:
    return [caller["attributes"]["friendlyname"] for caller in panel["callers"]]


def test_a_hundred_are_shown_and_all_are_counted(site: RunningHost) -> None:
    panel = site.get_json(CALL)
    assert (panel["callers_total"], panel["callers_shown"]) == (130, 100)
    assert names(panel) == [f"Ada {number:03} Byron" for number in range(1, 101)]
    why = "Phone, stored in national form, region FR; at least 99 others share it"
    assert {caller["why"] for caller in panel["callers"]} == {why}


def test_any_is_found_by_name_and_by_link(site: RunningHost, ids: list[int]) -> None:
    filtered = site.get_json(f"{CALL}&filter=byron+12")
    assert names(filtered) == [f"Ada {n:03} Byron" for n in (12, 112, *range(120, 130))]
    assert (filtered["callers_total"], filtered["callers_shown"]) == (130, 12)
    for wanted in (f"itop:Person:{ids[119]}", str(ids[119])):
        chosen = site.get_json(f"{CALL}&selected_caller={wanted}")
        assert chosen["selected"] == f"itop:Person:{ids[119]}"
        assert names(chosen)[-1] == "Ada 120 Byron"
    missed = site.get_json(f"{CALL}&selected_caller=itop:Person:20")
    assert (missed["selected"], missed["callers_shown"]) == ("all", 100)


def test_all_candidates_are_read_where_itop_has_more_than_one_request_brings(
    site: RunningHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asker, "MOST_CANDIDATES", 40)
    assert site.get_json(CALL)["callers_total"] == 130


def test_nobody_waits_for_those_who_are_not_shown(
    site: RunningHost, fake: FakeItop, ids: list[int]
) -> None:
    before = len(fake.queries("Person"))
    site.get_json(CALL)
    first = len(fake.queries("Person")) - before
    site.get_json(f"{CALL}&selected_caller=itop:Person:{ids[0]}")
    assert len(fake.queries("Person")) - before == 2 * first
