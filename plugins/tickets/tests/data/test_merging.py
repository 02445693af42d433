"""Two persons become one: all that leads to one leads to the other; for a day it can be undone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from cti_tickets.model.classes.registry import LogEntry, ObjectMerge
from cti_tickets.model.data_model import current, model_of, schema
from cti_tickets.store import history, objects
from cti_tickets.store.concurrency.versions import Outdated, version_of_object
from cti_tickets.store.merging.kept import forget, former_ids, open_merges, survivor
from cti_tickets.store.merging.merge import Merged, NotMergeable, merge
from cti_tickets.store.merging.mergeable import candidates, is_mergeable
from cti_tickets.store.merging.undo import NotUndoable, undo_merge
from cti_tickets.store.values import InvalidValues
from flask import Flask

from cti_host import Agent, database
from cti_host.testing import MakeHost

AGENT = Agent("sam", "Sam Support")
NOON = datetime(2026, 3, 2, 12, 0)

# Of a plugin: a class that refers to persons, one that links them, and an attribute of persons.
FLEET = '''
from cti_host import *
from cti_tickets.api_for_plugins import *

L = Localised.of


class Plugin:
    """Cars, and who drives them."""

    @hookimpl
    def data_classes(self):
        def key(code, target, **more):
            return DataAttribute(code, DataKind.KEY, L(code), target=target, **more)

        part = {"mandatory": True, "on_delete": OnDelete.AUTO}
        return [
            DataClass("Car", L("Car"), [
                DataAttribute("name", DataKind.STRING, L("Name"), mandatory=True),
                key("driver_id", "Person"), key("owner_id", "Contact"),
            ]),
            DataClass("lnkDriver", L("Driver"), [
                key("car_id", "Car", **part), key("person_id", "Person", **part),
                DataAttribute("since", DataKind.DATE, L("Since")),
            ], friendlyname=("car_id_friendlyname",)),
        ]

    @hookimpl
    def data_attributes(self):
        return [AddedAttributes("Person", [
            DataAttribute("deputy_id", DataKind.KEY, L("Deputy"), target="Person"),
            DataAttribute("home", DataKind.PHONE, L("Home")),
        ])]
'''


def add(class_name: str, /, **values: Any) -> int:
    return int(objects.create(class_name, values, author=Agent("setup")).id)


def person(name: str, **values: Any) -> int:
    return add("Person", first_name="Ada", name=name, org_id=1, **values)


def stored(class_name: str, id_: int) -> dict[str, Any]:
    obj = objects.load(class_name, id_)
    return {f.column_name: obj.__data__[n] for n, f in obj._meta.fields.items()}


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables of objects, and of logs."""
    found = {}
    for model in current().models:
        table = model._meta.table_name
        if table in ("object_change", "object_merge", "creation_key", "access_entry"):
            continue
        sql = f'SELECT * FROM "{table}"'  # noqa: S608 -- a name of a model
        found[table] = sorted(database.execute_sql(sql).fetchall(), key=repr)
    for table in ("name_word", "text_word"):
        found[table] = sorted(database.execute_sql(f"SELECT * FROM {table}").fetchall())  # noqa: S608
    return found


def join(kept: int, merged: int, **options: Any) -> Merged:
    return merge("Person", kept, merged, author=AGENT, now=NOON, **options)


@pytest.fixture
def world(db_app: Flask) -> dict[str, int]:
    """Two persons who are one, and somebody else; what leads to each."""
    add("Organization", name="Analytical")
    made = {"kept": person("Byron", email="ada@example.org", phone="01 23 45 67 89")}
    made["merged"] = person("Byron-King", email="ada@example.com", phone="02 23 45 67 89",
                            mobile_phone="06 23 45 67 89", employee_number="7",
                            function="Countess")  # fmt: skip
    made["other"] = person("Babbage", manager_id=made["merged"])
    made["team"] = add("Team", name="Desk", org_id=1)
    made["second"] = add("Team", name="Field", org_id=1)
    for whose, team in (("kept", "team"), ("merged", "team"), ("merged", "second")):
        add("lnkPersonToTeam", team_id=made[team], person_id=made[whose])
    for who in ("kept", "merged", "other"):
        ticket = {"title": "T", "description": "D", "org_id": 1, "caller_id": made[who]}
        made[f"{who}'s"] = add("UserRequest", public_log="Hello", **ticket)
    made["call"] = add("PhoneCall", ticket_id=made["merged's"], agent_id=made["merged"],
                       contact_id=made["merged"], flow="inbound")  # fmt: skip
    add("lnkContactToTicket", ticket_id=made["kept's"], contact_id=made["merged"])
    LogEntry.update(author_contact=made["merged"]).execute()
    return made


