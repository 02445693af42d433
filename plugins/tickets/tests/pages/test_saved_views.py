"""Views of lists: saved, shared, chosen to begin with; columns chosen; values clicked."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cti_tickets.model.data_model import schema
from cti_tickets.store.listing.ready_made import ready_made
from cti_tickets.store.listing.saved_views import MOST_VIEWS

# Whoever the header names is there: "ada" is a person in a team, "ben" and "boss" are nobody's.
AGENTS = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("X-Agent", "ada")
        profile = "Administrator" if name == "boss" else "Support Agent"
        limits = frozenset(map(int, request.headers.get("X-Organizations", "").split()))
        return Agent(name, name.title(), email=f"{name}@example.org",
                     profiles=frozenset({profile}), organizations=limits)
"""
# A class of a plugin.
CARS = '''
from cti_host import *
from cti_tickets.api_for_plugins import *

L = Localised.of


class Plugin:
    """Cars, and who drives them."""

    @hookimpl
    def data_classes(self):
        name = DataAttribute("name", DataKind.STRING, L("Plate"), mandatory=True)
        agent = DataAttribute("agent_id", DataKind.KEY, L("Driver"), target="Person")
        return [DataClass("Car", L("Car"), (name, agent), friendlyname=("name",))]
'''
ADA = 1
BEN = {"X_Agent": "ben"}
BOSS = {"X_Agent": "boss"}


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """Ada of the team "Desk", and tickets: hers, of her team, of nobody, and closed."""
    built = make_site(
        plugins=["agents", "phone_reformat", "tickets", "cars"],
        sources={"agents": AGENTS, "cars": CARS},
        database=database_url,
    )
    for number in (1, 2):
        built.add("Organization", name=f"Company {number}")
    for name in ("Ada", "Zoe"):
        email = f"{name.lower()}@example.org"
        built.add("Person", first_name=name, name="Byron", org_id=1, email=email)
    for name in ("Desk", "Other"):
        built.add("Team", name=name, org_id=1)
    built.add("lnkPersonToTeam", team_id=3, person_id=ADA)
    tickets: list[tuple[str, int, dict[str, Any]]] = [
        ("Hers", 1, {"agent_id": 1, "team_id": 3, "status": "assigned"}),
        ("Done", 1, {"agent_id": 1, "team_id": 3, "status": "closed"}),
        ("Waits", 2, {"team_id": 3}),
        ("Elsewhere", 2, {"agent_id": 2, "team_id": 4, "status": "assigned"}),
    ]
    for title, org, values in tickets:
        built.add("UserRequest", title=title, description="x", org_id=org, caller_id=2, **values)
    return built


def titles(page: Any) -> list[str]:
    return re.findall(r'<td data-label="Title"[^>]*>([^<]+)<', page.html)


