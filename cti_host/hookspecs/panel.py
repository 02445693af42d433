"""The hooks of a call and its panel, and of who is at the keyboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Request

from cti_host.contract import Budget, Kind, contract
from cti_host.contract import translated_later as _
from cti_host.model import (
    Address,
    Agent,
    Call,
    Caller,
    Match,
    NavigationItem,
    Number,
    PanelSection,
    TicketList,
)


class PanelHookSpecs:
    """The hooks that fire when somebody calls and an agent sees the panel."""

    @contract(Kind.FIRST, Number, budget=Budget.COMPUTING)
    def parse_number(self, text: str) -> Number | None:
        """Understand a text as a phone number.

        Fires whenever a number enters: from a URL, a form, an import, and for every stored number
        when they are all renumbered. It must only compute, as it may be called a million times.

        :param text: what was typed or received, never empty
        :return: the number; `None`: this plugin doesn't take the text for a number
        Order: the first plugin, in the order of the config, that returns a number.
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

        Fires once per request of the panel, unless no parameter can be searched for. The panel
        shows a hundred people, and leaves it to the agent to find others by name. A plugin that
        reads only those who are shown returns `Matches` with the total, and honours `call.filter`
        and `call.wanted` (`narrow` does); of a plain list, the host shows them itself.

        :param call: the preprocessed call
        :return: a match for each person, best first; `None` or empty: nobody
        Order: all results are kept, in the order of the config; a person found twice counts once.
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
        Order: all results are kept, in the order of the config.
        On an error: the other lists stay; the panel says so in one line.
        """

    @contract(Kind.FIRST, str, budget=Budget.REQUEST)
    def class_label(self, class_name: str) -> str | None:
        """Name a class in the agent's language: "User Request", on the button that creates one.

        Fires for each class of `indirect_creation` when a panel is shown, once in each process and
        language: what a plugin returns is kept, also `None`.

        :param class_name: the class, as named in the settings ("UserRequest")
        :return: its label; `None`: this plugin has no such class
        Order: the first plugin, in the order of the config, that returns a label.
        On an error: the next plugin is asked; without any result there is no button.
        """

    @contract(
        Kind.COLLECT,
        Mapping[str, str],
        unavailable=_("Presets from %(plugin)s are not available right now."),
        own=("caller",),
    )
    def creation_presets(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> Mapping[str, str] | None:
        """Give values for the form of a new object.

        Fires when an agent presses "Create a new …", or on the call itself for direct creation: for
        each form that may open, in the plugin that has the form and in those that have no forms at
        all. Ids belong to the form's plugin. With `strangers=True`, a plugin that has forms is also
        given a caller of another plugin, to name them in a text of the form such as its log; their
        id must not become the value of a key. `Presets` does all of this.

        :param class_name: the class to create, as named in the settings ("UserRequest")
        :param caller: the caller chosen; `None`: unknown, several, or another plugin's
        :param call: the preprocessed call
        :param direct: whether `direct_creation` asks, else `indirect_creation`
        :return: attribute code to text; `None` or empty: no presets
        Order: all results for a form are merged; a later plugin wins per attribute.
        On an error: the presets of the other plugins stay, and those in an `Incomplete`; the agent
        reads one line before the form opens.
        """

    @contract(
        Kind.FIRST, Address, unavailable=_("The form of %(plugin)s is not available right now.")
    )
    def creation_form_url(
        self, class_name: str, values: Mapping[str, str], return_url: str
    ) -> str | None:
        """Say where the creation form of a class is.

        Fires right after `creation_presets` for a form of this plugin; the agent's browser is sent
        there.

        :param class_name: the class to create; it may be abstract
        :param values: attribute code to text, to fill the form with
        :param return_url: the panel of the call, to come back to (a path on this host)
        :return: the address; `None`: this plugin has no form for the class
        Order: the first plugin, in the order of the config, that returns an address.
        On an error: the next plugin is asked; without any result the agent reads that there is no
        form.
        """

    @contract(Kind.FIRST, Agent, unavailable=_("Sign-in by %(plugin)s is not available right now."))
    def identify_agent(self, request: Request) -> Agent | None:
        """Say who is at the keyboard.

        Fires once per request of every page that needs an agent.

        :param request: the request: its session, its `Authorization` header
        :return: the agent; `None`: this plugin doesn't know them
        Order: the first plugin, in the order of the config, that returns an agent.
        On an error: the next plugin is asked; without any result nobody is signed in.
        """

    @contract(Kind.FIRST, Address)
    def sign_in_url(self, next_url: str) -> str | None:
        """Say where somebody signs in.

        Fires when nobody was identified on a page that needs an agent.

        :param next_url: where to come back to afterwards (a path on this host)
        :return: the address; `None`: this plugin has no such page
        Order: the first plugin, in the order of the config, that returns an address.
        On an error: the next plugin is asked; without any result the page says that no plugin
        signs anybody in.
        """

    @contract(Kind.COLLECT, NavigationItem, many=True)
    def sign_in_links(self, next_url: str) -> Sequence[NavigationItem] | None:
        """Offer this plugin's way to sign in on the sign-in pages of other plugins.

        Fires when a sign-in page is shown; the plugin that the page belongs to is not called.

        :param next_url: where to come back to afterwards (a path on this host)
        :return: links ("Sign in with Example Ltd"); `None` or empty: nothing to offer
        Order: all results are kept, in the order of the config.
        On an error: logged; the other ways to sign in stay.
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
        """Show anything else on the panel: by `PanelSection.place` on its left, or below the lists.

        Fires once per request of the panel, also for an unknown caller.

        :param call: the preprocessed call
        :param callers: the plugin's own among the caller chosen, or all for "All contacts found"
        :return: the sections; `None` or empty: none
        Order: all results are kept, in the order of the config.
        On an error: the other sections stay; the panel says so in one line.
        """

    @contract(Kind.EVENT, own=("callers",))
    def call_received(self, call: Call, callers: Sequence[Caller], agent: Agent) -> None:
        """An agent was shown the panel of a call.

        Fires when the phone system opens the panel, not when the agent chooses another caller.

        :param call: the preprocessed call
        :param callers: the plugin's own among those who were found
        :param agent: who sees it
        :return: nothing; results are ignored
        Order: the order of the config.
        On an error: logged; the agent sees nothing of it.
        """

    @contract(
        Kind.COLLECT,
        PanelSection,
        many=True,
        unavailable=_("What %(plugin)s shows here is not available right now."),
    )
    def home_sections(self, agent: Agent) -> Sequence[PanelSection] | None:
        """Add sections to the start page: by `PanelSection.place` beside the lists, or among them.

        Fires when an agent opens the start page.

        :param agent: who is signed in
        :return: the sections in the order to show them; `None` or empty: none
        Order: all results are kept, in the order of the config.
        On an error: the other sections stay; the page says so in one line.
        """

    @contract(Kind.COLLECT, NavigationItem, many=True)
    def navigation(self, agent: Agent) -> Sequence[NavigationItem] | None:
        """Add entries to the menu at the top of every page.

        Fires whenever a page is shown to an agent.

        :param agent: who is signed in
        :return: the entries for them; `None` or empty: none
        Order: all results are kept, in the order of the config.
        On an error: logged; the other entries stay.
        """
