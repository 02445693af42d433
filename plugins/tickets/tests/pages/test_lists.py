"""The pages of lists: found, sorted and paged as an agent asks, and taken away as files."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from typing import Any

import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.store.access_journal import EVERYBODY, AccessFilter, entries
from cti_tickets.store.history import Way

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "'; DROP TABLE phone_call; --",
    "%s %d {0} {{ 7*7 }}",
    "\u202egnirts",
]


@pytest.fixture
def site(make_site: Any) -> Any:
    """Two agents, two callers, and some calls about their tickets."""
    return fill(make_site('timezone = "Europe/Paris"\n'))


def fill(site: Any) -> Any:
    site.add("Organization", name="Analytical Ltd")
    for first, last, phone in [
        ("Ada", "Lovelace", "+33 9 87 65 43 21"),
        ("Sam", "Support", ""),
        ("Sue", "Service", ""),
    ]:
        site.add("Person", first_name=first, name=last, org_id=1, phone=phone)
    for title in ("Printer", "Screen"):
        site.add("UserRequest", title=title, description="x", org_id=1, caller_id=1)
    for number in range(6):
        site.add(
            "PhoneCall",
            ticket_id=1 + number % 2,
            agent_id=2 + number % 2,
            contact_id=1 if number < 4 else "",
            flow="inbound" if number < 5 else "outbound",
            date=f"2026-01-{number + 1:02}",
            note=f"Said {number}",
        )
    return site


def notes(page: Any) -> list[int]:
    return [int(number) for number in re.findall(r"Said (\d+)", page.text)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_class_has_a_list(site: Any, language: str) -> None:
    index = site.get("/objects/", Accept_Language=language)
    for cls in schema():
        label = cls.label.in_language(language)
        assert label in index.links
        page = site.get(f"/objects/{cls.name}", Accept_Language=language)
        assert page.status == 200
        assert f"<h1>{label}</h1>" in page.html
    assert {"Tickets", "Appels des tickets" if language == "fr" else "Ticket calls"} <= {
        *index.links
    }


def test_calls_are_shown_with_their_people_newest_first(site: Any) -> None:
    page = site.get("/objects/PhoneCall")
    assert notes(page) == [5, 4, 3, 2, 1, 0]
    assert "Found: 6" in page.text
    assert page.links["6 Jan 2026"] == "/objects/PhoneCall/6"
    assert page.links["Ada Lovelace"] == "/objects/Person/1"
    assert page.links["R-000001"] == "/objects/Ticket/1"
    assert "Outbound" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("agent_id=2", [4, 2, 0]),
        ("agent_id=Sam+Support", [4, 2, 0]),
        ("agent_id=Sam+Support+%232", [4, 2, 0]),
        ("contact_id=1", [3, 2, 1, 0]),
        ("contact_id=0", [5, 4]),
        ("ticket_id=2", [5, 3, 1]),
        ("flow=outbound", [5]),
        ("date_from=2026-01-03", [5, 4, 3, 2]),
        ("date_until=2026-01-03", [2, 1, 0]),
        ("date_from=2026-01-03&date_until=2026-01-03", [2]),
        ("q=SAID+4", [4]),
        ("q=nothing", []),
        ("agent_id=2&flow=inbound&q=said", [4, 2, 0]),
        ("sort=date", [0, 1, 2, 3, 4, 5]),
        ("sort=nonsense", [5, 4, 3, 2, 1, 0]),
        ("unknown=1&class_name=Person&_external=1", [5, 4, 3, 2, 1, 0]),
        ("after=nonsense&before=%00", [5, 4, 3, 2, 1, 0]),
    ],
)
def test_calls_are_narrowed_down_and_sorted(site: Any, query: str, found: list[int]) -> None:
    page = site.get(f"/objects/PhoneCall?{query}")
    assert page.status == 200
    assert notes(page) == found
    assert f"Found: {len(found)}" in page.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("date_from=yesterday", "Date: must be a date such as 2026-01-31"),
        ("flow=sideways", "Flow: must be one of: inbound, outbound"),
        ("agent_id=-3", "Agent: must be the id of an object"),
        ("agent_id=99999999999", "Agent: must be the id of an object"),
    ],
)
def test_a_filter_that_cannot_be_read_is_said_and_kept(
    site: Any, query: str, sentence: str
) -> None:
    page = site.get(f"/objects/PhoneCall?{query}")
    assert page.status == 400
    assert sentence in page.text
    assert notes(page) == []
    name, value = query.split("=")
    form = next(f for f in page.forms if f.action == "/objects/PhoneCall")
    assert form.fields[name] == value
    assert site.get(f"/objects/PhoneCall/export?format=csv&{query}").status == 400


def test_a_name_that_several_have_offers_them(site: Any) -> None:
    for number in range(70):
        site.add("Person", first_name="Jo", name=f"Doe {number // 35}", org_id=1)
    page = site.get("/objects/PhoneCall?agent_id=Jo+Doe+1")
    assert page.status == 400
    assert "Several are called “Jo Doe 1”" in page.text
    # A link that names an id shows who it is.
    shown = site.get("/objects/PhoneCall?agent_id=2")
    form = next(f for f in shown.forms if f.action == "/objects/PhoneCall")
    assert form.fields["agent_id"] == "Sam Support #2"


def test_pages_lead_to_each_other_and_keep_the_filter(site: Any, database_url: str) -> None:
    for number in range(6, 126):
        site.add("PhoneCall", ticket_id=1, agent_id=2, flow="inbound", note=f"Said {number}")
    page = site.get("/objects/PhoneCall?agent_id=2&sort=-date")
    seen = notes(page)
    assert "Found: 123" in page.text
    assert "Previous" not in page.links
    while "Next" in page.links:
        page = site.get(page.links["Next"])
        seen += notes(page)
    assert seen == [4, 2, 0, *reversed(range(6, 126))]
    # What the list is sorted by anyway is not repeated.
    assert page.links["First page"] == "/objects/PhoneCall?agent_id=2"
    back = notes(page)
    while "Previous" in page.links:
        page = site.get(page.links["Previous"])
        back = notes(page) + back
    assert back == seen
    last = site.get(site.get("/objects/PhoneCall?agent_id=2&sort=-date").links["Last page"])
    assert notes(last) == seen[-50:]


def test_a_heading_sorts_and_sorts_the_other_way_round(site: Any) -> None:
    page = site.get("/objects/PhoneCall?flow=inbound")
    assert 'aria-sort="descending"' in page.html
    page = site.get(page.links["Date"])
    assert 'aria-sort="ascending"' in page.html
    assert notes(page) == [0, 1, 2, 3, 4]
    assert notes(site.get(page.links["Date"])) == [4, 3, 2, 1, 0]


def test_tickets_of_all_kinds_stand_in_one_list(site: Any) -> None:
    site.add("Incident", title="Down", description="x", org_id=1)
    page = site.get("/objects/Ticket?q=down")
    assert "Incident" in page.text
    assert page.links["I-000003"] == "/objects/Incident/3"
    assert "Printer" in site.get("/objects/Ticket?org_id=1").text
    assert "R-000002" in site.get("/objects/Ticket?q=r-000002").links


def test_a_person_is_found_by_any_writing_of_a_number(site: Any) -> None:
    for text in ("0987654321", "%2B33987654321", "+33+9+87+65+43+21", "lovelace+ada"):
        page = site.get(f"/objects/Person?q={text}")
        assert "Found: 1" in page.text, text
        assert "Ada Lovelace" in page.links


def test_an_unknown_class_has_no_list(site: Any) -> None:
    for path in ("Nothing", "Nothing/export?format=csv", "person", "Nothing/1/delete"):
        assert site.get(f"/objects/{path}").status == 404


# As a file


def rows(page: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.html, newline="")))


def test_a_list_is_taken_away_as_csv(site: Any) -> None:
    listed = site.get("/objects/PhoneCall?agent_id=2")
    page = site.get(export_url(listed, "csv"))
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.headers["Content-Disposition"] == "attachment; filename=PhoneCall.csv"
    assert [row["id"] for row in rows(page)] == ["5", "3", "1"]
    assert rows(page)[0]["note"] == "Said 4"


def test_a_list_is_taken_away_as_json(site: Any) -> None:
    page = site.get("/objects/PhoneCall/export?format=json&contact_id=0")
    assert page.headers["Content-Type"] == "application/json"
    found = json.loads(page.html)
    assert [one["id"] for one in found] == [6, 5]
    assert found[0]["fields"]["flow"] == "outbound"
    assert json.loads(site.get("/objects/PhoneCall/export?format=json&q=none").html) == []


def export_url(page: Any, name: str) -> str:
    """Where the page of a list leads to for a file."""
    (url,) = re.findall(rf'href="([^"]+format={re.escape(name)})"', page.html)
    return html.unescape(url)


def shown_rows(page: Any) -> list[list[str]]:
    """The rows of a table with the columns of a list, its headings first."""
    # A spreadsheet takes a file for UTF-8 if it begins so.
    assert page.html.startswith("\ufeff")
    return list(csv.reader(io.StringIO(page.html.removeprefix("\ufeff"), newline="")))


def test_the_columns_that_are_shown_are_taken_away_as_a_table(site: Any) -> None:
    long = "Said 6: " + "very " * 60 + "long"
    site.add("PhoneCall", ticket_id=1, agent_id=2, flow="outbound", date="2026-01-07", note=long)
    listed = site.get("/objects/PhoneCall?agent_id=2&sort=date&columns=note,flow,agent_id,date")
    page = site.get(export_url(listed, "columns.csv"))
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    named = page.headers["Content-Disposition"]
    assert named == "attachment; filename=PhoneCall-columns.csv"
    heading, *found = shown_rows(page)
    assert heading == ["Note", "Flow", "Agent", "Date"]
    assert found[0] == ["Said 0", "Inbound", "Sam Support", "2026-01-01"]
    assert [row[3] for row in found] == [f"2026-01-{day:02}" for day in (1, 3, 5, 7)]
    # Also what the page cuts off.
    assert found[-1][0] == long
    in_french = site.get(export_url(listed, "columns.csv"), Accept_Language="fr")
    assert shown_rows(in_french)[0][2] == "Agent"
    assert shown_rows(in_french)[1][1] == "Entrant"


def test_the_columns_that_are_shown_are_taken_away_as_json(site: Any) -> None:
    listed = site.get("/objects/PhoneCall?contact_id=0&columns=flow,ticket_id")
    found = json.loads(site.get(export_url(listed, "columns.json")).html)
    assert [one["id"] for one in found] == [6, 5]
    assert [*found[0]["fields"]] == ["flow", "ticket_id", "ticket_id_friendlyname"]
    assert found[0]["fields"]["flow"] == "outbound"
    assert found[0]["fields"]["ticket_id_friendlyname"] == "R-000002"


def test_a_table_of_tickets_of_all_kinds_has_moments_of_the_site(site: Any) -> None:
    start = "2026-01-01 20:00:00"  # 21:00 in Paris
    site.add("Incident", title="=Down", description="x", org_id=1, start_date=start)
    address = "/objects/Ticket?q=down&columns=friendlyname,title,priority,start_date"
    heading, row = shown_rows(site.get(export_url(site.get(address), "columns.csv")))
    assert heading == ["Ref", "Class", "Title", "Priority", "Start date"]
    # No spreadsheet runs a text as a formula.
    assert row == ["I-000003", "Incident", "'=Down", "Low", "2026-01-01 21:00:00"]


def test_a_long_list_is_sent_whole(site: Any) -> None:
    for number in range(2100):
        if number % 700 == 0:
            site.add("PhoneCall", ticket_id=1, agent_id=2, flow="inbound", note="Seed")
    with site.running.app.app_context(), site.running.host.database.connection_context():
        from cti_tickets.model.data_model import model_of

        model: Any = model_of("PhoneCall")
        row = {"ticket": 1, "agent": 2, "flow": "inbound"}
        for start in range(0, 2500, 500):
            model.insert_many([{**row, "note": str(start + n)} for n in range(500)]).execute()
    page = site.get("/objects/PhoneCall/export?format=csv")
    assert len(rows(page)) == len({row["id"] for row in rows(page)}) == 2509
    assert len(json.loads(site.get("/objects/PhoneCall/export?format=json").html)) == 2509
    assert len(shown_rows(site.get("/objects/PhoneCall/export?format=columns.csv"))) == 2510


def test_several_classes_stand_in_one_file(site: Any) -> None:
    site.add("Incident", title="Down", description="x", org_id=1, public_log="Hello")
    page = site.get("/objects/Ticket/export?format=csv&sort=friendlyname")
    assert [row["finalclass"] for row in rows(page)] == ["Incident", "UserRequest", "UserRequest"]
    assert "Hello" in rows(page)[0]["public_log"]


def test_another_format_is_refused(site: Any) -> None:
    page = site.get("/objects/PhoneCall/export?format=exe")
    assert page.status == 400
    assert "csv, json" in page.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_only_a_text(site: Any, text: str) -> None:
    site.add("PhoneCall", ticket_id=1, agent_id=2, flow="inbound", note=text)
    page = site.get("/objects/PhoneCall")
    assert text in page.text
    assert "<script>alert" not in page.html
    found = site.browser.get("/objects/PhoneCall", query_string={"q": text})
    assert found.status_code == 200
    assert "Found: 1" in " ".join(found.get_data(as_text=True).split())
    (cell,) = {r["note"] for r in rows(site.get("/objects/PhoneCall/export?format=csv"))
               if not r["note"].startswith("Said")}  # fmt: skip
    assert cell.lstrip("'") == text.lstrip("'")
    assert not cell.startswith(("=", "+", "-", "@"))
    assert site.count("PhoneCall") == 7


@pytest.mark.parametrize("name", ["q", "sort", "after", "before", "date_from", "flow", "agent_id"])
@pytest.mark.parametrize("value", ["%00", "%FF%FE", "'%22%3E%3Cscript%3E", "A" * 5000, "[1]"])
def test_nothing_in_an_address_breaks_a_list(site: Any, name: str, value: str) -> None:
    page = site.get(f"/objects/PhoneCall?{name}={value}")
    assert page.status in (200, 400)
    assert "<script>" not in page.html.replace("<script src", "")


def test_who_saw_people_in_a_list_or_took_them_away_is_kept(site: Any) -> None:
    def journal() -> list[tuple[str, int]]:
        with site.running.app.app_context(), site.running.host.database.connection_context():
            return [(entry.through, entry.object_id) for entry in entries(AccessFilter())]

    site.get("/objects/PhoneCall")
    site.get("/objects/Organization")
    assert journal() == []
    site.get("/objects/Person?q=lovelace")
    assert journal() == [(Way.SEARCH, 1)]
    site.get("/objects/Contact/export?format=csv&q=lovelace")
    assert journal()[0] == (Way.EXPORT, 1)
    site.get("/objects/Person/export?format=json")
    assert journal()[0] == (Way.EXPORT, EVERYBODY)
