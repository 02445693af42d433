"""What is counted decides whether a fault held."""

from __future__ import annotations

from tests.faults.kit.outcome import Tally, times


def test_nothing_lost_is_held() -> None:
    tally = Tally()
    tally.count("pops", True)
    tally.count("pops", True)
    tally.check("it ends", True)
    assert tally.outcome("x").held
    assert tally.outcome("x").lost == "nothing of 2 pops"


def test_what_is_lost_is_counted_with_its_reasons_once_each_in_one_line() -> None:
    tally = Tally()
    for good in (True, False, False):
        tally.count("pops", good, "503\nbusy")
    outcome = tally.outcome("x")
    assert not outcome.held
    assert outcome.lost == "2 pops of 3 pops (pops: 503 busy)"


def test_a_check_that_fails_is_not_held_though_nothing_was_lost() -> None:
    tally = Tally()
    tally.count("pops", True)
    tally.check("it ends", False, "it hangs")
    outcome = tally.outcome("x")
    assert not outcome.held
    assert outcome.lost == "nothing of 1 pops; not so: it ends (it hangs)"


def test_where_nothing_was_counted_nothing_is_held() -> None:
    assert not Tally().outcome("x").held


def test_no_figure_of_times_is_above_the_slowest() -> None:
    assert times("pops", [0.1, 0.2, 0.4]) == "pops: median 200 ms, p95 380 ms, slowest 400 ms"
