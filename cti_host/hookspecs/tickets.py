"""The hooks of a ticket: its page, its phone menu, and what happens to it."""

from __future__ import annotations

from collections.abc import Sequence

from cti_host.contract import Kind, contract
from cti_host.contract import translated_later as _
from cti_host.model import (
    Agent,
    Caller,
    OutboundAction,
    PhoneCall,
    Ticket,
    TicketDetails,
    TicketKey,
)


class TicketHookSpecs:
    """The hooks that fire when a ticket is shown, called about, or created."""

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
        Order: all results are kept, in the order of the config.
        On an error: the other actions stay; the ticket says so in one line.
        """

    @contract(
        Kind.FIRST,
        TicketDetails,
        unavailable=_("The ticket can't be read from %(plugin)s right now."),
        own=("key",),
        needs="key",
    )
    def read_ticket(self, key: TicketKey) -> TicketDetails | None:
        """Read a ticket by its class and id, so that its page has an address of its own.

        Fires when the host's page about a ticket is shown, and when an entry of a ticket's phone
        menu is clicked, also on a page of the plugin. Without this hook, the host looks for the
        ticket in the plugin's ticket lists of the call that the page was opened from.

        :param key: which ticket: one of the plugin's own
        :return: the ticket, its caller, and what the page shows; for a plugin whose tickets have a
            page of its own on this host (`Ticket.url`), ticket and caller are enough; `None`: there
            is no such ticket
        Order: the first plugin, in the order of the config, that returns it.
        On an error: the page shows what the call's ticket lists say of the ticket, and says so in
        one line; without a call it says only that.
        """

    @contract(
        Kind.COLLECT,
        PhoneCall,
        many=True,
        unavailable=_("Phone calls from %(plugin)s are not available right now."),
        own=("ticket",),
        needs="ticket",
    )
    def phone_calls(self, ticket: Ticket) -> Sequence[PhoneCall] | None:
        """Give the phone calls about a ticket that were recorded.

        Fires when the page of a ticket is shown.

        :param ticket: the ticket, one of the plugin's own
        :return: the calls, newest first; `None` or empty: none
        Order: all results are kept, the newest calls first; of the same moment, in the order of the
        config.
        On an error: the calls of the other plugins stay; the ticket says so in one line.
        """

    @contract(Kind.FIRST, bool, own=("ticket",), needs="ticket")
    def claim_call(self, ticket: Ticket, action: OutboundAction, agent: Agent) -> bool | None:
        """Say whether a click in a phone menu places a call: not the second of a double click.

        Fires when an entry of the phone menu was clicked, before `call_placed`. Only a plugin with
        a table can tell for all processes and hosts of a site; of two clicks at the same moment one
        gets `True`.

        :param ticket: the ticket, one of the plugin's own
        :param action: the entry that was clicked
        :param agent: who calls
        :return: `False`: the same agent clicked the same entry a few seconds ago, so nothing is
            placed, and the agent is told so; `True`: this is the first click; `None`: the plugin
            doesn't know
        Order: the first plugin, in the order of the config, that returns something other than
        `None`.
        On an error: logged; the call is placed.
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
        :return: nothing; results are ignored
        Order: the order of the config.
        On an error: the call is placed all the same; the ticket says so in one line.
        """

    @contract(
        Kind.COLLECT,
        Ticket,
        many=True,
        unavailable=_("Tickets of %(plugin)s can't be found right now."),
    )
    def find_tickets(self, texts: Sequence[str]) -> Sequence[Ticket] | None:
        """Find the tickets that texts name: by their keys, or by their references.

        Fires when a page names tickets whose keys it knows, and when an agent types a reference.

        :param texts: keys ("tickets:UserRequest:7"), those of other plugins among them, and
            references as they are typed: "R-000007"
        :return: the plugin's own tickets that the agent may see; `None` or empty: none
        Order: all results are kept, in the order of the config.
        On an error: the tickets of the other plugins stay; the page says so in one line.
        """

    @contract(
        Kind.EVENT,
        unavailable=_("The call could not be recorded by %(plugin)s."),
        own=("ticket",),
        needs="ticket",
    )
    def call_recorded(
        self,
        ticket: TicketKey,
        call: PhoneCall,
        record: int,
        agent: Agent | None,
        former: Sequence[int],
    ) -> None:
        """A call of which a record is kept is about a ticket: note it there, once.

        Fires when such a call is linked to a ticket, by an agent or because the ticket was created
        during it, and again when the call has ended.

        :param ticket: the ticket, one of the plugin's own
        :param call: what is known of the call now
        :param record: the number of its record: the same call has the same number
        :param agent: who linked it; `None`: the call ended, nobody did anything
        :param former: other numbers that the same call had, before two records turned out to be one
        :return: nothing; results are ignored
        Order: the order of the config.
        On an error: the record is kept all the same; the page says so in one line.
        """

    @contract(
        Kind.EVENT,
        unavailable=_("%(plugin)s may still have this call with the ticket that it was about."),
        own=("ticket",),
        needs="ticket",
    )
    def call_unlinked(
        self, ticket: TicketKey, record: int, agent: Agent, former: Sequence[int]
    ) -> None:
        """A call of which a record is kept is no longer about a ticket: have it there no longer.

        Fires when an agent has linked such a call to another ticket, after `call_recorded` for that
        one. Within one plugin what was noted may have gone along to it: then nothing is left here.

        :param ticket: the ticket that it was about, one of the plugin's own
        :param record: the number of its record, as in `call_recorded`
        :param agent: who linked it to the other ticket
        :param former: other numbers that the same call had, before two records turned out to be one
        :return: nothing; results are ignored
        Order: the order of the config.
        On an error: the call is about the other ticket all the same; the page says so in one line.
        """

    @contract(Kind.EVENT, own=("ticket", "caller"), needs="ticket")
    def ticket_created(
        self, ticket: Ticket, caller: Caller | None, agent: Agent, record: int | None
    ) -> None:
        """A ticket was created and saved.

        Fires after the form of a new ticket was saved, before the agent sees the ticket.

        :param ticket: the new ticket, one of the plugin's own
        :param caller: its caller, if it has one of the plugin's own
        :param agent: who created it
        :param record: the number of the record that is kept of the call from whose panel the form
            was opened; `None`: there is none
        :return: nothing; results are ignored
        Order: the order of the config.
        On an error: logged; the ticket stays.
        """
