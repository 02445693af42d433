"""Keeps the statistics of an SQLite database right while the server runs."""

from __future__ import annotations

import logging
import random
import threading

import peewee

from cti_host.databases.sqlite import SqliteFile
from cti_host.databases.statistics import outdated, update_statistics

log = logging.getLogger("cti_host.databases")

SECONDS_BETWEEN = 60 * 60.0


class Upkeep:
    """Looks every hour which tables have become much larger or smaller, and has them counted.

    Every process of the server does, each at a time of its own: what the first one counted is right
    for the others. PostgreSQL does this itself.
    """

    def __init__(self, database: peewee.Database) -> None:
        self._database = database
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to look, in a thread that ends with the process."""
        if isinstance(self._database, SqliteFile):
            threading.Thread(target=self._run, name="cti-host-upkeep", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def look(self) -> list[str]:
        """Have the tables counted that need it.

        :return: which these were
        """
        with self._database.connection_context():
            tables = outdated(self._database)
            if tables:
                update_statistics(self._database, tables, self._stopped.wait)
        return tables

    def _run(self) -> None:
        pause = random.uniform(0, SECONDS_BETWEEN)  # noqa: S311 -- nothing secret
        while not self._stopped.wait(pause):
            pause = SECONDS_BETWEEN
            try:
                self.look()
            except Exception as error:
                # The database may be busy or away; the next time may go better.
                log.warning("the tables can't be counted: %s", type(error).__name__)
