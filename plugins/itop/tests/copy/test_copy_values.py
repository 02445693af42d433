"""Values on their way: whatever iTop gives becomes a value of its kind; checksums know no order."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cti_itop.export.order import in_order
from cti_itop.export.values import Checksum, common, differences, stored_object
from cti_itop.rest.client import ItopObject
from hypothesis import given
from hypothesis import strategies as st

from cti_host import LogLine, StoredAttribute, StoredClass, StoredObject, ValueKind

PARIS = ZoneInfo("Europe/Paris")
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
TYPES: dict[ValueKind, tuple[type, ...]] = {
    ValueKind.TEXT: (str,),
    ValueKind.MARKUP: (str,),
    ValueKind.NUMBER: (int, type(None)),
    ValueKind.FLAG: (bool,),
    ValueKind.DATE: (date, type(None)),
    ValueKind.MOMENT: (datetime, type(None)),
    ValueKind.KEY: (int, type(None)),
    ValueKind.LOG: (tuple,),
}


def value(kind: ValueKind, raw: Any, zone: ZoneInfo = PARIS) -> Any:
    """What becomes of a value of iTop."""
    attributes = [StoredAttribute("code", kind)]
    return stored_object("C", attributes, ItopObject("C", 1, {"code": raw}), zone).values["code"]


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (ValueKind.TEXT, "Two\r\nlines", "Two\nlines"),
        (ValueKind.TEXT, "pasted\x0btext", "pastedtext"),
        (ValueKind.TEXT, None, ""),
        (ValueKind.TEXT, 7, "7"),
        (ValueKind.NUMBER, "-12", -12),
        (ValueKind.NUMBER, 3600, 3600),
        (ValueKind.NUMBER, "", None),
        (ValueKind.FLAG, True, True),
        (ValueKind.FLAG, "1", True),
        (ValueKind.FLAG, "", False),
        (ValueKind.KEY, "12", 12),
        (ValueKind.KEY, "0", None),
        (ValueKind.KEY, "", None),
        (ValueKind.DATE, "2026-07-01", date(2026, 7, 1)),
        (ValueKind.DATE, "2026-07-01 00:00:00", date(2026, 7, 1)),
        (ValueKind.DATE, "", None),
        (ValueKind.MOMENT, "2026-07-01 12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        (ValueKind.MOMENT, "2026-01-31 12:00:00", datetime(2026, 1, 31, 11, tzinfo=UTC)),
        # of the hour that comes twice, the first
        (ValueKind.MOMENT, "2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (ValueKind.MOMENT, "0000-00-00 00:00:00", None),
        (ValueKind.LOG, None, ()),
        (ValueKind.LOG, {"entries": [{"date": "", "message": "when?"}]}, ()),
    ],
)
def test_a_value_of_itop_becomes_one_of_its_kind(kind: ValueKind, raw: Any, expected: Any) -> None:
    assert value(kind, raw) == expected


@given(kind=st.sampled_from(ValueKind), raw=ANYTHING)
def test_whatever_itop_gives_becomes_a_value_of_its_kind(kind: ValueKind, raw: Any) -> None:
    found = value(kind, raw)
    assert type(found) in TYPES[kind]
    common(kind, found)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (ValueKind.TEXT, "Acme ", "Acme"),
        (ValueKind.MARKUP, "<p>A &amp; B</p>\n", "<div>A &amp;  B</div>"),
        (ValueKind.MARKUP, "A & B", "<p>A &amp; B</p>"),
    ],
)
def test_two_systems_may_write_the_same_value_differently(
    kind: ValueKind, one: str, other: str
) -> None:
    assert common(kind, one) == common(kind, other)


def test_objects_differ_in_the_attributes_that_say_something_else() -> None:
    attributes = [StoredAttribute("a", ValueKind.TEXT), StoredAttribute("b", ValueKind.LOG)]
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    one = StoredObject("C", 1, {"a": "x", "b": (LogLine(moment, "Sam", "Hello"),)})
    other = StoredObject("C", 1, {"a": "x", "b": (LogLine(moment, "Sam", "Hello!"),)})
    assert differences(attributes, one, other) == ["b"]
    assert differences(attributes, one, one) == []


NAMED = [StoredAttribute("name", ValueKind.TEXT)]
OBJECTS = st.dictionaries(st.integers(1, 9), st.sampled_from("abc"), max_size=6)


def checksum(objects: list[tuple[int, str]]) -> Checksum:
    """The checksum of objects, kept and gone on with after each of them."""
    found = Checksum()
    for id_, name in objects:
        found = Checksum.of(found.objects, found.text)
        found.add(NAMED, StoredObject("C", id_, {"name": name}))
    return found


@given(objects=OBJECTS, others=OBJECTS, data=st.data())
def test_checksums_are_equal_for_the_same_objects_in_any_order_and_only_for_them(
    objects: dict[int, str], others: dict[int, str], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(list(objects.items())))
    assert checksum(shuffled) == checksum(list(objects.items()))
    assert (checksum(list(others.items())) == checksum(shuffled)) is (objects == others)


@given(
    st.dictionaries(
        st.sampled_from("ABCDEF"),
        st.lists(st.tuples(st.sampled_from("ABCDEF"), st.booleans()), max_size=4),
    )
)
def test_classes_come_in_an_order_whatever_leads_to_what(
    keys: dict[str, list[tuple[str, bool]]],
) -> None:
    classes = {
        name: StoredClass(
            name,
            tuple(
                StoredAttribute(f"k{number}", ValueKind.KEY, target, mandatory)
                for number, (target, mandatory) in enumerate(leads)
            ),
        )
        for name, leads in keys.items()
    }
    order = in_order(classes)
    assert sorted(order) == sorted(classes)
    for name, leads in keys.items():
        for target, mandatory in leads:
            if mandatory and target in classes and not _leads_back(keys, target, name):
                assert order.index(target) < order.index(name)


def _leads_back(keys: dict[str, list[tuple[str, bool]]], start: str, goal: str) -> bool:
    """Whether mandatory keys lead from one class to another."""
    seen, ahead = set[str](), [start]
    while ahead:
        name = ahead.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            ahead += [target for target, mandatory in keys.get(name, []) if mandatory]
    return False
