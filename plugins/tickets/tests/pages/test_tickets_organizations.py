"""An agent limited to organizations: everything is as if the others did not exist."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cti_oql.schema import Kind
from cti_tickets.model.data_model import schema
from cti_tickets.rights import organizations
from cti_tickets.store import objects
from cti_tickets.store.values import InvalidValues
from flask import g
from hypothesis import given, settings
from hypothesis import strategies as st

from cti_host import Agent, Number

# Everybody is an administrator, limited to the organizations that a header names.
AGENT = '''
"""Signs everybody in, limited to the organizations that a header names."""

from cti_host import Agent, hookimpl


class Plugin:
    """Everybody is Sam."""

    @hookimpl
    def identify_agent(self, request):
        ids = frozenset(map(int, request.headers.get("X-Organizations", "").split()))
        profiles = frozenset({"Administrator"})
        return Agent("sam", profiles=profiles, organizations=ids, contact_source="tickets")
'''
PHONE = "0987654321"
TICKET = {"title": "Printer", "description": "It is broken.", "origin": "phone"}


@dataclass
class World:
    """A site with organizations of several customers, and agents who may see some of them.

    `ids` has the objects by names such as "Person of North".
    """

    site: Any
    ids: dict[str, int] = field(default_factory=dict)

    def add(self, called: str, class_name: str, /, **values: Any) -> int:
        self.ids[called] = self.site.add(class_name, **values)
        return self.ids[called]

    def get(self, path: str, *names: str, **headers: str) -> Any:
        """A page, for an agent who is limited to the organizations with these names."""
        return self.site.get(path, X_Organizations=self.header(*names), **headers)

    def json(self, path: str, *names: str) -> Any:
        headers = {"Accept": "application/json", "X-Organizations": self.header(*names)}
        return self.site.browser.get(path, headers=headers).get_json()

    def post(self, path: str, values: dict[str, str], *names: str) -> Any:
        return self.site.post(path, values, X_Organizations=self.header(*names))

    def submit(self, path: str, *names: str, **changes: str) -> Any:
        """Open a form, fill some fields in, and send it."""
        return self.post(path, {**self.get(path, *names).fields, **changes}, *names)

    def header(self, *names: str) -> str:
        return " ".join(str(self.ids[name]) for name in names)

    def acting(self, *names: str) -> Any:
        """The context of a request of an agent who is limited to these."""
        return acting(self.site.running.app, {self.ids[name] for name in names})


class acting:  # noqa: N801 -- used as a function
    """A request of an agent who is limited to some organizations."""

    def __init__(self, app: Any, ids: set[int]) -> None:
        self._context = app.test_request_context("/")
        self._agent = Agent(
            "sam",
            profiles=frozenset({"Administrator"}),
            organizations=frozenset(ids),
            contact_source="tickets",
        )

    def __enter__(self) -> Agent:
        self._context.push()
        g.cti_agent = self._agent
        return self._agent

    def __exit__(self, *error: object) -> None:
        self._context.pop()


@pytest.fixture
def make_world(make_site: Callable[..., Any]) -> Callable[..., World]:
    """Build a site: Group, North below it, Lab below that, and Rival; each with all there is."""

    def make(toml: str = "", **arguments: Any) -> World:
        plugins = ["phone_reformat", "tickets", "ecall", "limited"]
        site = make_site(toml, plugins=plugins, sources={"limited": AGENT}, **arguments)
        world = World(site)
        parents = {"Group": None, "North": "Group", "Lab": "North", "Rival": None}
        for name, parent in parents.items():
            above = world.ids[parent] if parent else ""
            world.add(name, "Organization", name=name, parent_id=above)
        for name in parents:
            _fill(world, name)
        return world

    return make


def _fill(world: World, name: str) -> None:
    org, ids = world.ids[name], world.ids
    place = world.add(f"Location of {name}", "Location", name=f"Office {name}", org_id=org)
    person = world.add(
        f"Person of {name}", "Person",
        name=name, first_name="Ada", org_id=org, phone=PHONE, location_id=place,
    )  # fmt: skip
    team = world.add(f"Team of {name}", "Team", name=f"Desk {name}", org_id=org)
    world.add(f"Link of {name}", "lnkPersonToTeam", team_id=team, person_id=person)
    service = world.add(f"Service of {name}", "Service", name=f"Mail {name}", org_id=org)
    world.add(
        f"Subcategory of {name}", "ServiceSubcategory", name=f"Spam {name}", service_id=service
    )
    ticket = world.add(f"Ticket of {name}", "UserRequest", org_id=org, caller_id=person, **TICKET)
    world.add(
        f"Call of {name}", "PhoneCall",
        ticket_id=ticket, contact_id=person, agent_id=person, flow="inbound", note=f"For {name}",
    )  # fmt: skip
    assert ids[f"Ticket of {name}"] == ticket


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


CLASSES = {
    "Location": "Location", "Person": "Person", "Team": "Team", "Link": "lnkPersonToTeam",
    "Service": "Service", "Subcategory": "ServiceSubcategory", "Ticket": "UserRequest",
    "Call": "PhoneCall",
}  # fmt: skip
SEEN = {"North": True, "Lab": True, "Group": False, "Rival": False}


def path_of(world: World, name: str) -> str:
    kind = name.split(" of ")[0]
    return f"/objects/{CLASSES.get(kind, 'Organization')}/{world.ids[name]}"


# What belongs to what


def test_what_belongs_to_an_organization_follows_from_the_data_model(world: World) -> None:
    with world.site.running.app.app_context():
        limits = organizations.limits_of(schema())
        everybodys = {cls.name for cls in schema() if not limits.limited(cls.name)}
    assert limits.keys["Person"] == limits.keys["NormalChange"] == ("org_id",)
    assert limits.keys["lnkContactToTicket"] == ("ticket_id", "contact_id")
    assert limits.keys["PhoneCall"] == ("ticket_id",)
    assert limits.keys["ServiceSubcategory"] == ("service_id",)
    assert everybodys == {"DeliveryModel", "ContactType", "ServiceFamily"}


# Pages


@pytest.mark.parametrize("kind", ["", *CLASSES])
def test_a_page_is_there_for_an_allowed_organization_and_those_below(
    world: World, kind: str
) -> None:
    for name, seen in SEEN.items():
        path = path_of(world, f"{kind} of {name}" if kind else name)
        assert world.get(path, "North").status == (200 if seen else 404), path
        assert world.get(f"{path}/modify", "North").status == (200 if seen else 404), path
        assert world.get(path).status == 200


def test_what_is_outside_is_as_if_it_never_was(world: World) -> None:
    outside = world.get(path_of(world, "Person of Rival"), "North")
    never = world.get("/objects/Person/99999", "North")
    assert outside.status == never.status == 404
    # Each request has a reference of its own.
    texts = {re.sub(r"request: [a-z]+", "", page.text) for page in (outside, never)}
    assert len(texts) == 1, texts


def test_a_key_to_somebody_outside_is_empty_on_the_page_and_stays_when_saved(
    world: World,
) -> None:
    path = path_of(world, "Ticket of North")
    rival = world.ids["Person of Rival"]
    with world.site.running.app.app_context(), world.site.running.host.database:
        objects.update("UserRequest", world.ids["Ticket of North"], {"caller_id": rival},
                       author=None)  # fmt: skip
    page = world.get(path, "North")
    assert "Rival" not in page.html
    assert f"/objects/Person/{rival}" not in page.html
    assert "Rival" in world.get(path).html
    form = world.get(f"{path}/modify", "North")
    assert "Rival" not in form.html
    assert form.fields["caller_id"] == ""
    saved = world.submit(f"{path}/modify", "North", title="Another title")
    assert saved.status == 303
    stored = world.site.stored("UserRequest", world.ids["Ticket of North"])
    assert (stored["title"], stored["caller_id"]) == ("Another title", rival)


def test_a_form_offers_and_names_only_what_is_there(world: World) -> None:
    form = world.get("/objects/new/UserRequest", "North").form
    assert {*form.options["org_id"].values()} == {"–", "North", "Lab"}
    assert {*form.options["caller_id"].values()} == {"–", "Ada North", "Ada Lab"}
    assert "Rival" not in world.get("/objects/new/UserRequest", "North").html


def test_what_is_typed_is_completed_with_what_is_there(world: World) -> None:
    people, organizations_ = (
        f"/api/v1/objects/{name}/suggestions?q=" for name in ("Person", "Organization")
    )
    assert len(world.json(f"{people}ada")["items"]) == 4
    found = world.json(f"{people}ada", "North")["items"]
    assert [one["friendlyname"] for one in found] == ["Ada Lab", "Ada North"]
    assert world.json(f"{people}rival", "North")["items"] == []
    assert world.json(f"{organizations_}group", "North")["items"] == []


@pytest.mark.parametrize("how", ["id", "name", "number sign"])
def test_nothing_is_created_for_an_organization_outside(world: World, how: str) -> None:
    rival = world.ids["Rival"]
    typed = {"id": str(rival), "name": "Rival", "number sign": f"#{rival}"}[how]
    values = {"first_name": "Eve", "name": "Intruder", "org_id": typed, "status": "active"}
    before = world.site.count("Person")
    page = world.submit("/objects/new/Person", "North", **values)
    assert page.status == 400
    assert world.site.count("Person") == before
    made = world.submit("/objects/new/Person", "North", **{**values, "org_id": world.header("Lab")})
    assert made.status == 303
    assert world.site.count("Person") == before + 1


def test_nothing_is_moved_or_linked_to_what_is_outside(world: World) -> None:
    path = path_of(world, "Person of North")
    for code, name in [
        ("org_id", "Rival"),
        ("location_id", "Location of Rival"),
        ("manager_id", "Person of Rival"),
    ]:
        page = world.submit(f"{path}/modify", "North", **{code: str(world.ids[name])})
        assert page.status == 400, code
        assert "Rival" not in page.text
    missing = world.submit(f"{path}/modify", "North", manager_id="99999")
    assert "There is no Person with the id 99999" in missing.text


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"name": "New"}, True),
        ({"name": "New", "parent_id": "Group"}, True),
        ({"name": "New", "parent_id": "Rival"}, True),
        ({"name": "New", "parent_id": "North"}, False),
        ({"name": "New", "parent_id": "Lab"}, False),
    ],
)
def test_a_new_organization_is_below_an_allowed_one(
    world: World, values: dict[str, str], refused: bool
) -> None:
    given = {code: str(world.ids.get(text, text)) for code, text in values.items()}
    with world.acting("North") as agent:
        if refused:
            with pytest.raises(InvalidValues) as error:
                objects.create("Organization", given, author=agent)
            assert "parent_id" in error.value.errors
        else:
            created = objects.create("Organization", given, author=agent)
            # At once, also in this request.
            assert objects.load("Organization", created.id).name == "New"


def test_an_organization_does_not_leave_what_is_allowed(world: World) -> None:
    with world.acting("North") as agent:
        with pytest.raises(InvalidValues):
            objects.update("Organization", world.ids["Lab"], {"parent_id": ""}, author=agent)
        objects.update("Organization", world.ids["North"], {"name": "Nord"}, author=agent)
        # What is above it can't be seen, and so not be emptied.
        objects.update("Organization", world.ids["North"], {"parent_id": ""}, author=agent)
    stored = world.site.stored("Organization", world.ids["North"])
    assert (stored["name"], stored["parent_id"]) == ("Nord", world.ids["Group"])


def test_a_transition_keeps_what_the_agent_can_not_see(world: World) -> None:
    ticket = world.ids["Ticket of North"]
    with world.site.running.app.app_context(), world.site.running.host.database:
        objects.update(
            "UserRequest",
            ticket,
            {"team_id": world.ids["Team of Rival"], "service_id": world.ids["Service of Rival"]},
            author=None,
        )
    path = f"{path_of(world, 'Ticket of North')}/stimulus/ev_assign"
    page = world.submit(path, "North", team_id=str(world.ids["Team of North"]),
                        agent_id=str(world.ids["Person of North"]))  # fmt: skip
    assert page.status == 303
    stored = world.site.stored("UserRequest", ticket)
    assert stored["status"] == "assigned"
    assert stored["team_id"] == world.ids["Team of North"]
    assert stored["service_id"] == world.ids["Service of Rival"]


def test_children_of_a_resolved_ticket_are_resolved_although_they_are_outside(
    world: World,
) -> None:
    parent, child = world.ids["Ticket of North"], world.ids["Ticket of Rival"]
    people = {
        "team_id": "Team of North",
        "agent_id": "Person of North",
        "service_id": "Service of North",
        "servicesubcategory_id": "Subcategory of North",
    }
    values = {code: world.ids[name] for code, name in people.items()}
    host = world.site.running.host
    with world.site.running.app.app_context(), host.database:
        for ticket in (parent, child):
            objects.update("UserRequest", ticket, {**values, "status": "assigned"}, author=None)
        objects.update("UserRequest", child, {"parent_request_id": parent}, author=None)
    path = f"{path_of(world, 'Ticket of North')}/stimulus/ev_resolve"
    page = world.submit(path, "North", solution="New toner.", resolution_code="assistance")
    assert page.status == 303, page.text
    assert world.site.stored("UserRequest", child)["status"] == "resolved"


# The panel


def test_the_panel_knows_only_callers_and_tickets_that_are_there(world: World) -> None:
    def shown(*names: str) -> tuple[list[str], list[int]]:
        panel = world.json(f"/pop?phone={PHONE}", *names)
        callers = sorted(one["display"] for one in panel["callers"])
        return callers, [one["total"] for one in panel["ticket_lists"]]

    everybody = [f"Ada {name}, {name}" for name in ("Group", "Lab", "North", "Rival")]
    assert shown() == (everybody, [4, 4])
    assert shown("North") == (["Ada Lab, Lab", "Ada North, North"], [2, 2])
    assert shown("Lab") == (["Ada Lab, Lab"], [1, 1])
    assert shown("Rival", "Lab") == (["Ada Lab, Lab", "Ada Rival, Rival"], [2, 2])
    assert "Rival" not in world.get(f"/pop?phone={PHONE}", "North").html


def test_the_latest_calls_on_the_panel_are_about_tickets_that_are_there(world: World) -> None:
    person, rival = world.ids["Person of North"], world.ids["Ticket of Rival"]
    world.site.add("PhoneCall", ticket_id=rival, contact_id=person, agent_id=person,
                   flow="outbound", date="2031-01-01", note="About the rival's")  # fmt: skip
    ref = world.site.stored("UserRequest", rival)["ref"]
    path = f"/pop?phone={PHONE}&selected_caller=tickets:Person:{person}"
    assert ref in world.get(path).html
    assert ref not in world.get(path, "North").html


def test_a_caller_who_is_chosen_by_id_must_be_there(world: World) -> None:
    rival = world.ids["Person of Rival"]
    panel = world.json(f"/pop?phone={PHONE}&selected_caller=tickets:Person:{rival}", "North")
    assert panel["selected"] == "all"
    form = world.get(
        f"/create/UserRequest?phone={PHONE}&selected_caller=tickets:Person:{rival}", "North"
    )
    assert "caller_id=" not in form.location


@pytest.mark.parametrize("suffix", ["", "?tab=calls"])
def test_the_page_about_a_ticket_and_its_phone_menu_are_there_with_the_ticket(
    world: World, suffix: str
) -> None:
    for name, seen in SEEN.items():
        path = f"/ticket/tickets/UserRequest/{world.ids[f'Ticket of {name}']}{suffix}"
        page = world.get(path, "North")
        assert (page.status in (200, 302, 303)) is seen, path


def test_presets_come_from_what_is_there(make_world: Callable[..., World]) -> None:
    world = make_world(
        "[indirect_creation.UserRequest]\nenabled = true\n"
        'preset = { org_id = "SELECT Organization WHERE name = \'Rival\'", title = "Call" }\n'
    )
    query = f"phone={PHONE}&selected_caller=unknown"
    assert f"org_id={world.ids['Rival']}" in world.get(f"/create/UserRequest?{query}").location
    assert "org_id" not in world.get(f"/create/UserRequest?{query}", "North").location


# A caller outside


def test_a_caller_outside_is_unknown(world: World) -> None:
    world.site.add("Person", name="Lone", first_name="Eve", org_id=world.ids["Rival"],
                   phone="0912345678")  # fmt: skip
    hidden = world.get("/pop?phone=0912345678", "North")
    nobody = world.get("/pop?phone=0912345679", "North")
    assert "Unknown contact" in hidden.text
    assert hidden.text.replace("12345678", "12345679") == nobody.text
    assert world.json("/pop?phone=0912345678")["callers"]


def test_a_caller_outside_is_mentioned_if_the_site_says_so(
    make_world: Callable[..., World],
) -> None:
    world = make_world('[plugin.tickets]\nhidden_callers = "mentioned"\n')
    world.site.add("Person", name="Lone", first_name="Eve", org_id=world.ids["Rival"],
                   phone="0912345678")  # fmt: skip
    page = world.get("/pop?phone=0912345678", "North")
    assert "Somebody you may not see" in page.text
    assert "This is the number of somebody you may not see." in page.text
    assert "Lone" not in page.html
    assert world.json("/pop?phone=0912345678", "North")["callers"] == []
    both = world.get(f"/pop?phone={PHONE}", "North")
    assert "This is also the number of somebody you may not see." in both.text
    french = world.get("/pop?phone=0912345678", "North", Accept_Language="fr")
    assert "Une personne que vous n'êtes pas autorisé à voir" in french.text
    for query, names in [(PHONE, ["Group", "Rival"]), ("0912345679", ["North"]), (PHONE, [])]:
        assert "you may not see" not in world.get(f"/pop?phone={query}", *names).text


def test_only_known_values_say_what_is_told_of_hidden_callers(check: Any) -> None:
    (problem,) = check('[plugin.tickets]\nhidden_callers = "yes"\n')
    assert problem[1] == "plugin.tickets.hidden_callers"


# Reports, and who is not limited


def test_the_directory_report_is_about_what_is_there(world: World) -> None:
    for name in ("North", "Rival"):
        world.site.add("Person", name=f"Odd {name}", first_name="Bo", phone="ask the desk",
                       org_id=world.ids[name])  # fmt: skip
    report = world.get("/objects/directory", "North")
    assert "Odd North" in report.text
    assert "Rival" not in report.text
    assert "Odd Rival" in world.get("/objects/directory").text


def test_a_number_of_somebody_hidden_is_not_kept_as_one_that_finds_nobody(
    make_world: Callable[..., World],
) -> None:
    world = make_world("[plugin.tickets]\nkeep_numbers = true\n")
    world.site.add("Person", name="Lone", first_name="Eve", org_id=world.ids["Rival"],
                   phone="0912345678")  # fmt: skip
    world.get("/pop?phone=0912345678", "North")
    assert "0912345678"[1:] not in world.get("/objects/directory").html.replace(" ", "")


def test_the_journals_tell_of_everything_and_so_only_those_who_see_everything(
    world: World,
) -> None:
    for name in ("access-journal", "changes"):
        assert world.get(f"/objects/{name}").status == 200
        page = world.get(f"/objects/{name}", "North")
        assert page.status == 403
        assert "may see all organizations" in page.text
    assert "Journal" in world.get("/").links
    assert "Journal" not in world.get("/", "North").links


@pytest.mark.parametrize("class_name", [*CLASSES.values(), "Organization", "Contact", "Ticket"])
def test_lists_and_their_files_have_what_is_there(world: World, class_name: str) -> None:
    everything = world.get(f"/objects/{class_name}")
    limited = world.get(f"/objects/{class_name}", "North")
    assert everything.status == limited.status == 200
    assert "Rival" not in limited.html
    for form in ("csv", "json"):
        path = f"/objects/{class_name}/export?format={form}"
        every, some = world.get(path).html, world.get(path, "North").html
        # Of four organizations with the same, two are seen.
        assert some.count("\n") < every.count("\n"), some
        assert "Rival" not in some


def test_a_file_has_no_keys_to_what_is_outside(world: World) -> None:
    ticket, rival = world.ids["Ticket of North"], world.ids["Person of Rival"]
    with world.site.running.app.app_context(), world.site.running.host.database:
        objects.update("UserRequest", ticket, {"caller_id": rival}, author=None)

    def callers(*names: str) -> dict[int, Any]:
        found = world.site.browser.get(
            "/objects/UserRequest/export?format=json",
            headers={"X-Organizations": world.header(*names)},
        ).get_json()
        return {one["id"]: one["fields"]["caller_id"] for one in found}

    assert callers()[ticket] == rival
    assert callers("North") == {
        ticket: None,
        world.ids["Ticket of Lab"]: world.ids["Person of Lab"],
    }
    # Nor does a filter find it by such a key.
    path = f"/objects/UserRequest?caller_id={rival}"
    assert path_of(world, "Ticket of North") in world.get(path).html
    assert path_of(world, "Ticket of North") not in world.get(path, "North").html


def test_the_command_line_is_not_limited(world: World) -> None:
    found = world.site.command("oql", "SELECT Person")
    assert len(found.stdout.splitlines()) == 4
    exported = world.site.command("data", "export", "Person")
    assert len(exported.stdout.splitlines()) == 4


def test_an_agent_of_another_plugins_organizations_sees_none(world: World) -> None:
    agent = Agent("sam", organizations=frozenset({1}), contact_source="elsewhere")
    app, database = world.site.running.app, world.site.running.host.database
    plugin: Any = next(p.instance for p in world.site.running.host.plugins if p.name == "tickets")
    with app.test_request_context("/"):
        g.cti_agent = agent
        for name in ("Organization", "Person", "UserRequest", "PhoneCall"):
            assert plugin.oql.count(database, f"SELECT {name}", {}) == 0
        assert plugin.oql.count(database, "SELECT ContactType", {}) == 0


def test_what_the_store_reads_in_pages_and_exports_is_limited_too(world: World) -> None:
    from cti_tickets.transfer import bulk

    with world.acting("North"):
        person = schema()["Person"]
        assert bulk.count(person) == 2
        ids = [row[0] for row in bulk.page(person, ("id",), 0, 100)]
        assert ids == [world.ids["Person of North"], world.ids["Person of Lab"]]
        every = [world.ids[f"Person of {name}"] for name in SEEN]
        assert [row[0] for row in bulk.some(person, ("id",), every)] == ids


# Both databases, and many organizations


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("below", [0, 7, 70], ids=lambda count: f"{count} below")
def test_it_is_the_same_on_both_databases_and_with_any_number_of_organizations(
    make_world: Callable[..., World], request: pytest.FixtureRequest, kind: str, below: int
) -> None:
    """A statement lists few organizations, and takes many as one value."""
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else "sqlite:///cti.db"
    world = make_world(database=url)
    with world.site.running.app.app_context(), world.site.running.host.database:
        for number in range(below):
            values: dict[str, str | int | None] = {
                "name": f"Part {number}",
                "parent_id": world.ids["Lab"],
            }
            objects.create("Organization", values, author=None)

    panel = world.json(f"/pop?phone={PHONE}", "North")
    assert sorted(one["display"] for one in panel["callers"]) == [
        "Ada Lab, Lab",
        "Ada North, North",
    ]
    assert [one["total"] for one in panel["ticket_lists"]] == [2, 2]
    for name in ("Person", "Ticket", "Call", "Link", "Subcategory"):
        for organization, seen in SEEN.items():
            path = path_of(world, f"{name} of {organization}")
            assert world.get(path, "North").status == (200 if seen else 404), path
    found = world.json("/api/v1/objects/Person/suggestions?q=ada", "North")["items"]
    assert [one["friendlyname"] for one in found] == ["Ada Lab", "Ada North"]
    assert len(world.json("/api/v1/objects/PhoneCall", "North")["items"]) == 2
    assert len(world.json("/api/v1/search?q=ada", "North")["groups"][0]["items"]) == 2
    exported = world.get("/objects/UserRequest/export?format=csv", "North").html
    assert len(exported.splitlines()) == 3
    assert "Rival" not in world.get("/objects/directory", "North").html
    saved = world.submit(f"{path_of(world, 'Person of Lab')}/modify", "North", function="Boss")
    assert saved.status == 303
    refused = world.submit(
        f"{path_of(world, 'Person of Lab')}/modify", "North", org_id=str(world.ids["Rival"])
    )
    assert refused.status == 400


# Indexes

BY_INDEX = [
    ("SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone", "contact_phone_e164"),
    ("SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone", "contact_mobile_phone"),
    ("SELECT UserRequest WHERE caller_id IN (:callers_list) AND status != 'closed'", "caller_id"),
    ("SELECT UserRequest AS u JOIN Person AS p ON u.caller_id = p.id WHERE p.id = 5", "caller_id"),
    ("SELECT UserRequest WHERE status != 'closed'", "org_id"),
    ("SELECT Person", "org_id"),
    ("SELECT PhoneCall WHERE ticket_id = 3", "ticket_id"),
    ("SELECT PhoneCall", "phone_call_org_id"),
    ("SELECT lnkPersonToTeam WHERE team_id = 3", "team_id"),
]


@pytest.mark.parametrize(("text", "index"), BY_INDEX)
def test_what_is_found_for_a_limited_agent_is_found_by_an_index(
    world: World, text: str, index: str
) -> None:
    plugin: Any = next(p.instance for p in world.site.running.host.plugins if p.name == "tickets")
    database = world.site.running.host.database
    number = Number(PHONE, "+33987654321")
    with world.acting("Lab"):
        _as_if_there_were_many(database)
        statement = plugin.oql.statement(
            text, {"phone": number, "callers_list": [1, 2]}, postgresql=False
        )
        explained = database.execute_sql(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values)
        plan = [row[3] for row in explained.fetchall()]
    assert any(index in step for step in plan), plan
    assert not any(step.startswith("SCAN own") for step in plan), plan


def _as_if_there_were_many(database: Any) -> None:
    """Let SQLite take the tables for large ones, as it knows them of a site after a while."""
    database.execute_sql("ANALYZE")
    for index, stat in database.execute_sql("SELECT idx, stat FROM sqlite_stat1").fetchall():
        each = 500_000 if "finalclass" in (index or "") else 1000 if "org" in (index or "") else 3
        numbers = " ".join(["1000000", *[str(each)] * stat.count(" ")])
        database.execute_sql("UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?", (numbers, index))
    database.execute_sql("ANALYZE sqlite_schema")


# Random pairs of agent and object

PAIRS = settings(deadline=None, max_examples=60)
NAMED = {"Organization": "Firm", "Person": "Zed", "Team": "Crew"}


@dataclass
class Known:
    """An object of the random site: its class, its id, its organization and its name."""

    class_name: str
    id: int
    org: int
    name: str


def _random_site(site: Any) -> tuple[dict[int, int | None], list[Known]]:
    """Organizations in a tree, and objects whose keys lead anywhere."""
    chance = random.Random(7)  # noqa: S311 -- the same site each time
    parents: dict[int, int | None] = {}
    known: list[Known] = []
    for number in range(9):
        parent = chance.choice([None, *parents])
        id_ = site.add("Organization", name=f"Firm{number}", parent_id=parent or "")
        parents[id_] = parent
        known.append(Known("Organization", id_, id_, f"Firm{number}"))
    people: list[int] = []
    for number in range(16):
        org = chance.choice([*parents])
        name = f"Zed{number}"
        manager = chance.choice(["", *people])
        id_ = site.add("Person", first_name="Al", name=name, org_id=org, manager_id=manager,
                       phone=f"09876543{number:02d}")  # fmt: skip
        people.append(id_)
        known.append(Known("Person", id_, org, name))
    for number in range(12):
        org = chance.choice([*parents])
        values = {**TICKET, "title": f"Case{number}", "caller_id": chance.choice(people)}
        id_ = site.add("UserRequest", org_id=org, agent_id=chance.choice(people), **values)
        known.append(Known("UserRequest", id_, org, f"Case{number}"))
        call = {"contact_id": chance.choice(people), "agent_id": chance.choice(people)}
        id_ = site.add("PhoneCall", ticket_id=id_, flow="inbound", **call)
        known.append(Known("PhoneCall", id_, org, ""))
    return parents, known


def _below(parents: dict[int, int | None], roots: frozenset[int]) -> set[int]:
    """The organizations and those below them, worked out another way than by the database."""
    found = set()
    for one in parents:
        above: int | None = one
        while above is not None and above not in roots:
            above = parents[above]
        if above is not None:
            found.add(one)
    return found


def test_page_query_suggestion_and_panel_agree_for_any_agent_and_object(
    make_site: Callable[..., Any],
) -> None:
    plugins = ["phone_reformat", "tickets", "limited"]
    site = make_site(plugins=plugins, sources={"limited": AGENT})
    parents, known = _random_site(site)
    app, database = site.running.app, site.running.host.database
    plugin: Any = next(p.instance for p in site.running.host.plugins if p.name == "tickets")
    limits = st.frozensets(st.sampled_from([*parents]), max_size=4)

    @PAIRS
    @given(one=st.sampled_from(known), roots=limits)
    def agree(one: Known, roots: frozenset[int]) -> None:
        header = " ".join(map(str, roots))
        headers = {"X-Organizations": header, "Accept": "application/json"}
        expected = not roots or one.org in _below(parents, roots)

        shown = site.get(f"/objects/{one.class_name}/{one.id}", X_Organizations=header)
        assert (shown.status == 200) is expected
        answer = site.browser.get(f"/api/v1/objects/{one.class_name}/{one.id}", headers=headers)
        assert (answer.status_code == 200) is expected
        if expected:
            keys = {a.code: a.target for a in schema()[one.class_name].attributes.values()
                    if a.kind is Kind.KEY}  # fmt: skip
            for code, target in keys.items():
                id_ = answer.get_json()["fields"][code]
                there = f"/api/v1/objects/{target}/{id_}"
                assert id_ is None or site.browser.get(there, headers=headers).status_code == 200
        with acting(app, set(roots)):
            text = f"SELECT {one.class_name} WHERE id = :id"
            assert bool(plugin.oql.ids(database, text, {"id": one.id})) is expected
            # Whatever the page shows as a link is there, too.
            for url in shown.links.values() if expected else []:
                parts = url.split("?")[0].split("/")
                if parts[1:2] == ["objects"] and len(parts) == 4 and parts[3].isdigit():
                    assert plugin.oql.count(
                        database, f"SELECT {parts[2]} WHERE id = :id", {"id": parts[3]}
                    ), url
        if one.class_name in NAMED:
            path = f"/api/v1/objects/{one.class_name}/suggestions?q={one.name}"
            offered = site.browser.get(path, headers=headers).get_json()["items"]
            assert (one.id in {found["id"] for found in offered}) is expected
        if one.class_name == "Person":
            number = site.rows("Person", id=one.id)[0]["phone"]
            panel = site.browser.get(f"/pop?phone={number}", headers=headers).get_json()
            assert [c["id"] for c in panel["callers"]] == ([one.id] if expected else [])
            told = {t["id"] for tickets in panel["ticket_lists"] for t in tickets["tickets"]}
            allowed = _below(parents, roots) if roots else set(parents)
            assert told <= {k.id for k in known if k.org in allowed}

    agree()
