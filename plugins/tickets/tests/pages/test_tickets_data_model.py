"""`cti-host data model`, and the page of the documentation that it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cti_oql.schema import Kind
from cti_tickets.model.data_model import schema

PAGE = Path(__file__).parents[4] / "docs" / "data-model.md"


def test_the_page_is_what_the_command_prints(site: Any) -> None:
    result = site.command("data", "model")
    assert result.exit_code == 0, result.output
    assert PAGE.read_text(encoding="utf-8") == result.output, (
        "run: cti-host data model > docs/data-model.md"
    )


def test_every_class_and_attribute_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for cls in schema():
        assert page.count(f"\n## {cls.name}\n") == 1
        for attribute in cls.attributes.values():
            assert f"| `{attribute.code}` |" in page


def test_the_model_as_json_has_everything(site: Any) -> None:
    result = site.command("data", "model", "--json")
    classes = {cls["name"]: cls for cls in json.loads(result.output)["classes"]}
    assert list(classes) == [cls.name for cls in schema()]
    request = classes["UserRequest"]
    assert request["label"] == {
        "en": "User Request",
        "de": "Benutzeranfrage",
        "fr": "Demande utilisateur",
    }
    assert (request["parent"], request["abstract"]) == ("Ticket", False)
    assert (request["table"], request["order"]) == ("ticket", "-ref")
    assert (request["friendlyname"], request["reconciliation"]) == (["ref"], ["ref"])
    attributes = {found["code"]: found for found in request["attributes"]}
    assert list(attributes) == list(schema()["UserRequest"].attributes)
    assert attributes["origin"]["values"]["phone"] == {
        "en": "Phone",
        "de": "Telefon",
        "fr": "Téléphone",
    }
    assert attributes["origin"]["default"] == "phone"
    assert attributes["org_id"]["mandatory"] is True
    assert (attributes["org_id"]["target"], attributes["org_id"]["on_delete"]) == (
        "Organization",
        "auto",
    )
    assert attributes["org_name"]["path"] == "org_id.name"
    assert attributes["sla_tto_passed"]["column"] == "tto_100_passed"
    assert (attributes["contacts_list"]["target"], attributes["contacts_list"]["key"]) == (
        "lnkContactToTicket",
        "ticket_id",
    )
    assert classes["Organization"]["obsolete"] == ["status", "inactive"]
    assert classes["lnkPersonToTeam"]["friendlyname_separator"] == " / "


def test_the_life_cycles_are_in_the_json(site: Any) -> None:
    classes = json.loads(site.command("data", "model", "--json").output)["classes"]
    living = {cls["name"]: cls["lifecycle"] for cls in classes if cls["lifecycle"]}
    assert set(living) == set(schema().concrete("Ticket"))
    life = living["Incident"]
    assert (life["attribute"], life["initial"]) == ("status", "new")
    states = {state["code"]: state for state in life["states"]}
    assert states["pending"]["label"] == {"en": "Pending", "de": "Wartend", "fr": "En attente"}
    assert states["assigned"]["flags"]["agent_id"] == ["read_only", "mandatory", "must_prompt"]
    assert {"source": "new", "stimulus": "ev_assign", "target": "assigned", "flags": {}} in life[
        "transitions"
    ]
    stimuli = {found["code"]: found for found in life["stimuli"]}
    assert stimuli["ev_timeout"]["internal"] is True
    assert stimuli["ev_close"]["label"] == {
        "en": "Close this incident",
        "de": "Diesen Incident schließen",
        "fr": "Fermer cet incident",
    }


def test_kinds_on_the_page_are_explained() -> None:
    page = PAGE.read_text(encoding="utf-8").partition("## Classes")[0]
    for kind in Kind:
        assert str(kind) in page
