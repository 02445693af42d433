"""What is kept of calls: who called, for how long, and what a person may have erased."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from calls_kit import ADA, KEY, NUMBER, Desk
from cti_calls.api_for_plugins import CallRecord, Direction, FactKind, Party, PhoneEvent
from cti_calls.model.tables import CallKey, StoredCall, StoredLeg
from cti_calls.store.notes import set_note

from cti_host import Agent, DataSubject

ANYBODY = Agent("ada", profiles=frozenset({"Support Agent"}))
LIMITED = Agent("bob", organizations=frozenset({3}))
PERSON = DataSubject(
    "Person", 7, "Ada Lovelace", names=["Ada Lovelace"], emails=["ada@example.org"],
    numbers=[KEY, NUMBER], words=["Lovelace"], source="book",
)  # fmt: skip
BOOK = '''
"""A phone book: one person has one number, two share another; it counts how often it is asked."""

from cti_host import Caller, Match, Number, hookimpl

PERSONS = {
    "+33987654321": ["Ada Lovelace"],
    "+33123456789": ["Ada Lovelace", "Charles Babbage"],
}


class Plugin:
    """A phone book."""

    def __init__(self, config=None):
        self.asked = 0

    @hookimpl
    def lookup_callers(self, call):
        self.asked += 1
        names = PERSONS.get(call.number.key, ()) if call.number else ()
        return [Match(Caller("Person", 7 + n, name)) for n, name in enumerate(names)]
'''


@pytest.fixture(scope="module")
def book_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a phone book, that keeps whole numbers in its journal."""
    toml = "show_payload_numbers = true\nkeep_calls_days = 30\n"
    desk = Desk(tmp_path_factory.mktemp("book"), toml=toml, sources={"book": BOOK})
    yield desk
    desk.close()


@pytest.fixture
def desk(book_desk: Desk) -> Desk:
    book_desk.begin_anew()
    return book_desk


def look_up(desk: Desk, agent: Agent) -> CallRecord:
    """The one call as an agent sees it."""
    with desk.open():
        record = desk.calls.reader.calls([StoredCall.select().first().id])[0]
        return desk.calls.lookup.look_up(record, agent)


def asked(desk: Desk) -> int:
    """How often the phone book was asked since the last time."""
    book: Any = desk.plugin("book")
    count, book.asked = book.asked, 0
    return int(count)


def test_who_calls_is_looked_up_once(desk: Desk) -> None:
    desk.take(desk.started())
    assert desk.only_call().caller == ""
    assert look_up(desk, ANYBODY).caller_display == "Ada Lovelace"
    assert (look_up(desk, ANYBODY).caller, asked(desk)) == ("book:Person:7", 1)
    assert desk.only_call().caller == "book:Person:7"


def test_of_several_nobody_is_kept_and_nobody_is_asked_again(desk: Desk) -> None:
    desk.take(desk.started(remote="0123456789"))
    assert (look_up(desk, ANYBODY).caller, look_up(desk, ANYBODY).caller) == ("", "")
    assert asked(desk) == 1


def test_nobody_is_looked_for_with_a_withheld_number(desk: Desk) -> None:
    desk.take(desk.started(withheld=True))
    assert (look_up(desk, ANYBODY).caller, asked(desk)) == ("", 0)


def test_an_agent_of_some_organizations_looks_for_themselves_and_leaves_nothing(
    desk: Desk,
) -> None:
    desk.take(desk.started())
    look_up(desk, LIMITED)
    assert desk.only_call().caller == ""
    assert look_up(desk, ANYBODY).caller
    assert asked(desk) == 2
    with desk.open():
        assert desk.calls.lookup.shown([desk.only_call()], LIMITED)[0].caller_display == ""
        assert desk.calls.lookup.shown([desk.only_call()], ANYBODY)[0].caller_display


def test_what_an_agent_wrote_down_stays(desk: Desk) -> None:
    desk.take(desk.started())
    with desk.open():
        StoredCall.update(caller="book:Person:9", caller_display="Somebody").execute()
    assert (look_up(desk, ANYBODY).caller, asked(desk)) == ("book:Person:9", 0)


