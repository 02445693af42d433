"""Two plugins that have people: whose somebody is decides whose tickets, forms and calls these are.

The ids collide on purpose: person 20 of `tickets`, of `itop` and of the phone book are three.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import permutations
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cti_accounts.accounts import link_agent
from cti_tickets.store.access_journal import AccessFilter, entries

BACKENDS = ("tickets", "itop", "phone_book")
# Two of them or all, in every order.
ORDERS = [order for count in (2, 3) for order in permutations(BACKENDS, count)]
LABELS = {"tickets": "CTI Host", "itop": "iTop", "phone_book": "phone book"}
NAME = "Marguerite Delaunay, Fluvia France"
CALL = "phone=0987654321"


def name_of(order: Sequence[str]) -> str:
    return "+".join(order)


@pytest.fixture(params=ORDERS, ids=name_of)
def order(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The plugins that have people, in the order of the settings."""
    found: tuple[str, ...] = request.param
    return found


@pytest.fixture
def site(make_site: Any, order: tuple[str, ...]) -> Any:
    """A host with these plugins."""
    return make_site(plugins=["accounts", "phone_reformat", *order, "ecall"])


def text_of(markup: str) -> str:
    """What is read of markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def panel(site: Any, query: str) -> Any:
    return site.client(Accept="application/json").get(f"/pop?{query}").get_json()


def test_everybody_is_offered_and_nobody_is_taken_for_somebody_else(
    site: Any, order: tuple[str, ...]
) -> None:
    found = panel(site, CALL)
    assert [(c["source"], c["class"], c["id"]) for c in found["callers"]] == [
        (name, "Person", 20) for name in order
    ]
    assert {caller["display"] for caller in found["callers"]} == {NAME}
    assert found["choices"] == [
        {"value": "all", "label": "All contacts found"},
        *({"value": f"{name}:Person:20", "label": f"{NAME} ({LABELS[name]})"} for name in order),
        {"value": "unknown", "label": "Unknown contact"},
    ]
    assert (found["selected"], found["callers_total"]) == ("all", len(order))
    assert found["problems"] == []
    page = html.unescape(site.client().get(f"/pop?{CALL}").text)
    for name in order:
        assert f"data-panel>{NAME} ({LABELS[name]})</a>" in page
        chosen = site.client().get(f"/pop?{CALL}&selected_caller={name}:Person:20").text
        heading = text_of(chosen.partition('id="caller">')[2].partition("</h1>")[0])
        assert heading.replace(",", "") == f"{NAME} ({LABELS[name]})".replace(",", "")


def test_each_has_their_own_tickets_or_none(site: Any, order: tuple[str, ...]) -> None:
    with_tickets = [name for name in order if name != "phone_book"]
    everybody = panel(site, CALL)["ticket_lists"]
    assert [(one["source"], one["total"]) for one in everybody] == [
        (name, total) for name in with_tickets for total in (2, 6)
    ]
    for name in order:
        lists = panel(site, f"{CALL}&selected_caller={name}:Person:20")["ticket_lists"]
        sources = {one["source"] for one in lists} | {
            ticket["source"] for one in lists for ticket in one["tickets"]
        }
        assert sources == ({name} if name in with_tickets else set())
        assert len(lists) == (2 if name in with_tickets else 0)


def test_lists_of_one_title_say_whose_they_are(site: Any, order: tuple[str, ...]) -> None:
    page = site.client().get(f"/pop?{CALL}").text
    headings = [
        text_of(found) for found in re.findall(r'<h2 id="list-[^"]*">(.*?)</h2>', page, re.S)
    ]
    with_tickets = [name for name in order if name != "phone_book"]
    several = len(with_tickets) > 1
    assert [heading for heading in headings if "this caller" in heading] == [
        f"User Requests opened for this caller{f' {LABELS[name]}' if several else ''} 2"
        for name in with_tickets
    ]


def test_an_id_alone_is_somebody_only_where_nobody_else_has_it(
    site: Any, order: tuple[str, ...]
) -> None:
    ambiguous = panel(site, f"{CALL}&selected_caller=20")
    assert ambiguous["selected"] == "all"
    assert ambiguous["problems"] == ["The person chosen is not among the callers found."]
    clear = panel(site, "phone=0199001200&selected_caller=23")
    owners = [name for name in order if name != "phone_book"]
    if len(owners) == 1:
        assert clear["selected"] == f"{owners[0]}:Person:23"
    else:
        assert clear["selected"] == "all"


def preset(location: str) -> dict[str, str]:
    """What the address of a form presets, by attribute; of iTop's form too."""
    values = parse_qs(urlsplit(location).query)
    return {re.sub(r"default\[(\w+)\]", r"\1", name): texts[0] for name, texts in values.items()}


