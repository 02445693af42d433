"""Copying, and importing the copy: changes, keys that lead nowhere, refusals, zones, origins."""

from __future__ import annotations

import pytest
from copy_kit import Copying
from cti_itop.export.objects import CopyRefused
from cti_itop.export.output import OtherCopy, to_file
from cti_itop.mirror.windows import PAGE
from cti_itop.rest.errors import ItopProblem
from cti_tickets.model.classes.registry import Person
from cti_tickets.transfer.importing import ImportRefused, import_files
from fake_itop import FakeItop, running
from plain_model import PlainModel


def test_what_has_changed_in_itop_is_changed_and_nothing_else_written(
    copying: Copying, model: PlainModel
) -> None:
    assert copying.copy().counts("Person") == (2, 0, 0)
    model.add_person(3, "06 12 34 56 78", name="Lovelace")
    entry = {"date": "2026-02-01 10:00:00", "user_login": "Sam", "message": "Called back."}
    model.objects["UserRequest"][9]["public_log"] = {"entries": [entry]}
    copied = copying.copy()
    assert copied.counts("Person") == (0, 1, 1)
    assert copied.counts("UserRequest") == (0, 1, 0)
    assert copying.value("Person", 3, "name") == "Lovelace"
    assert copying.value("UserRequest", 9, "public_log") == {"entries": [entry]}
    assert copied.reasons() == []


def test_a_reference_to_what_comes_later_is_there_in_the_end(
    copying: Copying, model: PlainModel
) -> None:
    model.add_organization(1, "Acme", parent_id=5)
    model.add_organization(5, "Holding")
    model.objects["Person"][3]["manager_id"] = "6"
    model.objects["Person"][6]["manager_id"] = "6"
    model.add_request(9, parent_request_id="12", caller_id="3")
    model.add_request(12, parent_request_id="9")
    assert copying.copy(page=2).reasons() == []
    assert copying.value("Organization", 1, "parent_id") == 5
    assert copying.value("Person", 3, "manager_id") == copying.value("Person", 6, "manager_id") == 6
    assert copying.value("UserRequest", 9, "parent_request_id") == 12
    assert copying.value("UserRequest", 12, "parent_request_id") == 9


def test_a_reference_to_what_the_account_can_t_see_is_left_empty_and_listed(
    copying: Copying, model: PlainModel
) -> None:
    model.add_request(9, caller_id="3", agent_id="777")
    assert copying.copy().reasons() == [
        "UserRequest 9: agent_id: there is no Person with the id 777: left empty"
    ]
    assert copying.value("UserRequest", 9, "agent_id") is None
    assert copying.value("UserRequest", 9, "caller_id") == 3


def test_an_object_without_its_mandatory_target_is_not_stored_at_all_and_listed(
    copying: Copying, model: PlainModel
) -> None:
    model.add_person(7, org_id="99")
    model.add_request(9, caller_id="7")
    copied = copying.copy()
    assert copied.reasons() == [
        "Person 7: org_id: there is no Organization with the id 99",
        "UserRequest 9: caller_id: there is no Person with the id 7: left empty",
    ]
    assert copied.classes["Person"].objects == 3
    assert sorted(copying.stored("Person")) == [3, 6]

    model.add_organization(99, "Came later")
    assert copying.copy().reasons() == []
    assert copying.value("UserRequest", 9, "caller_id") == 7


def test_a_value_that_the_store_does_not_know_refuses_its_object_only(
    copying: Copying, model: PlainModel
) -> None:
    model.add_request(12, status="on_the_moon")
    (reason,) = copying.copy().reasons()
    assert reason.startswith("UserRequest 12: status: must be one of: new, ")
    assert sorted(copying.stored("UserRequest")) == [9]


def test_two_objects_that_can_t_both_be_there_cost_one_of_them(
    copying: Copying, model: PlainModel
) -> None:
    model.add_request(12, ref="R-000009")
    assert copying.copy().reasons() == ["UserRequest 12: ref: another object has this already"]
    assert sorted(copying.stored("UserRequest")) == [9]


def test_texts_that_no_form_would_take_stay_as_they_are(
    copying: Copying, model: PlainModel
) -> None:
    model.add_person(3, "on request", email="ada at example", name="Love\nlace")
    assert copying.copy().reasons() == []
    assert copying.value("Person", 3, "phone") == "on request"
    assert copying.value("Person", 3, "email") == "ada at example"
    assert copying.value("Person", 3, "name") == "Love\nlace"


def test_moments_are_those_of_itop_s_server_in_utc(copying: Copying, model: PlainModel) -> None:
    summer = {"date": "2026-07-01 12:00:00", "user_login": "Sam", "message": "Hot."}
    twice = "2026-10-25 02:30:00"  # of the hour that comes twice, the first
    model.add_request(
        9,
        start_date="2026-01-31 09:00:00",
        close_date=twice,
        end_date="0000-00-00 00:00:00",
        public_log={"entries": [summer]},
    )
    copying.copy(zone="Europe/Paris")
    assert copying.value("UserRequest", 9, "start_date") == "2026-01-31 08:00:00"
    assert copying.value("UserRequest", 9, "close_date") == "2026-10-25 00:30:00"
    assert copying.value("UserRequest", 9, "end_date") is None
    (entry,) = copying.value("UserRequest", 9, "public_log")["entries"]
    assert entry["date"] == "2026-07-01 10:00:00"


def test_what_is_in_the_store_only_stays_and_the_counts_differ(
    copying: Copying, model: PlainModel
) -> None:
    copying.copy()
    del model.objects["UserRequest"][9], model.objects["Person"][6]
    model.add_request(12)
    copied = copying.copy()
    assert copied.classes["Person"].objects == 1
    assert sorted(copying.stored("Person")) == [3, 6]
    assert sorted(copying.stored("UserRequest")) == [9, 12]


