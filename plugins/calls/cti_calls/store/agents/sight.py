"""The calls that an agent sees who doesn't see everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cti_calls.model.records import CallRecord
from cti_calls.store.rows.sql import marks


@dataclass(frozen=True)
class Sight:
    """Whose calls somebody sees.

    :param agent: the calls in which a phone of this agent took part
    :param queues: the calls of these queues
    """

    agent: str
    queues: Sequence[str] = ()

    def sees(self, record: CallRecord) -> bool:
        """Whether a call is one of them."""
        theirs = any(self.agent in leg.agents for leg in record.legs)
        return theirs or bool(record.queue and record.queue in self.queues)

    def condition(self, call: str, queue: str) -> tuple[str, list[Any]]:
        """A part of a WHERE clause, with its values.

        :param call: the column with the id of the call
        :param queue: the column with its queue
        """
        text = f"EXISTS (SELECT 1 FROM call_agent s WHERE s.call_id = {call} AND s.agent = ?)"  # noqa: S608 -- columns of ours
        if not self.queues:
            return text, [self.agent]
        return f"({text} OR {queue} IN ({marks(self.queues)}))", [self.agent, *self.queues]
