"""Every hook: its signature, its docstring and its contract.

The contract is data: the dispatcher executes it, `docs/hooks.md` is generated from it. Each
docstring says when the hook fires, what each argument is, what to answer (also what `None`
means), in which order plugins are asked, and what happens on an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click
import peewee
from flask import Blueprint, Request

from cti_host.contract import Contract, Kind, contract
from cti_host.data_classes import AddedAttributes, DataClass
from cti_host.known_names import KnownNames
from cti_host.model import (
    Agent,
    Call,
    Caller,
    Finding,
    Match,
    NavigationItem,
    Number,
    OutboundAction,
    PanelSection,
    Ticket,
    TicketList,
)
from cti_host.stored import StoredClass, StoredObject, Storing

if TYPE_CHECKING:
    from cti_host.host import Host


def _(text: str) -> str:
    """Mark a text for translation; the dispatcher translates it when it is shown."""
    return text


class HookSpecs:
    """The hooks of CTI Host."""

    @contract(Kind.FIRST, Number, budget=False)
    def parse_number(self, text: str) -> Number | None:
        """Understand a text as a phone number.

        Fires whenever a number enters: from a URL, a form, an import, and for every stored number
        when they are all renumbered. It must only compute: it is not cut off by a time-out.

        :param text: what was typed or received, never empty
        :return: the number; `None`: this plugin doesn't take the text for a number
        Order: the first plugin, in the order of the config, that answers a number.
        On an error: logged, the next plugin is asked.
        """

    @contract(
        Kind.CHANGE, Call, unavailable=_("The number could not be preprocessed by %(plugin)s.")
    )
    def preprocess_parameters(self, call: Call) -> Call | None:
        """Reformat numbers, split names, recognise withheld callers: before anybody is looked up.

        Fires once per request of the panel, after the URL was read.

        :param call: the call as the plugin before left it; the text that came is in `received`
        :return: the changed call (`call.with_parameter("phone", value)`); `None`: leave it as is
        Order: the order of the config; each plugin sees the changes of those before it.
        On an error: the call stays as it was before this plugin; the panel says so in one line.
        """

    @contract(
        Kind.COLLECT,
        Match,
        many=True,
        unavailable=_("Caller lookup by %(plugin)s is not available right now."),
    )
    def lookup_callers(self, call: Call) -> Sequence[Match] | None:
        """Find the persons who have these attributes.

        Fires once per request of the panel, unless no parameter can be searched for.

        :param call: the preprocessed call
        :return: a match for each person, best first; `None` or empty: nobody
        Order: all answers are kept, in the order of the config; a person found twice counts once.
        On an error: the callers of the other plugins stay; the panel says so in one line.
        """

    @contract(
        Kind.COLLECT,
        TicketList,
        many=True,
        unavailable=_("Tickets from %(plugin)s are not available right now."),
        own=("callers",),
        needs="callers",
    )
    def ticket_lists(self, call: Call, callers: Sequence[Caller]) -> Sequence[TicketList] | None:
        """Give the groups of tickets of the panel.

        Fires when the panel shows at least one caller of the plugin's own.

        :param call: the preprocessed call; `call.pages` says which page of a list is looked at
        :param callers: the plugin's own among the caller chosen, or all for "All contacts found"
        :return: the lists in the order to show them, one that could not be read with its `problem`;
            `None` or empty: no list
        Order: all answers are kept, in the order of the config.
        On an error: the other lists stay; the panel says so in one line.
        """

    @contract(Kind.FIRST, str, budget=False)
    def class_label(self, class_name: str) -> str | None:
        """Name a class in the agent's language: "User Request", on the button that creates one.

        Fires for each class of `indirect_creation`, whenever the panel is shown.

        :param class_name: the class, as named in the settings ("UserRequest")
        :return: its label; `None`: this plugin has no such class
        Order: the first plugin, in the order of the config, that answers a label.
        On an error: the next plugin is asked; without any answer there is no button.
        """

    @contract(
        Kind.COLLECT,
        Mapping,
        unavailable=_("Presets from %(plugin)s are not available right now."),
        own=("caller",),
    )
    def creation_presets(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> Mapping[str, str] | None:
        """Give values for the form of a new object.

        Fires when an agent presses "Create a new …", or on the call itself for direct creation.

        :param class_name: the class to create, as named in the settings ("UserRequest")
        :param caller: the caller chosen; `None`: unknown, several, or another plugin's
        :param call: the preprocessed call
        :param direct: whether `direct_creation` asks, else `indirect_creation`
        :return: attribute code to text; `None` or empty: no presets
        Order: all answers are merged; a later plugin wins per attribute.
        On an error: the presets of the other plugins stay; the form says so in one line.
        """

    @contract(Kind.FIRST, str, unavailable=_("The form of %(plugin)s is not available right now."))
    def creation_form_url(
        self, class_name: str, values: Mapping[str, str], return_url: str
    ) -> str | None:
        """Say where the creation form of a class is.

        Fires right after `creation_presets`; the agent's browser is sent to the answer.

        :param class_name: the class to create; it may be abstract
        :param values: attribute code to text, to fill the form with
        :param return_url: the panel of the call, to come back to (a path on this host)
        :return: the address; `None`: this plugin has no form for the class
        Order: the first plugin, in the order of the config, that answers an address.
        On an error: the next plugin is asked; without any answer the agent reads that there is no
        form.
        """

    @contract(
        Kind.COLLECT,
        OutboundAction,
        many=True,
        unavailable=_("Phone actions from %(plugin)s are not available right now."),
        own=("ticket", "caller"),
        needs="ticket",
    )
    def outbound_actions(
        self, ticket: Ticket, caller: Caller | None
    ) -> Sequence[OutboundAction] | None:
        """Offer the entries of a ticket's phone menu.

        Fires when a ticket is shown, and again when an entry is clicked.

        :param ticket: the ticket, one of the plugin's own
        :param caller: the ticket's caller with all their attributes; `None`: the ticket has none,
            or another plugin's
        :return: the actions that can be done now (a number that is empty offers none); `None` or
            empty: none
        Order: all answers are kept, in the order of the config.
        On an error: the other actions stay; the ticket says so in one line.
        """

    @contract(Kind.FIRST, Agent, unavailable=_("Sign-in by %(plugin)s is not available right now."))
    def identify_agent(self, request: Request) -> Agent | None:
        """Say who is at the keyboard.

        Fires once per request of every page that needs an agent.

        :param request: the request: its session, its `Authorization` header
        :return: the agent; `None`: this plugin doesn't know them
        Order: the first plugin, in the order of the config, that answers an agent.
        On an error: the next plugin is asked; without any answer nobody is signed in.
        """

    @contract(Kind.FIRST, str, budget=False)
    def sign_in_url(self, next_url: str) -> str | None:
        """Say where somebody signs in.

        Fires when nobody was identified on a page that needs an agent.

        :param next_url: where to come back to afterwards (a path on this host)
        :return: the address; `None`: this plugin has no such page
        Order: the first plugin, in the order of the config, that answers an address.
        On an error: the next plugin is asked; without any answer the page says that no plugin
        signs anybody in.
        """

    @contract(
        Kind.COLLECT,
        PanelSection,
        many=True,
        unavailable=_("A section of %(plugin)s is not available right now."),
        own=("callers",),
    )
    def panel_sections(
        self, call: Call, callers: Sequence[Caller]
    ) -> Sequence[PanelSection] | None:
        """Show anything else on the panel, below the ticket lists.

        Fires once per request of the panel, also for an unknown caller.

        :param call: the preprocessed call
        :param callers: the plugin's own among the caller chosen, or all for "All contacts found"
        :return: the sections; `None` or empty: none
        Order: all answers are kept, in the order of the config.
        On an error: the other sections stay; the panel says so in one line.
        """

    @contract(Kind.EVENT, own=("callers",))
    def call_received(self, call: Call, callers: Sequence[Caller], agent: Agent) -> None:
        """An agent was shown the panel of a call.

        Fires when the phone system opens the panel, not when the agent chooses another caller.

        :param call: the preprocessed call
        :param callers: the plugin's own among those who were found
        :param agent: who sees it
        :return: nothing; answers are ignored
        Order: the order of the config.
        On an error: logged; the agent sees nothing of it.
        """

    @contract(
        Kind.EVENT,
        unavailable=_("The call could not be recorded by %(plugin)s."),
        own=("ticket", "caller"),
        needs="ticket",
    )
    def call_placed(
        self, ticket: Ticket, caller: Caller | None, action: OutboundAction, agent: Agent
    ) -> None:
        """An agent placed a call from a ticket.

        Fires when an entry of the phone menu was clicked, before the phone system is opened.

        :param ticket: the ticket, one of the plugin's own
        :param caller: the ticket's caller, if it has one of the plugin's own
        :param action: the entry that was clicked
        :param agent: who calls
        :return: nothing; answers are ignored
        Order: the order of the config.
        On an error: the call is placed all the same; the ticket says so in one line.
        """

    @contract(Kind.EVENT, own=("ticket", "caller"), needs="ticket")
    def ticket_created(self, ticket: Ticket, caller: Caller | None, agent: Agent) -> None:
        """A ticket was created and saved.

        Fires after the form of a new ticket was saved, before the agent sees the ticket.

        :param ticket: the new ticket, one of the plugin's own
        :param caller: its caller, if it has one of the plugin's own
        :param agent: who created it
        :return: nothing; answers are ignored
        Order: the order of the config.
        On an error: logged; the ticket stays.
        """

    @contract(Kind.EVENT, budget=False)
    def server_started(self) -> None:
        """A process of the server is about to answer requests: begin work that goes on beside them.

        Fires once in each worker process, inside the application's context (`flask.current_app`);
        not for commands, nor for tests. Several processes on several hosts may run: what only one
        of them may do needs a lease in the database. Use a daemon thread, so that the process can
        end.

        :return: nothing; answers are ignored
        Order: the order of the config.
        On an error: logged; the server answers all the same.
        """

    @contract(Kind.COLLECT, Finding, many=True, budget=False)
    def check_online(self) -> Sequence[Finding] | None:
        """Find out whether what the plugin stands on works: a server, an account, its rights.

        Fires on `cti-host check --online` only, inside the application's context. Nobody is on the
        phone, so it may take its time; it must change nothing.

        :return: a finding for each thing that was tried, good ones too; `None` or empty: the plugin
            stands on nothing outside this host
        Order: all answers are kept, in the order of the config.
        On an error: reported as a bad finding of this plugin.
        """

    @contract(Kind.COLLECT, StoredClass, many=True, budget=False)
    def stored_classes(self) -> Sequence[StoredClass] | None:
        """Name the classes whose objects can be copied into this plugin's store.

        Fires when objects are copied from another system, inside the application's context.

        :return: the classes, without abstract ones, and their attributes; `None` or empty: none
        Order: all answers are kept, in the order of the config; a class named twice counts once.
        On an error: logged; the classes of the other plugins stay.
        """

    @contract(Kind.FIRST, Storing, budget=False)
    def store_objects(self, class_name: str, objects: Sequence[StoredObject]) -> Storing | None:
        """Store a page of objects with their ids: make the new ones, change those that differ.

        Fires for each page when objects are copied from another system. All of the page is stored
        in one transaction. An object is stored whole or not at all, but for keys whose target is
        not in the store yet: these are left empty and reported, and the object comes again.

        :param class_name: a class of `stored_classes`
        :param objects: objects of this class, with values of the class's attributes; attributes
            that are missing stay as they are, or take their defaults
        :return: what became of them; `None`: this plugin doesn't keep the class
        Order: the first plugin, in the order of the config, that answers.
        On an error: logged, the next plugin is asked; without any answer the copying stops.
        """

    @contract(Kind.FIRST, Sequence, budget=False)
    def read_objects(
        self, class_name: str, after: int, upto: int, limit: int
    ) -> Sequence[StoredObject] | None:
        """Give objects of the store, to compare them with what was to be stored.

        Fires when a copy is verified, and before one is begun.

        :param class_name: a class of `stored_classes`
        :param after: only objects whose ids are above this one
        :param upto: and not above this one
        :param limit: at most so many
        :return: the objects with all their attributes, by id; `None`: this plugin doesn't keep the
            class
        Order: the first plugin, in the order of the config, that answers.
        On an error: logged, the next plugin is asked; without any answer the verification stops.
        """

    @contract(Kind.COLLECT, NavigationItem, many=True, budget=False)
    def navigation(self, agent: Agent) -> Sequence[NavigationItem] | None:
        """Add entries to the menu at the top of every page.

        Fires whenever a page is shown to an agent.

        :param agent: who is signed in
        :return: the entries for them; `None` or empty: none
        Order: all answers are kept, in the order of the config.
        On an error: logged; the other entries stay.
        """

    @contract(Kind.SETUP, DataClass, many=True, budget=False)
    def data_classes(self) -> Sequence[DataClass]:  # type: ignore[empty-body]
        """Add classes to the data model: forms, lists, queries and imports know them at once.

        Fires once, when the application is built, before `register`. The plugin that keeps the data
        (*tickets*) makes the tables: `cti-host db upgrade` creates them.

        :return: the classes; a class that is there already, an unknown parent or target, or a bad
            code is refused with the name of the plugin
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, AddedAttributes, many=True, budget=False)
    def data_attributes(self) -> Sequence[AddedAttributes]:  # type: ignore[empty-body]
        """Add attributes to classes of the data model that are there already.

        Fires once, when the application is built, before `register`. `cti-host db upgrade` adds the
        columns; it never removes any.

        :return: the attributes by class; refusals are as for `data_classes`
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, budget=False)
    def register(self, host: Host) -> None:
        """Meet the host: keep what you need, check your settings.

        Fires once, when the application is built, before the set-up hooks below.

        :param host: settings, hooks, database; `host.problem(...)` refuses the configuration
        :return: nothing
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, KnownNames, budget=False)
    def known_names(self) -> KnownNames | None:
        """Name the classes and attributes of this plugin's data that settings may use.

        Fires once, when the application is built, after `register`. The host compares the settings
        with the names: `cti-host check` finds those that are misspelt.

        :return: the names; `None`: this plugin has no data, or doesn't know the names beforehand
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, Blueprint, many=True, budget=False)
    def blueprints(self) -> Sequence[Blueprint]:  # type: ignore[empty-body]
        """Add pages. A blueprint carries its plugin's name.

        Fires once, when the application is built.

        :return: Flask blueprints; every page of theirs needs an agent unless marked `public`
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, click.Command, many=True, budget=False)
    def commands(self) -> Sequence[click.Command]:  # type: ignore[empty-body]
        """Add commands to `cti-host`. They run inside the application's context.

        Fires when the command line is used.

        :return: click commands or groups
        Order: the order of the config; two owners of a name are refused.
        On an error: the command line says which plugin failed.
        """

    @contract(Kind.SETUP, type, many=True, budget=False)
    def models(self) -> Sequence[type[peewee.Model]]:  # type: ignore[empty-body]
        """Add tables. Their migrations lie in `migrations/` beside the plugin's module.

        Fires once, when the application is built.

        :return: peewee models with `database = cti_host.database` in their `Meta`
        Order: the order of the config; two owners of a class name are refused.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, str, many=True, budget=False)
    def load_demo(self) -> Sequence[str]:  # type: ignore[empty-body]
        """Fill in what a demonstration needs, unless it is there already.

        Fires on `cti-host demo`, when the tables are up to date.

        :return: lines that tell the visitor what to try: a URL, how to sign in
        Order: the order of the config.
        On an error: the demonstration doesn't start and says which plugin failed.
        """


def contracts() -> dict[str, Contract]:
    """Every hook's contract by name, in the order of this file."""
    return {
        name: function.contract
        for name, function in vars(HookSpecs).items()
        if hasattr(function, "contract")
    }
