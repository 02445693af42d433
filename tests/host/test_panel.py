"""The panel: who is calling, their tickets, and buttons that open pre-filled forms."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from cti_host.testing import MakeHost, RunningHost

NOBODY = "[plugin.people]\nfound = []\ntickets = 3\n"
ONE = "[plugin.people]\nfound = ['Ada Lovelace, Analytical Engines']\ntickets = 3\n"
SEVERAL = "[plugin.people]\nfound = ['Ada', 'Bo', 'Cy']\ntickets = 3\n"
LABELS = """
[caller_information]
label = "Contacts with phone number $phone$"
"label/FR FR" = "Contacts ayant le numéro $phone$"
"label/DE DE" = "Kontakte mit der Nummer $phone$"
"""
CREATIONS = """
[indirect_creation.UserRequest]
enabled = true
[indirect_creation.Incident]
enabled = false
[indirect_creation.Person]
enabled = true
[indirect_creation.Unheard]
enabled = true
"""


def title(page: str) -> str:
    found = re.search(r'<h1 id="caller">(.*?)</h1>', page, re.DOTALL)
    assert found
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", found[1])).split())


def options(page: str) -> list[tuple[str, str, bool]]:
    """The combo box: value, text, and whether it is the chosen one."""
    select = page.partition('id="selected_caller"')[2].partition("</select>")[0]
    return [
        (value, html.unescape(text), bool(chosen))
        for value, chosen, text in re.findall(
            r'<option value="([^"]*)"( selected)?>([^<]*)</option>', select
        )
    ]


def test_nobody_is_found(make_panel: MakeHost) -> None:
    running = make_panel(NOBODY)
    page = running.client().get("/pop?phone=1234567").text
    assert options(page) == [("unknown", "Unknown contact", True)]
    assert title(page) == "Unknown contact"
    assert "R-000001" not in page


def test_one_person_is_found_and_chosen(make_panel: MakeHost) -> None:
    running = make_panel(ONE)
    page = running.client().get("/pop?phone=1234567").text
    assert options(page) == [
        ("people:Person:1", "Ada Lovelace, Analytical Engines", True),
        ("unknown", "Unknown contact", False),
    ]
    assert title(page) == "Ada Lovelace, Analytical Engines"
    assert "reason 1" in page
    assert "Open for Ada Lovelace, Analytical Engines" in page


def test_several_persons_are_found_and_none_is_guessed(make_panel: MakeHost) -> None:
    page = make_panel(SEVERAL).client().get("/pop?phone=1234567").text
    assert options(page) == [
        ("all", "All contacts found", True),
        ("people:Person:1", "Ada", False),
        ("people:Person:2", "Bo", False),
        ("people:Person:3", "Cy", False),
        ("unknown", "Unknown contact", False),
    ]
    assert title(page) == "3 contacts share this number"
    assert all(f"reason {number}" in page for number in (1, 2, 3))
    assert "Open for Ada+Bo+Cy" in page


@pytest.mark.parametrize(
    ("toml", "wanted", "selected", "lists", "notice"),
    [
        (SEVERAL, "", "all", ["Open for Ada+Bo+Cy"], False),
        (SEVERAL, "all", "all", ["Open for Ada+Bo+Cy"], False),
        (SEVERAL, "people:Person:2", "people:Person:2", ["Open for Bo"], False),
        (SEVERAL, "2", "people:Person:2", ["Open for Bo"], False),
        (SEVERAL, "others:Person:2", "all", ["Open for Ada+Bo+Cy"], True),
        (SEVERAL, "people:Team:2", "all", ["Open for Ada+Bo+Cy"], True),
        (SEVERAL, "unknown", "unknown", [], False),
        (SEVERAL, "99", "all", ["Open for Ada+Bo+Cy"], True),
        (ONE, "all", "people:Person:1", ["Open for Ada Lovelace, Analytical Engines"], False),
        (ONE, "99", "people:Person:1", ["Open for Ada Lovelace, Analytical Engines"], True),
        (ONE, "unknown", "unknown", [], False),
        (NOBODY, "all", "unknown", [], False),
        (NOBODY, "1", "unknown", [], True),
    ],
)
def test_another_caller_can_be_chosen(
    make_panel: MakeHost, toml: str, wanted: str, selected: str, lists: list[str], notice: bool
) -> None:
    running = make_panel(toml)
    answer = running.get_json(f"/pop?phone=1&selected_caller={wanted}")
    assert answer["selected"] == selected
    assert [entry["label"] for entry in answer["ticket_lists"]] == lists
    said = ["The person chosen is not among the callers found."] if notice else []
    assert answer["problems"] == said
    chosen = [
        option
        for option in options(running.client().get(f"/pop?phone=1&selected_caller={wanted}").text)
        if option[2]
    ]
    assert [value for value, _text, _chosen in chosen] == [selected]


@pytest.mark.parametrize("garbage", ["x", "-1", "1;drop", "ALL", "1.5", "9" * 40, "%00", "١"])
def test_garbage_instead_of_a_choice_is_a_400(make_panel: MakeHost, garbage: str) -> None:
    running = make_panel(SEVERAL + CREATIONS)
    for path in ("/pop", "/lookup", "/create/UserRequest"):
        response = running.client().get(f"{path}?phone=1&selected_caller={garbage}")
        assert response.status_code == 400
        assert "is the key of a caller, “all” or “unknown”" in html.unescape(response.text)
        answer = running.client(Accept="application/json").get(response.request.url)
        assert answer.status_code == 400
        assert "selected_caller" in answer.get_json()["error"]


def test_the_title_is_in_the_agents_language_with_the_number_filled_in(
    make_panel: MakeHost,
) -> None:
    running = make_panel(LABELS + ONE)
    english, french = "Contacts with phone number 12345", "Contacts ayant le numéro 12345"
    url = "/pop?phone=12345"
    assert english in running.client().get(url).text
    assert french in running.client(Accept_Language="fr-CA,fr;q=0.9,en;q=0.8").get(url).text
    assert english in running.client(Accept_Language="it,en;q=0.5,fr;q=0.1").get(url).text
    assert "Kontakte mit der Nummer 12345" in running.client(Accept_Language="de").get(url).text
    client = running.client(Accept_Language="fr")
    client.set_cookie("cti_language", "en")
    assert english in client.get(url).text
    client.set_cookie("cti_language", "fr")
    page = client.get(url).text
    assert french in page
    assert '<html lang="fr">' in page
    client.set_cookie("cti_language", "xx")
    assert french in client.get(url).text


def test_the_sites_language_counts_when_the_browser_names_none(make_panel: MakeHost) -> None:
    running = make_panel('language = "fr"\n' + LABELS)
    assert running.get_json("/pop?phone=1")["label"] == "Contacts ayant le numéro 1"


def test_a_placeholder_that_no_attribute_fills_stays(make_panel: MakeHost) -> None:
    running = make_panel("[caller_information]\nlabel = '$phone$ / $email$ / $ / 5$'")
    assert running.get_json("/pop?phone=1")["label"] == "1 / $email$ / $ / 5$"


def test_buttons_create_the_enabled_classes_in_the_order_of_the_file(make_panel: MakeHost) -> None:
    running = make_panel(ONE + CREATIONS)
    creations = running.get_json("/pop?phone=+33987654321")["creations"]
    assert [(c["class"], c["label"]) for c in creations] == [
        ("UserRequest", "Create a new User Request"),
        ("Person", "Create a new Person"),
    ]
    page = running.client().get("/pop?phone=1").text
    assert page.index("Create a new User Request") < page.index("Create a new Person")
    assert "Incident" not in page
    assert "Unheard" not in page
    form = urlsplit(running.client().get(creations[0]["url"]).location)
    assert form.path == "/form/UserRequest"
    assert parse_qs(form.query)["return_url"] == [
        "/pop?phone=%2B33987654321&selected_caller=people:Person:1"
    ]


@pytest.mark.parametrize(
    ("toml", "chosen", "caller"),
    [
        (SEVERAL, "2", "Bo"),
        (SEVERAL, "all", "-"),
        (SEVERAL, "", "-"),
        (SEVERAL, "unknown", "-"),
        (SEVERAL, "99", "-"),
        (ONE, "", "Ada Lovelace, Analytical Engines"),
        (ONE, "99", "-"),
        (NOBODY, "", "-"),
    ],
)
def test_a_form_is_filled_for_the_chosen_caller(
    make_panel: MakeHost, toml: str, chosen: str, caller: str
) -> None:
    running = make_panel(toml + CREATIONS)
    url = f"/create/UserRequest?phone=1&selected_caller={chosen}"
    values = parse_qs(urlsplit(running.client().get(url).location).query)
    assert values["caller"] == [caller]
    assert values["direct"] == ["False"]


OVERRIDES = """
from cti_host import hookimpl


