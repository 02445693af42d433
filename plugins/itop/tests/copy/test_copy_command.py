"""`cti-host itop copy` as a process: what it says, and what is left when it is killed."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from command_kit import PATIENCE_SECONDS, run, started
from copy_kit import Copying
from cti_itop.mirror.windows import PAGE
from plain_model import PlainModel

pytestmark = pytest.mark.long

IMPORT = ("data", "import", "--match", "id", "--ignore-unknown", "--empty-missing", "--skip-bad")


@pytest.fixture
def config(copying: Copying) -> Path:
    """The settings of a host with an empty store in front of the fake iTop."""
    return copying.running.config_file


@pytest.fixture
def file(config: Path) -> Path:
    """Where to copy to."""
    return config.parent / "itop.jsonl"


def test_what_is_copied_into_a_file_is_imported_and_verified(config: Path, file: Path) -> None:
    status, output, errors = run(config, "itop", "copy", "-o", str(file))
    assert status == 0, errors
    assert "Person: 2, checksum " in output
    assert output.endswith("Copied 4 objects.\n")
    status, output, errors = run(config, *IMPORT, str(file))
    assert status == 0, errors
    assert output.endswith("Imported: 4 created, 0 changed, 0 as before.\n")
    status, output, _errors = run(config, "data", "import", "--match", "id", "--ignore-unknown",
                                  "--dry-run", "--json", str(file))  # fmt: skip
    verified = json.loads(output)
    assert (verified["create"], verified["change"], len(verified["skip"])) == ([], [], 4)


def test_without_a_file_the_lines_go_to_standard_output(config: Path) -> None:
    status, output, errors = run(config, "itop", "copy", "--classes", "Person")
    assert status == 0, errors
    assert [json.loads(line)["id"] for line in output.splitlines()] == [3, 6]
    assert errors.endswith("Copied 2 objects.\n")


def test_what_could_not_be_copied_is_said_and_the_status_is_1(
    config: Path, file: Path, model: PlainModel
) -> None:
    model.forbidden = {"UserRequest"}
    status, output, _errors = run(config, "itop", "copy", "-o", str(file), "--json")
    assert status == 1
    said = json.loads(output)
    assert said["complete"] is False
    problems = {one["name"]: one["problem"] for one in said["classes"] if one["problem"]}
    assert problems == {"UserRequest": "the account may not read this class in iTop"}
    status, output, _errors = run(config, "itop", "copy", "-o", str(file))
    assert output.endswith("Copied 3 objects, 1 classes could not be read.\n")


def test_what_could_not_be_imported_is_said_and_kept_to_be_corrected(
    config: Path, file: Path, model: PlainModel
) -> None:
    model.add_person(7, org_id="99")
    run(config, "itop", "copy", "-o", str(file))
    status, output, errors = run(config, *IMPORT, str(file))
    assert status == 3
    assert "Person: 2 created, 0 changed, 0 as before" in output
    assert "org_id: there is no Organization with the id 99" in errors
    bad = file.with_name("itop.bad.jsonl")
    assert f"To be corrected: {bad}" in output
    assert json.loads(bad.read_text().splitlines()[1])["id"] == 7


def test_it_needs_no_store(config: Path) -> None:
    config.write_text(config.read_text().replace(', "tickets"', ""))
    status, output, errors = run(config, "itop", "copy", "--classes", "Organization")
    assert (status, len(output.splitlines())) == (0, 1), errors


def test_a_class_that_itop_does_not_have_is_named(config: Path) -> None:
    status, _output, errors = run(config, "itop", "copy", "--classes", "Server")
    assert status == 1
    assert errors.startswith("Error: iTop can't give the class Server")


def test_killed_in_the_middle_the_next_one_goes_on_and_nothing_is_missing(
    config: Path, file: Path, copying: Copying, model: PlainModel
) -> None:
    model.add_organization(1, "Acme", parent_id=5)
    model.add_organization(5, "Holding")
    for id_ in range(10, 5 * PAGE):
        model.add_person(id_)
    reached, released, windows = threading.Event(), threading.Event(), list[str]()

    def hold_the_fourth_window(query: str) -> None:
        if "Person" in query and "<=" in query:
            windows.append(query)
            # By then the first one was written: two are fetched ahead at most.
            if len(windows) == 4:
                reached.set()
                released.wait(PATIENCE_SECONDS)

    model.asked = hold_the_fourth_window
    try:
        with started(config, "itop", "copy", "-o", str(file)):
            assert reached.wait(PATIENCE_SECONDS)
    finally:
        released.set()
    assert not file.exists()
    part = file.with_name("itop.jsonl.part")
    with part.open("ab") as half:
        half.write(b'{"class": "Person", "id": 4')  # as a full disk would leave it

    queries: list[str] = []
    model.asked = queries.append
    status, output, errors = run(config, "itop", "copy", "-o", str(file), "--json")
    assert status == 0, errors
    persons = next(one for one in json.loads(output)["classes"] if one["name"] == "Person")
    assert persons["objects"] == len(model.objects["Person"])
    assert not [q for q in queries if "Person WHERE id > 0 " in q], "the first page is not reread"
    assert not part.exists()
    status, _output, errors = run(config, *IMPORT, str(file))
    assert status == 0, errors
    assert len(copying.stored("Person")) == len(model.objects["Person"])
    assert copying.value("Organization", 1, "parent_id") == 5
