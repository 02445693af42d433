"""A `cti.toml` with a database and plugins only behaves like iTop's extension out of the box."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cti_host.app import create_app
from cti_host.testing import PATIENCE_SECONDS, write_config

PLUGINS = ["accounts", "phone_reformat", "tickets"]
OF_THE_CALLER = "User Requests opened for this caller"
OF_THE_ORGANIZATION = "User Requests opened for the organization of the caller"
POP = "/pop?phone=0987654321"

MakeClient = Callable[..., FlaskClient]


@pytest.fixture
def make_client(tmp_path: Path, filled: tuple[Path, str]) -> Iterator[MakeClient]:
    """A program at a host with these settings, none warned of, and the demonstration's data."""
    shutil.copy(filled[0], tmp_path / "cti.db")
    built: list[Any] = []

    def make(toml: str = "") -> FlaskClient:
        app = create_app(write_config(tmp_path, toml, plugins=PLUGINS), timeout=PATIENCE_SECONDS)
        built.append(app.extensions["cti_host"])
        assert app.extensions["cti_host"].problems == []
        client = app.test_client()
        client.environ_base["HTTP_ACCEPT"] = "application/json"
        return client

    yield make
    for host in built:
        host.close()


def seen(client: FlaskClient, url: str = POP) -> tuple[list[str], list[str], list[str]]:
    """How the panel names callers, and its buttons and lists."""
    panel = client.get(url).get_json()
    assert panel["problems"] == []
    return (
        [caller["display"] for caller in panel["callers"]],
        [creation["class"] for creation in panel["creations"]],
        [found["label"] for found in panel["ticket_lists"]],
    )


def test_both_buttons_and_both_lists_are_there(make_client: MakeClient) -> None:
    client = make_client()
    assert seen(client) == (
        ["Marguerite Delaunay, Fluvia France"],
        ["UserRequest", "Person"],
        [OF_THE_CALLER, OF_THE_ORGANIZATION],
    )
    assert [found["total"] for found in client.get(POP).get_json()["ticket_lists"]] == [2, 6]


def test_the_forms_are_filled_in(make_client: MakeClient) -> None:
    client = make_client()
    form = client.get("/create/UserRequest?phone=0987654321&selected_caller=20")
    assert "caller_id=20" in form.headers["Location"]
    assert "origin=phone" in form.headers["Location"]
    assert "Call+from+customer+dated" in form.headers["Location"]
    person = client.get("/create/Person?phone=0536490042")
    assert "phone=%2B33536490042" in person.headers["Location"]


def test_the_defaults_speak_french(make_client: MakeClient) -> None:
    client = make_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    panel = client.get(POP).get_json()
    assert panel["label"].startswith("Contacts ayant le numéro de téléphone")
    assert [found["label"] for found in panel["ticket_lists"]] == [
        "Demandes utilisateurs ouvertes par l'appelant",
        "Demandes utilisateurs de l'organisation de l'appelant",
    ]


@pytest.mark.parametrize(
    ("toml", "buttons", "lists"),
    [
        ("[indirect_creation.Incident]\nenabled = true\n", ["Incident"], None),
        ("[indirect_creation]\n", [], None),
        (
            "[[display_tickets.lists]]\nenabled = true\nlabel = 'Incidents'\n"
            "query = 'SELECT Incident WHERE caller_id IN (:callers_list)'\n",
            None,
            ["Incidents"],
        ),
        ("[display_tickets]\n", None, []),
    ],
)
def test_a_section_that_is_there_replaces_its_default_whole_and_no_other(
    make_client: MakeClient, toml: str, buttons: list[str] | None, lists: list[str] | None
) -> None:
    _callers, found_buttons, found_lists = seen(make_client(toml))
    assert found_buttons == (["UserRequest", "Person"] if buttons is None else buttons)
    assert found_lists == ([OF_THE_CALLER, OF_THE_ORGANIZATION] if lists is None else lists)


def test_callers_may_be_named_otherwise(make_client: MakeClient) -> None:
    callers, buttons, lists = seen(make_client('[caller_information]\ndisplay_name = "name"\n'))
    assert callers == ["Delaunay"]
    assert (len(buttons), len(lists)) == (2, 2)


def test_a_call_without_a_phone_number_has_the_defaults_too(make_client: MakeClient) -> None:
    client = make_client(
        '[url_parameters]\nmail = "email"\n'
        '[caller_information]\nquery = "SELECT Person WHERE email = :email"\n'
    )
    assert seen(client, "/pop?mail=nobody@example.org") == ([], ["UserRequest", "Person"], [])
    person = client.get("/create/Person?mail=nobody@example.org")
    assert person.status_code == 302
    assert "phone" not in person.headers["Location"].partition("next=")[0]