def test_calls_and_events_expire_each_after_its_period(desk: Desk) -> None:
    def expire(*, dry_run: bool) -> dict[str, int]:
        with desk.open():
            removals = desk.host.hooks.expire_data(dry_run=dry_run).items
        return {one.what: int(one.count) for plugin, one in removals if plugin == "calls"}

    day = 86_400
    desk.take(desk.started("old", -31 * day), desk.fact(FactKind.RINGING, "old", device=ADA))
    desk.take(desk.started("young", -29 * day))
    desk.take_events([desk.event(received_at=desk.at(-15 * day))])
    expected = {"calls": 1, "call-backs that are done": 0, "events of phone systems": 1}
    assert expire(dry_run=True) == expected
    assert expire(dry_run=False) == expected
    assert expire(dry_run=False) == dict.fromkeys(expected, 0)
    assert desk.only_call().started_at == desk.at(-29 * day)
    assert len(desk.journal()) == 2
    with desk.open():
        assert (StoredLeg.select().count(), CallKey.select().count()) == (0, 1)


def _tell_of_ada(desk: Desk) -> None:
    """Calls of Ada and of others; her number is also the key of one of them."""
    payload = '{"event": "newCall", "from": "0987654321", "name": "Ada Lovelace"}'
    begun = desk.started(NUMBER, 0, remote_name="Ada Lovelace")
    desk.take_events([PhoneEvent("newCall", payload, (begun,))])
    desk.take(desk.fact(FactKind.HUNG_UP, NUMBER, 5, by=Party.REMOTE))
    desk.take(desk.started("out", 20, direction=Direction.OUT, dialled="00987654321"))
    desk.take(desk.started("other", 40, remote="0123456789"))
    with desk.open():
        first = StoredCall.select().order_by(StoredCall.id).first().id
        other = StoredCall.get(StoredCall.remote == "0123456789").id
        set_note(first, "Ada Lovelace called", "", "bob")
        set_note(first, "Ada wants a printer. Lovelace!", "Ada Lovelace called", "bob")
        asked = "asked for Ada Lovelace, 09 87 65 43 21"
        set_note(other, "asked for Ada Lovelace", "", "bob")
        set_note(other, asked, "asked for Ada Lovelace", "bob")
    desk.settle()


def test_what_is_kept_of_a_person_is_handed_over(desk: Desk) -> None:
    _tell_of_ada(desk)
    with desk.open():
        parts = [part for _plugin, part in desk.host.hooks.personal_data(PERSON).items]
    counts = {part.title: len(part.entries) for part in parts}
    assert counts == {
        "Calls": 2,
        "Notes of their calls": 2,
        "Calls that name them": 2,
        "Call-backs": 1,
        "Events of phone systems": 3,
    }
    assert parts[0].entries[0]["Number"] == NUMBER


def _rows(model: Any) -> list[dict[str, Any]]:
    return list(model.select().dicts())


def test_a_person_is_erased_and_their_calls_stay_without_them(desk: Desk) -> None:
    _tell_of_ada(desk)
    before = desk.all_calls()
    with desk.open():
        would = desk.host.hooks.erase_personal_data(PERSON, dry_run=True).items
    assert desk.all_calls() == before
    with desk.open(), desk.host.database.atomic():
        done = desk.host.hooks.erase_personal_data(PERSON, dry_run=False).items
    assert would == done
    with desk.open():
        left = [
            str(value)
            for model in desk.host.models
            for row in _rows(model)
            for value in row.values()
        ]
    text = "\n".join(left)
    assert "Lovelace" not in text
    assert "87654321" not in text.replace(" ", "")
    after = desk.all_calls()
    assert [call.started_at for call in after] == [call.started_at for call in before]
    assert (after[0].outcome, after[0].remote) == (before[0].outcome, "")
    assert after[2].remote == "0123456789"
    with desk.open():
        assert desk.host.hooks.personal_data(PERSON).items == []


def test_calls_with_a_number_that_others_have_too_are_not_theirs(desk: Desk) -> None:
    desk.take(desk.started())
    shared = dataclasses.replace(PERSON, shared=[KEY, NUMBER])
    with desk.open():
        parts = [part.title for _plugin, part in desk.host.hooks.personal_data(shared).items]
    assert "Calls" not in parts
