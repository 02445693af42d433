"""The directory report: what keeps callers from being found, and which calls found nobody."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from datetime import datetime, timedelta
from typing import Any

import pytest
from cti_tickets.directory.received_calls import CallStore, ReceivedCall
from cti_tickets.store.deferred import deferred

from cti_host import Call, Number, Reason, Unsearchable

PROFILES = '''
"""Signs in an agent with the profile that the header names."""

from cti_host import Agent, hookimpl


class Plugin:
    """An agent with a profile."""

    @hookimpl
    def identify_agent(self, request):
        return Agent("ada", profiles=frozenset({request.headers.get("Profile", "Support Agent")}))
'''
KEPT = "[plugin.tickets]\nkeep_numbers = true\n"
NOW = datetime(2026, 3, 1, 12)


@pytest.fixture
def directory(make_site: Any, database_url: str) -> Any:
    """A site with organization 1, on each database, where numbers that find nobody are kept."""
    site = make_site(
        KEPT,
        plugins=["profiles", "phone_reformat", "tickets"],
        sources={"profiles": PROFILES},
        sign_in=False,
        database=database_url,
    )
    site.add("Organization", name="Analytical Ltd")
    return site


def person(site: Any, name: str, **values: Any) -> int:
    first, _blank, last = name.partition(" ")
    return int(site.add("Person", first_name=first, name=last, org_id=1, **values))


def imported(site: Any, path: Any, *persons: dict[str, Any]) -> None:
    """Store persons as another system has them, whom no form would take."""
    lines = [{"class": "Person", "fields": {**one, "org_id": 1}} for one in persons]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert site.command("data", "import", str(path)).exit_code == 0


def report(site: Any, *arguments: str) -> Any:
    """What the command says, once what the site's pages put aside is written."""
    with site.running.app.app_context():
        assert deferred().flush()
    return json.loads(site.command("data", "report", "--json", *arguments).stdout)


def listed(kind: Any) -> list[tuple[str, list[str]]]:
    return [(one["text"], [m["name"] for m in one["members"]]) for one in kind["findings"]]


def test_numbers_that_can_never_match_say_why(directory: Any, tmp_path: Any) -> None:
    texts = {
        "ask Bob": "has no digits",
        "4.41E+11": "a spreadsheet has cut it",
        "1" * 21: "has more digits than any number",
        "1": "has too few digits",
    }
    persons = [{"first_name": "P", "name": str(i), "phone": text} for i, text in enumerate(texts)]
    imported(directory, tmp_path / "p.jsonl", *persons, {"first_name": "O", "name": "K",
             "phone": "09 87 65 43 21"})  # fmt: skip
    found = report(directory)
    assert found["persons"] == 5
    assert found["unreadable"]["total"] == 4
    assert {one["text"]: one["about"] for one in found["unreadable"]["findings"]} == {
        text: f"Phone: {why}" for text, why in texts.items()
    }


@pytest.mark.parametrize("between", [" / ", "; ", " or ", " ou ", "\n", " - "])
def test_two_numbers_in_one_field_are_listed(site: Any, tmp_path: Any, between: str) -> None:
    text = f"09 87 65 43 21{between}06 12 34 56 78"
    one = {"first_name": "Ada", "name": "Byron", "mobile_phone": text}
    slash = {"first_name": "S", "name": "L", "phone": "09/87/65/43/22"}
    imported(site, tmp_path / "p.jsonl", one, slash)
    found = report(site)
    assert listed(found["several"]) == [(text, ["Ada Byron"])]
    assert found["unreadable"]["total"] == 0


def test_a_number_that_several_have_is_listed_with_whoever_has_it(directory: Any) -> None:
    person(directory, "Ada Byron", phone="0987654321", mobile_phone="+33987654321")
    person(directory, "Bo Ek", phone="0612345678")
    assert report(directory)["shared"]["total"] == 0
    for number in range(6):
        person(directory, f"C {number}", mobile_phone="06 12 34 56 78")
    person(directory, "Di Fo", mobile_phone="09 87 65 43 21")
    found = report(directory)["shared"]
    assert found["total"] == 2
    assert listed(found) == [
        ("+33612345678", ["Bo Ek", "C 0", "C 1", "C 2", "C 3"]),
        ("+33987654321", ["Ada Byron", "Di Fo"]),
    ]
    assert [one["count"] for one in found["findings"]] == [7, 2]
    text = directory.command("data", "report", "--limit", "1").stdout
    assert "Numbers that several have: 2\n" in text
    assert "C 3 (/objects/Person/6) and 2 more\n  … and 1 more; --limit 0 has them all" in text


def test_persons_who_are_there_twice_are_listed(directory: Any) -> None:
    person(directory, "Zoé Lacroix", email="zoe@example.org")
    person(directory, "Zoe LACROIX")
    person(directory, "Z. L.", email="ZOE@example.org")
    directory.add("Organization", name="Else")
    directory.add("Person", first_name="Zoé", name="Lacroix", org_id=2)
    assert listed(report(directory)["twice"]) == [
        ("Zoé Lacroix", ["Zoé Lacroix", "Zoe LACROIX"]),
        ("Zoé Lacroix", ["Zoé Lacroix", "Z. L."]),
    ]


def test_calls_that_find_nobody_are_counted_most_frequent_first(directory: Any) -> None:
    person(directory, "Ada Byron", phone="0987654321")
    for number in ("0987654321", "0612345678", "0612345679", "06 12 34 56 79", "anonymous"):
        directory.browser.get(f"/pop?phone={number}")
    found = report(directory)["calls"]
    assert (found["calls"], found["matched"], found["rate"]) == (4, 1, 0.25)
    assert [(one["number"], one["calls"]) for one in found["unmatched"]] == [
        ("+33612345679", 2),
        ("+33612345678", 1),
    ]
    text = directory.command("data", "report").stdout
    assert "Calls of the last 30 days: 4, of which 25% found somebody" in text


