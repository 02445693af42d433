"""Callers who were missed wait to be called back."""

from __future__ import annotations

import random

import pytest
from calls_kit import ADA, BOB, KEY, NUMBER, Desk
from cti_calls.api_for_plugins import Direction, Fact, FactKind, Party
from cti_calls.store import call_backs


def miss(desk: Desk, key: str, at: float, **values: object) -> None:
    desk.take(desk.started(key, at, **values))
    desk.take(desk.fact(FactKind.HUNG_UP, key, at + 5, by=Party.REMOTE))


def test_one_entry_for_each_number_and_queue_counts_its_calls(desk: Desk) -> None:
    miss(desk, "c1", 0, queue="support")
    miss(desk, "c2", 20, queue="support", remote="+33 9 87 65 43 21")
    miss(desk, "c3", 40, queue="desk")
    support, other = desk.call_backs()
    assert (support.remote_key, support.queue, support.count) == (KEY, "support", 2)
    assert (support.since, support.last_at) == tuple(
        int(desk.at(seconds).timestamp() * 1000) for seconds in (0, 20)
    )
    assert support.last_call == desk.all_calls()[1].id
    assert (other.queue, other.count) == ("desk", 1)


def test_facts_that_come_again_count_once(desk: Desk) -> None:
    miss(desk, "c1", 0)
    desk.take(desk.fact(FactKind.ENDED, "c1", 6), desk.fact(FactKind.HUNG_UP, "c1", 5))
    assert [one.count for one in desk.call_backs()] == [1]


def test_whoever_talks_to_them_either_way_closes_it(desk: Desk) -> None:
    miss(desk, "c1", 0, queue="support")
    miss(desk, "c2", 1, queue="desk")
    desk.take(desk.started("c3", 20, direction=Direction.OUT, device=ADA))
    desk.take(desk.fact(FactKind.ANSWERED, "c3", 22, leg="trunk"))
    assert [(one.done_by, one.done_at is None) for one in desk.call_backs()] == [("ada", False)] * 2
    miss(desk, "c4", 40, queue="support")
    assert [one.done_at is None for one in desk.call_backs()] == [False, False, True]


def test_an_answer_that_is_told_late_closes_its_own_call_back(desk: Desk) -> None:
    miss(desk, "c1", 0)
    desk.take(desk.fact(FactKind.ANSWERED, "c1", 3, leg="a", device=ADA))
    assert desk.call_backs()[0].done_by == "ada"


def test_a_miss_that_is_told_after_a_later_talk_opens_nothing(desk: Desk) -> None:
    desk.take(desk.started("c2", 50), desk.fact(FactKind.ANSWERED, "c2", 52, device=ADA))
    miss(desk, "c1", 0)
    assert desk.call_backs() == []


def test_a_talk_before_the_miss_closes_nothing(desk: Desk) -> None:
    miss(desk, "c2", 50)
    desk.take(desk.started("c1", 0), desk.fact(FactKind.ANSWERED, "c1", 2, device=ADA))
    assert desk.call_backs()[0].done_at is None


def test_withheld_callers_are_listed_apart(desk: Desk) -> None:
    miss(desk, "c1", 0, remote="anonymous")
    miss(desk, "c2", 9, withheld=True)
    (entry,) = desk.call_backs()
    assert (entry.withheld, entry.remote, entry.remote_key, entry.count) == (True, "", "", 2)


def test_only_inbound_calls_are_missed(desk: Desk) -> None:
    desk.take(desk.started("c1", direction=Direction.OUT))
    desk.take(desk.fact(FactKind.HUNG_UP, "c1", 5, by=Party.AGENT))
    desk.take(desk.fact(FactKind.HUNG_UP, "c2", 5, by=Party.REMOTE, remote=NUMBER))  # unknown
    assert desk.call_backs() == []


def test_one_agent_takes_an_entry_over(desk: Desk) -> None:
    miss(desk, "c1", 0)
    (entry,) = desk.call_backs()
    with desk.open():
        assert call_backs.claim(entry.id, "ada")
        assert not call_backs.claim(entry.id, "bob")
        assert not call_backs.release(entry.id, "bob")
        assert call_backs.release(entry.id, "ada")
        assert call_backs.claim(entry.id, "bob")
        assert call_backs.done([entry.id, entry.id + 1], "ada") == 1
        assert call_backs.done([entry.id], "ada") == 0
        assert not call_backs.claim(entry.id, "ada")
    (entry,) = desk.call_backs()
    assert (entry.owner, entry.done_by) == ("bob", "ada")


