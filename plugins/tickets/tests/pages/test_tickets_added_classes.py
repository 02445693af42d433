"""Classes and attributes that plugins add: known at once, everywhere, in their application only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import PATIENCE_SECONDS, write_config

PLUGINS = ["phone_reformat", "tickets", "fleet"]
FLEET = '''
from cti_host import *
from cti_tickets.api_for_plugins import *

L = Localised.of


class Plugin:
    """Cars, and who drives them."""

    @hookimpl
    def data_classes(self):
        number = DataAttribute("number", DataKind.STRING, L("Number", "Numéro"), mandatory=True)
        return [
            # Its key leads to a class that comes later.
            DataClass(
                "Trip",
                L("Trip", "Trajet"),
                [
                    DataAttribute("car_id", DataKind.KEY, L("Car"), target="Car", mandatory=True,
                                  on_delete=OnDelete.AUTO),
                    DataAttribute("car_number", DataKind.EXTERNAL, L("Number"),
                                  path="car_id.number"),
                    DataAttribute("driver_name", DataKind.EXTERNAL, L("Driver"),
                                  path="car_id.driver_name"),
                    DataAttribute("began", DataKind.DATETIME, L("Began", "Début")),
                    DataAttribute("took", DataKind.DURATION, L("Took", "Durée")),
                    DataAttribute("km", DataKind.INTEGER, L("Kilometres"), default="1"),
                    DataAttribute("report", DataKind.HTML, L("Report", "Rapport")),
                ],
                friendlyname=("car_id_friendlyname", "km"),
                friendlyname_separator=" / ",
                order="-began",
            ),
            DataClass(
                "Car",
                L("Car", "Voiture"),
                [
                    number,
                    DataAttribute("driver_id", DataKind.KEY, L("Driver"), target="Person"),
                    DataAttribute("driver_name", DataKind.EXTERNAL, L("Driver name"),
                                  path="driver_id.name"),
                    DataAttribute("spare_id", DataKind.KEY, L("Spare"), target="Car"),
                    DataAttribute("radio", DataKind.PHONE, L("Radio")),
                    DataAttribute("owner", DataKind.EMAIL, L("Owner")),
                    DataAttribute("fuel", DataKind.ENUM, L("Fuel", "Carburant"),
                                  values={"gas": L("Gas", "Gaz"), "sun": L("Sun", "Soleil")},
                                  default="sun", mandatory=True),
                    DataAttribute("bought", DataKind.DATE, L("Bought")),
                    DataAttribute("broken", DataKind.BOOLEAN, L("Broken")),
                    DataAttribute("notes", DataKind.TEXT, L("Notes")),
                ],
                friendlyname=("number",),
            ),
            DataClass(
                "Supplier",
                L("Supplier", "Fournisseur"),
                [DataAttribute("vat", DataKind.STRING, L("VAT number"))],
                parent="Contact",
                form=("name", "org_id", "vat"),
            ),
            DataClass(
                "Complaint",
                L("Complaint", "Réclamation"),
                [DataAttribute("about_car_id", DataKind.KEY, L("About"), target="Car")],
                parent="UserRequest",
                friendlyname=("ref",),
                form=("org_id", "caller_id", "title", "description", "about_car_id"),
            ),
        ]

    @hookimpl
    def data_attributes(self):
        return [
            AddedAttributes("Contact", [
                DataAttribute("badge", DataKind.STRING, L("Badge"), default="it's a 5"),
                DataAttribute("car_id", DataKind.KEY, L("Car"), target="Car"),
            ]),
            AddedAttributes("Person", [
                DataAttribute("grade", DataKind.ENUM, L("Grade"), default="no",
                              values={"no": L("No", "Non"), "yes": L("Yes", "Oui")}),
            ]),
        ]
'''


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """A site with cars, on each database, with an organization and a person."""
    built = make_site(plugins=PLUGINS, sources={"fleet": FLEET}, database=database_url)
    built.add("Organization", name="Analytical Ltd")
    built.add("Person", first_name="Ada", name="Lovelace", org_id=1, phone="0987654321")
    return built


def oql(site: Any, query: str, *more: str) -> list[str]:
    """What a query finds, as "Class::id"."""
    result = site.command("oql", "--json", query, *more)
    assert result.exit_code == 0, result.output
    found: list[str] = json.loads(result.output)["keys"]
    return found


def test_a_new_class_has_forms_and_pages(site: Any) -> None:
    page = site.get("/objects/new/Car", Accept_Language="fr")
    assert "Voiture" in page.text
    ours = ("csrf_token", "next", "creation_key")
    assert [name for name in page.fields if name not in ours] == [
        "number", "driver_id", "radio", "owner", "fuel", "bought", "broken", "notes", "spare_id",
    ]  # fmt: skip
    assert page.fields["fuel"] == "sun"
    refused = site.submit(page, owner="nobody", driver_id="1")
    assert refused.status == 400
    assert "not an e-mail address" in refused.text.lower()
    saved = site.submit(refused, number="AB-123", owner="", radio="0612345678", broken="1")
    assert saved.location == "/objects/Car/1"
    seen = site.get(saved.location)
    assert "Ada Lovelace" in seen.text
    assert '<li class="cti-flag">Broken</li>' in seen.html
    stored = site.stored("Car", 1)
    assert (stored["radio_e164"], stored["broken"], stored["fuel"]) == ("+33612345678", 1, "sun")
    assert site.save("/objects/Car/1/modify", fuel="gas", spare_id="1").status == 303
    assert site.stored("Car", 1)["fuel"] == "gas"


def test_the_list_of_a_new_class_is_narrowed_down_by_all_that_it_has(site: Any) -> None:
    site.add("Car", number="A <1> & co", fuel="gas", broken="1", bought="2026-01-31")
    site.add("Car", number="B 2", driver_id=1)
    page = site.get("/objects/Car").html
    assert 'name="broken"' not in page
    assert 'name="filters" value="all"' in page
    # The button sends along what was typed, with and without JavaScript.
    page = site.get("/objects/Car?q=co&filters=all").html
    assert 'name="filters"' not in page
    assert 'value="co"' in page
    for name in ("driver_id", "spare_id", "fuel", "broken", "bought_from", "bought_until"):
        assert f'name="{name}"' in page
    for said in ("fuel=gas", "broken=1", "bought_from=2026-01-01", "driver_id=0", "q=co"):
        page = site.get(f"/objects/Car?{said}").html
        assert "A &lt;1&gt; &amp; co" in page
        assert 'href="/objects/Car/2"' not in page
        assert "Found: 1" in page
    rows = site.get("/objects/Car/export?format=columns.csv&fuel=gas&columns=friendlyname,bought")
    assert rows.html.splitlines()[1:] == ["A <1> & co,2026-01-31"]
    # In each list with more attributes than it shows, and in no other one.
    assert 'value="all"' in site.get("/objects/Person").html
    assert 'value="all"' not in site.get("/objects/lnkPersonToTeam").html
    # Of a ticket's stop-watches none.
    page = site.get("/objects/Complaint?filters=all").html
    assert 'name="about_car_id"' in page
    assert 'name="resolution_date_from"' in page
    assert 'name="tto_started_from"' not in page


def test_names_and_fields_lead_through_new_classes(site: Any) -> None:
    site.add("Car", number="AB-123", driver_id=1)
    trip = site.add("Trip", car_id=1, took="3900", report="<p>Fine</p>", began="2026-01-01 10:00")
    page = site.get(f"/objects/Trip/{trip}")
    assert "AB-123 / 1" in page.text
    assert "1 h 5 min" in page.text
    assert "<p>Fine</p>" in page.html
    assert "Lovelace" in page.text
    assert oql(site, "SELECT Trip WHERE car_number = 'AB-123'") == ["Trip::1"]
    assert oql(site, "SELECT Trip AS t JOIN Car AS c ON t.car_id = c.id WHERE c.fuel = 'sun'")


def test_a_class_below_another_is_found_with_it(site: Any) -> None:
    site.save("/objects/new/Supplier", name="Wheels Ltd", org_id="1", vat="FR123")
    assert oql(site, "SELECT Contact WHERE name = 'Wheels Ltd'") == ["Supplier::2"]
    assert oql(site, "SELECT Supplier WHERE vat = 'FR123'") == ["Supplier::2"]
    suggested = site.browser.get("/api/v1/objects/Contact/suggestions?q=wheels").get_json()
    assert {"id": 2, "friendlyname": "Wheels Ltd"} in suggested["items"]


def test_a_ticket_of_a_new_class_lives_like_its_parent(site: Any) -> None:
    site.add("Car", number="AB-123")
    values = {"title": "T", "description": "D", "org_id": "1", "caller_id": "1"}
    created = site.save("/objects/new/Complaint", **values, about_car_id="1")
    assert created.location == "/objects/Complaint/1"
    page = site.get(created.location)
    assert "AB-123" in page.text
    assert "/objects/Complaint/1/stimulus/ev_assign" in page.html
    assert oql(site, "SELECT UserRequest WHERE status = 'new'") == ["Complaint::1"]
    kinds = site.get("/objects/new/Ticket")
    assert "Complaint" in kinds.links


def test_what_follows_from_another_field_follows_in_new_classes_too(site: Any) -> None:
    elsewhere = site.add("Organization", name="Elsewhere")
    stranger = site.add("Person", first_name="Stefan", name="Byron", org_id=elsewhere)
    place = site.add("Location", name="Far <away>", org_id=elsewhere)
    values = {"org_id": "1", "title": "Squeaks", "description": "a<b"}
    refused = site.save("/objects/new/Complaint", **values, caller_id=str(stranger))
    assert refused.status == 400
    assert "Is not of this organization" in refused.text
    assert refused.fields["description"] == "a<b"
    told = json.loads(site.get("/api/v1/objects/Complaint/following?caller_id=1").html)
    assert told["values"] == {"org_id": {"id": 1, "friendlyname": "Analytical Ltd"}}
    refused = site.save("/objects/Person/1/modify", location_id=str(place))
    assert refused.status == 400
    assert 'id="location_id-error"' in refused.html
    part = site.add("Organization", name="Part", parent_id=1)
    near = site.add("Location", name="Near", org_id=part)
    assert site.save("/objects/Person/1/modify", location_id=str(near)).status == 303


def test_a_new_attribute_of_an_old_class_is_known_everywhere(site: Any) -> None:
    stored = site.stored("Person", 1)
    assert (stored["grade"], stored["badge"], stored["car_id"]) == ("no", "it's a 5", None)
    site.add("Car", number="AB-123")
    page = site.get("/objects/Person/1/modify")
    assert {"grade", "badge", "car_id"} <= set(page.fields)
    assert site.submit(page, grade="yes", car_id="1", badge="7").status == 303
    assert oql(site, "SELECT Person WHERE grade = 'yes' AND badge = '7'") == ["Person::1"]
    assert oql(site, "SELECT Person AS p JOIN Car AS c ON p.car_id = c.id") == ["Person::1"]
    assert site.panel("phone=0987654321")["callers"]


def test_new_classes_can_be_imported(site: Any, tmp_path: Path) -> None:
    objects = [
        {"class": "Trip", "id": 9, "fields": {"car_id": 5, "km": 12, "took": "60"}},
        {"class": "Car", "id": 5, "fields": {"number": "X", "broken": True, "driver_id": 1}},
        {"class": "Supplier", "id": 40, "fields": {"name": "S", "org_id": 1, "badge": "b"}},
        {"class": "Complaint", "id": 3,
         "fields": {"ref": "R-000050", "title": "T", "description": "D", "org_id": 1}},
    ]  # fmt: skip
    file = tmp_path / "objects.jsonl"
    file.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")
    result = site.command("data", "import", str(file))
    assert result.exit_code == 0, result.output
    assert site.stored("Trip", 9)["km"] == 12
    assert site.stored("Car", 5)["broken"] == 1
    assert site.stored("Supplier", 40)["finalclass"] == "Supplier"
    assert site.stored("Complaint", 3)["ref"] == "R-000050"
    # What is created next doesn't collide.
    assert site.add("Car", number="Y") == 6


def test_the_data_model_has_them(site: Any) -> None:
    classes = {
        cls["name"]: cls
        for cls in json.loads(site.command("data", "model", "--json").output)["classes"]
    }
    assert classes["Supplier"]["parent"] == "Contact"
    assert classes["Complaint"]["lifecycle"]["initial"] == "new"
    for name in ("Contact", "Person", "Team", "Supplier"):
        assert "badge" in [a["code"] for a in classes[name]["attributes"]]
    assert "## Trip" in site.command("data", "model").output


def test_each_application_has_its_own_classes(make_site: Any) -> None:
    with_cars = make_site(plugins=PLUGINS, sources={"fleet": FLEET})
    without = make_site()
    for site in (with_cars, without):
        site.add("Organization", name="Analytical Ltd")
        site.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    assert with_cars.get("/objects/new/Car").status == 200
    assert without.get("/objects/new/Car").status == 404
    assert "grade" in with_cars.get("/objects/Person/1/modify").fields
    assert "grade" not in without.get("/objects/Person/1/modify").fields


def test_a_site_that_is_filled_gets_tables_and_columns_and_keeps_its_data(
    tmp_path: Path, database_url: str
) -> None:
    def build(name: str, plugins: list[str], sources: dict[str, str]) -> Any:
        folder = tmp_path / name
        folder.mkdir()
        url = database_url
        if url.startswith("sqlite"):
            url = f"sqlite:///{tmp_path}/shared.db"
        config = write_config(folder, plugins=plugins, sources=sources, database=url)
        app = create_app(config, timeout=PATIENCE_SECONDS)
        return app, app.extensions["cti_host"]

    app, host = build("before", ["tickets"], {})
    with app.app_context(), host.database.connection_context():
        migrate.upgrade(host)
        host.database.execute_sql(
            "INSERT INTO organization (id, name, status) VALUES (1, 'Acme', 'active')"
        )
        host.database.execute_sql(
            "INSERT INTO contact (id, finalclass, name, first_name, org_id)"
            " VALUES (7, 'Person', 'Lovelace', 'Ada', 1)"
        )
    host.database.close_all()
    app, host = build("after", ["tickets", "fleet"], {"fleet": FLEET})
    with app.app_context(), host.database.connection_context():
        pending = migrate.pending(host)
        assert "data.fleet/Car" in pending
        assert "data.fleet/Person.grade" in pending
        assert set(migrate.upgrade(host)) >= set(pending)
        assert migrate.pending(host) == []
        assert migrate.upgrade(host) == []
        from cti_tickets.store import objects as storage

        ada = storage.load("Person", 7)
        assert (ada.name, ada.grade, ada.badge, ada.car_id) == ("Lovelace", "no", "it's a 5", None)
    host.database.close_all()


DEMANDING = """
from cti_host import *
from cti_tickets.api_for_plugins import *

