"""Calling plugins: in order, each on its own; one that fails or hangs costs one line."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from cti_host import Call, Caller
from cti_host.isolation.jobs import Overdue
from cti_host.isolation.trace import current_trace
from cti_host.isolation.workers import MAX_OVERDUE, Workers
from cti_host.testing import MakeHost, RunningHost

NUMBER = "0987654321"
CALL = Call({"phone": NUMBER}, {"phone": NUMBER}, {"phone": NUMBER})
FOUND = "[plugin.people]\nfound = ['Ada']\ntickets = 2\n"
IMPATIENT = "[plugin.stuck]\ntimeout = 0.05\n"
LOOKUP_LINE = "Caller lookup by {} is not available right now."
LISTS_LINE = "Tickets from {} are not available right now."
WITH_CREATION = "[indirect_creation.UserRequest]\nenabled = true\n"


def suffix(letter: str) -> str:
    return f"""
        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def preprocess_parameters(self, call):
                return call.with_parameter("phone", call.parameters["phone"] + "{letter}")
        """


def raising(hook: str) -> str:
    return f"""
        from cti_host import hookimpl


        class Plugin:
            @hookimpl(strangers=True)
            def {hook}:
                raise LookupError("no {NUMBER} in the directory")
        """


def answering(hook: str, body: str) -> str:
    return f"""
        import sys
        from cti_host import *


        class Plugin:
            @hookimpl(strangers=True)
            def {hook}:
                {body}
        """


@pytest.mark.parametrize(("order", "result"), [("abc", "1abc"), ("cba", "1cba"), ("bac", "1bac")])
def test_each_preprocessor_gets_what_the_one_before_it_left(
    make_host: MakeHost, order: str, result: str
) -> None:
    running = make_host(plugins=[*order], sources={letter: suffix(letter) for letter in order})
    answer = running.get_json("/pop?phone=1")
    assert answer["parameters"] == {"phone": result}
    assert answer["received"] == {"phone": "1"}


def test_a_preprocessor_in_the_middle_that_raises_costs_only_its_own_part(
    make_host: MakeHost,
) -> None:
    running = make_host(
        plugins=["a", "broken", "b"],
        sources={
            "a": suffix("a"),
            "broken": raising("preprocess_parameters(self, call)"),
            "b": suffix("b"),
        },
    )
    answer = running.get_json("/pop?phone=1")
    assert answer["parameters"] == {"phone": "1ab"}
    assert answer["problems"] == ["The number could not be preprocessed by broken."]


def test_a_person_whom_one_plugin_finds_twice_counts_once(make_host: MakeHost) -> None:
    body = "return [Match(Caller('Person', 7, name)) for name in ('Ada', 'Countess')]"
    twice = answering("lookup_callers(self, call)", body)
    running = make_host(plugins=["twice"], sources={"twice": twice})
    callers = running.get_json("/pop?phone=1")["callers"]
    assert [caller["display"] for caller in callers] == ["Ada"]


def test_persons_of_one_id_that_two_plugins_find_are_two(make_host: MakeHost, people: str) -> None:
    running = make_host(
        "[plugin.one]\nfound = ['Ada']\n[plugin.two]\nfound = ['Countess', 'Bo']\n",
        plugins=["one", "two"],
        sources={"one": people, "two": people},
    )
    callers = running.get_json("/pop?phone=1")["callers"]
    assert [(caller["source"], caller["id"], caller["display"]) for caller in callers] == [
        ("one", 1, "Ada"),
        ("two", 1, "Countess"),
        ("two", 2, "Bo"),
    ]


@pytest.mark.parametrize("order", [["people", "broken"], ["broken", "people"]])
def test_a_lookup_that_fails_costs_one_line(
    make_host: MakeHost, people: str, order: list[str]
) -> None:
    sources = {"people": people, "broken": raising("lookup_callers(self, call)")}
    running = make_host(FOUND, plugins=order, sources=sources)
    page = running.client().get(f"/pop?phone={NUMBER}")
    assert page.status_code == 200
    assert page.text.count(LOOKUP_LINE.format("broken")) == 1
    assert "Ada" in page.text
    assert "R-000001" in page.text


@pytest.mark.parametrize("order", [["people", "broken"], ["broken", "people"]])
def test_a_ticket_list_that_fails_costs_one_line(
    make_host: MakeHost, people: str, order: list[str]
) -> None:
    sources = {"people": people, "broken": raising("ticket_lists(self, call, callers)")}
    running = make_host(FOUND, plugins=order, sources=sources)
    page = running.client().get(f"/pop?phone={NUMBER}")
    assert page.status_code == 200
    assert page.text.count(LISTS_LINE.format("broken")) == 1
    assert "R-000001" in page.text


@pytest.mark.parametrize(
    ("hook", "line"),
    [
        ("preprocess_parameters(self, call)", "The number could not be preprocessed by {}."),
        ("lookup_callers(self, call)", LOOKUP_LINE),
        ("ticket_lists(self, call, callers)", LISTS_LINE),
        ("panel_sections(self, call, callers)", "A section of {} is not available right now."),
        ("call_received(self, call, callers, agent)", None),
        ("identify_agent(self, request)", "Sign-in by {} is not available right now."),
    ],
)
def test_a_plugin_that_hangs_costs_one_line_and_never_the_page(
    make_stuck_host: MakeHost, people: str, stuck: Any, hook: str, line: str | None
) -> None:
    running = make_stuck_host(
        FOUND + IMPATIENT,
        plugins=["stuck", "people"],
        sources={"stuck": stuck(hook), "people": people},
    )
    page = running.client().get(f"/pop?phone={NUMBER}")
    assert page.status_code == 200
    assert "Ada" in page.text
    assert "R-000001" in page.text
    answer = running.get_json(f"/pop?phone={NUMBER}")
    assert answer["problems"] == ([line.format("stuck")] if line else [])


def test_when_lookup_and_lists_both_hang_the_panel_still_comes(
    make_stuck_host: MakeHost, people: str, stuck: Any
) -> None:
    source = stuck("lookup_callers(self, call)", "ticket_lists(self, call, callers)")
    running = make_stuck_host(
        FOUND + IMPATIENT,
        plugins=["stuck", "people"],
        sources={"stuck": source, "people": people},
    )
    answer = running.get_json(f"/pop?phone={NUMBER}")
    assert answer["problems"] == [LOOKUP_LINE.format("stuck"), LISTS_LINE.format("stuck")]
    assert answer["ticket_lists"][0]["total"] == 2


@pytest.mark.parametrize(
    ("hook", "line"),
    [
        (
            "creation_presets(self, class_name, caller, call, direct)",
            "Presets from stuck are not available right now.",
        ),
        (
            "creation_form_url(self, class_name, values, return_url)",
            "The form of stuck is not available right now.",
        ),
    ],
)
def test_a_form_opens_although_another_plugin_hangs(
    make_stuck_host: MakeHost, people: str, stuck: Any, hook: str, line: str
) -> None:
    running = make_stuck_host(
        FOUND + IMPATIENT + WITH_CREATION,
        plugins=["stuck", "people"],
        sources={"stuck": stuck(hook), "people": people},
    )
    client = running.client()
    response = client.get("/create/UserRequest?phone=1&selected_caller=1")
    assert response.status_code == 302
    assert "caller=Ada" in response.location
    with client.session_transaction() as session:
        assert session["_flashes"] == [("warning", line)]


def test_what_a_plugin_answers_too_late_is_thrown_away(
    make_stuck_host: MakeHost, stuck: Any
) -> None:
    source = stuck("lookup_callers(self, call)")
    running = make_stuck_host(IMPATIENT, plugins=["stuck"], sources={"stuck": source})
    with running.app.test_request_context():
        assert running.host.hooks.lookup_callers(CALL) == ()
        (span,) = current_trace().spans
        assert span.problem == "no answer within 0.05 s"
        running.host.plugins[0].instance.release.set()
        assert current_trace().spans == [span]


@pytest.mark.parametrize(
    ("hook", "body", "problem"),
    [
        ("lookup_callers(self, call)", "return 'Ada'", "returned str, not a list"),
        ("lookup_callers(self, call)", "return ['Ada']", "returned str, not Match"),
        ("lookup_callers(self, call)", "return 7", "TypeError: 'int' object is not iterable"),
        ("lookup_callers(self, call)", "return {1: 2}", "returned int, not Match"),
        ("preprocess_parameters(self, call)", "return {'phone': '1'}", "returned dict, not Call"),
        ("preprocess_parameters(self, call)", "return False", "returned bool, not Call"),
        ("ticket_lists(self, call, callers)", "return [None]", "returned None, not TicketList"),
        ("panel_sections(self, call, callers)", "return ['x']", "returned str, not PanelSection"),
        ("lookup_callers(self, call)", "sys.exit(3)", "SystemExit: 3"),
    ],
)
def test_an_answer_of_the_wrong_type_counts_as_a_failure(
    make_host: MakeHost, people: str, hook: str, body: str, problem: str
) -> None:
    running = make_host(
        FOUND,
        plugins=["wrong", "people"],
        sources={"wrong": answering(hook, body), "people": people},
    )
    assert len(running.get_json("/pop?phone=1")["problems"]) == 1
    name = hook.partition("(")[0]
    callers = [Caller("Person", 1, "Ada")]
    arguments = {"call": CALL, "callers": callers} if "callers)" in hook else {"call": CALL}
    with running.app.test_request_context():
        getattr(running.host.hooks, name)(**arguments)
        assert current_trace().spans[0].problem == problem


@pytest.mark.parametrize(
    "raised",
    ["KeyboardInterrupt('0987654321')", "GeneratorExit('0987654321')", "Own('0987654321')"],
)
@pytest.mark.parametrize(
    "hook", ["lookup_callers(self, call)", "parse_number(self, text)", "navigation(self, agent)"]
)
def test_whatever_a_plugin_raises_costs_its_own_part(
    make_host: MakeHost, caplog: pytest.LogCaptureFixture, people: str, hook: str, raised: str
) -> None:
    source = f"""
        from cti_host import Number, hookimpl


        class Own(BaseException):
            pass


        class Plugin:
            @hookimpl
            def {hook}:
                raise {raised}
        """
    reader = """
        from cti_host import current_host, hookimpl


        class Plugin:
            @hookimpl
            def preprocess_parameters(self, call):
                current_host().hooks.parse_number(call.received["phone"])
        """
    running = make_host(
        FOUND,
        plugins=["raises", "reader", "people"],
        sources={"raises": source, "reader": reader, "people": people},
    )
    page = running.client().get("/pop?phone=1234567")
    assert page.status_code == 200
    assert "Ada" in page.text
    name, kind = hook.partition("(")[0], raised.partition("(")[0]
    assert f"{name} of plugin raises raised {kind}" in caplog.text
    assert "0987654321" not in caplog.text


def test_a_plugin_says_why_it_is_unavailable(
    make_host: MakeHost, caplog: pytest.LogCaptureFixture
) -> None:
    source = """
        from cti_host import Unavailable, current_language, hookimpl


        class Asleep(Unavailable):
            @property
            def reason(self):
                return "Il dort." if current_language() == "fr" else "It sleeps."


        class Plugin:
            @hookimpl
            def lookup_callers(self, call):
                raise Asleep("HTTP 503")
        """
    running = make_host(plugins=["sleeper"], sources={"sleeper": source})
    url = f"/pop?phone={NUMBER}"
    line = LOOKUP_LINE.format("sleeper")
    assert running.get_json(url)["problems"] == [f"{line} It sleeps."]
    assert "Il dort." in running.client(Accept_Language="fr").get(url).text
    assert "lookup_callers of plugin sleeper: HTTP 503" in caplog.text


INCOMPLETE = """
    from cti_host import Incomplete, hookimpl


    class Plugin:
        @hookimpl
        def creation_presets(self, class_name, caller, call, direct):
            raise Incomplete("HTTP 503", {part}, "It sleeps.")
    """


def test_a_part_of_a_result_is_taken_with_its_line(make_host: MakeHost) -> None:
    part = "{'origin': 'phone'}"
    running = make_host(plugins=["half"], sources={"half": INCOMPLETE.replace("{part}", part)})
    with running.app.test_request_context():
        given = running.host.hooks.creation_presets("UserRequest", None, CALL, False)
        assert given == {"origin": "phone"}
        (line,) = current_trace().lines
        assert line == "Presets from half are not available right now. It sleeps."


def test_a_part_of_the_wrong_type_is_none(make_host: MakeHost) -> None:
    source = INCOMPLETE.replace("{part}", "{'org_id': 3}")
    running = make_host(plugins=["half"], sources={"half": source})
    with running.app.test_request_context():
        assert running.host.hooks.creation_presets("UserRequest", None, CALL, False) == {}
        assert len(current_trace().lines) == 1


def test_presets_must_be_texts(make_host: MakeHost) -> None:
    hook = "creation_presets(self, class_name, caller, call, direct)"
    running = make_host(
        plugins=["wrong"], sources={"wrong": answering(hook, "return {'org_id': 3}")}
    )
    with running.app.test_request_context():
        assert running.host.hooks.creation_presets("UserRequest", None, CALL, False) == {}
        assert "org_id" in current_trace().spans[0].problem


def test_a_generator_runs_inside_the_plugins_own_budget_and_isolation(make_host: MakeHost) -> None:
    good = "yield Match(Caller('Person', 1, 'Ada'), 'why')"
    bad = "yield Match(Caller('Person', 2, 'Bo'), 'why'); raise RuntimeError"
    hook = "lookup_callers(self, call)"
    running = make_host(
        plugins=["bad", "good"],
        sources={"bad": answering(hook, bad), "good": answering(hook, good)},
    )
    answer = running.get_json("/pop?phone=1")
    assert [caller["display"] for caller in answer["callers"]] == ["Ada"]
    assert answer["problems"] == [LOOKUP_LINE.format("bad")]


def test_hooks_work_in_a_command_too_in_the_sites_language(make_host: MakeHost) -> None:
    running = make_host(
        plugins=["broken"], sources={"broken": raising("lookup_callers(self, call)")}
    )
    with running.app.app_context():
        assert running.host.hooks.lookup_callers(CALL) == ()
        assert current_trace().lines == [LOOKUP_LINE.format("broken")]


def test_a_plugin_that_hangs_again_and_again_does_not_pile_up_threads(
    make_stuck_host: MakeHost, people: str, stuck: Any
) -> None:
    running = make_stuck_host(
        FOUND + IMPATIENT,
        plugins=["stuck", "people"],
        sources={"stuck": stuck("lookup_callers(self, call)"), "people": people},
    )
    problems = []
    with running.app.test_request_context():
        for _ in range(MAX_OVERDUE + 3):
            assert len(running.host.hooks.lookup_callers(CALL)) == 1
        problems = [s.problem for s in current_trace().spans if s.plugin == "stuck"]
    refused = f"{MAX_OVERDUE} earlier calls have not ended yet"
    assert problems == ["no answer within 0.05 s"] * MAX_OVERDUE + [refused] * 3


def test_a_thread_whose_clean_up_fails_goes_on_working() -> None:
    def clean_up() -> None:
        raise OSError("the connection is gone")

    workers = Workers(after=clean_up)
    assert [workers.run("plugin", "hook", lambda: 1, 5) for _ in range(3)] == [1, 1, 1]


def test_a_worker_hands_on_what_the_call_raised() -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        Workers().run("plugin", "hook", fail, 5)


def test_a_plugin_that_answers_again_is_asked_again() -> None:
    import threading

    workers, release = Workers(), threading.Event()
    for _ in range(MAX_OVERDUE):
        with pytest.raises(Overdue):
            workers.run("plugin", "hook", release.wait, 0.01)
    with pytest.raises(Overdue, match="earlier calls"):
        workers.run("plugin", "hook", lambda: 1, 5)
    assert workers.run("another", "hook", lambda: 1, 5) == 1
    release.set()
    for _ in range(10_000):  # the calls end by themselves, each in its own thread
        try:
            assert workers.run("plugin", "hook", lambda: 1, 5) == 1
            break
        except Overdue:
            threading.Event().wait(0.001)
    else:
        pytest.fail("the plugin is still refused")


def test_the_answer_says_what_each_call_took(make_panel: MakeHost) -> None:
    running = make_panel(FOUND)
    timing = running.client().get("/pop?phone=1").headers["Server-Timing"]
    names = [entry.partition(";dur=")[0] for entry in timing.split(", ")]
    assert names[:3] == [
        "identify_agent.signed_in",
        "lookup_callers.people",
        "call_received.people",
    ]
    assert all(float(entry.partition(";dur=")[2]) >= 0 for entry in timing.split(", "))


@pytest.mark.parametrize(
    "hook",
    [
        "preprocess_parameters(self, call)",
        "lookup_callers(self, call)",
        "ticket_lists(self, call, callers)",
        "panel_sections(self, call, callers)",
        "call_received(self, call, callers, agent)",
    ],
)
def test_the_log_names_plugin_and_hook_but_never_the_number(
    make_host: MakeHost, people: str, caplog: pytest.LogCaptureFixture, hook: str
) -> None:
    running = make_host(
        FOUND, plugins=["people", "broken"], sources={"people": people, "broken": raising(hook)}
    )
    with caplog.at_level(logging.INFO):
        assert running.client().get(f"/pop?phone={NUMBER}").status_code == 200
    records = [record for record in caplog.records if record.name.startswith("cti_host")]
    assert [record.getMessage() for record in records] == [
        f"{hook.partition('(')[0]} of plugin broken raised LookupError"
    ]
    assert NUMBER not in caplog.text


def test_what_a_plugin_refuses_to_work_with_does_not_reach_the_next_request(
    make_host: MakeHost, people: str
) -> None:
    flaky = answering(
        "lookup_callers(self, call)",
        "if call.received['phone'] == '1': raise RuntimeError",
    )
    running = make_host(
        FOUND, plugins=["flaky", "people"], sources={"flaky": flaky, "people": people}
    )
    assert running.get_json("/pop?phone=1")["problems"] == [LOOKUP_LINE.format("flaky")]
    assert running.get_json("/pop?phone=2")["problems"] == []


def test_a_plugin_can_use_the_request_and_the_database_in_its_hooks(make_host: MakeHost) -> None:
    body = (
        "from flask import request; "
        "current_host().database.execute_sql('select 1'); "
        "return [PanelSection(request.path, current_agent().name)]"
    )
    hook = "panel_sections(self, call, callers)"
    running: RunningHost = make_host(plugins=["shows"], sources={"shows": answering(hook, body)})
    page = running.client().get("/pop?phone=1").text
    assert "<h2>/pop</h2>test" in page
