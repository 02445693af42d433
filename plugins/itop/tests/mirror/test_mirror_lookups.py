"""The mirror: any writing of a number, whole runs only, and never another iTop's persons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_itop import FakeItop, running
from mirror_kit import Nearby
from plain_model import PlainModel, key_of, people


@pytest.mark.parametrize(
    "stored",
    ["0987654321", "09.87.65.43.21", "+33 9 87 65 43 21", "0033 987654321", "+33 (0)9 87 65 43 21"],
)
def test_a_person_is_found_whatever_way_their_number_is_stored(
    nearby: Nearby, model: PlainModel, stored: str
) -> None:
    model.add_person(1000, stored)
    nearby.synchronize()
    assert nearby.ids("+33987654321") == [1000]


def test_a_person_is_found_by_their_mobile_number_and_by_an_extension(
    nearby: Nearby, model: PlainModel
) -> None:
    model.add_person(1000, "123", mobile_phone="06 12 34 56 78")
    nearby.synchronize()
    assert nearby.ids("ext:123") == nearby.ids("+33612345678") == [1000]


def test_persons_who_share_a_number_come_by_name(nearby: Nearby, model: PlainModel) -> None:
    model.add_person(1000, "0987654321", name="Zuse")
    model.add_person(1001, "0987654321", name="Babbage")
    nearby.synchronize()
    assert nearby.ids("+33987654321") == [1001, 1000]


def test_a_person_is_found_by_an_email_address_whatever_its_case(
    nearby: Nearby, model: PlainModel
) -> None:
    model.add_person(1000, email="Ada.Élan@Example.org")
    nearby.synchronize()
    (found,), total = nearby.mirror.find({"email": ["ada.élan@example.ORG"]})
    assert (found.id, total) == (1000, 1)
    assert found.text("email") == "Ada.Élan@Example.org"
    assert nearby.mirror.find({"email": ["", " "]}) == ([], 0)


def test_a_number_is_looked_for_in_the_attribute_that_is_named(
    nearby: Nearby, model: PlainModel
) -> None:
    model.add_person(1000, "0987654321")
    model.add_person(1001, mobile_phone="0987654321")
    nearby.synchronize()
    (found,), total = nearby.mirror.find({"mobile_phone": ["+33987654321"]})
    assert (found.id, total) == (1001, 1)


@pytest.mark.parametrize(("limit", "shown"), [(2, 2), (3, 3), (9, 3), (None, 3)])
def test_of_many_persons_some_come_and_all_are_counted(
    nearby: Nearby, model: PlainModel, limit: int | None, shown: int
) -> None:
    for id_ in (1002, 1000, 1001):
        model.add_person(id_, "0987654321")
    nearby.synchronize()
    found, total = nearby.mirror.find({"phone": ["+33987654321"]}, limit)
    assert [person.id for person in found] == [1000, 1001, 1002][:shown]
    assert total == 3


def test_a_person_comes_with_the_attributes_that_lookups_show(
    make_nearby: Callable[..., Nearby], model: PlainModel
) -> None:
    nearby = make_nearby('[caller_information]\ndisplay_name = "friendlyname, function"')
    model.add_person(1000, "0987654321", function="Countess", org_id="1")
    nearby.synchronize()
    (found,) = nearby.people("+33987654321")
    assert found.class_name == "Person"
    assert found.text("function") == "Countess"
    assert found.text("friendlyname") == "Ada 1000"
    assert (found.text("org_id"), found.text("org_name")) == ("1", "Acme")
    assert found.text("no_such_attribute") == ""


def test_attributes_that_the_settings_name_anew_come_with_the_next_run(
    nearby: Nearby, model: PlainModel, fake: FakeItop
) -> None:
    model.add_person(1000, "0987654321", function="Countess")
    nearby.synchronize()
    more = nearby.again(fake, more=["function"])
    assert more.people("+33987654321")[0].text("function") == ""
    assert more.synchronize().written == 1, "nobody else has a function"
    assert more.people("+33987654321")[0].text("function") == "Countess"


def test_an_attribute_that_itop_lacks_is_left_out(
    nearby: Nearby, model: PlainModel, fake: FakeItop
) -> None:
    model.add_person(1000, "0987654321", function="Countess")
    more = nearby.again(fake, more=["no_such_attribute", "function"])
    assert more.synchronize().persons == 26
    (found,) = more.people("+33987654321")
    assert (found.text("function"), found.text("no_such_attribute")) == ("Countess", "")


def test_nothing_is_found_and_no_age_known_before_the_first_run_is_complete(
    nearby: Nearby,
) -> None:
    state = nearby.mirror.state()
    assert not state.filled
    assert nearby.ids(key_of(3)) == []
    assert nearby.mirroring.sections() == []


def test_persons_of_another_itop_are_never_found(nearby: Nearby) -> None:
    nearby.synchronize()
    other_model = people(0)
    other_model.add_person(3, "0987654321")
    with running(FakeItop(other_model)) as fake:
        other = nearby.again(fake)
        assert not other.mirror.state().filled
        assert other.ids(key_of(3)) == []
        other.synchronize()
        assert other.ids("+33987654321") == [3]
        assert other.ids(key_of(6)) == []
    assert nearby.ids(key_of(3)) == nearby.ids("+33987654321") == []


def test_each_number_of_a_field_finds_the_person(nearby: Nearby, model: PlainModel) -> None:
    model.add_person(1000, "0987654321 / 0987654322", mobile_phone="06 12 34 56 78")
    model.add_person(1001, "0987654322")
    nearby.synchronize()
    assert nearby.ids("+33987654321") == [1000]
    assert nearby.ids("+33987654322") == [1000, 1001]
    assert nearby.ids("+33987654323") == []


def test_a_mirror_of_an_earlier_version_is_numbered_anew_once(
    nearby: Nearby, model: PlainModel
) -> None:
    model.add_person(1000, "0987654321 / 0987654322")
    nearby.synchronize()
    database = nearby.app.extensions["cti_host"].database
    database.execute_sql("UPDATE itop_person SET phone_key = '+33987654321' WHERE id = 1000")
    database.execute_sql("DELETE FROM itop_joint_number")
    database.execute_sql("UPDATE itop_sync SET numbering = 0")
    assert nearby.ids("+33987654322") == []
    assert nearby.synchronize().written == 1
    assert nearby.ids("+33987654322") == [1000]
    assert nearby.synchronize().written == 0