L = Localised.of


class Plugin:
    \"\"\"Whoever is kept must be told where the customer came from.\"\"\"

    @hookimpl
    def data_classes(self):
        rating = DataAttribute("rating", DataKind.STRING, L("Rating"), mandatory=True)
        return [DataClass("Supplier", L("Supplier"), [rating], parent="Contact")]

    @hookimpl
    def data_attributes(self):
        origin = {"web": L("Website"), "fair": L("Trade fair")}
        return [
            AddedAttributes("Contact", [
                DataAttribute("source", DataKind.ENUM, L("Source"), values=origin, mandatory=True),
                DataAttribute("remark", DataKind.STRING, L("Remark")),
            ]),
        ]
"""


def test_a_mandatory_attribute_that_is_added_is_on_the_form(make_site: Any) -> None:
    site = make_site(plugins=["tickets", "demanding"], sources={"demanding": DEMANDING})
    site.add("Organization", name="Analytical Ltd")
    form = site.get("/objects/new/Person")
    assert "source" in form.fields
    assert "remark" not in form.fields
    refused = site.submit(form, first_name="Ada", name="Lovelace", org_id="1")
    assert refused.status == 400
    saved = site.submit(refused, source="fair")
    assert saved.location == "/objects/Person/1"
    assert "Trade fair" in site.get(saved.location).text


def test_the_form_of_a_class_below_another_has_what_the_parents_has(make_site: Any) -> None:
    site = make_site(plugins=["tickets", "demanding"], sources={"demanding": DEMANDING})
    site.add("Organization", name="Analytical Ltd")
    form = site.get("/objects/new/Supplier")
    assert {"name", "org_id", "rating", "source"} <= set(form.fields)
    saved = site.submit(form, name="Nuts Ltd", org_id="1", rating="A", source="web")
    assert site.stored("Supplier", 1)["rating"] == "A"
    assert "Website" in site.get(saved.location).text


# Refusals

HEAD = """
from cti_host import *
from cti_tickets.api_for_plugins import *

