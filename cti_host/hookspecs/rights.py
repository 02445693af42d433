"""The hooks of rights: what an agent may do here, and which person of the data they are."""

from __future__ import annotations

from collections.abc import Sequence

from cti_host.contract import Kind, contract
from cti_host.contract import translated_later as _
from cti_host.model import Agent, Right


class RightsHookSpecs:
    """The hooks that say what an agent may do. The host knows no profile and no class."""

    @contract(
        Kind.COLLECT,
        bool,
        unavailable=_("The rights of %(plugin)s are not available right now."),
    )
    def agent_may(self, agent: Agent, action: str, class_name: str) -> bool | None:
        """Say whether an agent may use this host, or is offered a form.

        Fires for "open" before any page is shown but those of the plugins that sign agents in, and
        for "create" for each button that opens a form. What plugins returned is kept and used again
        for the same agent with the same profiles, as long as the process runs.

        :param agent: who is signed in
        :param action: "open": use the host at all; "create": create an object
        :param class_name: the class to create; empty for "open"
        :return: whether they may, as far as this plugin's data is concerned; `None`: it has no say
        Order: all results are kept. One plugin that returns true is enough; without any result it
        is allowed.
        On an error: it counts as false, and isn't kept; an agent who isn't let in reads a line
        about it.
        """

    @contract(Kind.FIRST, bool)
    def link_agent(self, agent: Agent, contact_id: int) -> bool | None:
        """Keep which person an agent is: from now on, `Agent.contact_id` says so.

        Fires when an agent who was no person so far says who they are.

        :param agent: who is signed in
        :param contact_id: the id of the person in the data
        :return: whether it is kept; false: somebody else is this person; `None`: this plugin did
            not sign this agent in, or keeps no such thing
        Order: the first plugin, in the order of the config, that returns something.
        On an error: the next plugin is asked; without any result the agent reads that an
        administrator has to do it.
        """

    @contract(Kind.COLLECT, Agent, many=True)
    def known_agents(self) -> Sequence[Agent] | None:
        """List everybody who may sign in, with their profiles, and the persons whom they are.

        Fires on `cti-host check --online`, for plugins that look at what agents may do elsewhere.

        :return: the agents; `None` or empty: this plugin keeps no list of them
        Order: all results are kept, in the order of the config.
        On an error: nothing is found out about the agents of this plugin.
        """

    @contract(Kind.FIRST, Agent)
    def known_agent(self, name: str) -> Agent | None:
        """Say who signs in with a name, with their profiles.

        Fires on `cti-host rights --agent NAME`, to print what this agent may do.

        :param name: what they sign in with
        :return: the agent; `None`: this plugin knows nobody of this name
        Order: the first plugin, in the order of the config, that returns an agent.
        On an error: the next plugin is asked; without any result the command says that there is
        no such agent.
        """

    @contract(Kind.COLLECT, str, many=True)
    def known_profiles(self) -> Sequence[str] | None:
        """List the profiles that this plugin knows rights of.

        Fires on `cti-host rights`, which prints what each of them may do.

        :return: their names; `None` or empty: this plugin knows no profiles
        Order: all results are kept, in the order of the config, each once.
        On an error: the command prints the profiles of the other plugins.
        """

    @contract(Kind.COLLECT, Right, many=True)
    def explain_rights(self, profiles: frozenset[str]) -> Sequence[Right] | None:
        """Say what somebody may do with what this plugin keeps, and why.

        Fires on `cti-host rights`, which prints it.

        :param profiles: the profiles that they have
        :return: a right for each action, allowed or not; `None` or empty: the plugin keeps none
        Order: all results are kept, in the order of the config.
        On an error: the command prints the rights of the other plugins, and ends with an error
        that names the plugin.
        """
