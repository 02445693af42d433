"""Who is calling: found in whatever form their number is stored, and why."""

from __future__ import annotations

from typing import Any

import pytest

EMAIL_TOO = """
[url_parameters]
phone = "phone"
mail = "email"
[caller_information]
query = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone OR email LIKE :email"
"""
# The same number, each in another writing, and how the page says it was written down.
NATIONAL = "stored in national form, region FR"
INTERNATIONAL = "stored in international form, region FR"
WRITINGS = [
    ("0987654321", NATIONAL),
    ("09 87 65 43 21", NATIONAL),
    ("09/87/65/43/21", NATIONAL),
    ("09.87.65.43.21", NATIONAL),
    ("09-87-65-43-21", NATIONAL),
    ("+33987654321", INTERNATIONAL),
    ("+33 9 87 65 43 21", INTERNATIONAL),
    ("+33 (0)9 87 65 43 21", INTERNATIONAL),
    ("0033987654321", INTERNATIONAL),
]


def person(site: Any, first_name: str, **values: str) -> int:
    return int(site.add("Person", first_name=first_name, name="Byron", org_id=1, **values))


def found(site: Any, query: str, language: str = "en") -> list[tuple[int, str]]:
    return [(c["id"], c["why"]) for c in site.panel(query, language)["callers"]]


@pytest.mark.parametrize(("stored", "form"), WRITINGS)
@pytest.mark.parametrize("dialled", ["0987654321", "%2B33987654321", "+33987654321"])
def test_a_number_is_found_in_any_writing(site: Any, stored: str, form: str, dialled: str) -> None:
    ada = person(site, "Ada", phone=stored)
    person(site, "Else", phone="0987654322", mobile_phone="0612345678")
    assert found(site, f"phone={dialled}") == [(ada, f"Phone, {form}")]


def test_the_databases_find_the_same(make_site: Any, database_url: str) -> None:
    site = make_site(EMAIL_TOO, database=database_url)
    site.add("Organization", name="Analytical Ltd")
    ada = person(site, "Ada", phone="09 87 65 43 21")
    annabella = person(site, "Annabella", mobile_phone="+33 987654321")
    mail = person(site, "Mél", email="Mel@Example.org")
    assert found(site, "phone=0987654321&mail=mel@example.org") == [
        (ada, f"Phone, {NATIONAL}; 1 other shares it"),
        (annabella, f"Mobile phone, {INTERNATIONAL}; 1 other shares it"),
        (mail, "Email, the same text"),
    ]


def test_others_who_share_a_number_are_counted(site: Any) -> None:
    first = person(site, "Ada", phone="0987654321")
    second = person(site, "Bea", phone="0987654321", mobile_phone="+33987654321")
    third = person(site, "Cleo", mobile_phone="09 87 65 43 21")
    assert found(site, "phone=0987654321") == [
        (first, f"Phone, {NATIONAL}; 2 others share it"),
        (second, f"Phone, {NATIONAL}, Mobile phone, {INTERNATIONAL}; 2 others share it"),
        (third, f"Mobile phone, {NATIONAL}; 2 others share it"),
    ]


def test_the_reason_is_told_in_french_too(site: Any) -> None:
    person(site, "Ada", phone="0987654321")
    alone = found(site, "phone=0987654321", "fr")
    assert [why for _id, why in alone] == ["Téléphone, enregistré sous forme nationale, région FR"]
    person(site, "Bea", mobile_phone="+33987654321")
    person(site, "Cleo", mobile_phone="+33987654321")
    _first, *others = found(site, "phone=0987654321", "fr")
    expected = (
        "Téléphone mobile, enregistré sous forme internationale, région FR; 2 autres le partagent"
    )
    assert [why for _id, why in others] == [expected, expected]


def test_an_extension_matches_the_same_extension_only(site: Any) -> None:
    desk = person(site, "Desk", phone="321")
    person(site, "Outside", phone="0987654321")
    person(site, "Direct", phone="+33 9 87 65 43 00 ext. 321")
    assert found(site, "phone=321") == [(desk, "Phone, stored as an extension")]


def test_an_outside_number_never_finds_an_extension(site: Any) -> None:
    person(site, "Desk", phone="4321")
    assert found(site, "phone=0987654321") == []


def test_a_person_is_found_by_mail_alone_and_neither_case_nor_accents_count(make_site: Any) -> None:
    site = make_site(EMAIL_TOO)
    site.add("Organization", name="Analytical Ltd")
    ada = person(site, "Ada", phone="0612345678", email="Ada@Example.org")
    assert found(site, "phone=anonymous&mail=ada@example.ORG") == [(ada, "Email, the same text")]


def test_a_person_found_by_number_and_mail_has_both_reasons(make_site: Any) -> None:
    site = make_site(EMAIL_TOO)
    site.add("Organization", name="Analytical Ltd")
    ada = person(site, "Ada", phone="0987654321", email="ada@example.org")
    assert found(site, "phone=0987654321&mail=ada@example.org") == [
        (ada, f"Email, the same text, Phone, {NATIONAL}")
    ]


