"""Two persons become one on a page: compared, chosen, merged, undone; and old links lead on."""

from __future__ import annotations

import re
from typing import Any

import pytest


@pytest.fixture
def people(site: Any) -> Any:
    """Two persons who are one, 1 and 2, with a ticket each; 3 is somebody else."""
    values = {"org_id": 1, "email": "ada@example.org"}
    site.add("Person", first_name="Ada", name="Byron", phone="01 23 45 67 89", **values)
    site.add("Person", first_name="Augusta", name="King", mobile_phone="06 23 45 67 89",
             function="Countess", **values)  # fmt: skip
    site.add("Person", first_name="Charles", name="Babbage", org_id=1)
    for caller in (1, 2):
        site.add("UserRequest", title="T", description="D", org_id=1, caller_id=caller)
    return site


def compared(site: Any, kept: int = 1, other: int = 2) -> Any:
    page = site.get(f"/objects/Person/{kept}/merge?other={other}")
    assert page.status == 200
    return page


def picks(page: Any) -> dict[str, str]:
    """What is chosen, by attribute: a browser sends only the radio buttons that are on."""
    tags = re.findall(r'<input[^>]*type="radio"[^>]*>', page.html)
    on = [tag for tag in tags if " checked" in tag]
    found = [re.search(r'name="pick-(\w+)" value="(\w+)"', tag) for tag in on]
    return {one[1]: one[2] for one in found if one}


def send(site: Any, page: Any, **changes: str) -> Any:
    """Press "Merge" with what is chosen, and changes."""
    fields = {k: v for k, v in page.fields.items() if not k.startswith("pick-")}
    chosen = {f"pick-{code}": value for code, value in picks(page).items()}
    return site.post(page.form.action, {**fields, **chosen, **changes})


def test_the_page_of_a_person_offers_who_may_be_the_same(people: Any) -> None:
    page = people.get("/objects/Person/1")
    assert "Perhaps the same" in page.text
    assert "The same: Email" in page.text
    assert page.links["Augusta King"] == "/objects/Person/2"
    assert page.links["Compare"] == "/objects/Person/1/merge?other=2"
    assert "Perhaps the same" not in people.get("/objects/Person/3").text
    chosen = people.get("/objects/Person/3/merge")
    assert chosen.status == 200
    assert "Babbage" in chosen.text


def test_what_is_empty_is_proposed_from_the_other_one(people: Any) -> None:
    page = compared(people)
    assert picks(page) == {
        "name": "kept",
        "first_name": "kept",
        "function": "other",
        "phone": "kept",
        "mobile_phone": "other",
    }
    assert "User Request (Caller): R-000002" in page.text
    assert page.links["Keep the other one instead"] == "/objects/Person/2/merge?other=1"


def test_merged_the_ticket_is_the_one_persons_and_old_links_lead_there(people: Any) -> None:
    done = send(people, compared(people), **{"pick-name": "other"})
    assert (done.status, done.location) == (303, "/objects/Person/1")
    stored = people.stored("Person", 1)
    assert (stored["name"], stored["first_name"], stored["function"]) == ("King", "Ada", "Countess")
    assert stored["mobile_phone"] == "06 23 45 67 89"
    assert people.stored("UserRequest", 2)["caller_id"] == 1
    for path in ("", "/modify", "/merge"):
        old = people.get(f"/objects/Person/2{path}?tab=history")
        assert (old.status, old.location) == (302, f"/objects/Person/1{path}?tab=history")
    page = people.get("/objects/Person/1")
    assert "Augusta King was merged into this one." in page.text
    assert "Merged with Augusta King" in page.text
    assert "Merged with Augusta King #2" in people.get("/objects/Person/1?tab=history").text
    assert people.get("/objects/Person/4").status == 404


def test_undone_all_is_as_it_was_and_what_was_changed_is_told(people: Any) -> None:
    send(people, compared(people))
    people.save("/objects/Person/1/modify", function="Analyst")
    page = people.get("/objects/Person/1")
    undo = next(form for form in page.forms if "undo-merge" in form.action)
    done = people.post(undo.action, undo.fields)
    assert (done.status, done.location) == (303, "/objects/Person/1")
    page = people.get("/objects/Person/1")
    assert "The merge was undone." in page.text
    assert "Changed here since the merge, and left as it is: Function" in page.text
    assert people.stored("UserRequest", 2)["caller_id"] == 2
    assert people.get("/objects/Person/2").status == 200
    again = people.post(undo.action, undo.fields)
    assert again.status == 303
    assert "Somebody has undone this already." in people.get("/objects/Person/1").text