def test_numbers_are_kept_only_if_the_settings_say_so(make_site: Any) -> None:
    site = make_site()
    site.browser.get("/pop?phone=0612345678")
    found = report(site)["calls"]
    assert (found["calls"], found["unmatched"], found["numbers_kept"]) == (1, [], False)
    assert "06" not in json.dumps(found)
    assert "keep_numbers in [plugin.tickets]" in site.command("data", "report").stdout


def test_nothing_is_kept_for_no_days(make_site: Any) -> None:
    site = make_site("[plugin.tickets]\nkeep_calls_days = 0\n")
    site.browser.get("/pop?phone=0612345678")
    assert "Calls: none are kept" in site.command("data", "report").stdout


def call(number: str | Unsearchable) -> Call:
    value = Number(number, number) if isinstance(number, str) else number
    return Call({"phone": "x"}, {"phone": value})


def test_calls_expire_and_only_so_many_are_kept(
    directory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = directory.running.app
    monkeypatch.setattr("cti_tickets.directory.received_calls.MOST_KEPT", 3)
    store = CallStore(30, numbers=True)
    with app.app_context(), directory.running.host.database.connection_context():
        store.add(call("+33600000001"), 0, NOW - timedelta(days=31))
        store.add(call(Unsearchable("anonymous", Reason.WITHHELD)), 0, NOW)
        assert store.statistics(now=NOW).calls == 0
        for number in range(2, 7):
            store.add(call(f"+3360000000{number}"), 0, NOW)
        assert store.statistics(now=NOW).calls == 5
        store.sweep(NOW)
        assert [one.number[-1] for one in store.statistics(now=NOW).unmatched] == ["4", "5", "6"]
        assert ReceivedCall.select().count() == 3


def test_a_call_does_not_wait_for_somebody_who_writes_for_long(make_site: Any) -> None:
    site = make_site()
    file = site.running.config_file.parent / "cti.db"
    writer = sqlite3.connect(file)
    writer.execute("BEGIN IMMEDIATE")
    assert site.browser.get("/pop?phone=0612345678").status_code == 200
    writer.rollback()
    writer.close()
    assert report(site)["calls"]["calls"] == 1


def test_administrators_have_a_page_that_leads_to_each_person(directory: Any) -> None:
    ids = [person(directory, name, phone="0987654321") for name in ("Ada Byron", "Bo Ek")]
    admin = directory.running.client(Profile="Administrator")
    assert 'href="/objects/directory"' in admin.get("/pop?phone=0987654321").text
    admin.get("/pop?phone=0612345678")
    page = admin.get("/objects/directory").text
    for id_ in ids:
        assert f'href="/objects/Person/{id_}?next=/objects/directory"' in page
    assert "+33612345678" in page
    french = directory.running.client(Profile="Administrator", Accept_Language="fr")
    assert "Numéros que plusieurs personnes ont" in french.get("/objects/directory").text


def test_nobody_else_sees_the_page(directory: Any) -> None:
    assert 'href="/objects/directory"' not in directory.browser.get("/pop?phone=0987654321").text
    assert directory.browser.get("/objects/directory").status_code == 403


def test_a_number_that_somebody_has_among_others_is_shared(directory: Any) -> None:
    person(directory, "Ada Byron", phone="09 87 65 43 21 / 09 87 65 43 22")
    person(directory, "Bo Ek", mobile_phone="0987654322")
    person(directory, "Di Fo", phone="09 87 65 43 23")
    found = report(directory)
    assert listed(found["shared"]) == [("+33987654322", ["Ada Byron", "Bo Ek"])]
    assert listed(found["several"]) == [("09 87 65 43 21 / 09 87 65 43 22", ["Ada Byron"])]


def test_a_number_with_a_doubtful_reading_is_one_number(directory: Any) -> None:
    person(directory, "Ada Byron", phone="+39 (0)6 1234 5678")
    person(directory, "Bo Ek", phone="+39 06 1234 5678")
    found = report(directory)
    assert found["several"]["total"] == found["unreadable"]["total"] == 0


def test_all_findings_come_page_by_page(directory: Any, tmp_path: Any) -> None:
    people = [{"first_name": "P", "name": f"{i:03}", "phone": f"ask {i}"} for i in range(1, 121)]
    imported(directory, tmp_path / "p.jsonl", *people)
    admin = directory.running.client(Profile="Administrator")
    overview = admin.get("/objects/directory").text
    assert overview.count("ask ") == 20
    assert 'href="/objects/directory?kind=unreadable"' in overview
    seen: list[str] = []
    address = "/objects/directory?kind=unreadable"
    for last in (False, False, True):
        page = admin.get(address).text
        seen += re.findall(r"<strong>(ask \d+)</strong>", page)
        following = re.search(r'href="([^"]*)" rel="next"', page)
        assert (following is None) == last
        address = html.unescape(following[1]) if following else ""
    assert seen == [one["phone"] for one in people]
    assert "101–120 of 120" in page
    assert 'href="/objects/directory?kind=unreadable&amp;page=2" rel="prev"' in page
    everything = report(directory, "--limit", "0")["unreadable"]
    assert everything["total"] == len(everything["findings"]) == 120


@pytest.mark.parametrize("query", ["kind=nothing", "kind=shared&page=0", "kind=shared&page=-1"])
def test_there_are_no_other_pages(directory: Any, query: str) -> None:
    admin = directory.running.client(Profile="Administrator")
    assert admin.get(f"/objects/directory?{query}").status_code == 404
    assert "nothing here" in admin.get("/objects/directory?kind=shared&page=9").text