def test_without_a_plugin_for_numbers_texts_are_compared_as_texts(make_site: Any) -> None:
    site = make_site(plugins=["tickets"])
    site.add("Organization", name="Analytical Ltd")
    ada = person(site, "Ada", phone="0987654321")
    person(site, "Bea", phone="09 87 65 43 21")
    assert found(site, "phone=0987654321") == [(ada, "Phone, the same text")]
    assert found(site, "phone=%2B33987654321") == []


@pytest.mark.parametrize("pattern", ["%25", "098765432_", "0987%25", "%2525", "_"])
def test_what_came_with_a_call_is_never_a_pattern(make_site: Any, pattern: str) -> None:
    site = make_site(plugins=["tickets"])
    site.add("Organization", name="Analytical Ltd")
    person(site, "Ada", phone="0987654321")
    assert found(site, f"phone={pattern}") == []


@pytest.mark.parametrize(
    ("received", "says"),
    [
        ("anonymous", "withheld their number"),
        ("%3Cunknown%3E", "withheld their number"),
        ("%CallerNumber%", "its URL is not set up right"),
        ("[Number]", "its URL is not set up right"),
        ("{{caller}}", "its URL is not set up right"),
        ("%25", "is not a number"),
        ("12", "too short"),
        ("()", "withheld"),
    ],
)
def test_what_is_no_number_finds_nobody_and_says_so(site: Any, received: str, says: str) -> None:
    for text in ("", "12", "anonymous"):
        values = {"phone": text} if text != "anonymous" else {"function": text}
        person(site, "Nobody", **values)
    panel = site.panel(f"phone={received}")
    assert panel["callers"] == []
    assert panel["parameters"] == {"phone": None}
    (problem,) = panel["problems"]
    assert says in problem


@pytest.mark.parametrize(
    ("display_name", "shown"),
    [
        ('"friendlyname, org_name"', "Ada Byron, Analytical Ltd"),
        ('["name", "email", "phone"]', "Byron, 0987654321"),
        ('"org_id_friendlyname"', "Analytical Ltd"),
        ('"location_name"', "Person 1"),
        ('"id, status"', "1, active"),
        ('"manager_id_friendlyname, first_name"', "Ada"),
    ],
)
def test_display_name_names_the_attributes_to_show(
    make_site: Any, display_name: str, shown: str
) -> None:
    site = make_site(f"[caller_information]\ndisplay_name = {display_name}\n")
    site.add("Organization", name="Analytical Ltd")
    person(site, "Ada", phone="0987654321")
    panel = site.panel("phone=0987654321")
    assert [c["display"] for c in panel["callers"]] == [shown]
    assert panel["choices"][0] == {"value": "tickets:Person:1", "label": shown}


def test_a_caller_carries_numbers_mail_and_organization(site: Any) -> None:
    person(site, "Ada", phone="09 87 65 43 21", email="ada@example.org", mobile_phone="0612345678")
    (caller,) = site.panel("phone=0987654321")["callers"]
    carried = caller.pop("attributes")
    assert (
        carried.items()
        >= {
            "friendlyname": "Ada Byron",
            "org_name": "Analytical Ltd",
            "email": "ada@example.org",
            "phone": "09 87 65 43 21",
            "mobile_phone": "0612345678",
            "org_id": "1",
            "status": "active",
        }.items()
    )
    # And what else the panel says of them: all that the form of a person has.
    assert {"function", "location_id", "location_name", "manager_id"} <= carried.keys()
    assert caller == {
        "source": "tickets",
        "class": "Person",
        "id": 1,
        "display": "Ada Byron, Analytical Ltd",
        "why": f"Phone, {NATIONAL}",
        "doubt": "",
    }


def test_a_parent_class_finds_people_and_teams(make_site: Any) -> None:
    query = "SELECT Contact WHERE phone LIKE :phone"
    site = make_site(f'[caller_information]\nquery = "{query}"\n')
    site.add("Organization", name="Analytical Ltd")
    person(site, "Ada", phone="0987654321")
    site.add("Team", name="Engines", org_id=1, phone="09 87 65 43 21")
    callers = site.panel("phone=0987654321")["callers"]
    assert sorted((c["class"], c["id"]) for c in callers) == [("Person", 1), ("Team", 2)]


def test_a_person_found_otherwise_has_the_query_as_reason(make_site: Any) -> None:
    query = "SELECT Person WHERE function LIKE :phone"
    site = make_site(f'[caller_information]\nquery = "{query}"\n')
    site.add("Organization", name="Analytical Ltd")
    ada = person(site, "Ada", function="+33987654321")
    assert found(site, "phone=0987654321") == [(ada, "found by the query of the configuration")]


def test_a_query_that_asks_for_nothing_of_the_call_finds_nobody(make_site: Any) -> None:
    site = make_site('[caller_information]\nquery = "SELECT Person"\n')
    site.add("Organization", name="Analytical Ltd")
    person(site, "Ada", phone="0987654321")
    assert found(site, "phone=0987654321") == []


