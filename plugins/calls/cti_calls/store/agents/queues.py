"""Whose queues are whose: as administrators say it, else by whose phones they ring on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cti_calls.model.tables import AgentQueue
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.sql import execute
from cti_calls.store.rows.transactions import in_transaction

LONGEST_QUEUE = 255
# Without a word of an administrator, a queue is an agent's if its calls rang on their phones within
# so many days.
QUEUE_DAYS = 30
_DAY = 86_400_000
_MOST_KNOWN = 100


class UnknownQueue(LookupError):
    """Nobody said that this queue is this agent's."""


def queues_of(agent: str) -> list[str]:
    """The queues of an agent, by name: those that were named, else those that ring with them."""
    return named_queues(agent) or ringing_queues(agent)


def named_queues(agent: str) -> list[str]:
    """The queues that an administrator named as an agent's."""
    query: Any = AgentQueue.select(AgentQueue.queue).where(AgentQueue.agent == agent)
    return [queue for (queue,) in query.order_by(AgentQueue.queue).tuples()]


def ringing_queues(agent: str) -> list[str]:
    """The queues whose calls rang on an agent's phones lately."""
    sql = (
        "SELECT DISTINCT c.queue FROM call_agent a JOIN call_record c ON c.id = a.call_id"
        " WHERE a.agent = ? AND a.started_at >= ? AND c.queue <> '' ORDER BY c.queue"
    )
    since = now_ms() - QUEUE_DAYS * _DAY
    return [queue for (queue,) in execute(sql, [agent, since]).fetchall()]


def add_queue(queue: str, agents: Sequence[str]) -> bool:
    """Name a queue as that of agents; returns whether it was not so before."""

    def add() -> bool:
        rows = [{"agent": agent, "queue": queue} for agent in dict.fromkeys(agents)]
        before = AgentQueue.select().count()
        for row in rows:
            AgentQueue.insert(**row).on_conflict_ignore().execute()
        return bool(AgentQueue.select().count() > before)

    return in_transaction(add)


def remove_queue(queue: str, agent: str = "") -> None:
    """Say that a queue is an agent's no more, or without a name nobody's.

    :raises UnknownQueue: nobody said that it is
    """

    def remove() -> int:
        wanted: Any = AgentQueue.queue == queue
        if agent:
            wanted &= AgentQueue.agent == agent
        return int(AgentQueue.delete().where(wanted).execute())

    if not in_transaction(remove):
        raise UnknownQueue(queue)


def all_queues() -> list[tuple[str, list[str]]]:
    """Every queue that was named as somebody's, with the names of its agents."""
    query: Any = AgentQueue.select(AgentQueue.queue, AgentQueue.agent)
    found: dict[str, list[str]] = {}
    for queue, agent in query.order_by(AgentQueue.queue, AgentQueue.agent).tuples():
        found.setdefault(queue, []).append(agent)
    return [*found.items()]


def known_queues() -> list[str]:
    """The queues that calls came to, or that were named: each is found in an index of calls."""
    found = {queue for queue, _agents in all_queues()}
    sql = "SELECT MIN(queue) FROM call_record WHERE queue > ?"
    (queue,) = execute(sql, [""]).fetchone()
    while queue is not None and len(found) < _MOST_KNOWN:
        found.add(queue)
        (queue,) = execute(sql, [queue]).fetchone()
    return sorted(found)