def test_all_that_leads_to_one_leads_to_the_other(world: dict[str, int]) -> None:
    kept, merged = world["kept"], world["merged"]
    join(kept, merged)
    with pytest.raises(objects.NotFound):
        objects.load("Person", merged)
    assert objects.load("UserRequest", world["merged's"]).caller_id == kept
    assert objects.load("UserRequest", world["other's"]).caller_id == world["other"]
    assert objects.load("Person", world["other"]).manager_id == kept
    call = objects.load("PhoneCall", world["call"])
    assert (call.agent_id, call.contact_id) == (kept, kept)
    assert {entry.author_contact_id for entry in LogEntry.select()} == {kept}
    links: Any = model_of("lnkPersonToTeam")
    assert sorted((one.team_id, one.person_id) for one in links.select()) == [
        (world["team"], kept),
        (world["second"], kept),
    ]
    assert survivor("Person", merged) == kept
    assert survivor("Person", kept) is None
    assert former_ids("Person", kept) == [merged]


def test_what_is_empty_is_filled_only_where_that_is_chosen(world: dict[str, int]) -> None:
    join(world["kept"], world["merged"], others={"function", "email"}, numbers=False)
    found = stored("Person", world["kept"])
    assert (found["function"], found["email"]) == ("Countess", "ada@example.com")
    assert (found["name"], found["employee_number"], found["phone"]) == (
        "Byron",
        "",
        "01 23 45 67 89",
    )
    assert found["mobile_phone"] == ""


def test_all_numbers_stay_as_far_as_there_is_room(world: dict[str, int]) -> None:
    done = join(world["kept"], world["merged"])
    found = stored("Person", world["kept"])
    # These numbers are read one at a time: nobody would be found by the second one in a field.
    assert (found["phone"], found["mobile_phone"]) == ("01 23 45 67 89", "02 23 45 67 89")
    assert found["mobile_phone_e164"] == "+33223456789"
    assert [(attribute.code, text) for attribute, text in done.lost] == [
        ("mobile_phone", "06 23 45 67 89")
    ]


def test_a_number_that_makes_way_for_a_chosen_one_stays_in_a_free_field(
    world: dict[str, int],
) -> None:
    done = join(world["kept"], world["merged"], others={"phone"})
    found = stored("Person", world["kept"])
    assert (found["phone"], found["mobile_phone"]) == ("02 23 45 67 89", "01 23 45 67 89")
    assert [text for _attribute, text in done.lost] == ["06 23 45 67 89"]


def test_the_history_tells_it_on_all_sides(world: dict[str, int]) -> None:
    kept, merged = world["kept"], world["merged"]
    join(kept, merged, others={"function"}, numbers=False)
    newest, changed, *_rest = history.changes_of("Person", kept)
    assert (newest.operation, newest.name) == (history.Operation.MERGE, f"Ada Byron-King #{merged}")
    assert changed.changes == {"function": ("", "Countess")}
    gone = history.changes_of("Person", merged)[0]
    assert (gone.operation, gone.stimulus, gone.name) == ("delete", "merge", "Ada Byron-King")
    assert gone.changes["email"] == ("ada@example.com", None)
    assert gone.account == "sam"
    assert history.changes_of("UserRequest", world["merged's"])[0].changes == {
        "caller_id": (merged, kept)
    }


def test_undone_it_is_exactly_as_it_was(world: dict[str, int]) -> None:
    before = everything()
    done = join(world["kept"], world["merged"], others={"function", "employee_number", "email"})
    assert everything() != before
    undone = undo_merge("Person", done.id, author=AGENT, now=NOON + timedelta(hours=23))
    assert everything() == before
    assert (undone.values, undone.restored, undone.objects) == ([], [], {})
    assert survivor("Person", world["merged"]) is None
    assert history.changes_of("Person", world["kept"])[0].operation is history.Operation.UNMERGE
    again = history.changes_of("Person", world["merged"])[0]
    assert again.operation is history.Operation.UNMERGE
    assert again.changes["function"] == (None, "Countess")
    with pytest.raises(NotUndoable, match="already"):
        undo_merge("Person", done.id, author=AGENT, now=NOON)
    assert everything() == before


