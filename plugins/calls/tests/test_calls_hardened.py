"""What nobody may read, break or overwrite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from calls_kit import ADA, KEY, NUMBER, PATIENCE_SECONDS, SOURCE, Desk
from cti_calls.api_for_plugins import Fact, FactKind, Party, PhoneEvent
from cti_calls.model.tables import CallAgent, ConnectionState, StoredCall, StoredLeg
from cti_calls.store.devices import add_own_device, agents_of, known_sources, remove_device
from cti_calls.store.lists import CallFilter, calls_page
from cti_calls.store.notes import Outdated, set_note, set_ticket
from cti_calls.store.silence import Silence

from cti_host import DataSubject

LAST = "654321"


@pytest.fixture
def whole_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose journal keeps numbers as they came."""
    desk = Desk(tmp_path, toml="show_payload_numbers = true\n")
    yield desk
    desk.close()


def kept(desk: Desk) -> str:
    """All that the journal holds, with its digits only."""
    texts = [f"{one.payload} {one.facts} {one.silence}" for one in desk.journal()]
    return "".join(character for character in "".join(texts) if character.isdigit())


@pytest.mark.parametrize(
    "key",
    ["call-33987654321", "0987654321", "+33987654321-20261130", "0987654321.7", "a98b76c54d321e"],
)
def test_a_key_with_the_callers_number_is_masked_in_every_event(desk: Desk, key: str) -> None:
    for fact in (
        desk.started(key),
        desk.fact(FactKind.RINGING, key, 1, leg=f"{key}/1", device=ADA),
        desk.fact(FactKind.HUNG_UP, key, 5),
    ):
        payload = json.dumps({"callId": key, "leg": fact.leg})
        desk.take_events([PhoneEvent(fact.kind, payload, (fact,))])
    assert len(desk.journal()) == 3
    assert LAST not in kept(desk)
    assert len(desk.all_calls()) == 1


def test_other_keys_stay(desk: Desk) -> None:
    key = "call-1234567890123"
    desk.take_events([PhoneEvent("x", f"callId={key}", (desk.started(key),))])
    assert desk.journal()[0].payload == f"callId={key}"
    assert key in desk.journal()[0].facts


@pytest.mark.parametrize(
    ("device", "shown"), [("0987654320", "0987****20"), ("PJSIP/299", "PJSIP/299")]
)
def test_a_phone_that_is_a_long_number_is_masked(desk: Desk, device: str, shown: str) -> None:
    desk.take(desk.started(), desk.fact(FactKind.RINGING, at=1, leg=device, device=device))
    assert desk.journal()[0].silence == f"{Silence.UNKNOWN_DEVICE}:{shown}"


@pytest.mark.parametrize("remote", [NUMBER, "anonymous"])
@pytest.mark.parametrize("late", [False, True])
def test_the_name_of_who_hides_is_kept_nowhere(desk: Desk, remote: str, late: bool) -> None:
    withheld = remote == NUMBER
    told = desk.started(withheld=withheld, remote=remote, remote_name="Élodie Roy")
    rings = desk.fact(FactKind.RINGING, at=1, device=ADA, remote_name="Élodie Roy" if late else "")
    payload = json.dumps({"name": "Élodie Roy", "CallerIDNum": remote})
    desk.take_events([PhoneEvent("x", payload, (told, rings))])
    call, (entry,) = desk.only_call(), desk.journal()
    assert call.withheld
    assert "Roy" not in entry.payload + entry.facts
    if withheld or not late:
        assert call.remote_name == ""
        assert [data.get("name", "") for _event, data in desk.sent("ada")] == [""]


def test_a_withheld_number_is_not_kept_where_others_are(whole_desk: Desk) -> None:
    told = whole_desk.started("call-33987654321", withheld=True, remote="+33987654321")
    payload = "0987654321 call-33987654321"
    whole_desk.take_events([PhoneEvent("x", payload, (told,))])
    assert LAST not in kept(whole_desk)
    whole_desk.take_events([PhoneEvent("y", payload, (whole_desk.started("c2", 90),))])
    assert whole_desk.journal()[1].payload == payload