def headings(page: Any) -> list[str]:
    head = page.html.partition("<thead>")[2].partition("</thead>")[0]
    columns = re.findall(r"<th scope=\"col\"(?! class)[^>]*>(.*?)</th>", head, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", column).strip() for column in columns]


def save(site: Any, query: str, name: str, agent: dict[str, str] | None = None, **more: str) -> Any:
    """Save the list that an address gives as a view, by its form; returns the list."""
    url = f"/objects/UserRequest/views/new?{query}"
    opened = site.get(url, **(agent or {}))
    form = next(f for f in opened.forms if f.action.startswith("/objects/UserRequest/views/new"))
    values = {"csrf_token": form.fields["csrf_token"], "name": name, **more}
    sent = site.post(form.action, values, **(agent or {}))
    return site.get(sent.location, **(agent or {})) if sent.status == 303 else sent


def change(site: Any, page: Any, agent: dict[str, str] | None = None, **values: str) -> Any:
    """Send the form of a view, which the page of its list links to."""
    url = next(u for text, u in page.links.items() if text.startswith(("Change this", "Save the")))
    form = next(f for f in site.get(url, **(agent or {})).forms if f.action == url)
    return site.post(url, {"csrf_token": form.fields["csrf_token"], **values}, **(agent or {}))


def test_a_list_is_saved_under_a_name_and_comes_back(site: Any) -> None:
    shown = save(site, "status=assigned&sort=friendlyname&columns=title,status", "Taken ones")
    assert "Taken ones" in shown.links
    assert titles(shown) == []
    assert headings(shown) == ["Title", "Status"]
    assert "Hers" in shown.text
    assert "Elsewhere" in shown.text
    assert "Waits" not in shown.text
    # From the list without any filter, and from the page of all lists.
    for page in (site.get("/objects/UserRequest"), site.get("/objects/")):
        again = site.get(page.links["Taken ones"])
        assert headings(again) == ["Title", "Status"]
        assert "Waits" not in again.text
    assert "Taken ones" not in site.get("/objects/UserRequest", **BEN).links
    assert "Taken ones" not in site.get("/objects/Incident").links


def test_a_view_is_renamed_changed_and_deleted_by_its_agent_only(site: Any) -> None:
    shown = save(site, "status=assigned", "Taken")
    url = next(u for text, u in shown.links.items() if text == "Change this view …")
    for agent in (BEN, BOSS):
        assert site.get(url, **agent).status == 404
    changed = change(site, shown, name="Waiting")
    assert changed.status == 303
    shown = site.get(changed.location)
    assert "Waiting" in shown.links
    assert "Taken" not in shown.links
    # Something else is chosen: the view can take it over.
    url = changed.location.replace("status=assigned", "status=new")
    other = site.get(f"{url}&columns=title")
    assert change(site, other, name="Waiting", takes_over="1").status == 303
    shown = site.get(site.get("/objects/UserRequest").links["Waiting"])
    assert headings(shown) == ["Title"]
    assert "Waits" in shown.text
    assert "Elsewhere" not in shown.text
    address = next(u for text, u in shown.links.items() if text == "Change this view …")
    assert change(site, shown, step="delete").status == 303
    assert "Waiting" not in site.get("/objects/UserRequest").links
    assert site.get(address).status == 404


def test_only_administrators_share_views(site: Any) -> None:
    save(site, "status=new", "Private", shared="1")
    assert "Private" not in site.get("/objects/UserRequest", **BEN).links
    shown = save(site, "status=new", "For all", BOSS, shared="1")
    for_all = next(text for text in shown.links if text.startswith("For all"))
    seen = site.get("/objects/UserRequest", **BEN)
    opened = site.get(seen.links[for_all], **BEN)
    assert "Waits" in opened.text
    assert "Change this view …" not in opened.links


def test_a_list_begins_with_the_view_that_its_agent_has_chosen(site: Any) -> None:
    save(site, "status=closed", "Closed", begins="1")
    first = site.get("/objects/UserRequest")
    assert first.status == 302
    assert parse_qs(urlsplit(first.location).query)["status"] == ["closed"]
    assert site.get("/objects/UserRequest", **BEN).status == 200
    assert site.get("/objects/Incident").status == 200
    # The whole list is one click away, and so it is from a filter that is taken away.
    whole = site.get(site.get(first.location).links["All"])
    assert whole.status == 200
    assert "Waits" in whole.text
    assert site.get(site.get("/objects/UserRequest?status=new").links["No filter"]).status == 200
    # A ready-made one instead, then none.
    page = site.get("/objects/UserRequest/views")
    for name, status in (("unassigned", 302), ("nonsense", 200)):
        values = {"csrf_token": page.fields["csrf_token"], "view": name}
        assert site.post("/objects/UserRequest/views", values).status == 303
        assert site.get("/objects/UserRequest").status == status


def test_a_view_that_is_gone_is_begun_with_no_more(site: Any) -> None:
    shown = save(site, "status=closed", "Closed", begins="1")
    change(site, shown, step="delete")
    assert site.get("/objects/UserRequest").status == 200


def test_a_view_of_an_attribute_that_is_gone_says_so_and_shows_the_list(site: Any) -> None:
    save(site, "status=assigned", "Old")
    with site.running.app.app_context(), site.running.host.database.connection_context():
        from cti_tickets.model.classes.registry import SavedView

        old = "status=assigned&wheels=4&columns=title,colour&sort=-doors"
        SavedView.update(arguments=old).execute()
    shown = site.get(site.get("/objects/UserRequest").links["Old"])
    assert shown.status == 200
    assert "not any more: colour, wheels, doors." in shown.text
    assert headings(shown) == ["Title"]
    assert "Hers" in shown.text
    assert "Waits" not in shown.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (" ", "Give the view a name."),
        ("x" * 61, "at most 60 characters"),
        ("nul\0l", "characters that are no text"),
        ("Taken", "There is a view called “Taken” already."),
    ],
)
def test_a_bad_name_is_said_and_kept(site: Any, name: str, sentence: str) -> None:
    save(site, "", "Taken")
    page = save(site, "status=new", name)
    assert page.status == 400
    assert sentence in page.text
    form = next(f for f in page.forms if "views/new?status=new" in f.action)
    assert form.fields["name"].strip("\0\ufffd") in (name, name.replace("\0", "\ufffd"), "nul")