def test_a_number_is_found_by_an_index_where_nobody_has_a_mobile(site: Any) -> None:
    from cti_oql import Oql
    from cti_tickets.model.data_model import schema

    for number in range(300):
        person(site, f"P{number}", phone=f"09876{number:05}")
    with site.running.app.app_context(), site.running.host.database.connection_context():
        host = site.running.host
        number = host.hooks.parse_number("0987600012")
        host.database.execute_sql("ANALYZE")
        statement = Oql(schema()).statement(
            host.settings.caller_information.query, {"phone": number}, postgresql=False, limit=100
        )
        plan = host.database.execute_sql(
            f"EXPLAIN QUERY PLAN {statement.sql}", statement.values
        ).fetchall()
    steps = [row[3] for row in plan]
    assert any("contact_phone_e164" in step for step in steps)
    assert any("contact_mobile_phone_e164" in step for step in steps)
    assert not [step for step in steps if step.startswith("SCAN")], steps


OF_CALLER = "SELECT UserRequest WHERE caller_id = :selected_caller"


@pytest.fixture
def crowded(make_site: Any, database_url: str) -> Any:
    """130 people who share a number, Ada 001 to Ada 130 with the ids 130 to 1; one has a ticket."""
    lists = f"[[display_tickets.lists]]\nenabled = true\nlabel = 'L'\nquery = '{OF_CALLER}'\n"
    site = make_site(lists, database=database_url)
    site.add("Organization", name="Analytical Ltd")
    for number in range(130, 0, -1):
        person(site, f"Ada {number:03}", phone="09 87 65 43 21", email=f"a{number}@example.org")
    site.add("UserRequest", title="Of Ada 120", description="x", org_id=1, caller_id=11)
    return site


def test_of_many_people_a_hundred_are_shown_and_all_are_counted(crowded: Any) -> None:
    panel = crowded.panel("phone=0987654321")
    assert (panel["callers_total"], panel["callers_shown"]) == (130, 100)
    names = [caller["attributes"]["friendlyname"] for caller in panel["callers"]]
    assert names == [f"Ada {number:03} Byron" for number in range(1, 101)]
    why = f"Phone, {NATIONAL}; at least 99 others share it"
    assert {caller["why"] for caller in panel["callers"]} == {why}
    (french, *_) = crowded.panel("phone=0987654321", "fr")["callers"]
    assert french["why"].endswith("; au moins 99 autres le partagent")


def test_of_many_people_any_is_found_by_name_and_by_link(crowded: Any) -> None:
    filtered = crowded.panel("phone=0987654321&filter=byron+12")
    names = [caller["attributes"]["friendlyname"] for caller in filtered["callers"]]
    assert names == [f"Ada {n:03} Byron" for n in (12, 112, *range(120, 130))]
    assert (filtered["callers_total"], filtered["callers_shown"]) == (130, 12)
    assert [c["id"] for c in crowded.panel("phone=0987654321&filter=A120@")["callers"]] == [11]
    for wanted in ("tickets:Person:11", "11"):
        chosen = crowded.panel(f"phone=0987654321&selected_caller={wanted}")
        assert chosen["selected"] == "tickets:Person:11"
        assert chosen["callers"][-1]["display"] == "Ada 120 Byron, Analytical Ltd"
        assert [one["total"] for one in chosen["ticket_lists"]] == [1]
    for stranger in ("tickets:Person:999", "itop:Person:11", "tickets:Team:11"):
        missed = crowded.panel(f"phone=0987654321&selected_caller={stranger}")
        assert missed["selected"] == "all"
        assert missed["problems"] == ["The person chosen is not among the callers found."]


def test_of_many_people_only_the_number_that_they_share_is_read(
    crowded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(crowded, "Ada 000", phone="0987654321", mobile_phone="06 12 34 56 78")
    person(crowded, "Ada 000 B", phone="0987654322", mobile_phone="+33 9 87 65 43 21")
    person(crowded, "Ada 000 C", phone="0987654321 / 0987654323")
    hooks, read = crowded.running.host.hooks, []
    parse_number = hooks.parse_number

    def counted(text: str) -> Any:
        read.append(text)
        return parse_number(text)

    monkeypatch.setattr(hooks, "parse_number", counted)
    panel = crowded.panel("phone=0987654321")
    others = "; at least 99 others share it"
    assert [one["why"] for one in panel["callers"][:4]] == [
        f"Mobile phone, {INTERNATIONAL}{others}",
        *[f"Phone, {NATIONAL}{others}"] * 3,
    ]
    assert {"09 87 65 43 21", "0987654321 / 0987654323"} <= {*read}
    assert not {"06 12 34 56 78", "0987654322"} & {*read}


def test_a_form_for_somebody_of_many_is_theirs(make_site: Any) -> None:
    preset = '[indirect_creation.UserRequest]\nenabled = true\npreset = { caller_id = "%s" }\n'
    site = make_site(preset % ":selected_caller")
    site.add("Organization", name="Analytical Ltd")
    for number in range(110):
        person(site, f"Ada {number:03}", phone="0987654321")
    page = site.get("/create/UserRequest?phone=0987654321&selected_caller=tickets:Person:110")
    assert "caller_id=110&" in page.location
