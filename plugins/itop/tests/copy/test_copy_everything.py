"""The demonstration, served by a fake iTop and copied: the same objects in another database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from copy_kit import Copying, reasons, stored
from cti_tickets.model.registry import Person
from cti_tickets.store import objects as storage
from fake_itop import FakeItop
from itop_model import TicketsModel

from cti_host import StoredObject
from cti_host.testing import RunningHost

MakeCopying = Callable[[FakeItop], Copying]


def as_itop_gives_it(one: StoredObject) -> StoredObject:
    """iTop's descriptions are markup, and its entries end with their last word."""
    values: dict[str, Any] = dict(one.values)
    text = str(values.get("description", ""))
    if "description" in values and not text.startswith("<"):
        values["description"] = f"<p>{text}</p>"
    return replace(one, values=values)


def test_every_object_comes_with_its_id_its_references_and_its_logs(
    make_copying: MakeCopying, itop_server: FakeItop, demo_model: TicketsModel
) -> None:
    copying = make_copying(itop_server)
    copied = copying.copy()
    assert reasons(copied) == []
    assert all(one.verified and one.new == one.itop == one.store for one in copied.values())
    source = RunningHost(demo_model.app, copying.running.config_file)
    there = {name: copying.stored(name) for name in copied}
    with source.app.app_context(), source.host.database.connection_context():
        wanted = {name: stored(source, name) for name in copied}
    assert {"Organization", "Person", "UserRequest"} <= wanted.keys()
    for name, objects in wanted.items():
        assert there[name].keys() == objects.keys()
        for id_, one in objects.items():
            assert there[name][id_] == as_itop_gives_it(one)
    assert any(one.values["public_log"] for one in there["UserRequest"].values())


def test_copying_again_writes_nothing(make_copying: MakeCopying, itop_server: FakeItop) -> None:
    copying = make_copying(itop_server)
    copying.copy()
    again = copying.copy()
    assert all(one.verified for one in again.values())
    assert sum(one.new + one.changed for one in again.values()) == 0
    assert sum(one.same for one in again.values()) > 10


def test_callers_are_found_in_the_copy(make_copying: MakeCopying, itop_server: FakeItop) -> None:
    copying = make_copying(itop_server)
    copying.copy("Organization", "Person")
    person = next(p for p in copying.stored("Person").values() if p.values["phone"])
    number = copying.running.host.hooks.parse_number(str(person.values["phone"]))
    assert number is not None
    assert Person.get_by_id(person.id).phone_e164 == number.key


def test_new_tickets_of_the_copy_take_numbers_above_those_of_itop(
    make_copying: MakeCopying, itop_server: FakeItop
) -> None:
    copying = make_copying(itop_server)
    copying.copy()
    numbers = [
        int(str(one.values["ref"])[2:])
        for name in ("UserRequest", "Incident", "Problem")
        for one in copying.stored(name).values()
    ]
    org = min(copying.stored("Organization"))
    values: dict[str, str | int | None] = {
        "org_id": org,
        "title": "New",
        "description": "One more.",
    }
    made = storage.create("UserRequest", values, author=None)
    assert int(made.ref[2:]) > max(numbers)
    assert made.id > max(copying.stored("Incident"))
