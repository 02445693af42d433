"""Windows of ids: every object once, whatever gaps there are between ids, in pages of a size."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from command_kit import PATIENCE_SECONDS
from cti_itop.mirror.control import Unbroken
from cti_itop.mirror.windows import MAX_ID, PAGE, Window, ahead, count, windows
from cti_itop.rest.client import Account, Connection, Found, Itop
from cti_itop.rest.errors import ItopSlow
from fake_itop import PASSWORD, USER, FakeItop, running
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_model import PlainModel


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeItop]:
    with running(FakeItop(PlainModel())) as fake:
        yield fake


@pytest.fixture(scope="module")
def client(fake: FakeItop) -> Iterator[Itop]:
    client = Itop(Connection(fake.url, Account(user=USER, password=PASSWORD)))
    yield client
    client.close()


def persons(fake: FakeItop, ids: set[int]) -> PlainModel:
    fake.model = model = PlainModel()
    model.objects["Person"] = {}
    for id_ in ids:
        model.add_person(id_)
    return model


def read(client: Itop, after: int = 0, page: int = PAGE) -> Iterator[Window]:
    """All persons, as a run reads them."""
    expected = count(client, "Person", after)
    return windows(client, "Person", ["name"], after, page=page, expected=expected)


IDS = st.sets(
    st.one_of(st.integers(1, 60), st.integers(1, 100_000), st.integers(1, MAX_ID)), max_size=80
)


@settings(max_examples=60, deadline=None)
@given(ids=IDS, after=st.sampled_from([0, 30, 5000]), page=st.sampled_from([1, 7, 1000]))
def test_every_object_comes_once_in_windows_that_adjoin_each_other(
    fake: FakeItop, client: Itop, ids: set[int], after: int, page: int
) -> None:
    persons(fake, ids)
    found = list(read(client, after, page))
    assert sorted(o.id for w in found for o in w.objects) == sorted(i for i in ids if i > after)
    assert all(w.after < o.id <= w.upto for w in found for o in w.objects)
    assert [after, *(w.upto for w in found)] == [*(w.after for w in found), MAX_ID]
    assert all(len(w.objects) <= page for w in found)


def test_objects_with_ids_in_a_row_take_about_one_request_a_page(
    fake: FakeItop, client: Itop
) -> None:
    model = persons(fake, set(range(1, 1001)))
    queries: list[str] = []
    model.asked = queries.append
    list(read(client, page=100))
    assert len(queries) <= 12


def test_a_gap_of_many_millions_takes_few_requests(fake: FakeItop, client: Itop) -> None:
    model = persons(fake, {1, 2, 2_000_000_000})
    queries: list[str] = []
    model.asked = queries.append
    list(read(client, page=100))
    assert len(queries) <= 14


def test_a_page_that_is_too_large_for_itop_is_asked_for_in_smaller_ones(fake: FakeItop) -> None:
    persons(fake, set(range(1, 201)))
    account = Account(user=USER, password=PASSWORD)
    client = Itop(Connection(fake.url, account, max_reply_bytes=20_000))
    found = [o.id for w in read(client, page=200) for o in w.objects]
    client.close()
    assert sorted(found) == list(range(1, 201))


def test_objects_that_come_while_reading_do_not_hide_others(fake: FakeItop, client: Itop) -> None:
    model = persons(fake, set(range(10, 1000, 10)))
    found: list[int] = []
    for window in read(client, page=20):
        found += [o.id for o in window.objects]
        # Sorted by name, this one would come first and move all others.
        model.add_person(max(found, default=0) - 5, friendlyname="AAA")
    assert set(range(10, 1000, 10)) <= set(found)
    assert len(found) == len(set(found))


def test_the_next_item_is_fetched_while_the_caller_works_on_one() -> None:
    fetched = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        fetched.set()
        yield 2

    found = ahead(items())
    assert next(found) == 1
    assert fetched.wait(PATIENCE_SECONDS)
    assert list(found) == [2]


def test_an_error_while_fetching_ahead_reaches_the_caller_after_what_was_fetched() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ItopSlow("no answer in time")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ItopSlow):
        next(found)


def test_a_caller_that_gives_up_ends_the_fetching() -> None:
    ended = threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    found = ahead(items())
    next(found)
    found.close()  # type: ignore[attr-defined]  # a generator
    assert ended.wait(PATIENCE_SECONDS)


class SlowWithMany(Itop):
    """An iTop whose answer is late when it has more than twenty objects."""

    def get(self, key: str | int, **members: Any) -> Found:
        """Like `Itop.get`.

        :raises ItopSlow: there are more than twenty
        """
        found = super().get(key, **members)
        if len(found.objects) > 20:
            raise ItopSlow("no answer in time")
        return found


def test_an_itop_that_is_slow_with_large_pages_is_asked_for_small_ones_at_once(
    fake: FakeItop,
) -> None:
    everybody = range(1, 200)
    persons(fake, set(everybody))
    client = SlowWithMany(Connection(fake.url, Account(user=USER, password=PASSWORD)), Unbroken())
    found = [o.id for w in read(client, page=160) for o in w.objects]
    client.close()
    assert sorted(found) == list(everybody)
