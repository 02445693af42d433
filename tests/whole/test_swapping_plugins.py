"""No plugin is privileged: whichever is on, and in whichever order, the host runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ALL = ("accounts", "phone_reformat", "tickets", "ecall", "event_log", "dialects")
# The same host with another backend: where people and tickets are in an iTop.
ALL_ITOP = tuple("itop" if name == "tickets" else name for name in ALL)
BACKENDS = {"tickets", "itop"}


def without_one(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Each way to take one name out."""
    return [tuple(name for name in names if name != out) for out in names]


# With neither, with each alone, with all, with all in reverse; for both backends, each list once.
LISTS = list(
    dict.fromkeys(
        (
            *without_one(ALL),
            *without_one(ALL_ITOP),
            (),
            *((name,) for name in (*ALL, "itop", "live")),
            (*ALL, "live"),
            tuple(reversed(ALL)),
            tuple(reversed(ALL_ITOP)),
            ALL,
            ALL_ITOP,
        )
    )
)
ADDRESSES = [
    "/",
    "/pop?phone=0987654321",
    "/pop?phone=anonymous",
    "/pop",
    "/lookup?phone=0199001200&selected_caller=22",
    "/create/UserRequest?phone=0987654321&selected_caller=20",
    "/create/Person?phone=0536490042",
    "/objects/UserRequest/28",
    "/ticket/itop/UserRequest/28",
    "/objects/new/Ticket",
    "/sign-in",
    "/password",
    "/account/tokens",
    "/cti.do?sysparm_caller_phone=0987654321",
    "/index.pl?Action=Other",
]
# As it is stored, so that it is found without the plugin that understands numbers.
STORED = "/pop?phone=%2B33%209%2087%2065%2043%2021"


def name_of(plugins: Sequence[str]) -> str:
    """A name for a test."""
    return "+".join(plugins) or "none"


@pytest.mark.parametrize("plugins", LISTS, ids=name_of)
@pytest.mark.parametrize("signed_in", [False, True], ids=["stranger", "agent"])
def test_the_host_starts_and_answers(
    make_site: Callable[..., Any], plugins: Sequence[str], signed_in: bool
) -> None:
    site = make_site(plugins=plugins, signed_in=signed_in)
    for address in ADDRESSES:
        response = site.app.test_client().get(address)
        assert response.status_code in (200, 302, 400, 403, 404, 503), (address, response.text)
        assert "Traceback" not in response.text
    pop = site.app.test_client().get("/pop?phone=0987654321")
    expected = 200 if signed_in else 302 if "accounts" in plugins else 503
    assert pop.status_code == expected


@pytest.mark.parametrize("plugins", LISTS, ids=name_of)
def test_the_plugins_that_are_left_do_their_part(
    make_site: Callable[..., Any], plugins: Sequence[str]
) -> None:
    site = make_site(plugins=plugins, signed_in=True)
    client = site.app.test_client()
    panel = client.get(STORED, headers={"Accept": "application/json"}).get_json()
    backend = next(iter(BACKENDS.intersection(plugins)), "")
    assert [caller["id"] for caller in panel["callers"]] == ([20] if backend else [])
    assert [found["total"] for found in panel["ticket_lists"]] == ([2, 6] if backend else [])
    assert panel["problems"] == []
    understood = panel["parameters"]["phone"] == "+33987654321"
    assert understood == ("phone_reformat" in plugins)
    for name, address in (("tickets", "/objects"), ("itop", "/ticket/itop")):
        ticket = client.get(f"{address}/UserRequest/28")
        assert ticket.status_code == (200 if name == backend else 404)
        can_call = name == backend and "ecall" in plugins
        assert ("Call phone number" in ticket.text) == can_call
    form = client.get("/create/UserRequest?phone=0987654321&selected_caller=20")
    assert form.status_code == (302 if backend else 404)
    page = client.get(STORED)
    assert page.status_code == 200
    assert ("Marguerite Delaunay" in page.text) == bool(backend)


def test_the_host_stands_for_itself_when_a_plugin_has_no_folder(make_site: Any) -> None:
    site = make_site(plugins=["phone_reformat"], signed_in=True)
    Path(site.config_file.parent / "plugins.d" / "signed_in.py").unlink()
    assert site.app.test_client().get("/pop?phone=0987654321").status_code == 200


def test_the_settings_of_the_itop_extension_start_and_answer(make_site: Any) -> None:
    site = make_site(
        config="examples/itop-extension.toml", database="sqlite:///../../var/cti.db", signed_in=True
    )
    client = site.app.test_client()
    panel = client.get("/pop?phone=0987654321", headers={"Accept": "application/json"}).get_json()
    (caller,) = panel["callers"]
    assert caller["display"] == "Marguerite Delaunay, Fluvia France, Paris"
    assert [c["class"] for c in panel["creations"]] == ["Incident", "Change", "Person"]
    assert [found["total"] for found in panel["ticket_lists"]] == [2, 6, 0, 2]
    assert panel["problems"] == []
    kinds = client.get("/create/Change?phone=0987654321&selected_caller=20", follow_redirects=True)
    assert kinds.status_code == 200
    assert "Which kind?" in kinds.text
    ticket = client.get("/objects/Incident/29")
    assert ticket.status_code == 200


def test_an_itop_that_is_dead_costs_one_line_and_never_the_page(
    make_site: Any, itop_server: Any
) -> None:
    client = make_site(plugins=ALL_ITOP, signed_in=True).app.test_client()
    itop_server.fails = "down"
    for _ in range(3):
        page = client.get("/pop?phone=0987654321")
        assert page.status_code == 200
        assert page.text.count("Caller lookup by itop is not available right now.") == 1
    asked = len(itop_server.forms)
    itop_server.fails = ""
    assert client.get("/pop?phone=0987654321").status_code == 200
    assert len(itop_server.forms) == asked  # it is left alone for a while
