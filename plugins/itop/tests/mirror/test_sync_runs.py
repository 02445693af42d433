"""A run: what changed, what is gone, what an interrupted one leaves behind."""

from __future__ import annotations

import pytest
from cti_itop.mirror import sync, windows
from cti_itop.mirror.lease import LeaseLost, LeaseTaken, SyncLease
from cti_itop.mirror.models import ItopPerson, ItopSync
from cti_itop.rest.errors import ItopDown, ItopProblem
from fake_itop import FakeItop, running
from mirror_kit import Nearby
from plain_model import PlainModel, key_of, people
from plain_model import phone_of as stored


def versions() -> int:
    """How many rows there are of persons, seen or not."""
    return int(ItopPerson.select().count())


def test_the_first_run_copies_everybody(nearby: Nearby) -> None:
    synced = nearby.synchronize()
    assert (synced.persons, synced.organizations, synced.written) == (25, 1, 26)
    state = nearby.mirror.state()
    assert state.filled
    assert (state.persons, state.organizations) == (25, 1)
    assert (state.running, state.interrupted, state.problem) == (False, False, "")
    assert all(nearby.ids(key_of(id_)) == [id_] for id_ in range(3, 78, 3))


def test_a_run_that_finds_everything_as_it_was_writes_no_person(nearby: Nearby) -> None:
    nearby.synchronize()
    synced = nearby.synchronize()
    assert (synced.persons, synced.written, synced.gone) == (25, 0, 0)
    assert versions() == 25


def test_a_run_brings_who_is_new_or_changed_and_drops_who_is_gone(
    nearby: Nearby, model: PlainModel
) -> None:
    nearby.synchronize()
    model.add_person(4, "0987654321")
    model.add_person(6, stored(1006))
    model.add_person(9, stored(9), status="inactive")
    del model.objects["Person"][12], model.objects["Person"][75]
    synced = nearby.synchronize()
    assert (synced.written, synced.gone, synced.persons) == (3, 2, 24)
    assert nearby.ids("+33987654321") == [4]
    assert (nearby.ids(key_of(6)), nearby.ids(key_of(1006))) == ([], [6])
    assert [person.text("status") for person in nearby.people(key_of(9))] == ["inactive"]
    assert nearby.ids(key_of(12)) == nearby.ids(key_of(75)) == []
    assert versions() == 24, "what nobody sees any more is cleared away"


def test_nothing_of_a_run_is_seen_before_it_is_complete(nearby: Nearby, model: PlainModel) -> None:
    nearby.synchronize()
    model.add_person(3, "0987654321")
    del model.objects["Person"][6]
    model.add_person(10**6, "0123456789")
    seen = []

    def look(name: str, done: int, total: int) -> None:
        seen.append(
            [nearby.ids(key) for key in ("+33987654321", key_of(3), key_of(6), "+33123456789")]
        )

    nearby.mirroring.synchronize(look)
    assert len(seen) > 2
    assert all(ids == [[], [3], [6], []] for ids in seen)
    look("", 0, 0)
    assert seen[-1] == [[3], [], [], [10**6]]


def test_numbers_are_understood_anew_on_demand_only(nearby: Nearby) -> None:
    nearby.synchronize()
    ItopPerson.update(phone_key="+1").where(ItopPerson.id == 3).execute()
    nearby.synchronize()
    assert nearby.ids(key_of(3)) == []
    nearby.synchronize(renumber=True)
    assert nearby.ids(key_of(3)) == [3]


def test_a_failing_itop_leaves_the_mirror_as_it_was_and_the_next_attempt_goes_on(
    nearby: Nearby, model: PlainModel
) -> None:
    nearby.synchronize()
    model.add_person(3, "0987654321")
    everybody = sorted(model.objects["Person"])

    windows: list[str] = []

    def fail_after_three(query: str) -> None:
        if "Person" in query and "<=" in query:
            windows.append(query)
            nearby.fake.fails = "fail_crash" if len(windows) == 3 else ""

    model.asked = fail_after_three
    for id_ in range(100, 3100):
        model.add_person(id_)
    with pytest.raises(ItopProblem):
        nearby.synchronize()
    state = nearby.mirror.state()
    assert state.interrupted
    assert not state.running
    assert state.problem
    assert (state.run_class, state.run_done > 1000) == ("Person", True)
    assert nearby.ids(key_of(3)) == [3], "the run before is what is seen"

    queries: list[str] = []
    model.asked, nearby.fake.fails = queries.append, ""
    synced = nearby.synchronize()
    assert synced.resumed == state.run_done
    assert len([q for q in queries if "Person" in q]) < 4, "it went on where it was"
    assert nearby.ids("+33987654321") == [3]
    assert synced.persons == len(everybody) + 3000
    assert nearby.mirror.state().problem == ""