def test_what_somebody_else_changed_is_shown_with_all_that_was_chosen(people: Any) -> None:
    page = compared(people)
    people.save("/objects/Person/2/modify", function="Queen")
    shown = send(people, page, **{"pick-name": "other", "pick-function": "kept", "numbers": ""})
    assert shown.status == 409
    assert "Nothing was merged." in shown.text
    assert "Queen" in shown.text
    assert picks(shown)["name"] == "other"
    assert picks(shown)["function"] == "kept"
    assert people.get("/objects/Person/2").status == 200
    assert send(people, shown).status == 303


def test_a_form_without_its_token_merges_nothing(people: Any) -> None:
    shown = send(people, compared(people), csrf_token="old", **{"pick-name": "other"})
    assert shown.status == 400
    assert picks(shown)["name"] == "other"
    assert people.get("/objects/Person/2").status == 200
    send(people, compared(people))
    undo = next(f for f in people.get("/objects/Person/1").forms if "undo-merge" in f.action)
    people.post(undo.action, {})
    assert "Please try again." in people.get("/objects/Person/1").text
    assert people.get("/objects/Person/2").status == 302


@pytest.mark.parametrize(
    ("other", "status", "told"),
    [("1", 400, "one and the same"), ("4711", 404, "no such object"), ("x" * 50, 400, "")],
)
def test_with_whom_is_told_if_it_is_wrong(people: Any, other: str, status: int, told: str) -> None:
    page = people.get(f"/objects/Person/1/merge?other={other}")
    assert page.status == status
    assert told in page.text


def test_tickets_and_organizations_are_not_merged(people: Any) -> None:
    assert people.get("/objects/UserRequest/1/merge").status == 404
    assert people.get("/objects/Organization/1/merge").status == 404
    assert "Merge …" not in people.get("/objects/Organization/1").links
    assert people.get("/objects/Nothing/1/merge").status == 404


@pytest.mark.parametrize("profile", ["Support Agent", "Change Supervisor"])
def test_only_who_may_change_and_delete_people_merges_them(make_site: Any, profile: str) -> None:
    site = make_site(profiles=[profile])
    site.add("Organization", name="O")
    for name in ("A", "B"):
        site.add("Person", first_name="Ada", name=name, org_id=1, email="a@example.org")
    page = site.get("/objects/Person/1")
    assert "Merge …" not in page.links
    assert "Perhaps the same" in page.text
    assert "Compare" not in page.links
    assert site.get("/objects/Person/1/merge?other=2").status == 403
    assert site.get("/objects/Person/4711/merge").status == 403
    assert site.post("/objects/Person/1/undo-merge/1", {}).status in (400, 403)


def test_a_configuration_manager_merges_people(make_site: Any) -> None:
    site = make_site(profiles=["Configuration Manager"])
    site.add("Organization", name="O")
    for name in ("A", "B"):
        site.add("Person", first_name="Ada", name=name, org_id=1)
    assert send(site, compared(site)).status == 303


def test_in_french_and_german_nothing_is_english(people: Any) -> None:
    french = people.get("/objects/Person/1/merge?other=2", Accept_Language="fr")
    assert "Fusionner" in french.text
    german = people.get("/objects/Person/1/merge?other=2", Accept_Language="de")
    assert "zusammenführen" in german.text.lower()


def test_a_merge_that_never_was_is_not_undone(people: Any) -> None:
    for number in ("4711", "9" * 30):
        form = {"csrf_token": compared(people).fields["csrf_token"]}
        done = people.post(f"/objects/Person/1/undo-merge/{number}", form)
        assert done.status == 303
        assert "There is nothing to undo." in people.get("/objects/Person/1").text


def test_sent_twice_it_is_done_once_and_old_pages_lead_on(people: Any) -> None:
    page = compared(people)
    for _time in range(2):
        done = send(people, page)
        assert (done.status, done.location) == (303, "/objects/Person/1")
    again = people.get("/objects/Person/1/merge?other=2")
    assert (again.status, again.location) == (303, "/objects/Person/1")
    other = people.get("/objects/Person/3/merge?other=2")
    assert other.status == 200
    assert "Ada Byron" in other.text