def waiting(desk: Desk) -> list[tuple[str, str, int, int]]:
    """Who waits: number, queue, how many calls, and since which second."""
    begin = int(desk.begin.timestamp() * 1000)
    return sorted(
        (one.remote_key, one.queue, one.count, (one.since - begin) // 1000)
        for one in desk.call_backs()
        if one.done_at is None
    )


def test_a_hangup_that_is_told_first_leaves_no_entry_without_a_number(desk: Desk) -> None:
    desk.take(desk.fact(FactKind.RINGING, "c1", 1, leg="a", device=ADA))
    desk.take(desk.fact(FactKind.HUNG_UP, "c1", 5, by=Party.REMOTE))
    assert waiting(desk) == [("", "", 1, 1)]
    desk.take(desk.started("c1", 0))
    assert waiting(desk) == [(KEY, "", 1, 0)]
    desk.take(desk.fact(FactKind.QUEUED, "c1", 0, queue="support"))
    assert waiting(desk) == [(KEY, "support", 1, 0)]
    desk.take(desk.fact(FactKind.STARTED, "c1", -1, direction=Direction.OUT))
    assert desk.call_backs() == []


def test_somebody_else_at_the_same_number_waits_on(desk: Desk) -> None:
    """Two people of a company call: one is answered while the other waits, and gives up."""
    one = [desk.started("c1", 0), desk.fact(FactKind.ANSWERED, "c1", 8, leg="a", device=ADA)]
    other = [desk.started("c2", 2), desk.fact(FactKind.HUNG_UP, "c2", 20, by=Party.REMOTE)]
    for facts in ([*one, *other], [*other, *one]):
        desk.empty()
        for fact in facts:
            desk.take(fact)
        assert waiting(desk) == [(KEY, "", 1, 2)]


def test_an_answer_between_two_misses_leaves_the_second_however_late_it_is_told(desk: Desk) -> None:
    miss(desk, "c1", 0)
    miss(desk, "c3", 40)
    assert waiting(desk) == [(KEY, "", 2, 0)]
    desk.take(desk.started("c2", 20), desk.fact(FactKind.ANSWERED, "c2", 21, device=ADA))
    assert waiting(desk) == [(KEY, "", 1, 40)]


def test_two_calls_that_turn_out_to_be_one_count_once(desk: Desk) -> None:
    miss(desk, "c1", 0)
    miss(desk, "c2", 2)
    assert waiting(desk) == [(KEY, "", 2, 0)]
    desk.take(desk.fact(FactKind.JOINED, "c1", 7, other="c2"))
    assert waiting(desk) == [(KEY, "", 1, 0)]


def test_a_missed_call_that_turns_out_to_be_an_answered_one_is_closed(desk: Desk) -> None:
    desk.take(desk.started("c1", 0, remote=None))
    desk.take(desk.fact(FactKind.ANSWERED, "c1", 3, leg="a", device=ADA))
    miss(desk, "c2", 10, queue="support")
    assert waiting(desk) == [(KEY, "support", 1, 10)]
    desk.take(desk.fact(FactKind.JOINED, "c1", 16, other="c2"))
    assert [(one.done_by, one.done_at is None) for one in desk.call_backs()] == [("ada", False)]


def test_at_night_nobodys_phone_rings_and_the_caller_is_kept_all_the_same(desk: Desk) -> None:
    desk.take(desk.started("gives up", 0))
    desk.take(desk.fact(FactKind.HUNG_UP, "gives up", 4, by=Party.REMOTE))
    desk.take(desk.started("turned away", 10, remote="0536490042", queue="support"))
    desk.take(desk.fact(FactKind.ENDED, "turned away", 12))
    desk.take(desk.started("leaves a message", 20, remote="0199001200"))
    desk.take(desk.fact(FactKind.VOICEMAIL, "leaves a message", 25))
    desk.take(desk.fact(FactKind.HUNG_UP, "leaves a message", 30, by=Party.REMOTE))
    numbers = {KEY: "", "+33536490042": "support", "+33199001200": ""}
    assert {key: queue for key, queue, _count, _since in waiting(desk)} == numbers


def test_who_withholds_the_number_is_one_entry_for_each_queue_that_no_answer_closes(
    desk: Desk,
) -> None:
    miss(desk, "c1", 0, withheld=True, queue="support")
    miss(desk, "c2", 10, withheld=True, queue="sales")
    miss(desk, "c3", 20, withheld=True, queue="support")
    desk.take(desk.started("c4", 40, withheld=True))
    desk.take(desk.fact(FactKind.ANSWERED, "c4", 41, leg="a", device=ADA))
    assert waiting(desk) == [("", "sales", 1, 10), ("", "support", 2, 0)]


def test_who_was_answered_and_handed_on_was_not_missed(desk: Desk) -> None:
    desk.take(desk.started("c1", 0), desk.fact(FactKind.ANSWERED, "c1", 3, leg="a", device=ADA))
    desk.take(desk.fact(FactKind.TRANSFERRED, "c1", 6, leg="a", device=ADA))
    desk.take(desk.fact(FactKind.RINGING, "c1", 7, leg="b", device=BOB))
    desk.take(desk.fact(FactKind.HUNG_UP, "c1", 20, by=Party.REMOTE))
    assert desk.call_backs() == []


def some_calls(desk: Desk, chance: random.Random) -> list[Fact]:
    """The facts of calls with one number, either way, that are answered or not."""
    facts: list[Fact] = []
    for place in range(chance.randint(2, 3)):
        key, at = f"c{place}", chance.randint(0, 60)
        out, answered = chance.random() < 0.25, chance.random() < 0.45
        own = {"device": ADA}
        direction = Direction.OUT if out else Direction.IN
        facts.append(desk.started(key, at, direction=direction, **(own if out else {})))
        if not out:
            queue = chance.choice(("support", "sales"))
            facts.append(desk.fact(FactKind.QUEUED, key, at, queue=queue))
            facts.append(desk.fact(FactKind.RINGING, key, at + 1, leg=f"{key}/1", **own))
        if answered:
            by = {"leg": "trunk"} if out else {"leg": f"{key}/1", **own}
            facts.append(desk.fact(FactKind.ANSWERED, key, at + 2, **by))
        end = at + chance.randint(3, 30)
        facts.append(desk.fact(FactKind.HUNG_UP, key, end, by=Party.REMOTE))
    return facts


@pytest.mark.parametrize("seed", range(8))
def test_who_waits_does_not_depend_on_the_order_in_which_it_is_told(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- an order, not a secret
    facts = some_calls(desk, chance)
    found = []
    in_order = sorted(facts, key=lambda fact: fact.at or desk.begin)
    for order in (in_order, chance.sample(facts, len(facts)), chance.sample(facts * 2, 12)):
        desk.empty()
        for fact in [*order, *(one for one in facts if one not in order)]:
            desk.take(fact)
        found.append(waiting(desk))
    assert found == [found[0]] * 3
