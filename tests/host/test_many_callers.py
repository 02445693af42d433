"""More callers than a panel shows: all are counted, and each is found by name and by link."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from cti_host import MOST_CALLERS, Call, Caller, Match, Matches, narrow
from cti_host.testing import MakeHost, RunningHost

# A plugin that gives everybody, and one that reads only whom it is asked for.
EVERYBODY = """
from cti_host import Caller, Match, PluginConfig, Ticket, TicketList, hookimpl


class Plugin:
    class Config(PluginConfig):
        count: int = 130

    def __init__(self, config):
        self.people = [
            Match(Caller("Person", n, f"Ada {n:03}", {"email": f"a{n}@example.org"}), f"no. {n}")
            for n in range(1, config.count + 1)
        ]

    @hookimpl
    def lookup_callers(self, call):
        return self.people

    @hookimpl
    def ticket_lists(self, call, callers):
        ids = [caller.id for caller in callers]
        return [TicketList("of", f"Of {len(ids)}, the last is {ids[-1]}", 0)]
"""
SOME = EVERYBODY.replace(
    "        return self.people\n",
    """        callers = narrow([match.caller for match in self.people], call)
        self.read = [caller.id for caller in callers]
        return Matches([Match(caller, "why") for caller in callers], len(self.people))
""",
).replace("import Caller,", "import Caller, Matches, narrow,")
SOURCES = {"everybody": EVERYBODY, "some": SOME}


@pytest.fixture(params=[*SOURCES])
def name(request: pytest.FixtureRequest) -> str:
    """The plugin that finds 130 people."""
    return str(request.param)


@pytest.fixture
def running(make_host: MakeHost, name: str) -> RunningHost:
    return make_host(plugins=[name], sources=SOURCES)


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def shown(answer: Any) -> list[int]:
    return [caller["id"] for caller in answer["callers"]]


def test_a_hundred_are_shown_and_all_are_counted(running: RunningHost) -> None:
    answer = running.get_json("/pop?phone=1")
    assert (answer["callers_total"], answer["callers_shown"]) == (130, 100)
    assert shown(answer) == [*range(1, 101)]
    assert answer["selected"] == "all"
    assert [one["label"] for one in answer["ticket_lists"]] == ["Of 100, the last is 100"]
    page = running.client().get("/pop?phone=1").text
    assert "130 contacts share this number" in text_of(page)
    assert "100 of 130 shown. The tickets below are theirs." in text_of(page)
    french = running.client(Accept_Language="fr").get("/pop?phone=1").text
    assert "100 affichés sur 130. Les tickets ci-dessous sont les leurs." in text_of(french)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("013", [13]),
        ("ADA 12", [12, 112, *range(120, 130)]),
        ("àdà", [*range(1, 101)]),
        ("a129@EXAMPLE", [129]),
        ("ada 7@example 107", [107]),
        ("nobody", []),
        ("  ", [*range(1, 101)]),
        ("<b>", []),
    ],
)
def test_a_filter_finds_names_among_all_of_them(
    running: RunningHost, typed: str, found: list[int]
) -> None:
    query = {"phone": "1", "selected_caller": "all", "filter": typed}
    client = running.client(Accept="application/json")
    answer = client.get("/pop", query_string=query).get_json()
    assert shown(answer) == found
    assert (answer["callers_total"], answer["callers_shown"]) == (130, len(found))
    assert answer["filter"] == typed.strip()
    assert answer["selected"] == "all"  # be it only one, the agent chooses
    page = running.client().get("/pop", query_string=query).text
    assert f'name="filter" value="{html.escape(typed.strip())}"' in page
    assert f"{len(found)} of 130 shown" in text_of(page)
    assert ("Nobody among the contacts found" in page) == (not found)


def test_the_box_is_a_form_that_needs_no_javascript(running: RunningHost) -> None:
    page = running.client().get("/pop?phone=1&filter=ada").text
    form = page.partition('class="cti-filter"')[2].partition("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert sent == {"phone": "1", "selected_caller": "all", "filter": "ada"}
    assert re.search(r'<label [^>]*for="filter">Find a name</label>', form)
    assert re.search(r'<button [^>]*type="submit">.*Find</button>', form)
    assert 'href="/pop?phone=1&amp;selected_caller=all" data-panel>Show all</a>' in form


@pytest.mark.parametrize("wanted", ["{}:Person:120", "120"])
@pytest.mark.parametrize("typed", ["", "&filter=013"])
def test_whoever_a_link_names_is_found_beyond_those_shown(
    running: RunningHost, name: str, wanted: str, typed: str
) -> None:
    key = f"{name}:Person:120"
    answer = running.get_json(f"/pop?phone=1&selected_caller={wanted.format(name)}{typed}")
    assert answer["selected"] == key
    assert answer["problems"] == []
    assert answer["callers"][-1]["id"] == 120
    assert key in [choice["value"] for choice in answer["choices"]]
    assert [one["label"] for one in answer["ticket_lists"]] == ["Of 1, the last is 120"]
    page = running.client().get(f"/pop?phone=1&selected_caller={wanted.format(name)}{typed}").text
    assert f'value="{key}" selected' in page


def test_the_filter_stays_while_callers_are_chosen(running: RunningHost, name: str) -> None:
    page = html.unescape(running.client().get("/pop?phone=1&filter=ada+12").text)
    assert f'href="/pop?phone=1&filter=ada+12&selected_caller={name}:Person:123"' in page
    choose = page.partition('id="choose"')[2].partition("</form>")[0]
    assert '<input type="hidden" name="filter" value="ada 12">' in choose


def test_few_callers_need_no_box(make_host: MakeHost, name: str) -> None:
    settings = f"[plugin.{name}]\ncount = 10\n"
    few = make_host(settings, plugins=[name], sources=SOURCES)
    page = few.client().get("/pop?phone=1").text
    assert 'name="filter"' not in page
    assert "shown" not in text_of(page)
    more = make_host(settings.replace("10", "11"), plugins=[name], sources=SOURCES)
    assert 'name="filter"' in more.client().get("/pop?phone=1").text


def test_a_plugin_that_changes_the_call_loses_nothing_of_what_was_chosen(
    make_host: MakeHost,
) -> None:
    change = """
        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def preprocess_parameters(self, call):
                return call.with_parameter("phone", "2")

            @hookimpl(strangers=True)
            def panel_sections(self, call, callers):
                self.seen = call
        """
    pages = SOME.replace("Of {len", "Page {call.pages.get('of')} of {len")
    sources = {"change": change, "some": pages}
    running = make_host(plugins=["change", "some"], sources=sources)
    url = "/pop?phone=1&selected_caller=some:Person:120&filter=013&page_some.of=3"
    answer = running.get_json(url)
    assert answer["parameters"] == {"phone": "2"}
    assert (answer["selected"], answer["filter"]) == ("some:Person:120", "013")
    assert [one["label"] for one in answer["ticket_lists"]] == ["Page 3 of 1, the last is 120"]
    # Another plugin's caller and pages are no business of this one.
    seen = running.host.plugins[0].instance.seen
    assert (seen.wanted, dict(seen.pages)) == ("", {})


def test_those_of_two_plugins_are_counted_together(make_host: MakeHost) -> None:
    both = make_host("[plugin.some]\ncount = 7\n", plugins=["everybody", "some"], sources=SOURCES)
    answer = both.get_json("/pop?phone=1")
    assert (answer["callers_total"], answer["callers_shown"]) == (137, 107)
    one = both.get_json("/pop?phone=1&selected_caller=some:Person:3")
    assert one["selected"] == "some:Person:3"
    assert one["callers_shown"] == 107
    # Person 120 is only in one of them, person 3 in both.
    assert both.get_json("/pop?phone=1&selected_caller=120")["selected"] == "everybody:Person:120"
    assert both.get_json("/pop?phone=1&selected_caller=3")["selected"] == "all"


def test_a_plugin_reads_only_whom_it_shows(make_host: MakeHost) -> None:
    running = make_host(plugins=["some"], sources=SOURCES)
    plugin = running.host.plugins[0].instance
    running.get_json("/pop?phone=1&filter=013")
    assert plugin.read == [13]
    running.get_json("/pop?phone=1&selected_caller=others:Person:120")
    assert plugin.read == [*range(1, 101)]


def test_looking_for_a_name_is_no_new_call(make_panel: MakeHost) -> None:
    running = make_panel("[plugin.people]\nfound = ['Ada', 'Bo']\n")
    running.client().get("/pop?phone=1&filter=ada")
    assert running.host.plugins[0].instance.received == []


def test_narrow_keeps_order_and_takes_each_person_once() -> None:
    callers = [Caller("Person", n, f"P{n % 3}") for n in (3, 1, 2, 1, 3)]
    call = Call({"phone": "1"}, {"phone": "1"})
    assert [one.id for one in narrow(callers, call)] == [3, 1, 2]
    many = [Caller("Person", n, "P") for n in range(300)]
    assert len(narrow(many, call)) == MOST_CALLERS
    found = Matches([Match(callers[0])], 7)
    assert (len(found), found.total, found[0].caller.id) == (1, 7, 3)
