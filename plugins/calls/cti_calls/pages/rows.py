"""Calls as lists and their own pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import url_for

from cti_calls.model.facts import Direction
from cti_calls.model.records import CallLeg, CallRecord, CallState
from cti_calls.pages.names import AgentNames, Named, names_of, ticket_url
from cti_calls.pages.words import direction_labels, duration, seconds_between, status_of
from cti_host import Agent, Host, Ticket

_ICONS = {
    Direction.IN: "telephone-inbound",
    Direction.OUT: "telephone-outbound",
    Direction.INTERNAL: "telephone",
}


@dataclass(frozen=True)
class Span:
    """How long something took, or takes.

    :param text: in words; empty: it never began
    :param since: when it began, if it goes on: pages count on from there
    """

    text: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class CallRow:
    """A call as a list shows it; texts are in the agent's language.

    :param name: who it is; empty: nobody knows
    :param number: theirs, as pages show numbers; empty: unknown or withheld
    :param rang: whose phones rang, without those who talked; a device where nobody's is known
    """

    record: CallRecord
    url: str
    icon: str
    direction: str
    name: str
    number: str
    rang: Sequence[str]
    answered: Sequence[str]
    waiting: Span
    talking: Span
    status: str
    status_label: str
    ticket: Ticket | None
    ticket_url: str


class Rows:
    """Makes rows of calls.

    :param agents: names agents
    """

    def __init__(self, host: Host, agents: AgentNames) -> None:
        self._host, self._agents = host, agents

    @property
    def agents(self) -> AgentNames:
        """What agents are called."""
        return self._agents

    def of(self, records: Iterable[CallRecord], agent: Agent) -> list[CallRow]:
        """The rows of some calls, in their order, for an agent."""
        every = list(records)
        named = names_of(self._host, every, agent)
        return [self._row(seen_by(one, agent, named), named) for one in every]

    def may_change(self, record: CallRecord, agent: Agent) -> bool:
        """Whether an agent may write down something of a call: whoever sees all of it."""
        return is_visible(record, agent, names_of(self._host, [record], agent))

    def _row(self, record: CallRecord, named: Named) -> CallRow:
        ticket = named.ticket(record)
        status, label = status_of(record)
        waiting, talking = times_of(record)
        return CallRow(
            record=record,
            url=url_for("calls.call", id_=record.id),
            icon=_ICONS[record.direction],
            direction=direction_labels()[record.direction],
            name=name_in(record, named),
            number="" if record.withheld else number_shown(self._host, record.remote),
            rang=self.rang(record),
            answered=[self._agents.of(one) for one in record.answered_by],
            waiting=waiting,
            talking=talking,
            status=status,
            status_label=label,
            ticket=ticket,
            ticket_url=ticket_url(ticket) if ticket else "",
        )

    def rang(self, record: CallRecord) -> list[str]:
        """Whose phones rang, each once, without those who talked."""
        names = [name for leg in record.legs if leg.device for name in whose(leg)]
        talked = set(record.answered_by)
        return [self._agents.of(one) for one in dict.fromkeys(names) if one not in talked]

    def agent(self, name: str) -> str:
        """What an agent is called."""
        return self._agents.of(name)


def is_visible(record: CallRecord, agent: Agent, named: Named) -> bool:
    """Whether an agent who may be limited to some organizations sees all of a call.

    They do if they took part in it, and else if they see the person or the ticket.
    """
    return (
        not agent.organizations
        or any(agent.name in leg.agents for leg in record.legs)
        or named.caller(record) is not None
        or named.ticket(record) is not None
    )


def seen_by(record: CallRecord, agent: Agent, named: Named) -> CallRecord:
    """A call as an agent sees it: of somebody whom they may not see, it says no more than when."""
    if is_visible(record, agent, named):
        return record
    return replace(record, note="", remote_name="", remote="", remote_key="", withheld=True)


def name_in(record: CallRecord, named: Named) -> str:
    """Who it is: the person who was found, else whom the phone system names."""
    caller = named.caller(record)
    return caller.display if caller is not None else record.remote_name


def number_shown(host: Host, text: str) -> str:
    """A number that a phone system sent, as pages show numbers; as it is where it is none."""
    return str(host.hooks.parse_number(text) or text)


def whose(leg: CallLeg) -> Sequence[str]:
    """The agents of a leg; the device, where nobody's is known."""
    return leg.agents or (leg.device,)


def times_of(record: CallRecord) -> tuple[Span, Span]:
    """How long the other party waited, and how long somebody talked with them."""
    ended = record.state is CallState.ENDED
    begin, talk = record.started_at, record.answered_at
    # An end that nobody told has no moment of its own.
    end = record.ended_at if ended else None
    waited = Span(duration(seconds_between(begin, talk or end)), None if talk or ended else begin)
    if talk is None:
        return waited, Span()
    return waited, Span(duration(seconds_between(talk, end)), None if ended else talk)
