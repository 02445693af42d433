"""Contracts are there as if they had always been: forms, queries, imports, the panel."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

FILE = Path(__file__).parents[1] / "contracts.py"
OBJECTS = [
    {"class": "Organization", "id": 1, "fields": {"name": "Fluvia France"}},
    {
        "class": "Person",
        "id": 20,
        "fields": {
            "name": "Delaunay",
            "first_name": "Marguerite",
            "org_id": 1,
            "phone": "+33987654321",
            "signatory": True,
        },
    },
    {
        "class": "Contract",
        "id": 7,
        "fields": {"name": "Workplaces", "org_id": 1, "sla": "gold", "end_date": "2027-12-31"},
    },
]


@pytest.fixture
def host(make_host: MakeHost) -> RunningHost:
    """A host with contracts, and agents who may write them."""
    return make_host(
        '[rights."Support Agent".Contract]\ncreate = true\nmodify = true\n',
        plugins=["phone_reformat", "tickets", "contracts"],
        sources={"contracts": FILE},
    )


def run(host: RunningHost, *words: str) -> Any:
    return CliRunner().invoke(cli, ["--config", str(host.config_file), *words])


@pytest.fixture
def filled(host: RunningHost, tmp_path: Path) -> RunningHost:
    """The same with a person, their organization and its contract, imported."""
    file = tmp_path / "objects.jsonl"
    file.write_text("\n".join(map(json.dumps, OBJECTS)), encoding="utf-8")
    assert "Contract: 1" in run(host, "data", "import", str(file)).output
    return host


def test_a_caller_has_the_contracts_of_their_organization(filled: RunningHost) -> None:
    page = filled.client().get("/pop?phone=0987654321").text
    assert "Workplaces" in page
    assert "Gold" in page
    assert "until 2027-12-31" in page
    assert "Contrats" in filled.client(Accept_Language="fr").get("/pop?phone=0987654321").text


def test_an_unknown_caller_has_none(filled: RunningHost) -> None:
    assert "Workplaces" not in filled.client().get("/pop?phone=0199999999").text


def test_contracts_and_the_new_attribute_can_be_asked_for(filled: RunningHost) -> None:
    query = "SELECT Contract WHERE sla = 'gold' AND org_name = 'Fluvia France'"
    assert "Contract::7\tWorkplaces" in run(filled, "oql", query).output
    assert "Person::20" in run(filled, "oql", "SELECT Person WHERE signatory = 1").output


def test_a_contract_has_a_form_and_a_page(filled: RunningHost) -> None:
    form = filled.client().get("/objects/new/Contract").text
    assert "Service level" in form
    key = re.search('name="creation_key" value="([^"]+)"', form)
    assert key
    values = {"creation_key": key[1], "name": "Network", "org_id": "1", "sla": "silver"}
    client = filled.client(Authorization="Bearer test")
    created = client.post("/objects/new/Contract", data=values)
    assert created.status_code == 303
    page = client.get(created.headers["Location"]).text
    assert "Network" in page
    assert "Silver" in page


def test_the_data_model_has_it(host: RunningHost) -> None:
    model = json.loads(run(host, "data", "model", "--json").output)
    classes = {cls["name"]: cls for cls in model["classes"]}
    assert classes["Contract"]["label"]["fr"] == "Contrat"
    assert "signatory" in [attribute["code"] for attribute in classes["Person"]["attributes"]]