@pytest.mark.parametrize("fails", ["slow", "stalling"])
@pytest.mark.parametrize("at", ["SELECT Person WHERE id > 0", "SELECT Organization WHERE id > 0"])
def test_an_itop_that_falls_silent_in_the_middle_is_given_up(
    nearby: Nearby, model: PlainModel, monkeypatch: pytest.MonkeyPatch, fails: str, at: str
) -> None:
    assert windows.SILENT_SECONDS + windows.HURRIED_SECONDS < 10
    monkeypatch.setattr(windows, "SILENT_SECONDS", 2.0)
    monkeypatch.setattr(windows, "HURRIED_SECONDS", 0.5)
    nearby.synchronize()
    model.add_person(3, "0987654321")
    before = nearby.mirror.state()
    asked: list[int] = []

    def hang_from_then_on(query: str) -> None:
        if query == at:  # how many there are is answered; no page is
            nearby.fake.fails = fails
            asked.append(len(nearby.fake.forms))

    model.asked = hang_from_then_on
    with pytest.raises(ItopDown, match="it hangs: no answer in time"):
        nearby.synchronize()
    assert len(nearby.fake.forms) - asked[0] == 2, "a page, and the smallest one in a hurry"
    state = nearby.mirror.state()
    assert "it hangs" in state.problem
    assert not state.running
    assert (state.visible, state.finished) == (before.visible, before.finished)
    assert nearby.ids(key_of(3)) == [3], "the run before is what is seen"


def test_an_itop_that_takes_long_to_count_is_read_all_the_same(
    nearby: Nearby, model: PlainModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for id_ in range(100, 400):
        model.add_person(id_)
    monkeypatch.setattr(
        sync,
        "count",
        lambda *_arguments: None,  # as after silence
    )
    assert nearby.synchronize().persons == len(model.objects["Person"])


def test_a_run_that_was_interrupted_long_ago_is_begun_anew(nearby: Nearby) -> None:
    ItopSync.update(
        url=nearby.fake.url, run=7, run_started=1000, run_class="Person", run_after=30, run_done=10
    ).execute()
    synced = nearby.synchronize()
    assert (synced.resumed, synced.written) == (0, 26)


def test_an_attribute_that_itop_does_not_have_is_said_with_its_name(
    nearby: Nearby, model: PlainModel
) -> None:
    for person in model.objects["Person"].values():
        del person["mobile_phone"]
    with pytest.raises(ItopProblem, match="mobile_phone"):
        nearby.synchronize()


def test_of_two_processes_only_one_synchronizes(nearby: Nearby) -> None:
    lease = SyncLease()
    lease.take(nearby.mirroring.url)
    with pytest.raises(LeaseTaken, match=r"process \d+ on .* is synchronizing"):
        nearby.synchronize()
    lease.release()
    assert nearby.synchronize().persons == 25


def test_who_lost_the_lease_writes_nothing_more(nearby: Nearby, model: PlainModel) -> None:
    def lose(name: str, done: int, total: int) -> None:
        ItopSync.update(owner="elsewhere 1 token").execute()

    with pytest.raises(LeaseLost):
        nearby.mirroring.synchronize(lose)
    assert versions() == 0
    assert ItopSync.get_by_id(1).owner == "elsewhere 1 token"


def test_a_lease_of_a_process_that_has_ended_counts_for_nothing(nearby: Nearby) -> None:
    lease = SyncLease()
    lease.take(nearby.mirroring.url)
    computer, _pid, token = lease.owner.split(" ")
    # No process has a number as large as that.
    ItopSync.update(owner=f"{computer} {2**30} {token}").execute()
    assert nearby.synchronize().persons == 25


def test_a_lease_that_ran_out_counts_for_nothing(nearby: Nearby) -> None:
    ItopSync.update(owner="elsewhere 1 token", until=1000).execute()
    assert nearby.synchronize().persons == 25


def test_another_itop_with_the_same_persons_writes_none_of_them(nearby: Nearby) -> None:
    nearby.synchronize()
    with running(FakeItop(people(25))) as moved:
        other = nearby.again(moved)
        assert other.synchronize().written == 0
        assert other.ids(key_of(3)) == [3]


def test_everybody_gone_empties_the_mirror(nearby: Nearby, model: PlainModel) -> None:
    nearby.synchronize()
    model.objects["Person"].clear()
    synced = nearby.synchronize()
    assert (synced.persons, synced.gone) == (0, 25)
    assert nearby.mirror.state().filled
    assert nearby.ids(key_of(3)) == []
