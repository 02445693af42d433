"""What is asked of agents, of persons and of organizations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from flask import Request

from cti_host.hook_calls.gathering import Gathered, Gathering
from cti_host.model import Agent, Caller, Moved, NavigationItem, Organization, PanelSection, Right

# What is remembered of agents; a site with more than that asks its plugins again.
_MOST_KEPT = 20_000


class PeopleCalls(Gathering):
    """Calls the hooks of agents, persons and organizations."""

    def identify_agent(self, request: Request) -> Agent | None:
        """See `HookSpecs.identify_agent`; what the agent is linked to is some plugin's."""
        agent = self.first("identify_agent", Agent, request=request)
        if agent is None or agent.contact_source:
            return agent
        if agent.contact_id is None and not agent.organizations:
            return agent
        return replace(agent, contact_source=next(iter(self.owners("ticket_lists")), ""))

    def sign_in_url(self, next_url: str) -> str | None:
        """See `HookSpecs.sign_in_url`."""
        return self.first("sign_in_url", str, next_url=next_url)

    def sign_in_links(self, next_url: str, of: str) -> list[NavigationItem]:
        """See `HookSpecs.sign_in_links`.

        :param of: the plugin whose sign-in page shows them; it is not called
        """
        return self.collect("sign_in_links", NavigationItem, {of}, next_url=next_url)

    @cached_property
    def _allowed(self) -> dict[tuple[Agent, str, str], bool]:
        """What plugins said that agents may do."""
        return {}

    def agent_may(self, agent: Agent, action: str, class_name: str = "") -> bool:
        """See `HookSpecs.agent_may`; plugins are asked once for an agent with the same profiles."""
        key = (agent, action, class_name)
        known = self._allowed.get(key)
        if known is not None:
            return known
        spans = list(self.spans("agent_may", agent=agent, action=action, class_name=class_name))
        results = [span.result for span in spans if span.result is not None]
        failed = any(span.problem for span in spans)
        allowed = any(results) or not (results or failed)
        if not failed:
            if len(self._allowed) >= _MOST_KEPT:
                self._allowed.clear()
            self._allowed[key] = allowed
        return allowed

    def link_agent(self, agent: Agent, contact_id: int) -> bool | None:
        """See `HookSpecs.link_agent`."""
        return self.first("link_agent", bool, agent=agent, contact_id=contact_id)

    def known_agent(self, name: str) -> Agent | None:
        """See `HookSpecs.known_agent`."""
        return self.first("known_agent", Agent, name=name)

    def known_agents(self) -> list[Agent]:
        """See `HookSpecs.known_agents`."""
        return self.collect("known_agents", Agent)

    def explain_rights(self, profiles: frozenset[str]) -> Gathered[Right]:
        """See `HookSpecs.explain_rights`."""
        return self.gathered("explain_rights", Right, profiles=profiles)

    def organizations(self, text: str) -> list[Organization]:
        """See `HookSpecs.organizations`."""
        return self.collect("organizations", Organization, text=text)

    def find_callers(self, texts: Sequence[str]) -> list[Caller]:
        """See `HookSpecs.find_callers`."""
        return self.collect("find_callers", Caller, texts=texts) if texts else []

    def add_number(self, caller: Caller, number: str) -> str | None:
        """See `HookSpecs.add_number`."""
        return self.first("add_number", str, caller=caller, number=number)

    def number_form_url(self, caller: Caller, number: str, return_url: str) -> str | None:
        """See `HookSpecs.number_form_url`."""
        return self.first(
            "number_form_url", str, caller=caller, number=number, return_url=return_url
        )

    def person_sections(self, caller: Caller) -> list[PanelSection]:
        """See `HookSpecs.person_sections`."""
        return self.collect("person_sections", PanelSection, caller=caller)

    def move_person(
        self, old: Caller, new: Caller, only: Sequence[Moved] | None, dry_run: bool
    ) -> Gathered[Moved]:
        """See `HookSpecs.move_person`; the transaction is the caller's."""
        return self.gathered("move_person", Moved, old=old, new=new, only=only, dry_run=dry_run)
