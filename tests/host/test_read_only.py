"""What a plugin did to its arguments before it failed is gone: they can't be changed in place."""

from __future__ import annotations

from typing import Any

import pytest

from cti_host import Agent, Call, Caller, OutboundAction, Ticket, TicketList
from cti_host.isolation.trace import current_trace
from cti_host.testing import MakeHost, RunningHost

NUMBER = "0987654321"
CALL = Call({"phone": NUMBER}, {"phone": NUMBER}, {"phone": NUMBER}, {"open": 2})
FOUND = "[plugin.people]\nfound = ['Ada']\ntickets = 2\n"
PREPROCESS_LINE = "The number could not be preprocessed by meddler."

# Prefers the caller "Bo" by what the call says, which no other plugin does.
PEOPLE = """
    from cti_host import Caller, Match, hookimpl


    class Plugin:
        @hookimpl
        def lookup_callers(self, call):
            name = "Ada" if call.parameters == {"phone": "0987654321"} else "Bo"
            return [Match(Caller("Person", 1, name))]
    """


def meddler(hook: str, *statements: str) -> str:
    body = "".join(f"\n        {statement}" for statement in statements)
    return (
        "import dataclasses\nimport threading\n\nfrom cti_host import hookimpl\n\n\nclass Plugin:\n"
        "    def __init__(self):\n        self.release = threading.Event()\n"
        "        self.ended = threading.Event()\n        self.errors = []\n\n"
        f"    @hookimpl(strangers=True)\n    def {hook}:{body}\n"
    )


