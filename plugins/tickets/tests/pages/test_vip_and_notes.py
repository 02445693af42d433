"""A person may be a VIP, and there are notes about them: typed, shown, found, merged, erased."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cti_tickets.store import objects

NUMBER = "0987654321"
VIP = '<li class="cti-flag">VIP</li>'


@pytest.fixture
def people(make_site: Any, database_url: str) -> Any:
    """A VIP with notes, 1, and somebody with the same number, 2, who is not one."""
    site = make_site('timezone = "Europe/Paris"\n', database=database_url)
    site.add("Organization", name="Analytical")
    common = {"org_id": 1, "phone": NUMBER}
    notes = "Call <after> nine.\nNever by mail."
    site.add("Person", first_name="Ada", name="Byron", vip="1", notes=notes, **common)
    site.add("Person", first_name="Charles", name="Babbage", **common)
    return site


def check_of(page: Any) -> str:
    """The check on a form."""
    (tag,) = re.findall(r'<input[^>]*type="checkbox"[^>]*name="vip"[^>]*>', page.html) or (
        re.findall(r'<input[^>]*name="vip"[^>]*type="checkbox"[^>]*>', page.html)
    )
    return str(tag)


def test_a_form_asks_for_both_the_notes_last(people: Any) -> None:
    page = people.get("/objects/new/Person")
    assert "checked" not in check_of(page)
    assert page.fields["vip"] == "0"
    assert page.html.index('name="notes"') > page.html.index('name="mobile_phone"')
    page = people.get("/objects/Person/1/modify")
    assert "checked" in check_of(page)
    assert page.fields["vip"] == "1"
    assert page.fields["notes"] == "Call <after> nine.\nNever by mail."
    assert "checked" in check_of(people.get("/objects/new/Person?vip=yes"))


def test_a_check_that_is_taken_away_is_a_no(people: Any) -> None:
    assert people.save("/objects/Person/1/modify", vip="0").status == 303
    assert people.stored("Person", 1)["vip"] == 0
    assert people.save("/objects/Person/2/modify", vip="1", notes="Deaf in one ear").status == 303
    assert people.stored("Person", 2)["vip"] == 1
    history = people.get("/objects/Person/2?tab=history").text
    assert "VIP" in history
    assert "Deaf in one ear" in history


def test_a_form_without_the_check_leaves_it_as_it_is(people: Any) -> None:
    page = people.get("/objects/Person/1/modify")
    fields = {code: text for code, text in page.fields.items() if code != "vip"}
    assert people.post(page.form.action, {**fields, "function": "Countess"}).status == 303
    assert people.stored("Person", 1)["vip"] == 1


def test_what_is_no_yes_or_no_is_refused_beside_the_check(people: Any) -> None:
    page = people.save("/objects/Person/2/modify", vip="perhaps", function="Engineer")
    assert page.status == 400
    assert "Must be one of: 0, 1" in page.text
    assert page.fields["function"] == "Engineer"


def test_the_check_that_somebody_else_has_changed_is_told(people: Any) -> None:
    page = people.get("/objects/Person/1/modify")
    people.save("/objects/Person/1/modify", vip="0", notes="Other")
    shown = people.submit(page, notes="Mine")
    assert shown.status == 409
    assert shown.fields["notes"] == "Mine"
    assert shown.fields["vip"] == "0"


def test_the_page_and_the_panel_show_a_word_and_the_notes(people: Any) -> None:
    page = people.get("/objects/Person/1")
    assert VIP in page.html
    assert "Call &lt;after&gt; nine.\nNever by mail." in page.html
    other = people.get("/objects/Person/2")
    assert "VIP" not in other.text
    panel = people.get(f"/pop?phone={NUMBER}&selected_caller=1")
    assert VIP in panel.html
    assert "Call &lt;after&gt; nine." in panel.html
    assert VIP not in people.get(f"/pop?phone={NUMBER}&selected_caller=2").html


@pytest.mark.parametrize(("language", "label"), [("en", "Notes"), ("fr", "Notes"),
                                                 ("de", "Notizen")])  # fmt: skip
def test_the_labels_are_in_the_agents_language(people: Any, language: str, label: str) -> None:
    page = people.get("/objects/Person/1/modify", Accept_Language=language)
    assert f'for="notes">{label}</label>' in page.html
    assert 'for="vip">VIP</label>' in page.html


def test_queries_exports_and_imports_know_them(people: Any, tmp_path: Any) -> None:
    found = people.command("oql", "SELECT Person WHERE vip = 1").output
    assert "Person::1" in found
    assert "Person::2" not in found
    assert "Person::1" in people.command("oql", "SELECT Person WHERE notes LIKE '%mail%'").output
    exported = people.command("data", "export", "Person", "--format", "jsonl").stdout
    fields = [json.loads(line)["fields"] for line in exported.splitlines()]
    assert [(one["vip"], one["notes"]) for one in fields] == [
        (True, "Call <after> nine.\nNever by mail."),
        (False, ""),
    ]
    file = tmp_path / "people.csv"
    file.write_text("id,vip,notes\n2,1,From a file\n", encoding="utf-8")
    done = people.command("data", "import", "--class", "Person", "--match", "id", str(file))
    assert done.exit_code == 0, done.output
    stored = people.stored("Person", 2)
    assert (stored["vip"], stored["notes"]) == (1, "From a file")


def test_a_list_is_narrowed_down_to_the_vips(people: Any) -> None:
    page = people.get("/objects/Person?columns=name,vip,notes&vip=1")
    assert "Byron" in page.text
    assert "Babbage" not in page.text


def test_many_persons_become_vips_at_once(people: Any) -> None:
    token = people.get("/objects/Person/1/modify").fields["csrf_token"]
    asked = people.post("/objects/Person/bulk-modify", {"csrf_token": token, "ids": "1,2"})
    form = next(form for form in asked.forms if "vip" in form.options)
    assert form.options["vip"] == {"": "–", "0": "No", "1": "Yes"}
    assert form.fields["vip"] == ""


def test_of_two_persons_the_vip_stays_and_both_notes(people: Any) -> None:
    people.save("/objects/Person/2/modify", notes="Also plays chess.")
    page = people.get("/objects/Person/2/merge?other=1")
    chosen = re.findall(r'name="pick-(\w+)" value="(\w+)" checked', page.html)
    assert ("vip", "other") in chosen
    assert ("notes", "both") in chosen
    picks = {f"pick-{code}": value for code, value in chosen}
    done = people.post(page.form.action, {**page.fields, **picks})
    assert (done.status, done.location) == (303, "/objects/Person/2")
    stored = people.stored("Person", 2)
    assert stored["vip"] == 1
    assert stored["notes"] == "Also plays chess.\n\nCall <after> nine.\nNever by mail."
    undo = next(f for f in people.get("/objects/Person/2").forms if "undo-merge" in f.action)
    assert people.post(undo.action, undo.fields).status == 303
    stored = people.stored("Person", 2)
    assert (stored["vip"], stored["notes"]) == (0, "Also plays chess.")
    stored = people.stored("Person", 1)
    assert (stored["vip"], stored["notes"]) == (1, "Call <after> nine.\nNever by mail.")


def test_one_of_two_notes_may_be_chosen(people: Any) -> None:
    people.save("/objects/Person/2/modify", notes="Also plays chess.")
    page = people.get("/objects/Person/2/merge?other=1")
    people.post(page.form.action, {**page.fields, "pick-notes": "other", "pick-vip": "kept"})
    stored = people.stored("Person", 2)
    assert (stored["vip"], stored["notes"]) == (0, "Call <after> nine.\nNever by mail.")


def test_notes_that_are_too_long_together_are_refused_with_what_was_chosen(people: Any) -> None:
    with people.running.app.app_context(), people.running.host.database.connection_context():
        for id_ in (1, 2):
            objects.update("Person", id_, {"notes": f"{id_}" * 40_000}, author=None)
    page = people.get("/objects/Person/2/merge?other=1")
    done = people.post(page.form.action, {**page.fields, "pick-notes": "both"})
    assert done.status == 400
    assert "is too long: at most 65535 bytes" in done.text
    assert people.stored("Person", 1)["vip"] == 1


def test_whoever_is_erased_is_no_vip_and_has_no_notes(people: Any) -> None:
    done = people.command("privacy", "erase", "Person::1", "--yes")
    assert done.exit_code == 0, done.output
    stored = people.stored("Person", 1)
    assert (stored["vip"], stored["notes"]) == (0, "")
