"""Every hook, observed three times: answering, not answering, and failing.

Two plugins implement the hook: the *subject* does what the case says, its *neighbour*, named
after it, always answers. A hook without an entry here fails the last test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import request

from cti_host import (
    Agent,
    Call,
    Caller,
    DataSubject,
    HealthCheck,
    LinkCheck,
    Message,
    OutboundAction,
    PhoneCall,
    SearchGroup,
    Ticket,
    TicketKey,
)
from cti_host.contract import Contract, Kind
from cti_host.dispatch import SetupFailed
from cti_host.hooks import Hooks
from cti_host.hookspecs import HookSpecs, contracts
from cti_host.isolation.trace import current_trace
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost

CALL = Call({"phone": "0987654321"}, {"phone": "0987654321"}, {"phone": "0987654321"})
ADA = Caller("Person", 1, "Ada")
BOB = Caller("Person", 2, "Bob")
SAM = Agent("sam")
SUBJECT = DataSubject("Person", 1, "Ada")
TICKET = Ticket("UserRequest", 7, "R-000007", "Printer")
KEY = TicketKey("desk", "UserRequest", 7)
RINGING = Message("ringing", {"call": 1})
ACTION = OutboundAction("call", "Call", "tel:1")

CASES = ["value", "None", "exception"]


@dataclass(frozen=True)
class Observation:
    """How a hook is fired, what a plugin answers, and how the outcome reads.

    `arguments` are the implementation's; `answer` is Python for an answer, where NAME is the
    plugin's name; `fire` calls the hook; `read` gives the names of the plugins in the outcome.
    """

    arguments: str
    answer: str
    fire: Callable[[Hooks], Any]
    read: Callable[[Any], list[str]]


def _each(attribute: str) -> Callable[[Any], list[str]]:
    return lambda outcome: [getattr(item, attribute) for item in outcome]


def _answers_of_set_up(outcome: Any) -> list[str]:
    return [plugin for plugin, _answer in outcome if plugin in ("subject", "neighbour")]


def _closed(outcome: Any) -> list[str]:
    for _plugin, coroutine in outcome:
        coroutine.close()
    return _answers_of_set_up(outcome)


def _ignored(_outcome: Any) -> list[str]:
    return []


OBSERVATIONS = {
    "parse_number": Observation(
        "text",
        "Number(text, '+33987654321', text=NAME)",
        lambda hooks: hooks.parse_number("0987654321"),
        lambda number: [number.text],
    ),
    "preprocess_parameters": Observation(
        "call",
        "call.with_parameter('phone', f\"{call.parameters['phone']} {NAME}\")",
        lambda hooks: hooks.preprocess_parameters(CALL),
        lambda call: call.parameters["phone"].split()[1:],
    ),
    "lookup_callers": Observation(
        "call",
        "[Match(Caller('Person', len(NAME), NAME), 'why')]",
        lambda hooks: hooks.lookup_callers(CALL),
        lambda matches: [match.caller.display for match in matches],
    ),
    "ticket_lists": Observation(
        "call, callers",
        "[TicketList(NAME, NAME, 0)]",
        lambda hooks: hooks.ticket_lists(CALL, [ADA]),
        _each("label"),
    ),
    "class_label": Observation(
        "class_name",
        "NAME",
        lambda hooks: hooks.class_label("UserRequest"),
        lambda label: [label],
    ),
    "creation_presets": Observation(
        "class_name, caller, call, direct",
        "{NAME: 'x'}",
        lambda hooks: hooks.creation_presets("UserRequest", ADA, CALL, False),
        list,
    ),
    "creation_form_url": Observation(
        "class_name, values, return_url",
        "NAME",
        lambda hooks: hooks.creation_form_url("UserRequest", {}, "/"),
        lambda url: [url],
    ),
    "outbound_actions": Observation(
        "ticket, caller",
        "[OutboundAction(NAME, NAME, 'tel:1')]",
        lambda hooks: hooks.outbound_actions(TICKET, ADA),
        _each("name"),
    ),
    "read_ticket": Observation(
        "key",
        "TicketDetails(Ticket(key.class_name, key.id, NAME, NAME))",
        lambda hooks: hooks.read_ticket(KEY),
        lambda details: [details.ticket.ref],
    ),
    "phone_calls": Observation(
        "ticket",
        "[PhoneCall('inbound', note=NAME)]",
        lambda hooks: hooks.phone_calls(TICKET),
        _each("note"),
    ),
    "find_tickets": Observation(
        "texts",
        "[Ticket('UserRequest', 7, NAME, NAME)]",
        lambda hooks: hooks.find_tickets(["R-000007"]),
        _each("ref"),
    ),
    "find_callers": Observation(
        "texts",
        "[Caller('Person', 1, NAME)]",
        lambda hooks: hooks.find_callers(["Ada"]),
        _each("display"),
    ),
    "search": Observation(
        "text",
        "[SearchGroup(NAME)]",
        lambda hooks: hooks.collect("search", SearchGroup, text="Ada"),
        _each("label"),
    ),
    "add_number": Observation(
        "caller, number",
        "NAME",
        lambda hooks: hooks.add_number(ADA, "0987654321"),
        lambda field: [field],
    ),
    "number_form_url": Observation(
        "caller, number, return_url",
        "NAME",
        lambda hooks: hooks.number_form_url(ADA, "0987654321", "/"),
        lambda url: [url],
    ),
    "person_sections": Observation(
        "caller",
        "[PanelSection(NAME, '')]",
        lambda hooks: hooks.person_sections(ADA),
        _each("title"),
    ),
    "move_person": Observation(
        "old, new, only, dry_run",
        "[Moved('calls', NAME, [1])]",
        lambda hooks: hooks.move_person(ADA, BOB, None, False),
        lambda outcome: [item.label for _plugin, item in outcome.items],
    ),
    "call_recorded": Observation(
        "ticket, call, record, agent, former",
        "NAME",
        lambda hooks: hooks.call_recorded(KEY, PhoneCall("inbound"), 7, SAM),
        _ignored,
    ),
    "call_unlinked": Observation(
        "ticket, record, agent, former",
        "NAME",
        lambda hooks: hooks.call_unlinked(KEY, 7, SAM),
        _ignored,
    ),
    "identify_agent": Observation(
        "request",
        "Agent(NAME)",
        lambda hooks: hooks.identify_agent(request),
        lambda agent: [agent.name],
    ),
    "sign_in_url": Observation(
        "next_url",
        "NAME",
        lambda hooks: hooks.sign_in_url("/"),
        lambda url: [url],
    ),
    "sign_in_links": Observation(
        "next_url",
        "[NavigationItem(NAME, '/')]",
        lambda hooks: hooks.sign_in_links("/", ""),
        _each("label"),
    ),
    "panel_sections": Observation(
        "call, callers",
        "[PanelSection(NAME, '')]",
        lambda hooks: hooks.panel_sections(CALL, []),
        _each("title"),
    ),
    "home_sections": Observation(
        "agent",
        "[PanelSection(NAME, '')]",
        lambda hooks: hooks.home_sections(SAM),
        _each("title"),
    ),
    "organizations": Observation(
        "text",
        "[Organization(len(NAME), NAME)]",
        lambda hooks: hooks.organizations("Analytical"),
        _each("name"),
    ),
    "known_profiles": Observation(
        "",
        "[NAME]",
        lambda hooks: hooks.collect("known_profiles", str),
        list,
    ),
    "explain_rights": Observation(
        "profiles",
        "[Right(NAME, 'read', True, 'why')]",
        lambda hooks: hooks.explain_rights(frozenset({"Support Agent"})),
        lambda found: [right.subject for _plugin, right in found.items],
    ),
    "check_online": Observation(
        "",
        "[Finding(NAME, Level.GOOD)]",
        lambda hooks: hooks.check_online(),
        lambda found: [finding.what for _plugin, finding in found if finding.level == "good"],
    ),
    "health_checks": Observation(
        "",
        "[HealthCheck(NAME, True)]",
        lambda hooks: hooks.collect("health_checks", HealthCheck),
        _each("name"),
    ),
    "check_link": Observation(
        "query",
        "LinkCheck(NAME)",
        lambda hooks: hooks.first("check_link", LinkCheck, query="phone=1"),
        lambda checked: [checked.query],
    ),
    "find_data_subjects": Observation(
        "text",
        "[DataSubject('Person', 1, NAME)]",
        lambda hooks: hooks.find_data_subjects("Ada").items,
        lambda found: [subject.display for _plugin, subject in found],
    ),
    "agent_names": Observation(
        "subject",
        "[NAME]",
        lambda hooks: hooks.agent_names(SUBJECT).items,
        lambda found: [name for _plugin, name in found],
    ),
    "personal_data": Observation(
        "subject",
        "[PersonalData(NAME)]",
        lambda hooks: hooks.personal_data(SUBJECT).items,
        lambda found: [part.title for _plugin, part in found],
    ),
    "erase_personal_data": Observation(
        "subject, dry_run",
        "[Removal(NAME, 1)]",
        lambda hooks: hooks.erase_personal_data(SUBJECT, True).items,
        lambda found: [removal.what for _plugin, removal in found],
    ),
    "expire_data": Observation(
        "dry_run",
        "[Removal(NAME, 1)]",
        lambda hooks: hooks.expire_data(True).items,
        lambda found: [removal.what for _plugin, removal in found],
    ),
    "call_received": Observation(
        "call, callers, agent",
        "NAME",
        lambda hooks: hooks.call_received(CALL, [ADA], SAM),
        _ignored,
    ),
    "claim_call": Observation(
        "ticket, action, agent",
        "NAME == 'neighbour'",
        lambda hooks: hooks.claim_call(TICKET, ACTION, SAM),
        lambda placed: ["neighbour" if placed else "subject"],
    ),
    "call_placed": Observation(
        "ticket, caller, action, agent",
        "NAME",
        lambda hooks: hooks.call_placed(TICKET, ADA, ACTION, SAM),
        _ignored,
    ),
    "ticket_created": Observation(
        "ticket, caller, agent, record",
        "NAME",
        lambda hooks: hooks.ticket_created(TICKET, ADA, SAM, 7),
        _ignored,
    ),
    "server_started": Observation("", "NAME", lambda hooks: hooks.server_started(), _ignored),
    "agent_may": Observation(
        "agent, action, class_name",
        "True",
        lambda hooks: list(hooks.results("agent_may", agent=SAM, action="open", class_name="")),
        lambda answers: [plugin for plugin, _answer in answers],
    ),
    "known_agents": Observation(
        "",
        "[Agent(NAME)]",
        lambda hooks: hooks.known_agents(),
        _each("name"),
    ),
    "known_agent": Observation(
        "name",
        "Agent(NAME)",
        lambda hooks: hooks.known_agent("sam"),
        lambda agent: [agent.name],
    ),
    "link_agent": Observation(
        "agent, contact_id",
        "NAME == 'subject'",
        lambda hooks: hooks.link_agent(SAM, 7),
        lambda linked: ["subject" if linked else "neighbour"],
    ),
    "navigation": Observation(
        "agent",
        "[NavigationItem(NAME, '/')]",
        lambda hooks: hooks.navigation(SAM),
        _each("label"),
    ),
    "hookspecs": Observation(
        "",
        """type(NAME, (), {f"{NAME}_rings": contract(Kind.EVENT)(lambda self: None)})""",
        lambda hooks: hooks.set_up("hookspecs"),
        _answers_of_set_up,
    ),
    "register": Observation(
        "host", "NAME", lambda hooks: hooks.set_up("register", host=None), _answers_of_set_up
    ),
    "known_names": Observation(
        "",
        "KnownNames(classes=(NAME,))",
        lambda hooks: hooks.set_up("known_names"),
        _answers_of_set_up,
    ),
    "blueprints": Observation(
        "",
        "[Blueprint(NAME, NAME)]",
        lambda hooks: hooks.set_up("blueprints"),
        _answers_of_set_up,
    ),
    "commands": Observation(
        "", "[click.Command(NAME)]", lambda hooks: hooks.set_up("commands"), _answers_of_set_up
    ),
    "models": Observation(
        "",
        "[type(NAME, (peewee.Model,), {'Meta': type('Meta', (), {'database': database})})]",
        lambda hooks: hooks.set_up("models"),
        _answers_of_set_up,
    ),
    "publish": Observation(
        "topics, message",
        "NAME == 'subject'",
        lambda hooks: hooks.first("publish", bool, topics=["calls"], message=RINGING),
        lambda sent: ["subject" if sent else "neighbour"],
    ),
    "follow": Observation(
        "deliver", "nothing()", lambda hooks: hooks.set_up("follow", deliver=None), _closed
    ),
    "followed_topics": Observation(
        "agent, asked",
        "[NAME]",
        lambda hooks: hooks.followed_topics(SAM, ["calls"]),
        list,
    ),
    "page_scripts": Observation(
        "",
        "[PageScript('static', NAME)]",
        lambda hooks: hooks.set_up("page_scripts"),
        _answers_of_set_up,
    ),
    "load_demo": Observation(
        "", "[NAME]", lambda hooks: hooks.set_up("load_demo"), _answers_of_set_up
    ),
}

SOURCE = """
import click
import peewee
from flask import Blueprint

