"""What the plugin does with calls, in one place: take, read, and end those that were lost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from flask import Flask

from cti_calls.merging.limits import Limits
from cti_calls.model.facts import PhoneEvent, Taken
from cti_calls.settings import Config
from cti_calls.store.lookup import Lookup
from cti_calls.store.lost import end_lost, end_missing
from cti_calls.store.reading import Reader
from cti_calls.store.retention import DailyExpiry
from cti_calls.store.rows.moments import ms_of
from cti_calls.store.taking.notifying import ChangeNotifier
from cti_calls.store.taking.numbers import Numbers
from cti_calls.store.taking.prepared import prepare
from cti_calls.store.taking.take import take
from cti_host import Host

_MINUTE = 60_000


class Calls:
    """The calls of one application: what its pages, commands and connections use.

    :param app: the application
    :param host: its host
    :param config: the plugin's settings
    """

    def __init__(self, app: Flask, host: Host, config: Config) -> None:
        self._host, self._config = host, config
        self.limits = Limits(
            config.ringing_minutes * _MINUTE,
            config.queue_minutes * _MINUTE,
            config.talking_hours * 60 * _MINUTE,
        )
        self.reader = Reader(self.limits)
        self._expiry = DailyExpiry(config)
        self._numbers = Numbers(host)
        self.lookup = Lookup(host, self._numbers)
        self._notifier = ChangeNotifier(app, self.reader)
        host.before_closing.append(self._notifier.flush)

    def take(self, source: str, events: Sequence[PhoneEvent]) -> Taken:
        """Store what a phone system sent; see the hook `take_phone_events`.

        :raises peewee.PeeweeException: nothing was stored
        """
        prepared = prepare(self._host, self._numbers, source, events)
        stored = take(prepared, self.limits, whole_numbers=self._config.show_payload_numbers)
        self._notifier.tell(stored.changes)
        return stored.taken

    def number_keys(self, text: str) -> list[str]:
        """What calls with a number may be stored under, however it is written.

        :param text: the number as it was typed
        """
        number = self._host.hooks.parse_number(text)
        keys = number.indexed if number else ()
        read = self._numbers.read(text).key
        return list(dict.fromkeys([*keys, *([read] if read else [])]))

    def end_lost(self) -> int:
        """End the calls whose end nobody told; for whoever holds a lease, each minute.

        :return: how many ended
        """
        changes = end_lost(self.limits)
        self._notifier.tell(changes)
        return len({id_ for id_, _change in changes})

    def expire_daily(self, seconds: float) -> bool:
        """Delete what the settings say is too old, unless a process has done so of late.

        :param seconds: how long ago that must have been
        :return: whether it was done here; not if the settings leave it to the command
        """
        return self._config.expire_daily and self._expiry.run(seconds)

    def seen_open(self, source: str, keys: Collection[str], at: datetime) -> int:
        """End the open calls that a phone system has no more.

        :param source: the phone system, as named in the settings
        :param keys: the keys of the calls that it has
        :param at: when it was asked, in UTC
        :return: how many ended
        """
        changes = end_missing(source, keys, ms_of(at))
        self._notifier.tell(changes)
        return len({id_ for id_, _change in changes})

    def key_of(self, number: str) -> str:
        """What writings of a number have in common; empty: it is none."""
        return self._numbers.read(number).key

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait until other plugins were told of all changes so far: for tests.

        :param timeout: seconds to wait at most
        """
        return self._notifier.flush(timeout)