class Plugin:
    @hookimpl
    def creation_presets(self, class_name, caller, call, direct):
        return {"origin": "later", "title": f"Call {call.parameters['phone']}"}
"""


@pytest.mark.parametrize(("first", "origin"), [(True, "people"), (False, "later")])
def test_a_later_plugins_presets_win(
    make_host: MakeHost, people: str, first: bool, origin: str
) -> None:
    order = ["later", "people"] if first else ["people", "later"]
    running = make_host(
        ONE + CREATIONS, plugins=order, sources={"people": people, "later": OVERRIDES}
    )
    location = running.client().get("/create/UserRequest?phone=12").location
    values = parse_qs(urlsplit(location).query)
    assert values["origin"] == [origin]
    assert values["title"] == ["Call 12"]


def test_what_failed_on_the_way_to_a_form_is_said_on_the_next_page(
    make_panel: MakeHost,
) -> None:
    broken = OVERRIDES.replace("return {", "raise RuntimeError({").replace('"}', '"})')
    running = make_panel(ONE + CREATIONS, plugins=["broken"], sources={"broken": broken})
    client = running.client()
    assert client.get("/create/UserRequest?phone=12").status_code == 302
    page = client.get("/").text
    assert "Presets from broken are not available right now." in page
    assert "Presets from broken" not in client.get("/").text


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/create/Incident?phone=1", "“Incident” is not among the classes to create."),
        ("/create/Nothing?phone=1", "“Nothing” is not among the classes to create."),
        ("/create/Unheard?phone=1", "No plugin has a form for “Unheard”."),
        ("/create/UserRequest?phone=1&direct=1", "not among the classes to create."),
    ],
)
def test_a_form_that_is_not_offered_is_a_404(make_panel: MakeHost, url: str, text: str) -> None:
    response = make_panel(ONE + CREATIONS).client().get(url)
    assert response.status_code == 404
    assert text in html.unescape(response.text)


def test_a_form_needs_a_call(make_panel: MakeHost) -> None:
    response = make_panel(ONE + CREATIONS).client().get("/create/UserRequest")
    assert response.status_code == 400
    assert "“phone” is missing" in html.unescape(response.text)


DIRECT = """
[direct_creation.Person]
enabled = false
[direct_creation.Incident]
enabled = true
[direct_creation.UserRequest]
enabled = true
"""


@pytest.mark.parametrize(
    ("toml", "caller"),
    [(ONE, "Ada Lovelace, Analytical Engines"), (SEVERAL, "Ada"), (NOBODY, "-")],
)
def test_direct_creation_opens_the_form_of_the_first_enabled_class(
    make_panel: MakeHost, toml: str, caller: str
) -> None:
    running = make_panel(DIRECT + toml)
    response = running.client().get("/pop?phone=12")
    assert response.status_code == 302
    form = urlsplit(response.location)
    values = parse_qs(form.query)
    assert form.path == "/form/Incident"
    assert values["caller"] == [caller]
    assert values["direct"] == ["True"]
    assert values["return_url"][0].startswith("/pop?phone=12&selected_caller=")


def test_direct_creation_does_not_come_again_on_the_way_back(make_panel: MakeHost) -> None:
    running = make_panel(DIRECT + SEVERAL)
    client = running.client()
    back = parse_qs(urlsplit(client.get("/pop?phone=12").location).query)["return_url"][0]
    assert client.get(back).status_code == 200
    assert client.get("/pop?phone=12&selected_caller=2").status_code == 200
    assert client.get("/pop?phone=12&page_open=2").status_code == 200


def test_a_program_gets_the_panel_in_spite_of_direct_creation(make_panel: MakeHost) -> None:
    running = make_panel(DIRECT + ONE)
    assert running.get_json("/pop?phone=12")["selected"] == "people:Person:1"


def test_without_a_form_for_direct_creation_the_panel_comes(make_panel: MakeHost) -> None:
    running = make_panel("[direct_creation.Unheard]\nenabled = true\n" + ONE)
    assert "Ada Lovelace" in running.client().get("/pop?phone=12").text


def test_a_class_that_nobody_knows_does_not_block_the_next_one(make_panel: MakeHost) -> None:
    unknown = "[direct_creation.Unheard]\nenabled = true\n"
    running = make_panel(unknown + "[direct_creation.Incident]\nenabled = true\n" + ONE)
    response = running.client().get("/pop?phone=12")
    assert urlsplit(response.location).path == "/form/Incident"


def test_a_form_that_is_not_available_is_not_replaced_by_that_of_another_class(
    make_host: MakeHost, people: str
) -> None:
    broken = people.replace(
        "if class_name not in LABELS:",
        "if class_name == 'Incident':\n            raise OSError\n"
        "        if class_name not in LABELS:",
    )
    running = make_host(DIRECT + ONE, plugins=["people"], sources={"people": broken})
    page = running.client().get("/pop?phone=12")
    assert page.status_code == 200
    assert "The form of people is not available right now." in page.text


def test_lists_are_shown_ten_at_a_time_with_the_total(make_panel: MakeHost) -> None:
    running = make_panel("[plugin.people]\nfound = ['Ada']\ntickets = 25\n")
    client = running.client()

    def look(url: str) -> tuple[list[str], dict[str, str]]:
        page = client.get(url).text
        links = {
            rel: html.unescape(href)
            for href, rel in re.findall(r'href="([^"]*)" data-panel rel="(\w+)"', page)
        }
        return re.findall(r">(R-\d+)</a>", page), links

    shown, links = look("/pop?phone=12")
    assert shown == [f"R-{number:06}" for number in range(1, 11)]
    assert links == {"next": "/pop?phone=12&selected_caller=people:Person:1&page_people.open=2"}
    shown, links = look(links["next"])
    assert shown == [f"R-{number:06}" for number in range(11, 21)]
    assert set(links) == {"prev", "next"}
    shown, links = look(links["next"])
    assert shown == [f"R-{number:06}" for number in range(21, 26)]
    assert links == {"prev": "/pop?phone=12&selected_caller=people:Person:1&page_people.open=2"}
    page = html.unescape(client.get("/pop?phone=12&page_people.open=3").text)
    assert "21–25 of 25" in page


def test_the_page_of_one_list_survives_turning_another(make_panel: MakeHost) -> None:
    running = make_panel("[plugin.people]\nfound = ['Ada']\ntickets = 25\n")
    page = html.unescape(running.client().get("/pop?phone=12&page_others.open=4").text)
    assert (
        "/pop?phone=12&selected_caller=people:Person:1&page_others.open=4&page_people.open=2"
        in page
    )


def test_a_list_links_to_view_and_modify_a_ticket(make_panel: MakeHost) -> None:
    page = make_panel(ONE).client().get("/pop?phone=12").text
    assert 'href="/ticket/2?from_call=%2Fpop%3F' in page
    assert 'href="/ticket/2/modify?from_call=%2Fpop%3F' in page


def test_the_panel_as_json_is_a_documented_interface(make_panel: MakeHost) -> None:
    plus = """
        from cti_host import *


        class Plugin:
            @hookimpl
            def preprocess_parameters(self, call):
                return call.with_parameter("phone", Number(call.received["phone"], "+33987654321"))
        """
    running = make_panel(
        LABELS + CREATIONS + "[plugin.people]\nfound = ['Ada', 'Bo']\ntickets = 1\n",
        plugins=["plus"],
        sources={"plus": plus},
    )
    response = running.client(Accept="application/json").get("/pop?phone=0987654321")
    assert response.mimetype == "application/json"
    assert response.headers["Vary"] == "Accept"
    create = "/create/{}?phone=0987654321&selected_caller=all"
    assert response.json == {
        "received": {"phone": "0987654321"},
        "parameters": {"phone": "+33987654321"},
        "readings": {
            "phone": [{"key": "+33987654321", "text": "+33987654321", "extension": "", "doubt": ""}]
        },
        "label": "Contacts with phone number +33987654321",
        "filter": "",
        "lookup_failed": False,
        "callers_total": 2,
        "callers_shown": 2,
        "callers": [
            {
                "source": "people",
                "class": "Person",
                "id": number,
                "display": name,
                "attributes": {"phone": "+33987654321"},
                "why": f"reason {number}",
                "doubt": "",
            }
            for number, name in ((1, "Ada"), (2, "Bo"))
        ],
        "choices": [
            {"value": "all", "label": "All contacts found"},
            {"value": "people:Person:1", "label": "Ada"},
            {"value": "people:Person:2", "label": "Bo"},
            {"value": "unknown", "label": "Unknown contact"},
        ],
        "selected": "all",
        "creations": [
            {
                "class": name,
                "label": f"Create a new {label}",
                "url": create.format(name),
            }
            for name, label in (("UserRequest", "User Request"), ("Person", "Person"))
        ],
        "ticket_lists": [
            {
                "source": "people",
                "label": "Open for Ada+Bo",
                "total": 1,
                "tickets": [
                    {
                        "source": "people",
                        "class": "UserRequest",
                        "id": 1,
                        "ref": "R-000001",
                        "title": "A ticket",
                        "status": "new",
                        "url": "/ticket/1",
                    }
                ],
            }
        ],
        "problems": [],
    }
    page = running.client().get("/pop?phone=0987654321").text
    assert "(received: 0987654321)" in page


HOSTILE = "<script>alert(1)</script>\"'&"


def test_whatever_plugins_and_settings_say_is_shown_as_text(make_panel: MakeHost) -> None:
    import json

    quoted = json.dumps(HOSTILE)
    running = make_panel(
        f"[caller_information]\nlabel = {quoted}\n"
        f"[plugin.people]\nfound = [{quoted}, {quoted}]\ntickets = 1\ntitle = {quoted}\n"
    )
    for chosen in ("", "1", "all"):
        page = running.client().get(f"/pop?phone=1&selected_caller={chosen}").text
        assert "<script>alert" not in page
        assert html.escape("<script>alert(1)</script>") in page
    assert running.get_json("/pop?phone=1")["callers"][0]["display"] == HOSTILE


UNSEARCHABLE = """
from cti_host import Reason, Unsearchable, hookimpl


