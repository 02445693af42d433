"""What other pages name: persons, tickets, and the phone call of a record, which is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel

from cti_host import Agent, OutboundAction, PhoneCall, TicketKey
from cti_host.command_line.cli import cli
from cti_host.hooks import Hooks
from cti_host.isolation.trace import current_trace
from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")
CAMILLE = Agent("camille", "Camille Moreau", "camille.moreau@nsd.example")
TICKET = TicketKey("itop", "UserRequest", 28)
CALL = PhoneCall("outbound", datetime(2026, 1, 31, 9, 0), note="answered")
Open = Callable[..., RunningHost]


@pytest.fixture
def site(make_host: MakeHost, itop_server: FakeItop) -> Open:
    """`site(more="", directory="live")`: a host in front of the fake iTop."""

    def open_(more: str = "", directory: str = "live", **options: str) -> RunningHost:
        toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
        toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"').replace('"live"', f'"{directory}"')
        running = make_host(toml + more, plugins=["phone_reformat", "itop", "ecall"], **options)
        if directory == "mirror":
            synced = CliRunner().invoke(cli, ["--config", str(running.config_file), "itop", "sync"])
            assert synced.exit_code == 0, synced.output
        return running

    return open_


@contextmanager
def asking(running: RunningHost) -> Iterator[Hooks]:
    """The hooks, as a page calls them; none of them fails."""
    with running.app.test_request_context(), running.host.database.connection_context():
        yield running.host.hooks
        assert current_trace().lines == []


@pytest.mark.parametrize("directory", ["live", "mirror"])
def test_persons_are_found_by_their_keys_and_names(
    site: Open, itop_server: FakeItop, directory: str
) -> None:
    running = site(directory=directory)
    asked = len(itop_server.requests)
    with asking(running) as hooks:
        keys = ["itop:Person:20", "itop:Person:999999", "tickets:Person:21", "itop:Nonsense:1"]
        (person,) = hooks.find_callers(keys)
        assert (person.key, person.headline) == ("itop:Person:20", "Marguerite Delaunay")
        assert person.attributes["phone"] == "+33 9 87 65 43 21"
        for name in ("delaunay marg", "Marguerite"):
            assert [one.id for one in hooks.find_callers([name])] == [20]
        assert hooks.find_callers(["50%", "_", "  "]) == []
    if directory == "mirror":
        itop_server.fails = "down"
        with asking(running) as hooks:
            assert [one.id for one in hooks.find_callers(["itop:Person:20"])] == [20]
    assert len(itop_server.requests) > asked


def test_tickets_are_found_by_their_keys_and_references(site: Open) -> None:
    with asking(site()) as hooks:
        others = ["itop:UserRequest:999999", "itop:Nonsense:1", "itop:Person:20", "itop:T%'):1"]
        (ticket,) = hooks.find_tickets(["itop:UserRequest:28", *others, "tickets:UserRequest:27"])
        assert (ticket.key, ticket.ref) == ("itop:UserRequest:28", "R-000028")
        assert ticket.status_label == "Assigned"
        assert [one.key for one in hooks.find_tickets([" r-000028 "])] == ["itop:UserRequest:28"]
        assert hooks.find_tickets(["R-%", "' OR 1=1 --"]) == []


def writes(itop_server: FakeItop) -> list[tuple[str, str]]:
    """What was written in iTop: the operations with their notes."""
    return [
        (one["operation"], one["fields"]["note"])
        for one in itop_server.requests
        if one["operation"] in ("core/create", "core/update")
    ]


def test_a_record_has_one_phone_call_in_itop_that_follows_it(
    site: Open, itop_server: FakeItop
) -> None:
    ended = PhoneCall("outbound", CALL.when, note="answered, talked for 2 minutes")
    with asking(site()) as hooks:
        hooks.call_recorded(TICKET, CALL, 7, CAMILLE)
        hooks.call_recorded(TICKET, CALL, 7, CAMILLE)
        hooks.call_recorded(TICKET, ended, 7, None)
    assert [operation for operation, _note in writes(itop_server)].count("core/create") == 1
    assert writes(itop_server)[-1] == ("core/update", ended.note)
    (made,) = [one for one in itop_server.requests if one["operation"] == "core/create"]
    assert made["fields"]["date"] == "2026-01-31"
    assert (made["fields"]["contact_id"], made["fields"]["agent_id"]) == (20, 10)


def test_a_record_that_was_joined_with_an_older_one_keeps_its_phone_call(
    site: Open, itop_server: FakeItop
) -> None:
    ended = PhoneCall("outbound", CALL.when, note="answered, talked for 2 minutes")
    with asking(site()) as hooks:
        hooks.call_recorded(TICKET, CALL, 7, CAMILLE)
        hooks.call_recorded(TICKET, ended, 3, None, former=[7])
        hooks.call_recorded(TICKET, ended, 3, CAMILLE)
    assert [operation for operation, _note in writes(itop_server)].count("core/create") == 1
    assert writes(itop_server)[-1] == ("core/update", ended.note)


@pytest.mark.parametrize("kept", ["itop", "host"])
def test_a_phone_call_goes_to_the_ticket_that_its_record_is_linked_to_instead(
    site: Open, itop_server: FakeItop, kept: str
) -> None:
    other = TicketKey("itop", "UserRequest", 31)
    with asking(site(f'phone_calls = "{kept}"\n')) as hooks:
        before, after = (hooks.read_ticket(one) for one in (TICKET, other))
        assert before is not None
        assert after is not None
        had = [len(hooks.phone_calls(one.ticket) or []) for one in (before, after)]
        hooks.call_recorded(TICKET, CALL, 7, CAMILLE)
        for _twice in range(2):
            assert hooks.call_recorded(other, CALL, 7, CAMILLE) == []
        # What comes late, of the ticket that it was about, adds nothing there.
        hooks.call_recorded(TICKET, CALL, 7, None)
        assert [len(hooks.phone_calls(one.ticket) or []) for one in (before, after)] == [
            had[0],
            had[1] + 1,
        ]


@pytest.mark.parametrize("kept", ["itop", "host"])
def test_a_phone_call_goes_when_its_record_is_linked_to_a_ticket_of_another_plugin(
    site: Open, itop_server: FakeItop, kept: str
) -> None:
    with asking(site(f'phone_calls = "{kept}"\n')) as hooks:
        details = hooks.read_ticket(TICKET)
        assert details is not None

        def notes() -> list[str]:
            return sorted(one.note for one in hooks.phone_calls(details.ticket) or [])

        before = notes()
        hooks.call_recorded(TICKET, PhoneCall("inbound", CALL.when, note="another"), 9, CAMILLE)
        hooks.call_recorded(TICKET, CALL, 7, CAMILLE)
        assert notes() == sorted([*before, "another", "answered"])
        # It is found under a number that the record had before, too; twice is as good as once.
        for _twice in range(2):
            assert hooks.call_unlinked(TICKET, 3, CAMILLE, former=[7]) == []
        assert notes() == sorted([*before, "another"])
        hooks.call_recorded(TICKET, CALL, 7, None)
        assert notes() == sorted([*before, "another"])


def test_a_phone_call_that_itop_does_not_delete_is_told_of_and_found_again(
    site: Open, itop_server: FakeItop, demo_model: TicketsModel
) -> None:
    running = site()
    with running.app.test_request_context(), running.host.database.connection_context():
        hooks = running.host.hooks
        hooks.call_recorded(TICKET, CALL, 7, CAMILLE)
        demo_model.forbidden = {"delete PhoneCall"}
        (line,) = hooks.call_unlinked(TICKET, 7, CAMILLE)
        assert line.startswith("itop may still have this call with the ticket")
        demo_model.forbidden = set()
        assert hooks.call_unlinked(TICKET, 7, CAMILLE) == []
    deletions = [one for one in itop_server.requests if one["operation"] == "core/delete"]
    assert len(deletions) == 2


def test_what_nobody_linked_is_not_added(site: Open, itop_server: FakeItop) -> None:
    with asking(site()) as hooks:
        hooks.call_recorded(TICKET, CALL, 7, None)
        hooks.call_recorded(TicketKey("itop", "UserRequest", 999999), CALL, 8, CAMILLE)
    assert writes(itop_server) == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("kept", ["itop", "host"])
def test_a_call_from_the_phone_menu_and_its_record_are_one(
    site: Open, request: pytest.FixtureRequest, kept: str, database: str
) -> None:
    options = {}
    if database == "postgresql":
        options["database"] = str(request.getfixturevalue("postgres_url"))
    running = site(f'phone_calls = "{kept}"\n', **options)
    with asking(running) as hooks:
        details = hooks.read_ticket(TICKET)
        assert details is not None
        before = len(hooks.phone_calls(details.ticket) or [])
        action = OutboundAction("x", "Call", "tel:+33987654321", number="+33 9 87 65 43 21")
        hooks.call_placed(details.ticket, details.caller, action, CAMILLE)
        hooks.call_recorded(TICKET, CALL, 7, CAMILLE)
        # Another record is another call, and so is that of another agent.
        hooks.call_recorded(TICKET, PhoneCall("outbound", CALL.when, note="busy"), 8, CAMILLE)
        notes = [one.note for one in hooks.phone_calls(details.ticket) or []]
        assert len(notes) == before + 2
        assert {"answered", "busy"} <= set(notes)
