"""Entries of logs that were added, told to the plugins that wait for them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import peewee

from cti_host import Agent, Host
from cti_tickets.api_for_plugins import LogEntryAdded
from cti_tickets.hook_values import ticket_with_caller
from cti_tickets.model.classes.registry import LogEntry, Ticket
from cti_tickets.store.logs import is_private
from cti_tickets.store.records import Records

_HOOK = "log_added"
_log = logging.getLogger("cti_host.plugin.tickets")


class LogEvents:
    """Fires `log_added` for stored entries.

    :param caller_class: the class of persons who call
    """

    def __init__(self, host: Host, records: Records, caller_class: str) -> None:
        self._host, self._records, self._caller_class = host, records, caller_class

    def __call__(self, ticket: Ticket, entries: Sequence[LogEntry], agent: Agent) -> None:
        """Tell of entries that somebody added to a ticket. It never fails: they are stored."""
        if not self._host.hooks.owners(_HOOK):
            return
        row: Any = ticket  # peewee makes the key's id
        attributes = self._records.schema[ticket.finalclass].attributes
        try:
            shown, caller = ticket_with_caller(
                self._records, ticket.finalclass, ticket.id, self._caller_class, row.caller_id
            )
        except peewee.PeeweeException:
            _log.exception("nobody is told of an entry in a log of %s", ticket.ref)
            return
        for one in entries:
            label = str(attributes[one.attribute].label)
            # An entry is plain text, whatever it looks like: that is what the page shows.
            entry = LogEntryAdded(one.id, one.attribute, label, one.text, is_private(one.attribute))
            self._host.hooks.event(_HOOK, entry=entry, ticket=shown, caller=caller, agent=agent)
