"""`cti-host itop copy` as a process: what it says, and what is left when it is killed."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from command_kit import PATIENCE_SECONDS, run, start
from copy_kit import Copying
from cti_itop.mirror.windows import PAGE
from plain_model import PlainModel


@pytest.fixture
def config(copying: Copying) -> Path:
    """The settings of a host with an empty store in front of the fake iTop."""
    return copying.running.config_file


def test_it_says_what_it_copied_and_that_it_was_verified(config: Path) -> None:
    status, output, errors = run(config, "itop", "copy")
    assert status == 0, errors
    assert "Person: 2 in iTop, 2 in the store (2 new, 0 changed, 0 as before): verified" in output
    assert output.endswith("complete\n")


def test_what_could_not_be_copied_is_said_and_the_status_is_1(
    config: Path, model: PlainModel
) -> None:
    model.add_person(7, org_id="99")
    status, output, errors = run(config, "itop", "copy")
    assert status == 1
    assert (
        "Person: 3 in iTop, 2 in the store (2 new, 0 changed, 0 as before): 1 difference" in output
    )
    assert "Person 7: is not in the store: org_id: there is no Organization" in errors
    assert errors.endswith("not complete: see the differences\n")


def test_as_json_it_says_the_same(config: Path, model: PlainModel) -> None:
    model.add_person(7, org_id="99")
    status, output, _errors = run(
        config, "itop", "copy", "--classes", "Organization, Person", "--json"
    )
    assert status == 1
    said = json.loads(output)
    assert said["complete"] is False
    classes = {one["name"]: one for one in said["classes"]}
    assert classes.keys() == {"Organization", "Person"}
    assert (classes["Person"]["itop"], classes["Person"]["store"]) == (3, 2)
    (difference,) = classes["Person"]["differences"]
    assert (difference["class_name"], difference["id"]) == ("Person", 7)


def test_without_a_store_it_says_what_to_add(config: Path) -> None:
    config.write_text(config.read_text().replace(', "tickets"', ""))
    status, _output, errors = run(config, "itop", "copy")
    assert status == 1
    assert errors == 'Error: no enabled plugin keeps objects: add "tickets" to `plugins`\n'


def test_killed_in_the_middle_the_next_one_goes_on_and_all_is_verified(
    config: Path, copying: Copying, model: PlainModel
) -> None:
    model.add_organization(1, "Acme", parent_id=5)
    model.add_organization(5, "Holding")
    for id_ in range(10, 5 * PAGE):
        model.add_person(id_)
    reached, released, windows = threading.Event(), threading.Event(), list[str]()

    def hold_the_fourth_window(query: str) -> None:
        if "Person" in query and "<=" in query:
            windows.append(query)
            # By then the first one was stored: two are fetched ahead at most.
            if len(windows) == 4:
                reached.set()
                released.wait(PATIENCE_SECONDS)

    model.asked = hold_the_fourth_window
    process = start(config, "itop", "copy")
    assert reached.wait(PATIENCE_SECONDS)
    process.kill()
    process.communicate()
    released.set()
    assert len(copying.stored("Person")) >= PAGE - 10

    queries: list[str] = []
    model.asked = queries.append
    status, output, errors = run(config, "itop", "copy", "--json")
    assert status == 0, errors
    persons = next(one for one in json.loads(output)["classes"] if one["name"] == "Person")
    assert persons["store"] == persons["itop"] == len(model.objects["Person"])
    assert not [q for q in queries if "Person WHERE id > 0 " in q], "the first page is not reread"
    # This reference was waiting in the process that was killed.
    assert copying.value("Organization", 1, "parent_id") == 5