def test_a_note_is_stored_only_over_the_one_that_was_seen(desk: Desk) -> None:
    desk.take(desk.started())
    id_ = desk.only_call().id
    with desk.open():
        assert set_note(id_, "one", "", "ada")
        assert set_note(id_, "one", "", "ada")
        with pytest.raises(Outdated) as outdated:
            set_note(id_, "two", "", "ada")
        assert outdated.value.stored == "one"
        assert not set_note(id_ + 1, "one", "", "ada")
    assert desk.only_call().note == "one"


def test_of_two_who_write_at_once_one_is_told_so(desk: Desk) -> None:
    desk.take(desk.started())
    id_ = desk.only_call().id
    together = Barrier(2, timeout=PATIENCE_SECONDS)

    def write(note: str, before: str) -> bool:
        with desk.open():
            together.wait()
            try:
                return set_note(id_, note, before, "ada")
            except Outdated:
                return False

    with ThreadPoolExecutor(2) as pool:
        for _round in range(20):
            before = desk.only_call().note
            notes = [f"{before}a", f"{before}b"]
            stored = list(pool.map(write, notes, [before] * 2))
            assert sorted(stored) == [False, True]
            assert desk.only_call().note == notes[stored.index(True)]


def test_a_ticket_takes_the_place_of_the_one_that_is_named_only(desk: Desk) -> None:
    desk.take(desk.started())
    id_ = desk.only_call().id
    with desk.open():
        assert set_ticket(id_, "a:b:1")
        assert not set_ticket(id_, "a:b:2")
        assert desk.only_call().ticket == "a:b:1"
        assert set_ticket(id_, "a:b:2", instead_of="a:b:1")
    assert desk.only_call().ticket == "a:b:2"


def test_a_list_of_very_many_queues_and_persons_is_read(desk: Desk) -> None:
    desk.take(desk.started(queue="q7"))
    with desk.open():
        StoredCall.update(caller="p3").execute()
        wanted = CallFilter(
            queues=[f"q{n}" for n in range(900)], callers=[f"p{n}" for n in range(300)]
        )
        assert len(calls_page(desk.calls.reader, wanted, 10).records) == 1
        none = CallFilter(queues=[f"q{n}" for n in range(900)], callers=[])
        assert calls_page(desk.calls.reader, none, 10).records == []


def test_a_phone_of_another_agent_is_not_taken(desk: Desk) -> None:
    with desk.open():
        assert not add_own_device(SOURCE, ADA, "bob")
        assert add_own_device(SOURCE, ADA, "ada")
        assert add_own_device(SOURCE, "PJSIP/7", "bob")
        assert agents_of(SOURCE, [ADA, "PJSIP/7"]) == {ADA: ("ada",), "PJSIP/7": ("bob",)}
        remove_device(SOURCE, "PJSIP/7")


def test_sources_are_those_of_events_devices_and_connections(desk: Desk) -> None:
    desk.take(desk.started(), source="hooks")
    desk.take(desk.started("c2"), source="simulator")
    with desk.open():
        for source in ("lasting", "lasting (standby)"):
            ConnectionState.insert(source=source).execute()
        assert known_sources() == ["hooks", "lasting", SOURCE]
        ConnectionState.delete().execute()


def test_an_erased_leg_keeps_its_agents(desk: Desk) -> None:
    desk.take(
        desk.started(),
        desk.fact(FactKind.RINGING, at=1, leg=f"{NUMBER}-leg", device=ADA),
        desk.fact(FactKind.HUNG_UP, at=9, by=Party.REMOTE),
    )
    desk.settle()
    ada = DataSubject("Person", 7, "Ada Lovelace", numbers=[KEY, NUMBER], source="book")
    with desk.open(), desk.host.database.atomic():
        desk.host.hooks.erase_personal_data(ada, dry_run=False)
    with desk.open():
        assert LAST not in CallAgent.get().leg_key + StoredLeg.get().key
    assert [leg.agents for leg in desk.only_call().legs] == [("ada",)]


def test_a_made_up_talk_does_not_count_as_calling_back(desk: Desk) -> None:
    made_up = [
        desk.started("s", 50),
        desk.fact(FactKind.ANSWERED, "s", 51, device="ada"),
        desk.fact(FactKind.ENDED, "s", 55),
    ]
    desk.take_events([desk.event(*made_up, simulated=True)], "simulator")
    desk.take(desk.started(), Fact(FactKind.HUNG_UP, "c1", desk.at(9), by=Party.REMOTE))
    assert [one.remote for one in desk.call_backs()] == [NUMBER]
