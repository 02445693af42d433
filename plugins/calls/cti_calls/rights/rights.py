"""Decides which calls an agent sees, and what they may do with them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort
from flask_babel import gettext as _

from cti_calls.rights.profiles import ADMINISTRATOR, INSIDE, PROFILES, Action
from cti_calls.rights.verdict import Verdict, Why
from cti_calls.settings import CallRights
from cti_calls.store.agents.queues import queues_of
from cti_calls.store.agents.sight import Sight
from cti_host import Agent, Host, Right, current_agent, did_you_mean


class Rights:
    """What the profiles may do, with what a site's `[plugin.calls.rights]` change.

    :param overrides: what is granted or denied, by profile
    """

    def __init__(self, overrides: Mapping[str, CallRights]) -> None:
        self._overrides = overrides

    def may(self, agent: Agent, action: Action) -> bool:
        """Whether an agent may do something."""
        return self.decide(agent.profiles, action).allowed

    def decide(self, profiles: frozenset[str], action: Action) -> Verdict:
        """Whether somebody with some profiles may do something, and why.

        A profile to which the settings deny it decides alone; else one that grants it is enough.
        Whoever may not read may do nothing else.
        """
        if ADMINISTRATOR in profiles:
            return Verdict(True, action, Why.ADMINISTRATOR)
        if not profiles:
            return Verdict(False, action, Why.NO_PROFILE)
        if action is not Action.READ and not self.decide(profiles, Action.READ).allowed:
            return Verdict(False, action, Why.NOT_READ)
        said = {profile: self._said(profile, action) for profile in profiles}
        for allowed, why, deciding in (
            (False, Why.DENIED, [one for one, granted in said.items() if granted is False]),
            (True, Why.PROFILE, profiles.intersection(INSIDE)),
            (True, Why.SETTING, [one for one, granted in said.items() if granted]),
        ):
            if deciding:
                return Verdict(allowed, action, why, tuple(sorted(deciding)))
        return Verdict(False, action, Why.NOT_GRANTED, tuple(sorted(profiles)))

    def explained(self, profiles: frozenset[str]) -> list[Right]:
        """What somebody with some profiles may do with calls, and why."""
        return [self.decide(profiles, action).as_right() for action in Action]

    def sight(self, agent: Agent) -> Sight | None:
        """Whose calls an agent sees; `None`: everybody's."""
        if self.may(agent, Action.READ_ALL):
            return None
        queues = queues_of(agent.name) if self.may(agent, Action.READ_QUEUES) else ()
        return Sight(agent.name, tuple(queues))

    def require(self, action: Action) -> None:
        """Let only agents go on who may do this; all others get a page, or JSON, with 403."""
        agent = current_agent()
        if not self.may(agent, action):
            abort(403, self._refusal(agent, action))

    def _refusal(self, agent: Agent, action: Action) -> str:
        """What an agent reads who may not do something."""
        if not self.may(agent, Action.READ):
            return str(_("None of your profiles lets you see calls."))
        if action is Action.DONE:
            return str(_("None of your profiles lets you take missed calls off the list."))
        if self.may(agent, Action.READ_QUEUES):
            return str(_("Your profiles let you see your own calls and those of your queues only."))
        return str(_("Your profiles let you see your own calls only."))

    def require_read(self, **_parts_of_the_address: object) -> None:
        """See `require`; for what the host calls with the parts of an address."""
        self.require(Action.READ)

    def require_done(self, **_parts_of_the_address: object) -> None:
        """The same, for taking missed calls off the list."""
        self.require(Action.DONE)

    def check(self, host: Host) -> None:
        """Report profiles that nobody has to the host."""
        for profile in self._overrides:
            path = ("plugin", "calls", "rights", profile)
            if profile not in PROFILES:
                remedy = did_you_mean(profile, PROFILES)
                host.problem(path, f"there is no profile {profile!r}", remedy)
            elif profile == ADMINISTRATOR:
                host.problem(
                    path,
                    "an administrator may do everything",
                    "remove the table; give agents who may do less other profiles",
                )

    def _said(self, profile: str, action: Action) -> bool | None:
        """What the settings say of a profile and an action; `None`: nothing."""
        rights = self._overrides.get(profile)
        said: bool | None = getattr(rights, action.value) if rights is not None else None
        return said