from cti_host import *

NAME = "{name}"


async def nothing():
    pass


class Plugin:
    def __init__(self):
        self.times = 0

    @hookimpl(strangers=True)
    def {hook}(self, {arguments}):
        self.times += 1
        {body}
"""

BODIES = {"None": "return None", "exception": "raise RuntimeError('it broke')"}


def _source(name: str, hook: str, body: str) -> str:
    return SOURCE.format(name=name, hook=hook, arguments=OBSERVATIONS[hook].arguments, body=body)


@pytest.fixture(scope="module")
def observed() -> set[tuple[str, str]]:
    """The record: which hook was observed in which case."""
    return set()


def _run(running: RunningHost, hook: str) -> tuple[list[str], list[str], list[str]]:
    """Fire a hook; the plugins in the outcome, the problems recorded, the lines for the agent."""
    observation = OBSERVATIONS[hook]
    with running.app.test_request_context():
        outcome = observation.fire(running.host.hooks)
        spans = [span for span in current_trace().spans if span.hook == hook]
        problems = [span.plugin for span in spans if span.problem]
        return observation.read(outcome), problems, current_trace().lines


def _expected(contract: Contract, case: str) -> list[str]:
    both = ["subject", "neighbour"] if case == "value" else ["neighbour"]
    if contract.kind is Kind.EVENT:
        return []
    return both[:1] if contract.kind is Kind.FIRST else both


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("hook", [h for h in OBSERVATIONS if contracts()[h].kind is not Kind.SETUP])
def test_a_hook_that_answers_does_not_answer_or_fails(
    make_host: MakeHost, observed: set[tuple[str, str]], hook: str, case: str
) -> None:
    contract = contracts()[hook]
    answers = f"return {OBSERVATIONS[hook].answer}"
    running = make_host(
        plugins=["subject", "neighbour"],
        sources={
            "subject": _source("subject", hook, BODIES.get(case, answers)),
            "neighbour": _source("neighbour", hook, answers),
        },
        sign_in=False,
    )
    outcome, problems, lines = _run(running, hook)
    subject, neighbour = (plugin.instance for plugin in running.host.plugins)
    assert subject.times == 1
    assert neighbour.times == (0 if contract.kind is Kind.FIRST and case == "value" else 1)
    assert outcome == _expected(contract, case)
    assert problems == (["subject"] if case == "exception" else [])
    if case == "exception" and contract.unavailable:
        assert lines == [contract.unavailable % {"plugin": "subject"}]
    else:
        assert lines == []
    observed.add((hook, case))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("hook", [h for h in OBSERVATIONS if contracts()[h].kind is Kind.SETUP])
def test_a_set_up_hook_that_answers_does_not_answer_or_fails(
    make_host: MakeHost, observed: set[tuple[str, str]], hook: str, case: str
) -> None:
    answers = f"return {OBSERVATIONS[hook].answer}"
    answers = "return None" if hook == "register" else answers

    def build() -> RunningHost:
        return make_host(
            plugins=["subject", "neighbour"],
            sources={
                "subject": _source("subject", hook, BODIES.get(case, answers)),
                "neighbour": _source("neighbour", hook, answers),
            },
        )

    at_the_start = ("hookspecs", "register", "known_names", "blueprints", "models", "page_scripts")
    if case == "exception" and hook in at_the_start:
        with pytest.raises(ConfigRefused) as refused:
            build()
        (problem,) = refused.value.problems
        # What fails before the plugins are set up is named by its file.
        where = "subject.py" if hook == "hookspecs" else "subject"
        assert problem.message.endswith(f"{where}: {hook} failed: RuntimeError: it broke")
        assert problem.key == "plugins[0]"
    elif case == "exception":
        with pytest.raises(SetupFailed, match=f"plugin subject: {hook} failed: .*it broke"):
            _run(build(), hook)
    else:
        running = build()
        assert running.host.plugins[0].instance.times == (hook in at_the_start)
        outcome, problems, lines = _run(running, hook)
        answering = [] if hook == "register" else ["subject", "neighbour"]
        assert outcome == (answering if case == "value" else answering[1:])
        assert problems == lines == []
    observed.add((hook, case))


@pytest.mark.parametrize("hook", OBSERVATIONS)
def test_plugins_are_called_in_the_order_of_the_config(make_host: MakeHost, hook: str) -> None:
    answers = f"return {OBSERVATIONS[hook].answer}"
    answers = "return None" if hook == "register" else answers
    sources = {name: _source(name, hook, answers) for name in ("subject", "neighbour")}
    there = ["subject", "neighbour"]
    for order in (there, there[::-1]):
        running = make_host(plugins=order, sources=sources, sign_in=False)
        assert running.host.hooks.owners(hook) == order
        outcome, _problems, _lines = _run(running, hook)
        if contracts()[hook].kind is Kind.FIRST:
            assert outcome == order[:1]
        elif outcome:
            assert outcome == order


def test_events_reach_every_plugin_in_order_and_answers_are_ignored(make_host: MakeHost) -> None:
    body = "import builtins; agent.profiles; self.seen = (callers, agent); return 42"
    running = make_host(
        plugins=["a", "b"],
        sources={name: _source(name, "call_received", body) for name in ("a", "b")},
        sign_in=False,
    )
    with running.app.test_request_context():
        running.host.hooks.call_received(CALL, [ADA], SAM)
        assert [span.plugin for span in current_trace().spans] == ["a", "b"]
    assert all(plugin.instance.seen == ((ADA,), SAM) for plugin in running.host.plugins)


@pytest.mark.parametrize("hook", OBSERVATIONS)
def test_the_arguments_named_here_are_those_of_the_specification(hook: str) -> None:
    import inspect

    parameters = list(inspect.signature(getattr(HookSpecs, hook)).parameters)[1:]
    assert OBSERVATIONS[hook].arguments == ", ".join(parameters)


def test_every_hook_was_observed_answering_not_answering_and_failing(
    observed: set[tuple[str, str]], request: pytest.FixtureRequest
) -> None:
    assert set(OBSERVATIONS) == set(contracts()), "a hook lacks its entry in OBSERVATIONS"
    chosen = {
        (item.callspec.params["hook"], item.callspec.params["case"])
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and hasattr(item, "callspec")
        and item.module is request.module
        and "case" in item.callspec.params
    }
    if len(chosen) < len(contracts()) * len(CASES):
        pytest.skip("only some of the observations were run")
    assert observed == {(hook, case) for hook in contracts() for case in CASES}