class Plugin:
    @hookimpl
    def preprocess_parameters(self, call):
        raw = call.received["phone"]
        return call.with_parameter("phone", Unsearchable(raw, Reason(raw)))
"""


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("withheld", "The caller withheld their number (“withheld” was received)."),
        ("placeholder", "The phone system sent “placeholder” instead of a number"),
        ("wildcard", "“wildcard” is not a number; nobody was searched for."),
        ("too_short", "“too_short” is too short to tell who is calling."),
        ("empty", "“empty” holds no number; nobody was searched for."),
    ],
)
def test_what_cannot_be_searched_for_matches_nobody_and_the_panel_says_why(
    make_panel: MakeHost, reason: str, said: str
) -> None:
    running = make_panel(ONE, plugins=["why"], sources={"why": UNSEARCHABLE})
    page = html.unescape(running.client().get(f"/pop?phone={reason}").text)
    assert said in page
    assert title(page) == "Unknown contact"
    assert "Nobody in the data has this number" not in page
    answer = running.get_json(f"/pop?phone={reason}")
    assert answer["callers"] == answer["ticket_lists"] == []
    assert answer["parameters"] == {"phone": None}
    assert answer["received"] == {"phone": reason}
    assert answer["problems"][0].startswith(said)
    assert running.host.plugins[0].instance.asked == []


def test_a_plugin_may_add_an_attribute_that_the_url_did_not_have(make_panel: MakeHost) -> None:
    split = """
        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def preprocess_parameters(self, call):
                return call.with_parameter("email", "ada@example.org")
        """
    running = make_panel(ONE, plugins=["split"], sources={"split": split})
    page = running.client().get("/pop?phone=1").text
    assert "ada@example.org" in page
    assert "received:" not in page


TWO = '[url_parameters]\ntelephone = "phone"\nmail = "email"\n'


def test_a_lookup_by_hand_needs_only_one_of_the_parameters(make_panel: MakeHost) -> None:
    running = make_panel(TWO + ONE + CREATIONS)
    page = html.unescape(running.client().get("/lookup?telephone=&mail=ada@example.org").text)
    assert title(page) == "Ada Lovelace, Analytical Engines"
    assert 'action="/lookup"' in page
    assert "holds no number" not in page
    answer = running.get_json("/lookup?mail=ada@example.org")
    assert answer["parameters"] == {"phone": None, "email": "ada@example.org"}
    assert answer["creations"][0]["url"].startswith("/create/UserRequest?mail=ada%40example.org&")
    assert running.client().get(answer["creations"][0]["url"]).status_code == 302


def test_a_lookup_of_nothing_gives_the_box_back_with_what_is_missing(make_panel: MakeHost) -> None:
    running = make_panel(TWO)
    response = running.client().get("/lookup?telephone=1%00x&mail=")
    page = html.unescape(response.text)
    assert response.status_code == 400
    assert "“telephone” has control characters" in page
    assert 'name="mail"' in page
    answer = running.client(Accept="application/json").get("/lookup")
    assert answer.status_code == 400
    assert "“telephone” is missing" in answer.get_json()["error"]


def test_the_start_page_has_a_field_for_each_parameter(make_panel: MakeHost) -> None:
    page = make_panel(TWO).client().get("/").text
    assert 'action="/lookup"' in page
    assert 'name="telephone"' in page
    assert 'name="mail"' in page


def received(running: RunningHost) -> list[str]:
    return [call.received["phone"] for call, _c, _a in running.host.plugins[0].instance.received]


def test_a_call_counts_as_received_when_the_phone_system_opens_it_and_only_then(
    make_panel: MakeHost,
) -> None:
    running = make_panel(SEVERAL)
    client = running.client()
    client.get("/pop?phone=11")
    client.get("/pop?phone=12&selected_caller=2")
    client.get("/pop?phone=13&page_open=2")
    client.get("/pop")
    assert received(running) == ["11"]
    _call, callers, agent = running.host.plugins[0].instance.received[0]
    assert [caller.display for caller in callers] == ["Ada", "Bo", "Cy"]
    assert agent.name == "test"


ELSEWHERE = """
from cti_host import Ticket, TicketList, hookimpl


