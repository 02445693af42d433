"""The only place that calls plugins: isolation, owner, timing, typing.

Each implementation is called on its own, so that one that raises or hangs costs only its own
part. What happened is a span of the current trace: the panel shows its problems, the
`Server-Timing` header and `cti-host explain` are made from it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

import pluggy
from flask import has_request_context
from flask_babel import gettext

from cti_host.contract import Budget, Contract, Kind, takes_strangers
from cti_host.database_troubles import logged, trouble_of, words_of
from cti_host.identity import as_seen_by, sign
from cti_host.isolation.checks import Check, check_for
from cti_host.isolation.counters import Counters
from cti_host.isolation.ended import Ended, is_of_the_keyboard
from cti_host.isolation.failures import LATE, Failure, NotNow, failure_of, require
from cti_host.isolation.jobs import Flow, Overdue, Spent, Step, current_job, in_place
from cti_host.isolation.read_only import read_only
from cti_host.isolation.trace import Span, current_trace
from cti_host.isolation.workers import Workers
from cti_host.model import Incomplete, Unavailable

log = logging.getLogger("cti_host.dispatch")

_T = TypeVar("_T")


class SetupFailed(Exception):
    """A set-up hook of a plugin failed."""

    def __init__(self, plugin: str, hook: str, reason: str) -> None:
        super().__init__(f"plugin {plugin}: {hook} failed: {reason}")
        self.plugin, self.hook, self.reason = plugin, hook, reason


@dataclass(frozen=True)
class _Implementation:
    plugin: str
    function: Callable[..., Any]
    parameters: tuple[str, ...]
    strangers: bool


class Dispatcher:
    """Calls hooks by their names, as their contracts say.

    :param manager: holds the plugins, registered so that the first named is called first
    :param contracts: those of all hooks, the plugins' own among them
    :param timeouts: plugin name to seconds
    :param workers: where calls with a budget run
    :param counters: count calls, failures and time-outs
    """

    def __init__(
        self,
        manager: pluggy.PluginManager,
        contracts: Mapping[str, Contract],
        timeouts: Mapping[str, float],
        workers: Workers,
        counters: Counters,
    ) -> None:
        self._contracts = contracts
        self._timeouts = timeouts
        self._workers = workers
        self._counters = counters
        self._checks: dict[str, Check] = {
            hook: check_for(contract.result) for hook, contract in contracts.items()
        }
        # Everybody sees all arguments of these.
        self._shown_whole = {
            hook
            for hook, contract in contracts.items()
            if not contract.own and not contract.needs and "call" not in contract.parameters
        }
        # What computes and was late within another plugin's call doesn't run in place again.
        self._slow: set[tuple[str, str]] = set()
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
            for hook in contracts
        }

    def owners(self, hook: str) -> list[str]:
        """The plugins that implement a hook, in the order in which they are called."""
        return [implementation.plugin for implementation in self._implementations[hook]]

    def first(self, hook: str, kind: type[_T], /, **arguments: Any) -> _T | None:
        """The first result of a *first* hook.

        :param kind: the type of a result, as in the hook's contract
        """
        for implementation, seen in self._called(hook, (), arguments):
            result = self._call(hook, implementation, seen).result
            if result is not None:
                return cast(_T, result)
        return None

    def collect(
        self, hook: str, kind: type[_T], but: Collection[str] = (), /, **arguments: Any
    ) -> list[_T]:
        """All that the plugins returned for a *collect* hook with `many`, in one list.

        :param kind: the type of an item, as in the hook's contract
        :param but: plugins that are not called
        """
        results = self.results(hook, but, **arguments)
        return [cast(_T, item) for _, result in results for item in result]

    def change(self, hook: str, value: _T, /, **arguments: Any) -> _T:
        """A value as the last plugin of a *change* hook left it.

        :param value: the hook's first argument
        """
        return self.follow(self.changing(hook, value, **arguments))

    def follow(self, flow: Flow[_T]) -> _T:
        """Run a flow of calls, such as `changing` and `asking` are, and return its result.

        All of them run in one thread, each with its own deadline: a page that follows one flow
        waits for a thread once.
        """
        return self._workers.follow(flow, min(self._timeouts.values(), default=1))

    def changing(self, hook: str, value: _T, /, **arguments: Any) -> Flow[_T]:
        """The calls of a *change* hook, as a part of a flow; see `change`."""
        name = self._contracts[hook].parameters[0]
        shared = {key: read_only(one) for key, one in {**arguments, name: value}.items()}
        for implementation in self._implementations[hook]:
            seen = self._seen(hook, implementation, shared)
            if seen is None:
                continue
            span = yield from self._step(hook, implementation, seen)
            if span.result is not None:
                shared[name] = read_only(span.result)
        return cast(_T, shared[name])

    def asking(
        self, hook: str, but: Collection[str] = (), /, **arguments: Any
    ) -> Flow[list[tuple[str, Any]]]:
        """The calls of a *collect* or *event* hook, as a part of a flow; see `results`."""
        results: list[tuple[str, Any]] = []
        for implementation, seen in self._called(hook, but, arguments):
            span = yield from self._step(hook, implementation, seen)
            if span.result is not None:
                results.append((span.plugin, span.result))
        return results

    def event(self, hook: str, /, **arguments: Any) -> list[str]:
        """Tell an *event* to all plugins; return what an agent should read of failures."""
        return [span.line for span in self.spans(hook, **arguments) if span.line]

    def set_up(self, hook: str, /, **arguments: Any) -> list[tuple[str, Any]]:
        """Call a *set-up* hook; return plugin and result of those that returned something.

        :raises SetupFailed: an implementation raised, or returned something else
        """
        return list(self.results(hook, **arguments))

    def results(
        self, hook: str, but: Collection[str] = (), /, **arguments: Any
    ) -> Iterator[tuple[str, Any]]:
        """Call the implementations one by one; give plugin and result of those that returned one.

        This is how to call a hook where it matters which plugin returned what.

        :param but: plugins that are not called
        """
        for span in self.spans(hook, but, **arguments):
            if span.result is not None:
                yield span.plugin, span.result

    def spans(self, hook: str, but: Collection[str] = (), /, **arguments: Any) -> Iterator[Span]:
        """Call the implementations one by one, each with what it may see of the arguments.

        :param but: plugins that are not called
        """
        for implementation, seen in self._called(hook, but, arguments):
            yield self._call(hook, implementation, seen)

    def _called(
        self, hook: str, but: Collection[str], arguments: Mapping[str, Any]
    ) -> Iterator[tuple[_Implementation, Mapping[str, Any]]]:
        """The implementations to call, each with the arguments as it may see them."""
        implementations = self._implementations[hook]
        if not implementations:
            return
        shared = {name: read_only(value) for name, value in arguments.items()}
        for implementation in implementations:
            if implementation.plugin in but:
                continue
            seen = self._seen(hook, implementation, shared)
            if seen is not None:
                yield implementation, seen

    def _seen(
        self, hook: str, implementation: _Implementation, arguments: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        """The arguments as a plugin may see them; `None`: what it needs is none of its own."""
        if hook in self._shown_whole:
            return arguments
        contract = self._contracts[hook]
        seen = as_seen_by(
            implementation.plugin, contract, arguments, strangers=implementation.strangers
        )
        return seen if not contract.needs or seen[contract.needs] else None

    def _call(
        self, hook: str, implementation: _Implementation, arguments: Mapping[str, Any]
    ) -> Span:
        """Call one implementation within its budget."""
        given = {name: arguments[name] for name in implementation.parameters}
        return self._span(
            hook, implementation, given, lambda: self._in_time(hook, implementation, given)
        )

    def _step(
        self, hook: str, implementation: _Implementation, arguments: Mapping[str, Any]
    ) -> Flow[Span]:
        """Call one implementation as a step of a flow; only for hooks with a budget for each."""
        contract = self._contracts[hook]
        assert contract.budget is Budget.CALL  # noqa: S101 -- a flow has no other deadlines
        plugin = implementation.plugin
        given = {name: arguments[name] for name in implementation.parameters}
        step = Step(
            plugin,
            hook,
            lambda: _returned(implementation.function, given, many=contract.many),
            self._timeouts[plugin],
        )
        started = time.perf_counter()
        yield step
        return self._span(hook, implementation, given, step.result, started)

    def _span(
        self,
        hook: str,
        implementation: _Implementation,
        given: Mapping[str, Any],
        returned: Callable[[], Any],
        started: float | None = None,
    ) -> Span:
        """What came of a call, checked and with its plugin's name on it, in the current trace.

        :param returned: gives what the plugin returned, or raises
        :param started: when the call began; without it, it begins now
        """
        contract = self._contracts[hook]
        plugin = implementation.plugin
        result, failure, line, called = None, None, "", True
        started = time.perf_counter() if started is None else started
        try:
            result = self._signed(hook, plugin, returned())
        except SetupFailed:
            raise  # of a plugin whose hook this one called
        except Exception as error:
            failure, called = _failure(error), not isinstance(error, Spent)
            if called:
                log.error("%s of plugin %s%s", hook, plugin, failure.logged)
                log.debug("%s of plugin %s failed", hook, plugin, exc_info=True)
            if contract.kind is Kind.SETUP:
                raise SetupFailed(plugin, hook, failure.problem) from error
            if isinstance(error, Overdue) and error.inside:
                self._slow.add(error.inside)
                self._counters.count(*error.inside, self._timeouts[plugin], LATE)
            line = _line(contract, plugin, failure)
            if isinstance(error, NotNow):
                with suppress(Exception):  # a part that is no result is none
                    result = self._signed(hook, plugin, error.part)
        seconds = time.perf_counter() - started
        if called:
            self._counters.count(plugin, hook, seconds, failure.kind if failure else "")
        problem = failure.problem if failure else ""
        span = Span(plugin, hook, given, result, seconds, problem, line)
        # What only computes may be called a million times, by an import.
        if contract.budget in (Budget.CALL, Budget.REQUEST) or failure:
            current_trace().add(span)
        return span

    def _signed(self, hook: str, plugin: str, given_back: Any) -> Any:
        """What a plugin returned, checked and with its name on it; `None`: nothing."""
        contract = self._contracts[hook]
        if given_back is None or contract.kind is Kind.EVENT:
            return None
        require(self._checks[hook], given_back, many=contract.many)
        return sign(plugin, given_back)

    def _in_time(self, hook: str, implementation: _Implementation, given: dict[str, Any]) -> Any:
        """Call an implementation within its budget."""
        contract = self._contracts[hook]
        plugin, budget = implementation.plugin, contract.budget

        def run() -> Any:
            return _returned(implementation.function, given, many=contract.many)

        in_request = has_request_context()
        timeout = self._timeouts[plugin]
        if budget is Budget.NONE or (budget is Budget.COMPUTING and not in_request):
            return self._workers.in_place(plugin, hook, run, timeout)
        if budget is Budget.CALL or not in_request:
            return self._workers.run(plugin, hook, run, timeout)
        key = (plugin, hook)
        job = current_job()
        if budget is Budget.COMPUTING and job is not None and key not in self._slow:
            # A thread of its own costs more than the computing. The page is safe all the same: its
            # deadline is that of the call that this one is part of.
            return in_place(job, plugin, hook, run)
        spent = current_trace().spent
        left = timeout - spent.get(key, 0.0)
        if left <= 0:
            raise Spent("its time for this page is over")
        started = time.perf_counter()
        try:
            result = self._workers.run(plugin, hook, run, left)
        except Overdue:
            spent[key] = timeout
            raise
        if budget is Budget.REQUEST:
            spent[key] = spent.get(key, 0.0) + time.perf_counter() - started
        return result


def _returned(function: Callable[..., Any], given: Mapping[str, Any], *, many: bool) -> Any:
    """What a plugin's function returns; all of its code runs in here."""
    try:
        result = function(**given)
        # A generator would run its body outside the budget and the isolation.
        if many and result is not None and not isinstance(result, str | bytes):
            return result if isinstance(result, list | tuple) else list(result)
        return result
    except Unavailable as error:
        part = error.result if isinstance(error, Incomplete) else None
        raise NotNow(str(error), str(error.reason), part) from error
    except Exception:
        raise
    except BaseException as error:
        if is_of_the_keyboard(error):
            raise
        raise Ended(error) from error


def _failure(error: Exception) -> Failure:
    """What went wrong; of a database that can't do something, the agent reads what that is."""
    failure, trouble = failure_of(error), trouble_of(error)
    if trouble is None:
        return failure
    words = words_of(trouble)
    return replace(failure, logged=f": {logged(error, words)}", reason=gettext(words.agent))


def _line(contract: Contract, plugin: str, failure: Failure) -> str:
    """What the agent reads of a failure."""
    if not contract.unavailable:
        return ""
    line = gettext(contract.unavailable) % {"plugin": plugin}
    return f"{line} {failure.reason}".rstrip()
