"""The only place that calls plugins: isolation, owner, timing, typing.

Each implementation is called on its own, so that one that raises or hangs costs only its own
part. Everything that happened is a step of the current walk: the panel shows its problems, the
`Server-Timing` header and `cti-host explain` are made from it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import pluggy
from flask import Request, g
from flask_babel import gettext

from cti_host.contract import Contract, Kind, takes_strangers
from cti_host.hookspecs import contracts
from cti_host.identity import as_seen_by, sign
from cti_host.model import (
    Agent,
    Call,
    Caller,
    Finding,
    Level,
    Match,
    NavigationItem,
    Number,
    OutboundAction,
    PanelSection,
    Ticket,
    TicketList,
    Unavailable,
)
from cti_host.stored import StoredClass, StoredObject, Storing
from cti_host.workers import Overdue, Workers

log = logging.getLogger("cti_host.dispatch")

_T = TypeVar("_T")


@dataclass(frozen=True)
class Step:
    """One implementation that was called: what it got, answered, and how long it took.

    `problem` is empty, or what went wrong, for an admin; `line` is what the agent reads of it.
    """

    plugin: str
    hook: str
    arguments: Mapping[str, Any]
    answer: Any
    seconds: float
    problem: str = ""
    line: str = ""


@dataclass
class Walk:
    """The steps of one request, in the order in which they ended."""

    steps: list[Step] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """What the agent reads: a line for each failure, each once."""
        return list(dict.fromkeys(step.line for step in self.steps if step.line))

    def server_timing(self) -> str:
        """The steps as the value of a `Server-Timing` header (milliseconds)."""
        totals: dict[str, float] = {}
        for step in self.steps:
            name = f"{step.hook}.{step.plugin}"
            totals[name] = totals.get(name, 0.0) + step.seconds
        return ", ".join(f"{name};dur={seconds * 1000:.1f}" for name, seconds in totals.items())


def current_walk() -> Walk:
    """What was recorded since this application context began: for a page, its request."""
    if "cti_walk" not in g:
        g.cti_walk = Walk()
    return cast(Walk, g.cti_walk)


class SetupFailed(Exception):
    """A set-up hook of a plugin failed."""

    def __init__(self, plugin: str, hook: str, reason: str) -> None:
        super().__init__(f"plugin {plugin}: {hook} failed: {reason}")
        self.plugin, self.hook, self.reason = plugin, hook, reason


@dataclass(frozen=True)
class _Implementation:
    plugin: str
    function: Callable[..., Any]
    argnames: tuple[str, ...]
    strangers: bool


class Dispatcher:
    """Calls hooks; one method for each, typed.

    :param manager: holds the plugins, registered so that the first named is called first
    :param timeouts: plugin name to seconds
    :param workers: where calls with a budget run
    """

    def __init__(
        self, manager: pluggy.PluginManager, timeouts: Mapping[str, float], workers: Workers
    ) -> None:
        self._timeouts = timeouts
        self._workers = workers
        self._contracts = contracts()
        self._implementations = {
            hook: [
                _Implementation(
                    impl.plugin_name,
                    impl.function,
                    impl.argnames,
                    takes_strangers(impl.function),
                )
                for impl in reversed(getattr(manager.hook, hook).get_hookimpls())
            ]
            for hook in self._contracts
        }

    def owners(self, hook: str) -> list[str]:
        """The plugins that implement a hook, in the order in which they are called."""
        return [implementation.plugin for implementation in self._implementations[hook]]

    def _answers(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any]]:
        """Call the implementations one by one; give plugin and answer of those that answered."""
        for step in self._steps(hook, arguments):
            if step.answer is not None:
                yield step.plugin, step.answer

    def _steps(self, hook: str, arguments: Mapping[str, Any]) -> Iterator[Step]:
        """Call the implementations one by one, each with what it may see of the arguments."""
        contract = self._contracts[hook]
        for implementation in self._implementations[hook]:
            seen = as_seen_by(
                implementation.plugin, contract, arguments, strangers=implementation.strangers
            )
            if not contract.needs or seen[contract.needs]:
                yield self._step(hook, implementation, seen)

    def _step(
        self, hook: str, implementation: _Implementation, arguments: Mapping[str, Any]
    ) -> Step:
        """Call one implementation; whatever happens becomes a step of the walk."""
        contract = self._contracts[hook]
        plugin = implementation.plugin
        given = {name: arguments[name] for name in implementation.argnames}
        started = time.perf_counter()
        answer, problem, line, reason = None, "", "", ""
        try:
            answer = self._call(contract, implementation, given)
            problem = _type_problem(contract, answer)
            if not problem and contract.kind is Kind.COLLECT and answer:
                answer = sign(plugin, answer)
        except Overdue as error:
            problem = str(error)
            log.error("%s of plugin %s: %s", hook, plugin, problem)
        except Unavailable as error:
            problem, reason = str(error), error.reason
            log.error("%s of plugin %s: %s", hook, plugin, problem)
        except (Exception, SystemExit) as error:  # a plugin never ends the process
            problem = f"{type(error).__name__}: {error}"
            # At error level without the message: it may hold a caller's number.
            log.error("%s of plugin %s raised %s", hook, plugin, type(error).__name__)
            log.debug("%s of plugin %s raised", hook, plugin, exc_info=True)
            if contract.kind is Kind.SETUP:
                raise SetupFailed(plugin, hook, problem) from error
        else:
            if problem:
                log.error("%s of plugin %s: %s", hook, plugin, problem)
        if problem:
            answer = None
            if contract.kind is Kind.SETUP:
                raise SetupFailed(plugin, hook, problem)
            if contract.unavailable:
                line = gettext(contract.unavailable) % {"plugin": plugin}
                line = f"{line} {reason}".rstrip()
        seconds = time.perf_counter() - started
        step = Step(plugin, hook, given, answer, seconds, problem, line)
        # What only computes may be called a million times, by an import.
        if contract.budget or problem:
            current_walk().steps.append(step)
        return step

    def _call(
        self, contract: Contract, implementation: _Implementation, given: dict[str, Any]
    ) -> Any:
        def run() -> Any:
            answer = implementation.function(**given)
            # A generator would run its body outside the budget and the isolation.
            if contract.many and answer is not None and not isinstance(answer, Sequence):
                answer = list(answer)
            return answer

        if not contract.budget:
            return run()
        plugin = implementation.plugin
        return self._workers.run(plugin, run, self._timeouts[plugin])

    def _first(self, kind: type[_T], hook: str, **arguments: Any) -> _T | None:
        for _, answer in self._answers(hook, **arguments):
            return cast(_T, answer)
        return None

    def _collect(self, kind: type[_T], hook: str, **arguments: Any) -> list[_T]:
        return [cast(_T, item) for _, answer in self._answers(hook, **arguments) for item in answer]

    def parse_number(self, text: str) -> Number | None:
        """See `HookSpecs.parse_number`; an empty text is nobody's number."""
        return self._first(Number, "parse_number", text=text) if text else None

    def preprocess_parameters(self, call: Call) -> Call:
        """See `HookSpecs.preprocess_parameters`; answers the call as the last plugin left it."""
        for implementation in self._implementations["preprocess_parameters"]:
            step = self._step("preprocess_parameters", implementation, {"call": call})
            call = call if step.answer is None else step.answer
        return call

    def lookup_callers(self, call: Call) -> list[Match]:
        """See `HookSpecs.lookup_callers`; each person once."""
        matches: dict[str, Match] = {}
        for match in self._collect(Match, "lookup_callers", call=call):
            matches.setdefault(match.caller.key, match)
        return list(matches.values())

    def ticket_lists(self, call: Call, callers: Sequence[Caller]) -> list[TicketList]:
        """See `HookSpecs.ticket_lists`."""
        return self._collect(TicketList, "ticket_lists", call=call, callers=callers)

    def class_label(self, class_name: str) -> str | None:
        """See `HookSpecs.class_label`."""
        return self._first(str, "class_label", class_name=class_name)

    def creation_presets(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> dict[str, str]:
        """See `HookSpecs.creation_presets`; all answers merged."""
        values: dict[str, str] = {}
        for _, answer in self._answers(
            "creation_presets", class_name=class_name, caller=caller, call=call, direct=direct
        ):
            values.update(answer)
        return values

    def creation_form_url(
        self, class_name: str, values: Mapping[str, str], return_url: str
    ) -> str | None:
        """See `HookSpecs.creation_form_url`."""
        return self._first(
            str, "creation_form_url", class_name=class_name, values=values, return_url=return_url
        )

    def outbound_actions(self, ticket: Ticket, caller: Caller | None) -> list[OutboundAction]:
        """See `HookSpecs.outbound_actions`."""
        return self._collect(OutboundAction, "outbound_actions", ticket=ticket, caller=caller)

    def identify_agent(self, request: Request) -> Agent | None:
        """See `HookSpecs.identify_agent`."""
        return self._first(Agent, "identify_agent", request=request)

    def sign_in_url(self, next_url: str) -> str | None:
        """See `HookSpecs.sign_in_url`."""
        return self._first(str, "sign_in_url", next_url=next_url)

    def panel_sections(self, call: Call, callers: Sequence[Caller]) -> list[PanelSection]:
        """See `HookSpecs.panel_sections`."""
        return self._collect(PanelSection, "panel_sections", call=call, callers=callers)

    def navigation(self, agent: Agent) -> list[NavigationItem]:
        """See `HookSpecs.navigation`."""
        return self._collect(NavigationItem, "navigation", agent=agent)

    def check_online(self) -> list[tuple[str, Finding]]:
        """See `HookSpecs.check_online`; each finding with its plugin."""
        found: list[tuple[str, Finding]] = []
        for implementation in self._implementations["check_online"]:
            step = self._step("check_online", implementation, {})
            if step.problem:
                failed = Finding("the check itself", Level.BAD, step.problem)
                found.append((step.plugin, failed))
            found += [(step.plugin, finding) for finding in step.answer or ()]
        return found

    def call_received(self, call: Call, callers: Sequence[Caller], agent: Agent) -> None:
        """See `HookSpecs.call_received`."""
        self._event("call_received", call=call, callers=callers, agent=agent)

    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> list[str]:
        """See `HookSpecs.call_placed`; answers what the agent should read of failures."""
        return self._event("call_placed", ticket=ticket, caller=caller, action=action, agent=agent)

    def ticket_created(self, ticket: Ticket, caller: Caller | None, agent: Agent) -> None:
        """See `HookSpecs.ticket_created`."""
        self._event("ticket_created", ticket=ticket, caller=caller, agent=agent)

    def stored_classes(self) -> dict[str, StoredClass]:
        """See `HookSpecs.stored_classes`; by name."""
        found: dict[str, StoredClass] = {}
        for cls in self._collect(StoredClass, "stored_classes"):
            found.setdefault(cls.name, cls)
        return found

    def store_objects(self, class_name: str, objects: Sequence[StoredObject]) -> Storing | None:
        """See `HookSpecs.store_objects`."""
        return self._first(Storing, "store_objects", class_name=class_name, objects=objects)

    def read_objects(
        self, class_name: str, after: int, upto: int, limit: int
    ) -> Sequence[StoredObject] | None:
        """See `HookSpecs.read_objects`."""
        page = {"after": after, "upto": upto, "limit": limit}
        for _, answer in self._answers("read_objects", class_name=class_name, **page):
            return cast(Sequence[StoredObject], answer)
        return None

    def server_started(self) -> None:
        """See `HookSpecs.server_started`."""
        self._event("server_started")

    def _event(self, hook: str, **arguments: Any) -> list[str]:
        return [step.line for step in self._steps(hook, arguments) if step.line]

    def set_up(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        """Call a set-up hook; give plugin and answer of those that answered.

        :raises SetupFailed: an implementation raised, or answered something else
        """
        return list(self._answers(hook, **arguments))


def _type_problem(contract: Contract, answer: Any) -> str:
    """What is wrong with the type of an answer, or nothing."""
    if answer is None or contract.kind is Kind.EVENT:
        return ""
    items = answer if contract.many else (answer,)
    if contract.many and (isinstance(answer, (str, bytes)) or not isinstance(answer, Sequence)):
        return f"answered {type(answer).__name__}, not a list"
    for item in items:
        if not isinstance(item, contract.result):
            expected = getattr(contract.result, "__name__", str(contract.result))
            return f"answered {type(item).__name__}, not {expected}"
        if isinstance(item, Mapping):
            texts: Mapping[Any, Any] = item
            wrong = [key for key, text in texts.items() if not isinstance(text, str)]
            if wrong:
                return f"answered something other than a text for {wrong[0]}"
    return ""
