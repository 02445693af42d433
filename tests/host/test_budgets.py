"""A hook that is slow costs a page at most its plugin's time-out, whatever the hook is for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from cti_host import Call
from cti_host.health.processes import EXTENSION
from cti_host.isolation.jobs import Overdue
from cti_host.isolation.trace import current_trace
from cti_host.isolation.workers import MAX_OVERDUE, Workers
from cti_host.testing import MakeHost

NUMBER = "0987654321"
CALL = Call({"phone": NUMBER}, {"phone": NUMBER}, {"phone": NUMBER})
FOUND = "[plugin.people]\nfound = ['Ada']\n"
IMPATIENT = "[plugin.stuck]\ntimeout = 0.05\n"
CLASSES = ("UserRequest", "Incident", "Person")
CREATIONS = "".join(f"[indirect_creation.{name}]\nenabled = true\n" for name in CLASSES)


def waiting(hook: str, result: str = "None") -> str:
    """A plugin that counts its calls and waits in each until it is released."""
    return f"""
        import threading

        from cti_host import *


        class Plugin:
            def __init__(self):
                self.release = threading.Event()
                self.calls = 0

            @hookimpl
            def {hook}:
                self.calls += 1
                self.release.wait()
                return {result}
        """


def test_a_plugin_may_say_itself_how_long_a_call_takes_at_most(make_stuck_host: MakeHost) -> None:
    own = "class Config(PluginConfig):\n                timeout: float = 0.05\n"
    impatient = waiting("lookup_callers(self, call)").replace(
        "def __init__(self):", f"{own}\n            def __init__(self, config):"
    )
    running = make_stuck_host(plugins=["stuck"], sources={"stuck": impatient})
    problems = running.get_json(f"/pop?phone={NUMBER}")["problems"]
    assert problems == ["Caller lookup by stuck is not available right now."]


LABELS = """
    from cti_host import current_language, hookimpl


    class Plugin:
        def __init__(self):
            self.asked = []
            self.broken = False

        @hookimpl
        def class_label(self, class_name):
            self.asked.append((class_name, current_language()))
            if self.broken:
                raise RuntimeError
            return {"UserRequest": "Demande" if current_language() == "fr" else "Request"}.get(
                class_name
            )
    """


def test_labels_that_hang_cost_one_time_out_for_all_classes_of_a_page(
    make_stuck_host: MakeHost, people: str
) -> None:
    running = make_stuck_host(
        FOUND + IMPATIENT + CREATIONS,
        plugins=["stuck", "people"],
        sources={"stuck": waiting("class_label(self, class_name)"), "people": people},
    )
    plugin = running.host.plugins[0].instance
    for page in (1, 2):
        labels = [one["label"] for one in running.get_json(f"/pop?phone={NUMBER}")["creations"]]
        assert labels == [
            "Create a new User Request",
            "Create a new Incident",
            "Create a new Person",
        ]
        assert plugin.calls == page


def test_labels_are_asked_for_once_in_each_language(make_host: MakeHost) -> None:
    running = make_host(CREATIONS, plugins=["labels"], sources={"labels": LABELS})
    plugin = running.host.plugins[0].instance
    for language in ("en", "fr", "en", "fr"):
        page = running.client(Accept_Language=language).get(f"/pop?phone={NUMBER}").text
        assert ("Demande" in page) == (language == "fr")
    # Also that there is no label is kept.
    assert plugin.asked == [(name, language) for language in ("en", "fr") for name in CLASSES]


def test_a_label_that_failed_is_asked_for_again(make_host: MakeHost) -> None:
    running = make_host(CREATIONS, plugins=["labels"], sources={"labels": LABELS})
    plugin = running.host.plugins[0].instance
    plugin.broken = True
    assert running.get_json(f"/pop?phone={NUMBER}")["creations"] == []
    plugin.broken = False
    (creation,) = running.get_json(f"/pop?phone={NUMBER}")["creations"]
    assert creation["label"] == "Create a new Request"


def test_a_menu_that_hangs_costs_its_own_entries(make_stuck_host: MakeHost) -> None:
    menu = """
        from cti_host import NavigationItem, hookimpl


        class Plugin:
            @hookimpl
            def navigation(self, agent):
                return [NavigationItem("Reports", "/reports")]
        """
    running = make_stuck_host(
        IMPATIENT,
        plugins=["stuck", "menu"],
        sources={"stuck": waiting("navigation(self, agent)"), "menu": menu},
    )
    page = running.client().get(f"/pop?phone={NUMBER}")
    assert page.status_code == 200
    assert "Reports" in page.text


def test_a_sign_in_page_that_nobody_names_in_time_is_anothers(make_stuck_host: MakeHost) -> None:
    other = """
        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def sign_in_url(self, next_url):
                return "/elsewhere"
        """
    running = make_stuck_host(
        IMPATIENT,
        plugins=["stuck", "other"],
        sources={"stuck": waiting("sign_in_url(self, next_url)"), "other": other},
        sign_in=False,
    )
    assert running.client().get("/").location == "/elsewhere"


READER = """
    from cti_host import Number, hookimpl


    class Plugin:
        @hookimpl
        def parse_number(self, text):
            return Number(text, "+33987654321")
    """
ASKER = """
    import threading

    from cti_host import Caller, Match, hookimpl


    class Plugin:
        @hookimpl
        def register(self, host):
            self.host = host
            self.ended = threading.Event()

        @hookimpl
        def lookup_callers(self, call):
            numbers = [self.host.hooks.parse_number(text) for text in ("1", "2", "3")]
            self.ended.set()
            return [Match(Caller("Person", 1, " ".join(str(number) for number in numbers)))]
    """


def test_a_number_that_hangs_on_a_page_is_read_by_the_next_plugin(
    make_stuck_host: MakeHost,
) -> None:
    running = make_stuck_host(
        IMPATIENT,
        plugins=["stuck", "reader"],
        sources={"stuck": waiting("parse_number(self, text)"), "reader": READER},
    )
    with running.app.test_request_context():
        for text in ("1", "2", "3"):
            number = running.host.hooks.parse_number(text)
            assert number is not None
            assert number.raw == text
    assert running.host.plugins[0].instance.calls == 1


def test_a_number_that_hangs_in_another_plugins_call_costs_that_call_once(
    make_stuck_host: MakeHost,
) -> None:
    running = make_stuck_host(
        IMPATIENT + "[plugin.asker]\ntimeout = 2\n",
        plugins=["stuck", "reader", "asker"],
        sources={
            "stuck": waiting("parse_number(self, text)"),
            "reader": READER,
            "asker": ASKER,
        },
    )
    with running.app.test_request_context():
        assert running.host.hooks.lookup_callers(CALL) == ()
        (span,) = current_trace().spans
        assert span.plugin == "asker"
        assert span.problem == "no answer within 2 s: it waited for parse_number of plugin stuck"
    line = "Caller lookup by asker is not available right now."
    for _ in range(2):
        answer = running.get_json(f"/pop?phone={NUMBER}")
        assert line not in answer["problems"]
        assert [one["display"] for one in answer["callers"]] == [" ".join(["+33987654321"] * 3)]
    # Each page asked the slow plugin once.
    assert running.host.plugins[0].instance.calls == 3


def test_what_a_plugin_calls_when_its_time_is_over_is_not_of_the_page(
    make_stuck_host: MakeHost,
) -> None:
    broken = """
        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def parse_number(self, text):
                raise RuntimeError
        """
    late = ASKER.replace("numbers =", "self.release.wait(); numbers =").replace(
        "self.host = host", "self.host = host; self.release = threading.Event()"
    )
    running = make_stuck_host(
        "[plugin.asker]\ntimeout = 0.05\n",
        plugins=["asker", "broken"],
        sources={"asker": late, "broken": broken},
    )
    plugin = running.host.plugins[0].instance
    with running.app.test_request_context():
        assert running.host.hooks.lookup_callers(CALL) == ()
        plugin.release.set()
        assert plugin.ended.wait(60)
        assert [span.plugin for span in current_trace().spans] == ["asker"]


def test_numbers_are_read_in_place_where_no_page_waits(make_host: MakeHost) -> None:
    source = """
        import threading

        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def parse_number(self, text):
                self.thread = threading.current_thread()
        """
    running = make_host(plugins=["reader"], sources={"reader": source})
    plugin = running.host.plugins[0].instance
    with running.app.app_context():
        running.host.hooks.parse_number("1")
        assert plugin.thread is threading.current_thread()
    with running.app.test_request_context():
        running.host.hooks.parse_number("1")
        assert plugin.thread is not threading.current_thread()


def test_a_call_within_a_call_leaves_half_of_the_time() -> None:
    workers, release = Workers(), threading.Event()

    def outer() -> str:
        with pytest.raises(Overdue):
            workers.run("inner", "hook", release.wait, 60)
        return "did without"

    assert workers.run("outer", "hook", outer, 1) == "did without"
    (job,) = workers.hanging()
    assert (job.owner, job.hook) == ("inner", "hook")
    release.set()


def test_calls_that_hang_are_known_until_they_end() -> None:
    workers, release = Workers(), threading.Event()
    for _ in range(MAX_OVERDUE):
        with pytest.raises(Overdue):
            workers.run("plugin", "hook", release.wait, 0.01)
    assert [job.owner for job in workers.hanging()] == ["plugin"] * MAX_OVERDUE
    release.set()
    for _ in range(10_000):  # they end by themselves, each in its own thread
        if not workers.hanging():
            break
        threading.Event().wait(0.001)
    assert workers.hanging() == []


def test_five_hundred_calls_that_hang_hold_few_threads_and_let_them_go() -> None:
    workers, release, at_once = Workers(), threading.Event(), 20
    refused: list[str] = []

    def call(number: int) -> None:
        in_place = number % 5 == 0  # without a budget: in the thread of whoever calls
        run = workers.in_place if in_place and number < MAX_OVERDUE else workers.run
        with suppress(Overdue):
            run("plugin", "hook", release.wait, 0.01)
            return
        refused.append("")

    with ThreadPoolExecutor(at_once) as pool:
        done = [pool.submit(call, number) for number in range(500)]
        in_place = 2  # their callers wait, too
        assert eventually(lambda: sum(one.done() for one in done) == 500 - in_place)
        hanging = workers.hanging()
        assert MAX_OVERDUE <= len(hanging) <= MAX_OVERDUE + at_once
        assert len(refused) == 500 - in_place
        with pytest.raises(Overdue, match="have not ended yet"):
            workers.in_place("plugin", "hook", release.wait, 60)
        assert workers.in_place("another", "hook", lambda: "called", 60) == "called"
        release.set()
    assert eventually(lambda: not workers.hanging())
    assert workers.run("plugin", "hook", lambda: "called again", 60) == "called again"


def test_threads_end_with_their_workers_also_those_that_were_hanging() -> None:
    workers, release = Workers(), threading.Event()
    idle = workers.run("plugin", "hook", threading.current_thread, 60)
    seen: list[threading.Thread] = []

    def hang() -> None:
        seen.append(threading.current_thread())
        release.wait()

    with pytest.raises(Overdue):
        workers.run("plugin", "hook", hang, 0.05)
    assert eventually(lambda: bool(seen))
    spare = workers.run("plugin", "hook", threading.current_thread, 60)
    workers.close()
    for thread in {idle, spare} - {*seen}:
        thread.join()
    release.set()
    seen[0].join()
    # Whoever still calls is answered.
    last = workers.run("plugin", "hook", threading.current_thread, 60)
    last.join()


def test_a_hook_without_a_budget_that_hangs_is_seen(make_host: MakeHost) -> None:
    running = make_host(
        IMPATIENT, plugins=["stuck"], sources={"stuck": waiting("organizations(self, text)")}
    )
    plugin = running.host.plugins[0].instance
    processes = running.app.extensions[EXTENSION]

    def ask() -> None:
        with running.app.app_context():
            running.host.hooks.organizations("x")

    def hanging() -> Any:
        return processes.report(["stuck"]).plugins[0].health.hanging

    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask)
        assert eventually(lambda: hanging() == {"organizations": 1})
        plugin.release.set()
    assert hanging() == {}


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether something comes true; what it takes is up to other threads."""
    pause = threading.Event()
    return any(condition() or pause.wait(0.01) for _try in range(6000))


@pytest.mark.parametrize("hook", ["parse_number", "class_label"])
def test_a_budget_of_a_page_begins_anew_with_the_next(
    make_host: MakeHost, hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    argument = {"parse_number": "text", "class_label": "class_name"}[hook]
    source = f"""
        import threading

        from cti_host import hookimpl


        class Plugin:
            calls = 0

            @hookimpl
            def {hook}(self, {argument}):
                self.calls += 1
                threading.Event().wait(1 if self.calls == 1 else 0)
        """
    running = make_host(
        "[plugin.slow]\ntimeout = 0.2\n", plugins=["slow"], sources={"slow": source}
    )
    plugin = running.host.plugins[0].instance
    with running.app.test_request_context():
        for _ in range(2):
            getattr(running.host.hooks, hook)("x")
        problems = [span.problem for span in current_trace().spans]
        assert problems == ["no answer within 0.2 s", "its time for this page is over"]
    assert plugin.calls == 1
    # The log tells it once, and so do the counters.
    assert caplog.text.count(" of plugin slow") == 1
    with running.app.test_request_context():
        getattr(running.host.hooks, hook)("x")
    assert plugin.calls == 2
