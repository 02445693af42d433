"""Copying: changes, references that come later or never, refusals, zones, two origins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from copy_kit import Copying, reasons
from cti_itop.export.objects import CopyRefused
from cti_itop.export.order import UnknownClass
from cti_itop.mirror.windows import PAGE
from cti_itop.rest.errors import ItopProblem
from cti_tickets.model.registry import Person
from fake_itop import FakeItop, running
from plain_model import PlainModel

from cti_host import LogLine


def test_what_has_changed_in_itop_is_changed_and_nothing_else_written(
    copying: Copying, model: PlainModel
) -> None:
    copying.copy()
    model.add_person(3, "06 12 34 56 78", name="Lovelace")
    entry = {"date": "2026-02-01 10:00:00", "user_login": "Sam", "message": "Called back."}
    model.objects["UserRequest"][9]["public_log"] = {"entries": [entry]}
    copied = copying.copy()
    assert (copied["Person"].changed, copied["Person"].same, copied["Person"].new) == (1, 1, 0)
    assert copied["UserRequest"].changed == 1
    assert copying.value("Person", 3, "name") == "Lovelace"
    line = LogLine(datetime(2026, 2, 1, 10, tzinfo=UTC), "Sam", "Called back.")
    assert copying.value("UserRequest", 9, "public_log") == (line,)
    assert all(one.verified for one in copied.values())


def test_a_reference_to_what_comes_later_is_there_in_the_end(
    copying: Copying, model: PlainModel
) -> None:
    model.add_organization(1, "Acme", parent_id=5)
    model.add_organization(5, "Holding")
    model.objects["Person"][3]["manager_id"] = "6"
    model.objects["Person"][6]["manager_id"] = "6"
    model.add_request(9, parent_request_id="12", caller_id="3")
    model.add_request(12, parent_request_id="9")
    copied = copying.copy(page=2)
    assert reasons(copied) == []
    assert copying.value("Organization", 1, "parent_id") == 5
    assert copying.value("Person", 3, "manager_id") == copying.value("Person", 6, "manager_id") == 6
    assert copying.value("UserRequest", 9, "parent_request_id") == 12
    assert copying.value("UserRequest", 12, "parent_request_id") == 9


def test_a_reference_to_what_the_account_can_t_see_is_left_empty_and_listed(
    copying: Copying, model: PlainModel
) -> None:
    model.add_request(9, caller_id="3", agent_id="777")
    copied = copying.copy()
    assert reasons(copied) == [
        "UserRequest 9: agent_id is left empty: there is no Person with the id 777"
    ]
    assert not copied["UserRequest"].verified
    assert copied["Person"].verified
    assert copying.value("UserRequest", 9, "agent_id") is None
    assert copying.value("UserRequest", 9, "caller_id") == 3


def test_an_object_without_its_mandatory_target_is_not_stored_at_all_and_listed(
    copying: Copying, model: PlainModel
) -> None:
    model.add_person(7, org_id="99")
    model.add_request(9, caller_id="7")
    copied = copying.copy()
    assert reasons(copied) == [
        "Person 7: is not in the store: org_id: there is no Organization with the id 99",
        "UserRequest 9: caller_id is left empty: there is no Person with the id 7",
    ]
    assert (copied["Person"].itop, copied["Person"].store) == (3, 2)
    assert sorted(copying.stored("Person")) == [3, 6]

    model.add_organization(99, "Came later")
    copied = copying.copy()
    assert reasons(copied) == []
    assert copying.value("UserRequest", 9, "caller_id") == 7


def test_a_value_that_the_store_does_not_know_refuses_its_object_only(
    copying: Copying, model: PlainModel
) -> None:
    model.add_request(12, status="on_the_moon")
    copied = copying.copy()
    (reason,) = reasons(copied)
    assert reason.startswith("UserRequest 12: is not in the store: status: must be one of: new, ")
    assert sorted(copying.stored("UserRequest")) == [9]


def test_two_objects_that_can_t_both_be_there_cost_one_of_them(
    copying: Copying, model: PlainModel
) -> None:
    model.add_request(12, ref="R-000009")
    copied = copying.copy()
    (reason,) = reasons(copied)
    assert reason.startswith("UserRequest 12: is not in the store: the database refuses it: ")
    assert sorted(copying.stored("UserRequest")) == [9]


def test_texts_that_no_form_would_take_stay_as_they_are(
    copying: Copying, model: PlainModel
) -> None:
    model.add_person(3, "on request", email="ada at example", name="Love\nlace")
    copied = copying.copy()
    assert reasons(copied) == []
    assert copying.value("Person", 3, "phone") == "on request"
    assert copying.value("Person", 3, "email") == "ada at example"
    assert copying.value("Person", 3, "name") == "Love\nlace"


def test_moments_are_those_of_itop_s_server_in_utc(copying: Copying, model: PlainModel) -> None:
    summer = {"date": "2026-07-01 12:00:00", "user_login": "Sam", "message": "Hot."}
    model.add_request(9, start_date="2026-01-31 09:00:00", public_log={"entries": [summer]})
    copying.copy(zone="Europe/Paris")
    assert copying.value("UserRequest", 9, "start_date") == datetime(2026, 1, 31, 8, tzinfo=UTC)
    (line,) = copying.value("UserRequest", 9, "public_log")
    assert line.created == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_what_is_in_the_store_only_is_listed_and_stays(copying: Copying, model: PlainModel) -> None:
    copying.copy()
    del model.objects["UserRequest"][9], model.objects["Person"][6]
    model.add_request(12)
    copied = copying.copy()
    assert reasons(copied) == [
        "Person 6: is in the store and not in iTop",
        "UserRequest 9: is in the store and not in iTop",
    ]
    assert sorted(copying.stored("UserRequest")) == [9, 12]


def test_what_was_changed_in_the_store_becomes_as_it_is_in_itop(copying: Copying) -> None:
    copying.copy()
    Person.update(name="Mine").where(Person.id == 3).execute()
    copied = copying.copy()
    assert (copied["Person"].changed, copied["Person"].verified) == (1, True)
    assert copying.value("Person", 3, "name") == "N3"


def test_what_is_lost_between_storing_and_verifying_is_found_and_repaired(
    copying: Copying, model: PlainModel
) -> None:
    def lose(name: str, done: int, total: int) -> None:
        if name == "UserRequest":
            Person.update(name="Mine").where(Person.id == 3).execute()

    copied = copying.copy(progress=lose)
    assert copied["Person"].verified
    assert copying.value("Person", 3, "name") == "N3"


def test_a_store_with_objects_of_its_own_is_left_alone_unless_told_otherwise(
    copying: Copying, model: PlainModel
) -> None:
    copying.copy("Organization", "Person")
    other = PlainModel()
    other.add_organization(1, "Another Acme")
    with running(FakeItop(other)) as fake:
        elsewhere = Copying(copying.running, fake)
        with pytest.raises(CopyRefused, match="Organization that don't come from this iTop"):
            elsewhere.copy("Organization")
        assert copying.value("Organization", 1, "name") == "Acme"
        elsewhere.copy("Organization", overwrite=True)
    assert copying.value("Organization", 1, "name") == "Another Acme"


def test_an_id_that_another_class_has_is_not_overwritten(
    copying: Copying, model: PlainModel
) -> None:
    copying.copy()
    team = {"friendlyname": "Team", "name": "Team", "status": "active", "org_id": "1"}
    model.objects["Team"] = {3: team}
    copied = copying.copy()
    assert reasons(copied) == [
        "Team 3: is not in the store: the id is taken by an object of the class Person"
    ]


def test_a_class_that_itop_lacks_is_left_out_unless_it_was_named(copying: Copying) -> None:
    assert "Incident" not in copying.copy()
    with pytest.raises(CopyRefused, match="iTop can't give the class Incident"):
        copying.copy("Incident")


def test_a_class_that_the_account_may_not_read_is_listed(
    copying: Copying, model: PlainModel
) -> None:
    model.forbidden = {"UserRequest"}
    copied = copying.copy()
    assert reasons(copied) == ["UserRequest: the account may not read this class in iTop"]
    assert not copied["UserRequest"].verified


def test_a_class_stands_for_those_under_it(copying: Copying, model: PlainModel) -> None:
    copying.copy("Organization", "Person")
    with pytest.raises(CopyRefused):
        copying.copy("Ticket")  # this iTop has none but user requests
    for name in ("Incident", "Problem", "RoutineChange", "NormalChange", "EmergencyChange"):
        model.objects[name] = {}
    assert copying.copy("Ticket").keys() >= {"UserRequest", "Incident", "RoutineChange"}


def test_a_class_that_no_store_keeps_is_said_with_those_it_keeps(copying: Copying) -> None:
    with pytest.raises(UnknownClass, match=r"no class Server; it keeps .*Organization, Person"):
        copying.copy("Server")


def test_after_a_failure_of_itop_copying_goes_on_where_it_was(
    copying: Copying, model: PlainModel
) -> None:
    for id_ in range(10, 3 * PAGE):
        model.add_person(id_)
    queries: list[str] = []

    def fail_after_two(query: str) -> None:
        if "Person" in query and "<=" in query:
            queries.append(query)
            copying.fake.fails = "fail_crash" if len(queries) == 2 else ""

    model.asked = fail_after_two
    with pytest.raises(ItopProblem):
        copying.copy()
    copying.fake.fails, model.asked = "", queries.append
    queries.clear()
    copied = copying.copy()
    assert reasons(copied) == []
    assert not [q for q in queries if "Organization WHERE id > 0 AND" in q]
    assert not [q for q in queries if "Person WHERE id > 0 AND" in q]
    assert copied["Person"].store == 2 + 3 * PAGE - 10