def test_an_agent_keeps_so_many_views_and_no_more(site: Any) -> None:
    for number in range(MOST_VIEWS):
        assert save(site, "", f"View {number}").status == 200
    assert "Delete one." in save(site, "", "One more").text
    assert save(site, "", "One of Ben", BEN).status == 200


def test_a_view_is_saved_with_a_token_only(site: Any) -> None:
    assert site.post("/objects/UserRequest/views/new", {"name": "Sly"}).status == 400
    assert "Sly" not in site.get("/objects/UserRequest").links


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'; DROP TABLE contact; --", "{{7*7}}"]
)
def test_a_hostile_name_is_only_a_name(site: Any, text: str) -> None:
    shown = save(site, "", text)
    assert text in shown.links
    assert "<script>alert" not in shown.html


# Ready-made


def test_tickets_have_ready_made_views(site: Any) -> None:
    page = site.get("/objects/UserRequest?view=0")
    found = {
        name: {title for title in ("Hers", "Done", "Waits", "Elsewhere") if title in opened.text}
        for name in ("My open ones", "My teams' open ones", "Unassigned")
        if (opened := site.get(page.links[name]))
    }
    assert found == {
        "My open ones": {"Hers"},
        "My teams' open ones": {"Hers", "Waits"},
        "Unassigned": {"Waits"},
    }
    # Ben is nobody in the data: nothing is his.
    assert "Nothing was found." in site.get(page.links["My open ones"], **BEN).text


def test_open_tickets_of_ones_teams_are_read_the_most_urgent_first(site: Any) -> None:
    common = {"description": "x", "org_id": 1, "team_id": 3, "impact": "2"}
    for title, urgency in (
        ("Low", "4"),
        ("Critical", "1"),
        ("Medium", "3"),
        ("Critical, too", "1"),
    ):
        site.add("Incident", title=title, urgency=urgency, **common)
    site.add("RoutineChange", title="No priority", description="x", org_id=1, team_id=3)
    for name, others in (("Ticket", ["Waits", "Hers", "No priority"]), ("Incident", [])):
        page = site.get(site.get(f"/objects/{name}?view=0").links["My teams' open ones"])
        shown = titles(page)
        assert [title for title in shown if title not in others] == [
            "Critical", "Critical, too", "Medium", "Low",
        ]  # fmt: skip
        assert {*others} <= {*shown}
        assert "Priority" in headings(page)
        assert "Priority, the most urgent first" in page.text
        assert 'aria-sort="ascending"' in page.html
    # What has none stands last; changes of all kinds have none.
    page = site.get(site.get("/objects/Ticket?view=0").links["My teams' open ones"])
    assert titles(page)[-1] == "No priority"
    assert "sort=priority" not in site.get("/objects/Change?view=0").html
    assert titles(site.get("/objects/Change?view=team&team_id=mine&operational_status=ongoing"))


