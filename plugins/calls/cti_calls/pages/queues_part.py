"""The queues of agents, as a part of the page *My phones*."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_calls.pages.names import AgentNames
from cti_calls.pages.telling import tell
from cti_calls.rights.profiles import Action
from cti_calls.rights.rights import Rights
from cti_calls.store.agents import queues
from cti_host import Agent, Host, current_agent

_LONGEST_NAME = 255
# The field by which the form of the page is known: it sends all that is typed there.
BESIDE = "beside"


@dataclass(frozen=True)
class OfAgent:
    """A queue that was named as somebody's.

    :param label: what the agent is called
    """

    queue: str
    agent: str
    label: str


@dataclass(frozen=True)
class QueuesShown:
    """What the page shows of queues.

    :param own: the agent's queues
    :param are_named: whether an administrator named them; else it is those that ring with the agent
    :param named: what this agent may take back: everybody's for an administrator
    :param known: the queues that there are, as proposals
    :param may_change: whether this agent may name queues, for others too if `for_others`
    """

    own: Sequence[str]
    are_named: bool
    named: Sequence[OfAgent]
    known: Sequence[str]
    may_change: bool
    for_others: bool
    typed: dict[str, str]
    problem: str = ""


Show = Callable[[QueuesShown], ResponseReturnValue]


class Done(Protocol):
    """Leads back to the page, with what is still typed there."""

    def __call__(self, *, queue: bool = True) -> ResponseReturnValue:
        """Lead back.

        :param queue: whether what is typed about a queue is still to be sent
        """


class QueuesPart:
    """Names queues and takes them back.

    Whoever has a queue may read its calls, so agents do so for themselves only if they may read all
    calls anyway.

    :param rights: who may read all calls
    :param may_change: whether agents do so for themselves; administrators do so for everybody
    """

    def __init__(self, host: Host, agents: AgentNames, rights: Rights, *, may_change: bool) -> None:
        self._host, self._agents, self._rights = host, agents, rights
        self._may_change = may_change

    def shown(self, typed: dict[str, str] | None = None, problem: str = "") -> QueuesShown:
        """What the page of this request shows."""
        agent = current_agent()
        named = queues.named_queues(agent.name)
        for_others, may_change = agent.is_administrator, self._may(agent)
        every = queues.all_queues() if for_others else [(queue, [agent.name]) for queue in named]
        return QueuesShown(
            named or queues.ringing_queues(agent.name),
            bool(named),
            [
                OfAgent(queue, name, self._agents.of(name))
                for queue, names in every
                for name in names
            ],
            queues.known_queues() if may_change else (),
            may_change,
            for_others,
            typed or {"queue": "", "agent": agent.name},
            problem,
        )

    def add(self, show: Show, done: Done) -> ResponseReturnValue:
        """Name a queue as an agent's."""
        agent = self._require()
        queue = _sent("queue", queues.LONGEST_QUEUE)
        whose = _sent("agent", _LONGEST_NAME) if agent.is_administrator else agent.name
        whose = whose or agent.name
        typed = {"queue": queue, "agent": whose}
        if not queue:
            return show(self.shown(typed, _("Say which queue.")))
        known = self._host.hooks.known_agent(whose)
        if known is None and whose != agent.name and self._host.hooks.owners("known_agent"):
            return show(self.shown(typed, _("Nobody signs in as “%(name)s”.", name=whose)))
        queues.add_queue(queue, [whose])
        tell("queue %r: given to %r", queue, whose)
        flash(
            _("%(queue)s is a queue of %(agent)s now.", queue=queue, agent=self._agents.of(whose)),
            "success",
        )
        return done(queue=False)

    def remove(self, done: Done) -> ResponseReturnValue:
        """Say that a queue is an agent's no more."""
        agent = self._require()
        queue = _sent("queue", queues.LONGEST_QUEUE, request.values)
        whose = (
            _sent("agent", _LONGEST_NAME, request.values) if agent.is_administrator else agent.name
        )
        whose = whose or agent.name
        try:
            queues.remove_queue(queue, whose)
        except queues.UnknownQueue:
            abort(404, _("It isn't said that this queue is this agent's."))
        tell("queue %r: taken from %r", queue, whose)
        name = self._agents.of(whose)
        flash(_("%(queue)s is no queue of %(agent)s any more.", queue=queue, agent=name), "success")
        return done()

    def require(self, **_parts_of_the_address: object) -> None:
        """Let only those go on who may name queues: all others get a page with 403."""
        self._require()

    def _require(self) -> Agent:
        agent = current_agent()
        if not self._may(agent):
            abort(403, _("An administrator says whose queue is whose."))
        return agent

    def _may(self, agent: Agent) -> bool:
        if agent.is_administrator:
            return True
        return self._may_change and self._rights.may(agent, Action.READ_ALL)


def typed_queue() -> dict[str, str] | None:
    """What is typed about a queue, sent along with whatever button was pressed."""
    if BESIDE not in request.form:
        return None
    agent = _sent("agent", _LONGEST_NAME) or current_agent().name
    return {"queue": _sent("queue", queues.LONGEST_QUEUE), "agent": agent}


def _sent(name: str, longest: int, sent: Mapping[str, str] | None = None) -> str:
    values = request.form if sent is None else sent
    return values.get(name, "").strip().replace("\0", "")[:longest]
