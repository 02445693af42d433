"""The demonstration, served by a fake iTop and copied: the same objects in another database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from copy_kit import Copying, stored
from cti_tickets.model.classes.registry import Person
from cti_tickets.store import objects as storage
from cti_tickets.transfer.outcome import Action
from fake_itop import FakeItop
from itop_model import TicketsModel

MakeCopying = Callable[[FakeItop], Copying]


def as_itop_gives_it(fields: dict[str, Any]) -> dict[str, Any]:
    """iTop's descriptions are markup, and its entries don't say which person wrote them."""
    given = dict(fields)
    text = str(fields.get("description", ""))
    if "description" in fields and not text.startswith("<"):
        given["description"] = f"<p>{text}</p>"
    for code, value in fields.items():
        if isinstance(value, dict):
            entries = [
                {name: text for name, text in entry.items() if name != "contact_id"}
                for entry in value["entries"]
            ]
            given[code] = {"entries": entries}
    return given


def test_every_object_comes_with_its_id_its_references_and_its_logs(
    make_copying: MakeCopying, itop_server: FakeItop, demo_model: TicketsModel
) -> None:
    demo_model.lacking = set()  # an iTop whose own model has all that a host's has
    copying = make_copying(itop_server)
    copied = copying.copy()
    assert copied.reasons() == []
    assert not copied.imported.notes.count
    there = {name: copying.stored(name) for name in copied.classes}
    source = demo_model.app.extensions["cti_host"]
    with demo_model.app.app_context(), source.database.connection_context():
        wanted = {name: stored(name) for name in copied.classes}
    assert {"Organization", "Person", "UserRequest"} <= wanted.keys()
    for name, objects in wanted.items():
        assert copied.classes[name].objects == len(objects)
        assert there[name].keys() == objects.keys()
        for id_, fields in objects.items():
            assert there[name][id_] == as_itop_gives_it(fields)
    assert any(fields["public_log"]["entries"] for fields in there["UserRequest"].values())


def test_copying_again_writes_nothing(make_copying: MakeCopying, itop_server: FakeItop) -> None:
    copying = make_copying(itop_server)
    copying.copy()
    counts = copying.copy().imported.counts
    assert sum(counts[Action.CREATE].values()) + sum(counts[Action.CHANGE].values()) == 0
    assert sum(counts[Action.SKIP].values()) > 10


def test_what_itop_does_not_have_stays_as_it_is_here(
    make_copying: MakeCopying, itop_server: FakeItop
) -> None:
    copying = make_copying(itop_server)
    copied = copying.copy("Organization", "Location", "Person")
    assert '"notes"' not in copied.file.read_text(encoding="utf-8")
    storage.update("Person", 20, {"vip": "1", "notes": "Ours"}, author=None)
    _new, changed, _same = copying.copy("Person").counts("Person")
    person = storage.load("Person", 20)
    assert (changed, person.vip, person.notes) == (0, 1, "Ours")


def test_callers_are_found_in_the_copy(make_copying: MakeCopying, itop_server: FakeItop) -> None:
    copying = make_copying(itop_server)
    copying.copy("Organization", "Person")
    id_, person = next((i, p) for i, p in copying.stored("Person").items() if p["phone"])
    number = copying.running.host.hooks.parse_number(str(person["phone"]))
    assert number is not None
    assert Person.get_by_id(id_).phone_e164 == number.key


def test_new_tickets_of_the_copy_take_numbers_above_those_of_itop(
    make_copying: MakeCopying, itop_server: FakeItop
) -> None:
    copying = make_copying(itop_server)
    copying.copy()
    numbers = [
        int(str(fields["ref"])[2:])
        for name in ("UserRequest", "Incident", "Problem")
        for fields in copying.stored(name).values()
    ]
    org = min(copying.stored("Organization"))
    values: dict[str, str | int | None] = {
        "org_id": org,
        "title": "New",
        "description": "One more.",
    }
    made = storage.create("UserRequest", {**values}, author=None)
    assert int(made.ref[2:]) > max(numbers)
    assert made.id > max(copying.stored("Incident"))