CHANGES = [
    "call.parameters['phone'] = '1'",
    "call.parameters.update(phone='1')",
    "del call.parameters['phone']",
    "call.parameters.clear()",
    "call.received['phone'] = '1'",
    "call.query['phone'] = '1'",
    "call.pages['open'] = 7",
    "call.parameters = {}",
    "call.received_at = None",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_preprocessor_that_changes_the_call_in_place_fails_and_changes_nothing(
    make_host: MakeHost, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    source = meddler("preprocess_parameters(self, call)", change, "return call")
    sources = {"meddler": source, "people": PEOPLE}
    running = make_host(plugins=["meddler", "people"], sources=sources)
    answer = running.get_json(f"/pop?phone={NUMBER}")
    assert answer["parameters"] == answer["received"] == {"phone": NUMBER}
    assert [caller["display"] for caller in answer["callers"]] == ["Ada"]
    assert answer["problems"] == [PREPROCESS_LINE]
    assert (
        "preprocess_parameters of plugin meddler changed what it was given in place; "
        "it must return a changed copy"
    ) in caplog.text
    assert NUMBER not in caplog.text


def test_what_a_preprocessor_did_before_it_raised_is_gone(make_host: MakeHost) -> None:
    source = meddler(
        "preprocess_parameters(self, call)",
        "try:",
        "    call.parameters['phone'] = '1'",
        "except TypeError:",
        "    pass",
        "raise RuntimeError",
    )
    running = make_host(
        plugins=["meddler", "people"], sources={"meddler": source, "people": PEOPLE}
    )
    answer = running.get_json(f"/pop?phone={NUMBER}")
    assert [caller["display"] for caller in answer["callers"]] == ["Ada"]
    assert answer["problems"] == [PREPROCESS_LINE]


def test_a_copy_that_a_preprocessor_made_and_keeps_is_not_the_call(make_host: MakeHost) -> None:
    source = meddler(
        "preprocess_parameters(self, call)",
        "mine = dict(call.parameters)",
        "changed = dataclasses.replace(call, parameters=mine)",
        "mine['phone'] = '1'",
        "return changed",
    )
    running = make_host(
        plugins=["meddler", "people"], sources={"meddler": source, "people": PEOPLE}
    )
    assert running.get_json(f"/pop?phone={NUMBER}")["parameters"] == {"phone": NUMBER}


def test_a_preprocessor_that_runs_late_can_change_nothing_afterwards(
    make_stuck_host: MakeHost,
) -> None:
    attempts = [
        line
        for change in CHANGES
        for line in (
            "try:",
            f"    {change}",
            "except Exception as error:",
            "    self.errors.append(error)",
        )
    ]
    source = meddler(
        "preprocess_parameters(self, call)",
        "self.release.wait()",
        *attempts,
        "self.ended.set()",
        "return call.with_parameter('phone', '1')",
    )
    running = make_stuck_host(
        "[plugin.meddler]\ntimeout = 0.05\n",
        plugins=["meddler", "people"],
        sources={"meddler": source, "people": PEOPLE},
    )
    plugin = running.host.plugins[0].instance
    with running.app.test_request_context():
        call = running.host.hooks.preprocess_parameters(CALL)
        plugin.release.set()
        assert plugin.ended.wait(60)
        assert len(plugin.errors) == len(CHANGES)
        assert call == CALL
        (match,) = running.host.hooks.lookup_callers(call)
        assert match.caller.display == "Ada"
        assert current_trace().lines == [PREPROCESS_LINE]


@pytest.mark.parametrize(
    ("hook", "change"),
    [
        ("lookup_callers(self, call)", "call.parameters['phone'] = '1'"),
        ("ticket_lists(self, call, callers)", "callers.append(callers[0])"),
        ("ticket_lists(self, call, callers)", "callers[0] = None"),
        ("ticket_lists(self, call, callers)", "callers[0].attributes['phone'] = '1'"),
        ("ticket_lists(self, call, callers)", "callers[0].display = 'Bo'"),
        ("panel_sections(self, call, callers)", "callers.clear()"),
        (
            "creation_presets(self, class_name, caller, call, direct)",
            "caller.attributes.pop('phone')",
        ),
        ("creation_form_url(self, class_name, values, return_url)", "values['org_id'] = '3'"),
        ("outbound_actions(self, ticket, caller)", "ticket.title = 'Another'"),
        ("call_received(self, call, callers, agent)", "agent.profiles.add('Administrator')"),
        ("call_placed(self, ticket, caller, action, agent)", "action.url = 'tel:1'"),
    ],
)
def test_no_hook_can_change_what_it_is_given(make_host: MakeHost, hook: str, change: str) -> None:
    running = make_host(plugins=["meddler"], sources={"meddler": meddler(hook, change)})
    (problem,) = _problems(running, hook.partition("(")[0])
    assert problem.startswith("changed what it was given in place; it must return a changed copy")


def _problems(running: RunningHost, hook: str) -> list[str]:
    """Fire a hook with lists and dictionaries that could be changed; the problems of it."""
    ada = Caller("Person", 1, "Ada", {"phone": NUMBER}, source="people")
    ticket = Ticket("UserRequest", 7, "R-000007", "Printer", source="people")
    with running.app.test_request_context():
        arguments: dict[str, Any] = {
            "call": CALL,
            "callers": [ada],
            "caller": ada,
            "class_name": "UserRequest",
            "values": {"org_id": "2"},
            "return_url": "/",
            "direct": False,
            "ticket": ticket,
            "action": OutboundAction("call", "Call", "tel:2"),
            "agent": Agent("sam", profiles={"Support Agent"}),  # type: ignore[arg-type]
        }
        names = {
            "lookup_callers": ("call",),
            "ticket_lists": ("call", "callers"),
            "panel_sections": ("call", "callers"),
            "creation_presets": ("class_name", "caller", "call", "direct"),
            "creation_form_url": ("class_name", "values", "return_url"),
            "outbound_actions": ("ticket", "caller"),
            "call_received": ("call", "callers", "agent"),
            "call_placed": ("ticket", "caller", "action", "agent"),
        }[hook]
        getattr(running.host.hooks, hook)(*(arguments[name] for name in names))
        return [span.problem for span in current_trace().spans if span.problem]


def test_a_list_that_a_plugin_goes_on_changing_is_not_the_one_it_returned() -> None:
    tickets = [Ticket("UserRequest", 7, "R-000007", "Printer")]
    attributes = {"phone": NUMBER}
    ticket_list = TicketList("open", "Open", 1, tickets)  # type: ignore[arg-type]
    caller = Caller("Person", 1, "Ada", attributes)
    tickets.clear()
    attributes.clear()
    assert [ticket.ref for ticket in ticket_list.tickets] == ["R-000007"]
    assert caller.attributes == {"phone": NUMBER}
