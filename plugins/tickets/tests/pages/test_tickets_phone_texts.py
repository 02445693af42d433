"""A phone text that nobody can read is data: it is kept, and the agent is told gently."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

UNREAD = "ask Zoé at noon"
KEPT = f"Phone: “{UNREAD}” can't be read as a phone number. It was kept as typed"
BESIDE = "This can't be read as a phone number; calls may not find it."
REFUSING = "[plugin.tickets]\nrefuse_unreadable_phones = true\n"
NEW = {"name": "Byron", "first_name": "Ada", "org_id": "1"}


@pytest.fixture
def strict(make_site: Any) -> Any:
    """A site whose admin wants readable numbers only."""
    site = make_site(REFUSING)
    site.add("Organization", name="Analytical Ltd")
    return site


def person_file(folder: Path, **fields: Any) -> str:
    path = folder / "people.jsonl"
    values = {"class": "Person", "id": 7, "fields": {**NEW, "org_id": 1, **fields}}
    path.write_text(json.dumps(values) + "\n", encoding="utf-8")
    return str(path)


def test_a_new_person_keeps_it_as_it_was_typed_with_a_warning(site: Any) -> None:
    saved = site.save("/objects/new/Person", **NEW, phone=f" {UNREAD} ")
    assert saved.status == 303
    (person,) = site.rows("Person")
    assert (person["phone"], person["phone_e164"]) == (UNREAD, None)
    page = site.get(saved.location)
    assert KEPT in page.text
    assert "Person created." in page.text
    assert KEPT not in site.get(saved.location).text


def test_so_does_a_changed_one_and_both_numbers_are_named(site: Any) -> None:
    ada = site.add("Person", **NEW)
    saved = site.save(f"/objects/Person/{ada}/modify", phone=UNREAD, mobile_phone="none")
    page = site.get(saved.location)
    assert "Saved." in page.text
    assert KEPT in page.text
    assert "Mobile phone: “none” can't be read" in page.text
    # What is not touched gives no warning again.
    again = site.save(f"/objects/Person/{ada}/modify", function="Countess")
    assert "can't be read" not in site.get(again.location).text


def test_the_panel_that_the_agent_comes_back_to_says_so(site: Any) -> None:
    saved = site.save("/objects/new/Person?next=/pop%3Fphone%3D0987654321", **NEW, phone=UNREAD)
    assert saved.location.startswith("/pop?phone=0987654321")
    assert KEPT in site.get(saved.location).text


def test_its_field_has_a_note_that_screen_readers_read_with_it(site: Any) -> None:
    ada = site.add("Person", **NEW, phone=UNREAD, mobile_phone="06 12 34 56 78")
    page = site.get(f"/objects/Person/{ada}/modify")
    assert page.text.count(BESIDE) == 1
    phone = page.form.controls["phone"]
    assert phone["aria-describedby"] == "phone-note"
    assert 'id="phone-note"' in page.html
    assert "aria-invalid" not in phone
    assert "aria-describedby" not in page.form.controls["mobile_phone"]


def test_a_form_that_comes_back_for_another_mistake_has_it_too(site: Any) -> None:
    page = site.save("/objects/new/Person", **{**NEW, "name": ""}, phone=UNREAD)
    assert page.status == 400
    assert BESIDE in page.text
    assert page.fields["phone"] == UNREAD


def test_it_is_french_for_the_french(site: Any) -> None:
    ada = site.add("Person", **NEW, phone=UNREAD)
    page = site.get(f"/objects/Person/{ada}/modify", Accept_Language="fr")
    assert "n'est pas lisible comme numéro de téléphone" in page.text


@pytest.mark.parametrize("text", ["", "12", "118 218", "+33 9 87 65 43 21", "4012"])
def test_a_number_gives_no_warning(site: Any, text: str) -> None:
    saved = site.save("/objects/new/Person", **NEW, phone=text)
    assert "can't be read" not in site.get(saved.location).text
    modified = site.get("/objects/Person/1/modify")
    assert BESIDE not in modified.text


def test_an_import_lists_it(site: Any, tmp_path: Path) -> None:
    result = site.command("data", "import", "--json", person_file(tmp_path, phone=UNREAD))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["notes"] == [
        {
            "file": "people.jsonl",
            "line": 1,
            "attribute": "phone",
            "message": "is not a phone number: kept as it is",
        }
    ]
    assert site.stored("Person", 7)["phone"] == UNREAD


# An admin's setting


def test_a_site_may_refuse_it_in_forms(strict: Any) -> None:
    page = strict.save("/objects/new/Person", **NEW, phone=UNREAD)
    assert page.status == 400
    assert "Is not a phone number" in page.text
    assert page.fields["phone"] == UNREAD
    assert page.form.controls["phone"]["aria-describedby"] == "phone-error"
    assert strict.rows("Person") == []


def test_and_in_imports(strict: Any, tmp_path: Path) -> None:
    result = strict.command("data", "import", person_file(tmp_path, phone=UNREAD))
    assert result.exit_code == 1
    assert "people.jsonl:1: phone: is not a phone number" in result.output
    assert strict.rows("Person") == []


def test_what_was_there_before_hinders_no_other_change(make_site: Any, tmp_path: Path) -> None:
    site = make_site(REFUSING.replace("true", "false"))
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", **NEW, phone=UNREAD)
    config = site.running.config_file
    config.write_text(config.read_text().replace("phones = false", "phones = true"))
    path = tmp_path / "people.jsonl"
    path.write_text(
        json.dumps({"class": "Person", "id": 1, "fields": {"function": "x", "phone": UNREAD}})
    )
    result = site.command("data", "import", "--match", "id", str(path))
    assert result.exit_code == 0, result.output
    assert site.stored("Person", 1)["function"] == "x"


def test_the_setting_is_a_truth_value(check: Any) -> None:
    ((_line, key, _message, _remedy, warning),) = check(REFUSING.replace("true", '"yes"'))
    assert key == "plugin.tickets.refuse_unreadable_phones"
    assert not warning