def test_what_was_changed_in_the_store_becomes_as_it_is_in_itop(copying: Copying) -> None:
    copying.copy()
    Person.update(name="Mine").where(Person.id == 3).execute()
    assert copying.copy().counts("Person") == (0, 1, 1)
    assert copying.value("Person", 3, "name") == "N3"


def test_a_store_with_objects_of_its_own_is_left_alone_unless_told_to_match(
    copying: Copying, model: PlainModel
) -> None:
    copying.copy("Organization", "Person")
    other = PlainModel()
    other.add_organization(1, "Another Acme")
    with running(FakeItop(other)) as fake:
        elsewhere = Copying(copying.running, fake)
        copied = elsewhere.file("Organization")
        with pytest.raises(ImportRefused, match="the id 1 is taken already"):
            import_files([copied.file])
        assert copying.value("Organization", 1, "name") == "Acme"
        elsewhere.copy("Organization", match="id")
    assert copying.value("Organization", 1, "name") == "Another Acme"


def test_an_id_that_another_class_has_is_not_overwritten(
    copying: Copying, model: PlainModel
) -> None:
    copying.copy()
    team = {"friendlyname": "Team", "name": "Team", "status": "active", "org_id": "1"}
    model.objects["Team"] = {3: team}
    assert copying.copy().reasons() == [
        "Team 3: the id is taken by an object of the class Person",
    ]
    assert copying.value("Person", 3, "name") == "N3"


def test_a_class_that_itop_lacks_is_left_out_unless_it_was_named(copying: Copying) -> None:
    assert "Incident" not in copying.copy().classes
    for name in ("Incident", "Server"):
        with pytest.raises(CopyRefused, match=f"iTop can't give the class {name}"):
            copying.file(name)


def test_a_class_that_only_this_itop_has_can_be_named(copying: Copying, model: PlainModel) -> None:
    model.objects["Server"] = {1: {"name": "db1", "org_id": "1"}}
    copied = copying.copy("Organization", "Server")
    assert copied.classes["Server"].objects == 1
    assert dict(copied.imported.ignored) == {"Server": 1}


def test_a_class_that_the_account_may_not_read_is_listed(
    copying: Copying, model: PlainModel
) -> None:
    model.forbidden = {"UserRequest"}
    assert copying.copy().reasons() == ["UserRequest: the account may not read this class in iTop"]


def test_a_class_stands_for_those_under_it(copying: Copying, model: PlainModel) -> None:
    copying.copy("Organization", "Person")
    with pytest.raises(CopyRefused):
        copying.file("Ticket")  # this iTop has none but user requests
    for name in ("Incident", "Problem", "RoutineChange", "NormalChange", "EmergencyChange"):
        model.objects[name] = {}
    assert copying.copy("Ticket").classes.keys() >= {"UserRequest", "Incident", "RoutineChange"}


def test_the_same_objects_have_the_same_checksums(copying: Copying, model: PlainModel) -> None:
    first, again = copying.file(), copying.file(page=2)
    assert first.classes == again.classes
    assert first.file.read_bytes() == again.file.read_bytes()
    model.add_person(3, name="Byron")
    changed = copying.file().classes
    assert changed["Person"].checksum != first.classes["Person"].checksum
    assert changed["Organization"] == first.classes["Organization"]


def test_after_a_failure_of_itop_copying_goes_on_where_it_was(
    copying: Copying, model: PlainModel
) -> None:
    for id_ in range(10, 3 * PAGE):
        model.add_person(id_)
    queries: list[str] = []

    def fail_after_two(query: str) -> None:
        if "Person" in query and "<=" in query:
            queries.append(query)
            copying.fake.fails = "crash" if len(queries) == 2 else ""

    model.asked = fail_after_two
    again = Copying(copying.running, copying.fake)  # writes into the same file
    with pytest.raises(ItopProblem):
        copying.copy()
    copying.fake.fails, model.asked = "", queries.append
    queries.clear()
    copied = again.copy()
    assert copied.reasons() == []
    assert not [q for q in queries if "Organization" in q], "it was complete"
    assert not [q for q in queries if "Person WHERE id > 0 AND" in q]
    assert copied.classes["Person"].objects == 2 + 3 * PAGE - 10
    model.asked = lambda query: None
    assert copied.classes == copying.file().classes


def test_a_file_that_was_begun_with_something_else_is_not_continued(copying: Copying) -> None:
    path = copying.running.config_file.parent / "begun.jsonl"
    to_file(path, {"itop": "one"}).file.close()
    with pytest.raises(OtherCopy, match="was begun with another iTop"):
        to_file(path, {"itop": "two"})
    part = path.with_name("begun.jsonl.part")
    with part.open("ab") as file:
        file.write(b"no JSON\n")
    with pytest.raises(OtherCopy, match="is damaged"):
        to_file(path, {"itop": "one"})
    output = to_file(path, {"itop": "two"}, anew=True)
    output.finish()
    output.file.close()
    assert path.read_text() == '# {"itop": "two"}\n'
    assert not part.exists()


def test_blanks_around_a_text_are_kept(copying: Copying, model: PlainModel) -> None:
    model.add_person(7, function="  Head of sales ", name=" Lovel")
    model.add_request(8, title="  Nothing moves")
    copied = copying.copy("Organization", "Person", "UserRequest")
    assert copying.value("Person", 7, "function") == "  Head of sales "
    assert copying.value("Person", 7, "name") == " Lovel"
    assert copying.value("UserRequest", 8, "title") == "  Nothing moves"
    assert not copied.imported.skipped
    assert copying.copy("Organization", "Person").counts("Person")[:2] == (0, 0)
