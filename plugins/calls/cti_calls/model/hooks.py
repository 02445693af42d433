"""The hooks of calls: plugins of phone systems implement them."""

from __future__ import annotations

from collections.abc import Sequence

from cti_calls.model.connections import PhoneConnection
from cti_calls.model.facts import PhoneEvent, Taken
from cti_calls.model.records import CallRecord, Change, Device, Originated
from cti_host import Agent, Budget, Kind, TicketKey, contract


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


class CallHooks:
    """What happens between phone systems and calls."""

    @contract(Kind.FIRST, Taken, budget=Budget.NONE)
    def take_phone_events(self, source: str, events: Sequence[PhoneEvent]) -> Taken | None:
        """Store what a phone system sent.

        Fires when a phone system's plugin hands over what it got, in its thread and with its
        connection to the database, which has limits of its own: a thread and a connection more
        would cost an event a tenth of its time.

        :param source: the phone system, as named in the settings
        :param events: what it sent, in the order that it came in
        :return: `Taken` when everything is committed; `None`: not stored, the sender may repeat it
        Order: the first plugin, in the order of the config, that takes them.
        On an error: nothing is stored, and the sender is told to repeat.
        """

    @contract(Kind.SETUP, PhoneConnection, many=True, budget=Budget.NONE)
    def phone_connections(self) -> Sequence[PhoneConnection]:  # type: ignore[empty-body]
        """Give the connections to phone systems that last.

        Fires once in each process of the server; one process of all hosts runs each of them.

        :return: the connections; two with the same source are refused
        Order: the order of the config.
        On an error: logged; the server runs without the connections of this plugin.
        """

    @contract(
        Kind.FIRST,
        Originated,
        unavailable=_("The call could not be placed by %(plugin)s."),
    )
    def originate(
        self, agent: Agent, device: Device, number: str, ticket: TicketKey | None
    ) -> Originated | None:
        """Place a call: the agent's own phone rings first, then the other party's.

        Fires when an agent calls from a ticket, a person or a call.

        :param agent: who calls
        :param device: the agent's device
        :param number: what to dial: digits, or "+" and digits; the plugin applies its dial rules
        :param ticket: what it is about; `None`: nothing
        :return: the token of the call, or why it was refused; `None`: not a device of this plugin
        Order: the first plugin, in the order of the config, that places it.
        On an error: the agent reads one line; nothing was dialled.
        """

    @contract(Kind.FIRST, bool)
    def can_originate(self, device: Device) -> bool | None:
        """Say whether calls can be placed from a device, with `originate`.

        Fires when the devices of an agent are shown, and when a page offers to call somebody.

        :param device: somebody's device
        :return: whether they can; `None`: not a device of this plugin
        Order: the first plugin, in the order of the config, that says so.
        On an error: logged, the next plugin is asked; without any result they can't.
        """

    @contract(Kind.COLLECT, Device, many=True)
    def agent_devices(self, agent: Agent) -> Sequence[Device] | None:
        """Say which devices are an agent's.

        Fires when an agent places a call, or looks at *My phones*.

        :param agent: whose devices are asked for
        :return: their devices; `None` or empty: none
        Order: all results are kept, in the order of the config.
        On an error: the devices of the other plugins stay.
        """

    @contract(Kind.COLLECT, str, many=True)
    def device_agents(self, device: Device) -> Sequence[str] | None:
        """Say whose device this is.

        Fires when a device rings.

        :param device: as the phone system names it
        :return: the names of agents; `None` or empty: nobody's that is known here
        Order: all results are kept, in the order of the config.
        On an error: the agents of the other plugins stay.
        """

    @contract(Kind.EVENT)
    def call_changed(self, record: CallRecord, change: Change) -> None:
        """A call rang, was answered, transferred, ended, missed, or joined: note it, forward it.

        Fires after the change was committed, once for each, those of one call in their order.

        :param record: the call as it is now
        :param change: what happened
        :return: nothing; results are ignored
        Order: the order of the config.
        On an error: logged; the call is kept all the same.
        """