L = Localised.of


def attribute(code="level", kind=DataKind.STRING, **more):
    return DataAttribute(code, kind, L("X"), **more)


def cls(name="Thing", attributes=(), **more):
    more.setdefault("friendlyname", ("label",))
    return DataClass(name, L("X"), [attribute("label"), *attributes], **more)


class Plugin:
    @hookimpl
    def {hook}(self):
        return [{answer}]
"""
KEY = 'attribute("org_id", DataKind.KEY, target="Organization")'
CLASSES = [
    ('cls("Person")', "there is a class Person already"),
    ('cls("Not a name")', "is no name of a class"),
    ('cls(parent="Vehicle")', "there is no class Vehicle above it"),
    ('cls(parent="Organization")', "Organization can't have children"),
    ("cls(friendlyname=())", "its objects have no name"),
    ('cls(friendlyname=("nickname",))', "friendlyname names 'nickname'"),
    ('cls(form=("nickname",))', "form names 'nickname'"),
    (
        'cls(form=("label",), attributes=[attribute("level", mandatory=True)])',
        "its form lacks level, which is mandatory",
    ),
    (
        'cls(parent="Contact", friendlyname=("name",), form=("label",))',
        "its form lacks name, org_id, which is mandatory",
    ),
    (
        'cls(attributes=[attribute("level", mandatory=True, read_only=True)])',
        "nobody can fill it in",
    ),
    ('cls(order="-nickname")', "order names 'nickname'"),
    ('DataClass("Thing", L(""), [attribute("name")])', "has no label"),
    ('cls(attributes=[attribute("Level")])', "is no code of an attribute"),
    ('cls(attributes=[attribute("class")])', "is no code of an attribute"),
    ('cls(attributes=[attribute("id")])', "has a meaning already"),
    ('cls(attributes=[attribute("save")])', "has a meaning already"),
    ('cls(attributes=[attribute("data")])', "has a meaning already"),
    ('cls(attributes=[attribute("org_friendlyname")])', "has a meaning already"),
    ('cls(attributes=[attribute("label")])', "there is such an attribute already"),
    ('cls(attributes=[attribute("org", DataKind.KEY, target="Organization")])', "end in _id"),
    ('cls(attributes=[attribute("level_id")])', "end in _id"),
    ('cls(attributes=[attribute("a_id", DataKind.KEY, target="Planet")])', "no class 'Planet'"),
    ("cls(attributes=[attribute(kind=DataKind.ENUM)])", "an enum needs values"),
    ('cls(attributes=[attribute(kind=DataKind.INTEGER, default="x")])', "is no default"),
    ('cls(attributes=[attribute(kind=DataKind.BOOLEAN, default="yes")])', "is no default"),
    ('cls(attributes=[attribute(kind=DataKind.DATE, default="today")])', "is no default"),
    ('cls(attributes=[attribute(default="5 %")])', "is no default"),
    (
        'cls(attributes=[attribute(kind=DataKind.ENUM, values={"a": L("A")}, default="b")])',
        "is no default",
    ),
    ('cls(attributes=[attribute(kind=DataKind.EXTERNAL, path="name")])', "begins with no key"),
    (
        f'cls(attributes=[attribute(kind=DataKind.EXTERNAL, path="org_id.moon"), {KEY}])',
        "Organization has no attribute 'moon'",
    ),
    ('cls(attributes=[attribute(depends_on="label")])', "it can't depend on 'label'"),
    (
        'cls(attributes=[attribute("a_id", DataKind.KEY, target="Person", depends_on="b_id"),'
        f" {KEY}])",
        "it can't depend on 'b_id'",
    ),
    (
        'cls(attributes=[attribute("a_id", DataKind.KEY, target="Organization", depends_on="b_id"),'
        ' attribute("b_id", DataKind.KEY, target="Service")])',
        "since Organization has no key to Service",
    ),
    ('cls(parent="Contact", attributes=[attribute("function")])', "such an attribute already"),
    (
        'cls(parent="Contact", attributes=[attribute("first_name", DataKind.DATE)])',
        "Person has an attribute of that code and another kind",
    ),
    (
        'cls("One", [attribute("two_id", DataKind.KEY, target="Two")]), '
        'cls("Two", [attribute("one_id", DataKind.KEY, target="One")])',
        "no class 'Two'",
    ),
]
ATTRIBUTES = [
    ('AddedAttributes("Planet", [attribute()])', "there is no class Planet"),
    ('AddedAttributes("Person", [attribute("phone")])', "there is such an attribute already"),
    (
        'AddedAttributes("Person", [attribute(mandatory=True, read_only=True)])',
        "nobody can fill it in",
    ),
    ('AddedAttributes("Contact", [attribute("first_name")])', "such an attribute already"),
    ('AddedAttributes("Person", [attribute(), attribute()])', "such an attribute already"),
    (
        'AddedAttributes("Team", [attribute("manager_id", DataKind.KEY, target="Organization")])',
        "another kind, in the same table",
    ),
]


@pytest.mark.parametrize(
    ("hook", "answer", "message"),
    [
        *(("data_classes", *case) for case in CLASSES),
        *(("data_attributes", *case) for case in ATTRIBUTES),
    ],
)
def test_what_cannot_be_added_is_refused_with_the_plugins_name(
    make_site: Any, hook: str, answer: str, message: str
) -> None:
    source = HEAD.replace("{hook}", hook).replace("{answer}", answer)
    with pytest.raises(ConfigRefused) as refused:
        make_site(plugins=["tickets", "mine"], sources={"mine": source})
    found = [problem for problem in refused.value.problems if message in problem.message]
    assert found, [str(problem) for problem in refused.value.problems]
    assert found[0].message.startswith("mine: ")
    assert found[0].key == "plugins[1]"


def test_two_plugins_cannot_add_the_same(make_site: Any) -> None:
    one = HEAD.replace("{hook}", "data_classes").replace("{answer}", "cls()")
    other = HEAD.replace("{hook}", "data_attributes").replace(
        "{answer}", 'AddedAttributes("Person", [attribute()])'
    )
    names = ["a", "b", "c", "d"]
    with pytest.raises(ConfigRefused) as refused:
        make_site(
            plugins=["tickets", *names],
            sources=dict(zip(names, [one, one, other, other], strict=True)),
        )
    assert [problem.message for problem in refused.value.problems] == [
        "b: there is a class Thing already from the plugin a",
        "d: Person.level: there is such an attribute already from the plugin c",
    ]