class Plugin:
    @hookimpl(strangers=True)
    def ticket_lists(self, call, callers):
        away = "https://tickets.example.org/7"
        ticket = Ticket("UserRequest", 7, "R-000007", "T", url=away, modify_url=f"{away}/modify")
        return [
            TicketList("far", "Far away", 1, (ticket,)),
            TicketList("broken", "Broken <list>", 0, problem="It is & stays away."),
        ]
"""


def test_a_ticket_of_another_system_opens_in_a_tab_of_its_own(make_panel: MakeHost) -> None:
    running = make_panel(ONE, plugins=["far"], sources={"far": ELSEWHERE})
    page = running.client().get("/pop?phone=1234567").text
    away = "https://tickets.example.org/7"
    new_tab = ' target="_blank" rel="noopener"'
    assert f'href="{away}"{new_tab}' in page
    assert (
        f'href="{away}/modify"{new_tab} aria-label="Modify R-000007 (opens in a new tab)"' in page
    )
    brief = "/ticket/far/UserRequest/7?phone=1234567&amp;selected_caller=people:Person:1"
    assert f'href="{brief}" aria-label="Call R-000007"' in page
    # A ticket of this host stays in this tab, and its own page has the phone menu.
    assert re.search(
        r'<a class="cti-ref" href="/ticket/1[?]from_call=[^"]*" title="[^"]*">R-000001</a>', page
    )
    assert page.count('aria-label="Call ') == 1


def test_a_list_that_could_not_be_read_says_so_in_its_place(make_panel: MakeHost) -> None:
    running = make_panel(ONE, plugins=["far"], sources={"far": ELSEWHERE})
    page = running.client().get("/pop?phone=1234567").text
    section = page[page.index('id="list-far.broken"') :]
    assert "It is &amp; stays away." in section
    assert "No tickets." not in section
    answer = running.get_json("/pop?phone=1234567")
    assert [found["total"] for found in answer["ticket_lists"]] == [3, 1, 0]
    assert answer["problems"] == ["Broken <list>: It is & stays away."]


PEOPLE_FORM = """
[indirect_creation.Person]
enabled = true
[indirect_creation.UserRequest]
enabled = true
"""
KNOWS_PERSONS = """
from cti_host import KnownNames, hookimpl