def test_a_form_is_filled_in_for_its_own_caller_and_names_any_other_in_its_log(
    site: Any, order: tuple[str, ...]
) -> None:
    form = next(name for name in order if name != "phone_book")
    for name in order:
        chosen = f"{CALL}&selected_caller={name}:Person:20"
        opened = site.client().get(f"/create/UserRequest?{chosen}")
        assert opened.status_code == 302, opened.text
        assert ("/itop/" in opened.location) == (form == "itop")
        values = preset(opened.location)
        assert values["origin"] == "phone"
        said = re.split("\n|<br>", values["public_log"])
        assert said[0].startswith("Call from customer dated ")
        if name == form:
            assert (values["caller_id"], values["org_id"]) == ("20", "2")
            assert len(said) == 1
        else:
            assert not {"caller_id", "org_id"} & set(values)
            assert said[1:] == [f"Caller: {NAME}, +33987654321"]


def direct(text: str) -> str:
    """Settings that open the form of a User Request at once."""
    return text.replace(
        "[direct_creation.UserRequest]\nenabled = false",
        "[direct_creation.UserRequest]\nenabled = true",
    )


def test_direct_creation_prefers_the_forms_own_callers(
    make_site: Any, order: tuple[str, ...]
) -> None:
    site = make_site(plugins=["accounts", "phone_reformat", *order, "ecall"], change=direct)
    opened = site.client().get(f"/pop?{CALL}")
    assert opened.status_code == 302, opened.text
    values = preset(opened.location)
    assert (values["caller_id"], values["org_id"]) == ("20", "2")
    assert "Caller:" not in values["public_log"]


def test_direct_creation_for_a_stranger_names_them_in_the_log(make_site: Any) -> None:
    for form in ("tickets", "itop"):
        plugins = ["accounts", "phone_reformat", "phone_book", form]
        opened = make_site(plugins=plugins, change=direct).client().get("/pop?phone=0536490042")
        values = preset(opened.location)
        assert not {"caller_id", "org_id"} & set(values)
        assert values["public_log"].endswith("Caller: Zoé Écart, +33536490042")


def test_the_form_shows_the_stranger_as_text_and_the_log_keeps_them(make_site: Any) -> None:
    site = make_site(plugins=["accounts", "phone_reformat", "phone_book", "tickets"])
    url = "/create/UserRequest?phone=0536490042&selected_caller=phone_book:Person:21"
    page = site.client().get(url, follow_redirects=True)
    assert "Caller: Zoé Écart, +33536490042" in html.unescape(page.text)
    chooser = page.text.partition('name="caller_id"')[2].partition("</select>")[0]
    assert 'value="21"' in chooser  # our own person 21, who is another
    assert 'selected value="21"' not in chooser
    fields = {**preset(page.request.url), "org_id": "2", "caller_id": "23", "title": "New"}
    more = {"description": "x", "impact": "1", "urgency": "1", "creation_key": "k"}
    saved = site.client().post("/objects/new/UserRequest", data={**fields, **more})
    assert saved.status_code == 303, saved.text
    ticket = html.unescape(site.client().get(saved.location.partition("?")[0]).text)
    assert "Caller: Zoé Écart, +33536490042" in ticket


