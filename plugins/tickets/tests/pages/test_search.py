"""The search of every page: what an agent finds while they type, and what they may see of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from cti_tickets.store import objects

CLASSES = '''
from cti_host import Localised, hookimpl
from cti_tickets.api_for_plugins import DataAttribute, DataClass, DataKind


class Plugin:
    """Contracts, with names of their own."""

    @hookimpl(of="tickets")
    def data_classes(self):
        number = DataAttribute("name", DataKind.STRING, Localised({"en": "Name"}), mandatory=True)
        return [DataClass("Contract", Localised({"en": "Contract"}), [number])]
'''
# Everybody is an administrator; a header limits them to an organization.
AGENTS = '''
from cti_host import Agent, hookimpl


class Plugin:
    """Signs everybody in."""

    @hookimpl
    def identify_agent(self, request):
        limit = request.headers.get("X-Only")
        ids = frozenset([int(limit)]) if limit else frozenset()
        return Agent("sam", profiles=frozenset({"Administrator"}), organizations=ids,
                     contact_source="tickets")
'''


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """A site with a few people, tickets, and contracts of another plugin."""
    site = make_site(
        "",
        plugins=["phone_reformat", "tickets", "contracts", "agents"],
        sources={"contracts": CLASSES, "agents": AGENTS},
        database=database_url,
        sign_in=False,
    )
    site.add("Organization", name="Analytical Ltd")
    site.add("Organization", name="Other")
    ada = {"org_id": 1, "phone": "01 99 00 12 00", "email": "a.king@analytical.example"}
    site.add("Person", first_name="Ada", name="Lovelace", function="Countess", **ada)
    site.add("Person", first_name="Hélène", name="Lefèvre", org_id=2)
    site.add("Team", name="Lovely desk", org_id=1)
    titles = ("Printer on fire", "Screen flickers", "Lovelace's printer again")
    for title in titles:
        site.add("UserRequest", title=title, description="x", org_id=1, caller_id=1)
    site.add("Contract", name="Maintenance of looms")
    return site


def found(site: Any, text: str, **headers: str) -> dict[str, list[str]]:
    """What is found in each group."""
    answer = json.loads(site.get(f"/search/tickets?q={quote(text)}", **headers).html)
    assert answer["problems"] == []
    return {one["label"]: [hit["title"] for hit in one["hits"]] for one in answer["groups"]}


def test_everything_that_has_a_name_is_found_in_groups(site: Any) -> None:
    assert found(site, "lovel") == {
        "Person": ["Ada Lovelace"],
        "Ticket": ["R-000003 Lovelace's printer again"],
        "Team": ["Lovely desk"],
    }
    assert found(site, "love ada") == {"Person": ["Ada Lovelace"]}
    assert found(site, "analyt") == {"Organization": ["Analytical Ltd"]}
    # Half a word of a title; the newest ticket first.
    assert found(site, "print") == {
        "Ticket": ["R-000003 Lovelace's printer again", "R-000001 Printer on fire"]
    }
    assert found(site, "r-000002") == found(site, "2") == {"Ticket": ["R-000002 Screen flickers"]}
    assert found(site, "A.King@analyt") == {"Person": ["Ada Lovelace"]}
    for number in ("0199001200", "+33 1 99 00 12 00", "0033-199-001200", "01.99.00.12.00"):
        assert found(site, number) == {"Person": ["Ada Lovelace"]}
    written = ("tel:+33199001200", "Tel. 01 99 00 12 00", "01 99 00 12 00 poste 12")
    for number in (*written, "sip:0199001200@pbx.example", "\uff10\uff11\uff19\uff19001200"):
        assert found(site, number) == {"Person": ["Ada Lovelace"]}, number
    for ref in ("R-2", "r2", "R000002", "r 2", "#2", "R-00002"):
        assert found(site, ref) == {"Ticket": ["R-000002 Screen flickers"]}, ref
    assert found(site, "I-2") == {}
    assert found(site, "loom") == {"Contract": ["Maintenance of looms"]}


def test_marks_between_words_are_typed_as_one_likes(site: Any) -> None:
    site.add("Person", first_name="Jean-Pierre", name="L'Hôte", org_id=1)
    site.add("Incident", title="L’imprimante (R&D) s'arrête", description="x", org_id=1)
    site.add("Contract", name="Year-end folder")
    for text in ("jean pierre l’hote", "pierre hote", "JEAN-PIERRE", "l'hote"):
        assert found(site, text) == {"Person": ["Jean-Pierre L'Hôte"]}, text
    for text in ("l'impri", "imprim", "s’arrete", "r&d"):
        assert [*found(site, text)] == ["Ticket"], text
    for text in ("year end", "year-end", "end fold"):
        assert found(site, text) == {"Contract": ["Year-end folder"]}, text
    assert [*found(site, "imprimnate")] == ["Ticket, spelled nearly so"]


def test_words_are_typed_as_one_and_domains_alone(site: Any) -> None:
    site.add("Person", first_name="Jean-Pierre", name="Le Goff", org_id=1)
    site.add("Contract", name="Year-end folder")
    for text in ("jeanpierre", "legoff", "legoff jeanp", "jean legoff"):
        assert found(site, text) == {"Person": ["Jean-Pierre Le Goff"]}, text
    for text in ("yearend", "yearendfolder", "endfold"):
        assert found(site, text) == {"Contract": ["Year-end folder"]}, text
    for text in ("analytical.example", "@analytical.example", "Analytical.ex", "@ANALYT"):
        assert found(site, text)["Person"] == ["Ada Lovelace"], text
        assert "Person" not in found(site, text, X_Only="2"), text
    assert found(site, "analyt") == {"Organization": ["Analytical Ltd"]}


def test_neither_accents_nor_a_typing_error_keep_somebody_from_being_found(site: Any) -> None:
    typed = ("helene lefevre", "Héléne", "lefvre", "lefeuvre", "lefevr", "Lefèrve", "hlene lefebre")
    for text in typed:
        assert [*found(site, text).values()] == [["Hélène Lefèvre"]], text


def test_a_typing_error_in_a_title_or_in_a_class_of_a_plugin_is_forgiven(site: Any) -> None:
    assert found(site, "scren flikers") == {
        "Ticket, spelled nearly so": ["R-000002 Screen flickers"]
    }
    assert found(site, "maintainance") == {}  # two errors make another word
    assert found(site, "maintenence") == {"Contract, spelled nearly so": ["Maintenance of looms"]}
    assert found(site, "r-000009") == {}


def test_what_was_renamed_or_deleted_is_found_as_it_is_now(site: Any) -> None:
    with site.running.app.app_context(), site.running.host.database.connection_context():
        objects.update("Person", 1, {"name": "King"}, author=None)
    assert found(site, "lovelace") == {"Ticket": ["R-000003 Lovelace's printer again"]}
    assert found(site, "kinng") == {"Person, spelled nearly so": ["Ada King"]}


def test_a_person_who_is_not_there_can_be_created(site: Any) -> None:
    page = site.get("/search?q=Charles+Babbage")
    assert "Nothing was found for “Charles Babbage”." in page.text
    person = page.links["New Person: Charles Babbage"]
    assert person == "/objects/new/Person?first_name=Charles&name=Babbage"
    assert site.get(person).fields["name"] == "Babbage"
    organization = page.links["New Organization: Charles Babbage"]
    assert organization == "/objects/new/Organization?name=Charles+Babbage"


def test_a_number_still_opens_its_panel(site: Any) -> None:
    answer = site.get("/search?q=01+99+00+12+00")
    assert answer.status == 303
    assert answer.location == "/lookup?phone=01+99+00+12+00"
    assert "Ada Lovelace" in site.get("/search?q=0199001200&all=1").text
    # With words beside it the page of results leads there.
    page = site.get("/search?q=Tel.+0199001277")
    assert page.links["Look up Tel. 0199001277"] == "/lookup?phone=%2B33199001277"
    box = json.loads(site.get("/search/tickets?q=Tel.+0199001277").html)
    assert box["to_panel"] == "/lookup?phone=%2B33199001277"
    for text in ("R-000028", "Windows 11 22H2"):
        assert json.loads(site.get(f"/search/tickets?q={quote(text)}").html)["to_panel"] == ""


def test_strange_texts_find_nothing_and_break_nothing(site: Any) -> None:
    for text in (
        "",
        " ",
        "%",
        "_",
        "\0",
        "a\0b",
        "'",
        "\\",
        "x" * 5000,
        "a " * 400,
        "💥",
        "é\u0301",
    ):
        assert site.get(f"/search?q={quote(text)}").status == 200
        assert site.get(f"/search/tickets?q={quote(text)}").status == 200
    assert site.get("/search/nobody?q=ada").status == 404


def test_an_agent_finds_only_what_they_may_see(site: Any) -> None:
    for text in ("lovelace", "0199001200", "printer", "a.king@analytical.example", "lovelacr"):
        assert found(site, text) != {}
        assert found(site, text, X_Only="2") == {}
    assert found(site, "lefev", X_Only="2") == {"Person": ["Hélène Lefèvre"]}


def test_the_number_of_an_unknown_caller_is_added_to_a_person(site: Any) -> None:
    page = site.get("/find-caller?phone=0536490077&q=lefev")
    assert "Add +33536490077 to Hélène Lefèvre" in page.text
    sent = {"caller": "tickets:Person:2"}
    assert (
        site.browser.post("/find-caller?phone=0536490077", data=sent).status_code == 400
    )  # no token
    form = next(form for form in page.forms if form.action.startswith("/find-caller?"))
    sent |= {"csrf_token": form.fields["csrf_token"]}
    added = site.post(form.action, sent)
    assert added.status == 303
    assert "selected_caller=tickets:Person:2" in added.location
    panel = site.get(added.location)
    assert "was added to Hélène Lefèvre" in panel.text, panel.text
    assert site.stored("Person", 2)["phone_e164"] == "+33536490077"
    # A second number goes into the next field that is free, and one that is foreign nowhere.
    other = site.post("/find-caller?phone=0536490078", sent)
    assert site.stored("Person", 2)["mobile_phone_e164"] == "+33536490078"
    assert other.status == 303
    assert (
        site.post("/find-caller?phone=0536490079", {**sent, "caller": "tickets:Person:99"}).status
        == 404
    )
    assert site.post("/find-caller?phone=0536490079", sent, X_Only="1").status == 404
    assert site.post("/find-caller?phone=", sent).status == 400


def test_who_withholds_their_number_gets_a_ticket_all_the_same(site: Any) -> None:
    page = site.get("/find-caller?phone=&q=lefev")
    assert "Add " not in page.text
    assert "Hélène Lefèvre" in page.text
    ticket = page.links["New User Request"]
    assert "selected_caller=tickets:Person:2" in ticket
    assert site.get(ticket).status == 302