class Plugin:
    @hookimpl
    def known_names(self):
        return KnownNames(("Person", "UserRequest"), caller_classes=("Person",))

    @hookimpl
    def lookup_callers(self, call):
        raise OSError("the directory is away")
"""


def test_a_lookup_that_failed_is_not_taken_for_nobody(make_panel: MakeHost) -> None:
    running = make_panel(NOBODY + PEOPLE_FORM, plugins=["away"], sources={"away": KNOWS_PERSONS})
    page = html.unescape(running.client().get("/pop?phone=1234567").text)
    assert title(page) == "Not looked up"
    assert "Nobody in the data has this number" not in page
    assert "could not be looked up" in page
    assert '<a href="/pop?phone=1234567">Try again</a>' in page
    assert "Create a new User Request" in page
    assert "Create a new Person" not in page
    answer = running.get_json("/pop?phone=1234567")
    assert answer["lookup_failed"] is True
    assert [one["class"] for one in answer["creations"]] == ["UserRequest"]


def test_a_lookup_that_failed_creates_no_second_person(make_panel: MakeHost) -> None:
    direct = "[direct_creation.Person]\nenabled = true\n"
    running = make_panel(NOBODY + direct, plugins=["away"], sources={"away": KNOWS_PERSONS})
    assert running.client().get("/pop?phone=1234567").status_code == 200


def test_whoever_another_plugin_finds_is_shown_all_the_same(make_panel: MakeHost) -> None:
    running = make_panel(ONE + PEOPLE_FORM, plugins=["away"], sources={"away": KNOWS_PERSONS})
    page = running.client().get("/pop?phone=1234567").text
    assert title(page) == "Ada Lovelace, Analytical Engines"
    assert "Create a new Person" in page
    assert running.get_json("/pop?phone=1234567")["lookup_failed"] is False