def test_a_form_without_a_log_takes_nothing_of_a_stranger_but_the_number(make_site: Any) -> None:
    site = make_site(plugins=["accounts", "phone_reformat", "phone_book", "tickets"])
    url = "/create/Person?phone=0536490042&selected_caller=phone_book:Person:21"
    values = preset(site.client().get(url).location)
    del values["next"]
    assert values == {"phone": "+33536490042"}


@pytest.mark.parametrize("order", [("tickets", "itop"), ("itop", "tickets")], indirect=True)
def test_a_call_is_recorded_on_the_ticket_it_was_placed_from(site: Any) -> None:
    pages = {"tickets": "/objects/UserRequest/28", "itop": "/ticket/itop/UserRequest/28"}
    for placed_from, page in pages.items():
        before = {name: phone_calls(site, url) for name, url in pages.items()}
        menu = site.client().get(page).text.partition('class="cti-phone-menu"')[2]
        address = html.unescape(menu.partition('action="')[2].partition('"')[0])
        action = menu.partition('name="action" value="')[2].partition('"')[0]
        placed = site.client().post(address, data={"action": action})
        assert placed.status_code == 303, placed.text
        after = {name: phone_calls(site, url) for name, url in pages.items()}
        assert after == {name: n + (name == placed_from) for name, n in before.items()}


def phone_calls(site: Any, page: str) -> int:
    """How many phone calls the page of a ticket counts."""
    text = text_of(site.client().get(page).text)
    counted = re.search(r"Phone Calls (\d+)", text)
    assert counted, text
    return int(counted[1])


@pytest.mark.parametrize("order", [("tickets", "itop"), ("itop", "tickets")], indirect=True)
def test_explain_says_whose_everything_is(site: Any) -> None:
    from cti_host.pop.explain import explain_url

    told = explain_url(site.app, f"{CALL}&selected_caller=itop:Person:20")
    assert told.error == ""
    asked = [span for span in told.spans if span.hook == "ticket_lists"]
    assert [span.plugin for span in asked] == ["itop"]
    text = told.as_text()
    for line in (
        f"  tickets:Person:20 {NAME}  (",
        f"  itop:Person:20 {NAME}  (",
        "  chosen: itop:Person:20",
        "  itop.0 User Requests opened for this caller: 2",
    ):
        assert line in text


@pytest.mark.parametrize("order", [("tickets", "itop")], indirect=True)
def test_explain_leaves_no_trace_in_the_journal_whosever_the_callers_are(site: Any) -> None:
    from cti_host.pop.explain import explain_url

    def seen() -> list[str]:
        with site.app.app_context(), site.app.extensions["cti_host"].database.connection_context():
            return [f"{one.source}:{one.account}" for one in entries(AccessFilter())]

    for chosen in ("tickets:Person:20", "itop:Person:20", "all"):
        assert explain_url(site.app, f"{CALL}&selected_caller={chosen}").error == ""
    assert seen() == []
    panel(site, f"{CALL}&selected_caller=all")
    assert sorted(seen()) == [":demo", "itop:demo"]


@pytest.mark.parametrize(("people", "asked"), [("itop", 12), ("tickets", 10), ("", 10)])
def test_the_person_who_is_the_agent_is_one_plugins(
    make_site: Any, itop_server: Any, people: str, asked: int
) -> None:
    def change(text: str) -> str:
        text = text.replace("u.status != 'closed'", "u.agent_id = :current_contact_id", 1)
        return text.replace("[plugin.accounts]", f'[plugin.accounts]\npeople = "{people}"')

    site = make_site(plugins=["accounts", "phone_reformat", "tickets", "itop"], change=change)
    with site.app.app_context(), site.app.extensions["cti_host"].database.connection_context():
        link_agent("demo", 12)
    assert panel(site, CALL)["problems"] == []
    # The plugin whose person 12 is not meant knows the agent by their e-mail address.
    (query,) = {key for key in itop_server.queries("UserRequest") if "agent_id" in key}
    assert query.endswith(f"u.agent_id = {asked}")
