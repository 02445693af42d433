"""The hooks of what is pushed to open pages."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from cti_host.contract import Budget, Kind, contract
from cti_host.model import Agent, Deliver, Message, PageScript


class LiveHookSpecs:
    """The hooks that carry messages to the pages that are open, in every process of the server."""

    @contract(Kind.FIRST, bool, budget=Budget.NONE)
    def publish(self, topics: Sequence[str], message: Message) -> bool | None:
        """Put a message on its way to the open pages of whoever follows one of its topics.

        Fires when a plugin calls `cti_host.publish`, in the thread and the transaction of the
        caller: the message is on its way once that transaction is committed, and never if it isn't.

        :param topics: what it is about: "agent:ada" is what this agent's pages follow
        :param message: the message
        :return: true: it is on its way; `None`: this plugin publishes nothing
        Order: the first plugin, in the order of the config, that returns something.
        On an error: logged, the next plugin is asked; what the caller wrote stays. An error of what
            the plugin left for the commit fails that, and nothing was written.
        """

    @contract(Kind.SETUP, Coroutine, budget=Budget.NONE)
    def follow(self, deliver: Deliver) -> Coroutine[Any, Any, None] | None:
        """Bring what was published, by any process of any host, to the streams of this process.

        Fires once in each process of the server that keeps streams open. The implementation is
        `async def`; it runs in the event loop of the server for as long as the process does, so it
        must never block, and is started again a second after it ended.

        :param deliver: where the messages go; first, `deliver.begin(position)`
        :return: a coroutine; `None`: this plugin follows nothing
        Order: that of the first plugin, in the order of the config, is run.
        On an error: logged; streams stay open, and receive nothing until it runs again.
        """

    @contract(Kind.COLLECT, str, many=True)
    def followed_topics(self, agent: Agent, asked: Sequence[str]) -> Sequence[str] | None:
        """Say which topics an agent may follow.

        Fires when an agent's page or a program opens a stream and asks for topics. What concerns
        the agent alone, "agent:" and their name, needs no permission.

        :param agent: who is signed in
        :param asked: the topics that are asked for
        :return: those among them that this plugin lets the agent follow; `None` or empty: none
        Order: all results are kept.
        On an error: the topics of this plugin are refused.
        """

    @contract(Kind.SETUP, PageScript, many=True, budget=Budget.NONE)
    def page_scripts(self) -> Sequence[PageScript]:  # type: ignore[empty-body]
        """Add scripts to every page of an agent who is signed in.

        Fires once, when the application is built, after `blueprints`.

        :return: static files of the plugin; the pages load them in this order, once they are read
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """
