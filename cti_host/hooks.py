"""The host's own hooks, each as a method with types: what pages and commands call."""

from __future__ import annotations

from collections.abc import Sequence

from cti_host.hook_calls.panel import PanelCalls
from cti_host.hook_calls.people import PeopleCalls
from cti_host.hook_calls.privacy import PrivacyCalls
from cti_host.hook_calls.tickets import TicketCalls
from cti_host.isolation.trace import current_trace
from cti_host.model import Agent, Finding, Level, Message


class Hooks(PanelCalls, TicketCalls, PeopleCalls, PrivacyCalls):
    """Calls hooks: those of the host by a method each, those of plugins by their names."""

    def check_online(self) -> list[tuple[str, Finding]]:
        """See `HookSpecs.check_online`; each finding with its plugin."""
        findings: list[tuple[str, Finding]] = []
        for span in self.spans("check_online"):
            if span.problem:
                failed = Finding("the check itself", Level.BAD, span.problem)
                findings.append((span.plugin, failed))
            findings += [(span.plugin, finding) for finding in span.result or ()]
        return findings

    def failure_of(self, hook: str) -> str:
        """What the agent reads of the last failure of a hook in this request.

        Where nothing was found, this tells whether nothing is there, or somebody could not look.

        :param hook: its name
        :return: a sentence in the agent's language; empty: none of its plugins failed
        """
        lines = (span.line for span in reversed(current_trace().spans) if span.hook == hook)
        return next((line for line in lines if line), "")

    def server_started(self) -> None:
        """See `HookSpecs.server_started`."""
        self.event("server_started")

    def publish(self, topics: Sequence[str], message: Message) -> bool:
        """See `HookSpecs.publish`; whether it is on its way."""
        return bool(self.first("publish", bool, topics=topics, message=message))

    def followed_topics(self, agent: Agent, asked: Sequence[str]) -> list[str]:
        """See `HookSpecs.followed_topics`."""
        return self.collect("followed_topics", str, agent=agent, asked=asked)
