"""Callers by each number of a field, and by readings that are only possible."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def site(make_site: Any) -> Any:
    """A site in Germany with one organization."""
    made = make_site('[plugin.phone_reformat]\nregion = "DE"\n')
    made.add("Organization", name="Analytical Ltd")
    return made


def person(site: Any, name: str, phone: str) -> int:
    added: int = site.add("Person", name=name, first_name="Ada", org_id=1, phone=phone)
    return added


def found(site: Any, phone: str) -> dict[int, str]:
    """Who is found, with the doubt about each."""
    return {c["id"]: c["doubt"] for c in site.panel(f"phone={phone}")["callers"]}


def test_each_number_of_a_field_finds_the_person(site: Any) -> None:
    both = person(site, "Both", "030 12345678 / 0171 1234567")
    one = person(site, "One", "0171 1234567")
    assert found(site, "03012345678") == {both: ""}
    assert found(site, "01711234567") == {both: "", one: ""}


def test_a_doubtful_reading_finds_perhaps_and_is_never_chosen(site: Any) -> None:
    perhaps = person(site, "Perhaps", "1519 2041234")
    panel = site.panel("phone=%2B4915192041234")
    assert [(c["id"], c["doubt"]) for c in panel["callers"]] == [
        (perhaps, "Its leading digit is missing; it may be +1 519-204-1234 without its plus.")
    ]
    assert panel["selected"] == "unknown"
    assert panel["choices"][0]["label"].startswith("Perhaps: ")
    assert found(site, "%2B15192041234") == {}


def test_a_sure_caller_comes_first_and_alone_is_chosen(site: Any) -> None:
    perhaps = person(site, "A", "1519 2041234")
    sure = person(site, "B", "+49 1519 2041234")
    panel = site.panel("phone=%2B4915192041234")
    assert [c["id"] for c in panel["callers"]] == [sure, perhaps]
    assert panel["selected"] == f"tickets:Person:{sure}"


def test_somebody_found_perhaps_can_be_chosen(site: Any) -> None:
    perhaps = person(site, "Perhaps", "1519 2041234")
    wanted = f"tickets:Person:{perhaps}"
    panel = site.panel(f"phone=%2B4915192041234&selected_caller={wanted}")
    assert panel["selected"] == wanted


def test_a_direct_line_finds_the_company_perhaps(site: Any) -> None:
    company = person(site, "Company", "+49 30 23125-0")
    assert found(site, "%2B493023125217") == {
        company: "+493023125217 may be a direct line of this company."
    }
    assert found(site, "030231250") == {company: ""}


def test_a_direct_line_finds_a_company_with_another_number_in_the_field(site: Any) -> None:
    company = person(site, "Company", "+49 30 23125-0, 0171 1234567")
    assert found(site, "%2B493023125217") == {
        company: "+493023125217 may be a direct line of this company."
    }


def test_the_colleague_whose_extension_the_call_names_is_chosen(site: Any) -> None:
    first = person(site, "First", "030 12345678 x1")
    second = person(site, "Second", "030 12345678 x2")
    assert found(site, "03012345678") == {first: "", second: ""}
    panel = site.panel("phone=tel:%2B493012345678;ext=2")
    assert panel["selected"] == f"tickets:Person:{second}"
    assert {c["id"]: bool(c["doubt"]) for c in panel["callers"]} == {second: False, first: True}


def test_numbers_that_no_plan_knows_are_found_by_their_digits(site: Any) -> None:
    short = person(site, "Short", "118 218")
    assert found(site, "118218") == {short: ""}


def test_the_readings_of_a_call_are_shown(site: Any) -> None:
    readings = site.panel("phone=30123456")["readings"]["phone"]
    assert [(r["key"], r["doubt"]) for r in readings][:1] == [
        ("+4930123456", "Without its leading 0, the number may be one of another place.")
    ]