def test_what_was_changed_meanwhile_is_told_and_stays(world: dict[str, int]) -> None:
    kept, merged = world["kept"], world["merged"]
    done = join(kept, merged, others={"function", "email"}, numbers=False)
    objects.update("Person", kept, {"function": "Analyst"}, author=AGENT)
    objects.update("UserRequest", world["merged's"], {"caller_id": world["other"]}, author=AGENT)
    objects.update("Person", world["other"], {"manager_id": ""}, author=AGENT)
    links: Any = model_of("lnkPersonToTeam")
    links.delete().where(links.team == world["second"]).execute()
    undone = undo_merge("Person", done.id, author=AGENT, now=NOON)
    assert [attribute.code for attribute in undone.values] == ["function"]
    assert undone.objects == {"User Request": 1, "Person": 1, "Link Person / Team": 1}
    assert objects.load("UserRequest", world["merged's"]).caller_id == world["other"]
    assert objects.load("Person", world["other"]).manager_id is None
    assert stored("Person", kept)["function"] == "Analyst"
    assert stored("Person", kept)["email"] == "ada@example.org"
    assert stored("Person", merged)["function"] == "Countess"


def test_what_the_merged_one_needs_may_be_gone(world: dict[str, int]) -> None:
    place = add("Location", name="Paris", org_id=1)
    objects.update("Person", world["merged"], {"location_id": place}, author=AGENT)
    done = join(world["kept"], world["merged"])
    model: Any = model_of("Location")
    model.delete().where(model.id == place).execute()
    undone = undo_merge("Person", done.id, author=AGENT, now=NOON)
    assert [attribute.code for attribute in undone.restored] == ["location_id"]
    assert stored("Person", world["merged"])["location_id"] is None


def test_what_only_one_may_have_may_be_somebody_elses_by_now(world: dict[str, int]) -> None:
    done = join(world["kept"], world["merged"])
    objects.update("Person", world["other"], {"employee_number": "7"}, author=AGENT)
    undone = undo_merge("Person", done.id, author=AGENT, now=NOON)
    assert [attribute.code for attribute in undone.restored] == ["employee_number"]
    assert stored("Person", world["merged"])["employee_number"] == ""


def test_after_a_day_it_is_for_good(world: dict[str, int]) -> None:
    done = join(world["kept"], world["merged"])
    assert [one.id for one in open_merges("Person", world["kept"], NOON)] == [done.id]
    later = NOON + timedelta(days=1)
    assert open_merges("Person", world["kept"], later) == []
    with pytest.raises(NotUndoable, match="longer ago"):
        undo_merge("Person", done.id, author=AGENT, now=later)
    assert forget(later, dry_run=True) == 1
    assert forget(later) == 1
    assert ObjectMerge.get_by_id(done.id).undo == ""
    assert survivor("Person", world["merged"]) == world["kept"]


def test_of_two_merges_the_later_one_is_undone_first(world: dict[str, int]) -> None:
    before = everything()
    first = join(world["kept"], world["merged"])
    between = everything()
    second = join(world["other"], world["kept"])
    assert survivor("Person", world["merged"]) == world["other"]
    assert sorted(former_ids("Person", world["other"])) == [world["kept"], world["merged"]]
    with pytest.raises(NotUndoable, match=f"#{world['other']}"):
        undo_merge("Person", first.id, author=AGENT, now=NOON)
    undo_merge("Person", second.id, author=AGENT, now=NOON)
    assert everything() == between
    undo_merge("Person", first.id, author=AGENT, now=NOON)
    assert everything() == before


def test_nobody_becomes_their_own_manager(world: dict[str, int]) -> None:
    kept, merged = world["kept"], world["merged"]
    objects.update("Person", kept, {"manager_id": merged}, author=AGENT)
    objects.update("Person", merged, {"manager_id": kept}, author=AGENT)
    before = everything()
    done = join(kept, merged, others={"manager_id"})
    assert stored("Person", kept)["manager_id"] is None
    undo_merge("Person", done.id, author=AGENT, now=NOON)
    assert everything() == before


def test_whoever_has_seen_another_version_is_told(world: dict[str, int]) -> None:
    kept, merged = world["kept"], world["merged"]
    seen = [version_of_object(objects.load("Person", id_)) for id_ in (kept, merged)]
    objects.update("Person", merged, {"function": "Queen"}, author=AGENT)
    before = everything()
    with pytest.raises(Outdated):
        join(kept, merged, versions=(seen[0], seen[1]))
    assert everything() == before
    now = version_of_object(objects.load("Person", merged))
    join(kept, merged, versions=(seen[0], now))


