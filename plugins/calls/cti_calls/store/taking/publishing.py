"""The one place that sends messages to open pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cti_host import Message, publish

LIST_TOPIC = "calls"
"""The topic of whoever looks at the list of current calls."""


def agent_topic(agent: str) -> str:
    """The topic of one agent's pages."""
    return f"agent:{agent}"


def send(topics: Sequence[str], event: str, data: Mapping[str, Any]) -> None:
    """Send a message, in the current transaction: it is on its way once that is committed.

    Nothing is sent where no plugin publishes.
    """
    publish(topics, Message(event, data))
