"""Keys of a plugin's classes that depend on other keys: in the form, the API, and on the server."""

from __future__ import annotations

import json
from typing import Any

import pytest

GARAGE = '''
from cti_host import *
from cti_tickets.api_for_plugins import *

L = Localised.of


def key(code, label, target, **more):
    return DataAttribute(code, DataKind.KEY, L(label), target=target, **more)


NAME = DataAttribute("name", DataKind.STRING, L("Name"), mandatory=True)


class Plugin:
    """Cars, their makes and models, and who looks after them."""

    @hookimpl(of="tickets")
    def data_classes(self):
        return [
            DataClass("Make", L("Make", "Marque"), [NAME]),
            DataClass("CarModel", L("Model", "Modèle"), [NAME, key("make_id", "Make", "Make")]),
            DataClass("Car", L("Car", "Voiture"), [
                NAME,
                # What it depends on comes later.
                key("model_id", "Model", "CarModel", depends_on="brand_id"),
                key("brand_id", "Make", "Make"),
                key("garage_id", "Garage", "Team"),
                key("mechanic_id", "Mechanic", "Person", depends_on="garage_id"),
            ]),
        ]

    @hookimpl(of="tickets")
    def data_attributes(self):
        return [AddedAttributes("Location", [
            key("make_id", "Make", "Make"),
            key("model_id", "Model", "CarModel", depends_on="make_id"),
        ])]
'''


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """Two makes with a model each, and a team of one, on each database."""
    built = make_site(
        plugins=["phone_reformat", "tickets", "garage"],
        sources={"garage": GARAGE},
        database=database_url,
    )
    built.add("Organization", name="Analytical Ltd")
    for make, model in (("Citroën", "2 CV"), ("Škoda", "Fabia")):
        built.add("CarModel", name=model, make_id=built.add("Make", name=make))
    ada, _ben = (built.add("Person", first_name=one, name="B", org_id=1) for one in ("Ada", "Ben"))
    team = built.add("Team", name="Garage", org_id=1)
    built.add("lnkPersonToTeam", team_id=team, person_id=ada)
    return built


def following(site: Any, query: str) -> Any:
    """What the form's script is told."""
    return json.loads(site.get(f"/api/v1/objects/Car/following?{query}").html)


def test_the_form_offers_what_fits(site: Any) -> None:
    said = following(site, "brand_id=2")
    assert said["options"]["model_id"] == [{"id": 2, "friendlyname": "Fabia"}]
    assert following(site, "")["options"]["model_id"] is None
    # A model says of which make it is.
    given = following(site, "model_id=1")["values"]
    assert given == {"brand_id": {"id": 1, "friendlyname": "Citroën"}}
    keys = 'data-keys="model_id brand_id mechanic_id garage_id"'
    assert keys in site.get("/objects/new/Car").html


def test_what_does_not_fit_is_refused_with_all_that_was_typed(site: Any) -> None:
    refused = site.save("/objects/new/Car", name="<Ours>", brand_id="1", model_id="2")
    assert refused.status == 400
    assert "Does not belong to what is chosen for “Make”" in refused.text
    assert refused.fields["name"] == "<Ours>"
    typed = {**refused.fields, "brand_id": "1", "model_id": "2"}
    refused = site.post("/objects/new/Car", typed, Accept_Language="fr")
    assert "N'est pas rattaché au choix fait pour « Make »" in refused.text.replace("\xa0", " ")
    saved = site.save("/objects/new/Car", name="Ours", brand_id="2", model_id="2")
    assert saved.status == 303
    # The other key may be changed, too.
    refused = site.save("/objects/Car/1/modify", brand_id="1")
    assert refused.status == 400
    assert site.stored("Car", 1)["brand_id"] == 2


def test_what_a_choice_says_of_the_other_key_is_filled_in(site: Any) -> None:
    assert site.save("/objects/new/Car", name="Ours", model_id="1").status == 303
    assert site.stored("Car", 1)["brand_id"] == 1


def test_the_rules_of_built_in_classes_hold_for_keys_of_other_names(site: Any) -> None:
    (team,) = site.rows("Team", name="Garage")
    (ada,), (ben,) = (site.rows("Person", first_name=one) for one in ("Ada", "Ben"))
    fits = [{"id": ada["id"], "friendlyname": "Ada B"}]
    assert following(site, f"garage_id={team['id']}")["options"]["mechanic_id"] == fits
    refused = site.save(
        "/objects/new/Car", name="x", garage_id=str(team["id"]), mechanic_id=str(ben["id"])
    )
    assert refused.status == 400
    assert "Is not in this team" in refused.text


def test_an_attribute_that_is_added_to_a_class_may_depend_on_another_one(site: Any) -> None:
    site.add("Location", name="Hall", org_id=1)
    refused = site.save("/objects/Location/1/modify", make_id="1", model_id="2")
    assert refused.status == 400
    assert site.save("/objects/Location/1/modify", make_id="2", model_id="2").status == 303