def test_ready_made_views_come_from_the_attributes(site: Any) -> None:
    assert "Mine" in site.get("/objects/PhoneCall").links
    assert "Mine" in site.get("/objects/Car").links
    names = {cls.name: [view.name for view in ready_made(schema(), cls)] for cls in schema()}
    assert names["Ticket"] == names["Problem"] == ["mine", "team", "unassigned"]
    assert names["Organization"] == names["Person"] == []


def test_me_is_chosen_in_a_filter_in_every_language(site: Any) -> None:
    for language, word in (("en", "me"), ("fr", "moi"), ("de", "ich")):
        page = site.get(f"/objects/UserRequest?agent_id={word}", Accept_Language=language)
        assert "Hers" in page.text, language
        assert "Elsewhere" not in page.text, language


# Columns


def test_columns_are_those_of_the_address_in_its_order(site: Any) -> None:
    page = site.get("/objects/UserRequest?columns=priority,title,friendlyname")
    assert headings(page) == ["Priority", "Title", "Ref"]
    # A form sends each by itself.
    page = site.get("/objects/UserRequest?columns=title&columns=priority&columns=title")
    assert headings(page) == ["Title", "Priority"]
    later = next(url for text, url in page.links.items() if text == "Title: One place later")
    assert headings(site.get(later)) == ["Priority", "Title"]


@pytest.mark.parametrize(
    "code", ["description", "public_log", "contacts_list", "nothing", "id; --"]
)
def test_what_is_no_column_is_said_and_left_out(site: Any, code: str) -> None:
    page = site.get(f"/objects/UserRequest?columns=title,{code}")
    assert page.status == 200
    assert f"not any more: {code}." in page.text
    assert headings(page) == ["Title"]


@pytest.mark.parametrize("name", ["UserRequest", "Ticket", "Person", "PhoneCall", "Car", "Change"])
def test_every_column_that_is_offered_can_be_shown(site: Any, name: str) -> None:
    page = site.get(f"/objects/{name}?view=0")
    offered = re.findall(r'name="columns" value="([^"]+)"', page.html)
    assert len(offered) == len({*offered})
    for begin in range(0, len(offered), 15):
        shown = site.get(f"/objects/{name}?columns={','.join(offered[begin : begin + 15])}")
        assert shown.status == 200
        assert "not any more" not in shown.text


# Values that are clicked, and chips


def test_a_value_narrows_the_list_down_and_a_chip_takes_it_away(site: Any) -> None:
    page = site.get("/objects/UserRequest?sort=friendlyname")
    narrowed = site.get(page.links["Only Company 2"])
    assert "Waits" in narrowed.text
    assert "Hers" not in narrowed.text
    narrowed = site.get(next(u for u in narrowed.links.values() if "status=new" in u))
    assert "Elsewhere" not in narrowed.text
    chip = next(u for text, u in narrowed.links.items() if text.startswith("Take away:"))
    chips = re.findall(r'class="cti-chip" href="([^"]+)"', narrowed.html)
    assert len(chips) == 2
    assert chip in [url.replace("&amp;", "&") for url in chips]
    wider = site.get(chips[0].replace("&amp;", "&"))
    assert "sort=friendlyname" in chips[0]
    assert len(re.findall('class="cti-chip"', wider.html)) == 1


def test_a_view_tells_nothing_of_other_organizations(site: Any) -> None:
    save(site, "org_id=2", "Company two", BOSS, shared="1")
    inside = {"X_Agent": "ben", "X_Organizations": "1"}
    page = site.get("/objects/UserRequest?view=0", **inside)
    url = next(u for text, u in page.links.items() if text.startswith("Company two"))
    seen = site.get(url, **inside)
    assert "Company 2" not in seen.text
    assert "Waits" not in seen.text
