"""What a form leads to is created on the way: a person and their organization in one form."""

from __future__ import annotations

from typing import Any

import pytest

FORM = "/objects/new/Person?phone=0987654321"
TYPED = {"name": "Byron", "first_name": "Ada", "function": "Analyst"}


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """A site with one organization, on each database."""
    built = make_site(database=database_url)
    built.add("Organization", name="Analytical Ltd")
    return built


def test_a_person_comes_with_their_organization(site: Any) -> None:
    saved = site.save(FORM, **TYPED, **{"new:org_id": "Engines Ltd"})
    assert saved.status == 303
    (made,) = site.rows("Organization", name="Engines Ltd")
    person = site.stored("Person", 1)
    assert (person["org_id"], person["phone"]) == (made["id"], "0987654321")
    # The history of both says who has created them.
    assert "Created" in site.get(f"/objects/Organization/{made['id']}?tab=history").text


def test_nothing_is_lost_and_nothing_created_if_something_is_wrong(site: Any) -> None:
    typed = {**TYPED, "name": ""}
    refused = site.save(FORM, **typed, **{"new:org_id": "Engines Ltd"})
    assert refused.status == 400
    assert refused.fields["new:org_id"] == "Engines Ltd"
    assert refused.fields["function"] == "Analyst"
    assert site.count("Organization") == 1
    assert site.submit(refused, name="Byron").status == 303
    assert site.count("Organization") == 2


def test_one_of_that_name_is_taken_instead_of_a_second_one(site: Any) -> None:
    assert site.save(FORM, **TYPED, **{"new:org_id": "analytical ltd"}).status == 303
    assert site.count("Organization") == 1
    assert site.stored("Person", 1)["org_id"] == 1


def test_a_form_that_is_sent_twice_creates_both_once(site: Any) -> None:
    page = site.get(FORM)
    for _time in range(2):
        assert site.submit(page, **TYPED, **{"new:org_id": "Engines Ltd"}).status == 303
    assert site.count("Organization") == 2
    assert site.count("Person") == 1


def test_a_choice_and_a_new_name_are_not_both_meant(site: Any) -> None:
    refused = site.save(FORM, **TYPED, org_id="1", **{"new:org_id": "Engines Ltd"})
    assert refused.status == 400
    assert "Choose one, or name a new one: not both." in refused.text
    assert site.count("Organization") == 1


def test_it_is_offered_to_whoever_may(make_site: Any) -> None:
    site = make_site(profiles=["Support Agent"])
    site.add("Organization", name="Analytical Ltd")
    page = site.get(FORM)
    may = site.get("/objects/new/Organization").status == 200
    assert ("new:org_id" in page.html) == may


def test_what_needs_more_than_a_name_is_not_offered(site: Any) -> None:
    assert "new:caller_id" not in site.get("/objects/new/UserRequest").html