def test_what_is_not_allowed_changes_nothing(world: dict[str, int]) -> None:
    other = add("Organization", name="Engines")
    taken = add("Person", first_name="E", name="F", org_id=other, employee_number="7")
    objects.update("Person", world["kept"], {"org_id": other}, author=AGENT)
    before = everything()
    with pytest.raises(InvalidValues) as refused:
        join(world["kept"], world["merged"], others={"employee_number"})
    assert list(refused.value.errors) == ["employee_number"]
    assert everything() == before
    assert objects.load("Person", taken)


@pytest.mark.parametrize(
    ("kept", "merged"), [("kept", "kept"), ("kept", "team"), ("kept", "nobody")]
)
def test_only_two_of_one_class_become_one(world: dict[str, int], kept: str, merged: str) -> None:
    before = everything()
    with pytest.raises((NotMergeable, objects.NotFound)):
        join(world[kept], world.get(merged, 4711))
    assert everything() == before


def test_what_can_be_merged_follows_from_the_models(db_app: Flask) -> None:
    can = {cls.name for cls in schema() if is_mergeable(cls)}
    assert {"Person", "Team", "Location", "Service"} <= can
    assert not can & {"Contact", "Ticket", "UserRequest", "Organization", "lnkPersonToTeam"}


def test_whoever_has_the_same_number_or_address_may_be_the_same(world: dict[str, int]) -> None:
    same = person("Augusta", phone="+33 6 23 45 67 89", email="ADA@example.com")
    number = person("King", mobile_phone="0223456789")
    add("Team", name="Countesses", org_id=1, email="ada@example.com")
    cls, values = schema()["Person"], stored("Person", world["merged"])
    found = candidates(schema(), cls, world["merged"], values)
    assert [(one.id, sorted(a.code for a in one.attributes)) for one in found] == [
        (same, ["email", "mobile_phone"]),
        (number, ["phone"]),
    ]
    assert candidates(schema(), cls, world["other"], stored("Person", world["other"])) == []


def test_a_failure_in_the_middle_leaves_nothing_half(
    world: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()

    def fail(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("the power is cut")

    for where in ("deleted", "merged", "rekeyed"):
        with monkeypatch.context() as patch:
            patch.setattr(history, where, fail)
            with pytest.raises(RuntimeError):
                join(world["kept"], world["merged"])
        assert everything() == before
    done = join(world["kept"], world["merged"])
    after = everything()
    with monkeypatch.context() as patch:
        patch.setattr(history, "merge_undone", fail)
        with pytest.raises(RuntimeError):
            undo_merge("Person", done.id, author=AGENT, now=NOON)
    assert everything() == after


def test_classes_and_attributes_of_plugins_move_as_well(
    make_host: MakeHost, database_url: str
) -> None:
    sources = {"fleet": FLEET}
    host = make_host(plugins=["phone_reformat", "tickets", "fleet"], sources=sources,
                     database=database_url)  # fmt: skip
    with host.app.app_context(), host.host.database.connection_context():
        add("Organization", name="Analytical")
        kept, merged = person("Byron", home="01 23 45 67 89"), person("King", home="02 23 45 67 89")
        deputy = person("Babbage", deputy_id=merged)
        car = add("Car", name="Engine", driver_id=merged, owner_id=merged)
        second = add("Car", name="Second")
        for whom, which, since in ((kept, car, "2026-01-01"), (merged, car, "2026-01-01"),
                                   (merged, second, "")):  # fmt: skip
            add("lnkDriver", car_id=which, person_id=whom, since=since)
        before = everything()
        done = join(kept, merged)
        assert objects.load("Person", deputy).deputy_id == kept
        moved = objects.load("Car", car)
        assert (moved.driver_id, moved.owner_id) == (kept, kept)
        links: Any = model_of("lnkDriver")
        assert sorted((one.car_id, one.person_id) for one in links.select()) == [
            (car, kept),
            (second, kept),
        ]
        assert stored("Person", kept)["phone"] == "02 23 45 67 89"
        undo = json.loads(ObjectMerge.get_by_id(done.id).undo)
        assert {one["class_name"] for one in undo["moved"]} >= {"Car", "Person", "lnkDriver"}
        undo_merge("Person", done.id, author=AGENT, now=NOON)
        assert everything() == before
        # And objects of such a class themselves.
        cars = merge("Car", car, second, author=AGENT, now=NOON)
        undo_merge("Car", cars.id, author=AGENT, now=NOON)
        assert everything() == before
