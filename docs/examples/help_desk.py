"""Tickets of another help desk: a CSV file with the columns id, email, title and status."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from cti_host import Call, Caller, Host, PluginConfig, Ticket, TicketList, hookimpl


class Plugin:
    """Tickets of our old help desk, from its CSV file."""

    class Config(PluginConfig):
        """The table `[plugin.help_desk]`.

        :param file: the CSV file; a relative path begins at the folder of `cti.toml`
        """

        file: str = "help_desk.csv"

    def __init__(self, config: Config) -> None:
        self._config = config

    @hookimpl
    def register(self, host: Host) -> None:
        """Remember where the file is."""
        self._file = host.config.resolve(self._config.file)

    # The callers are found by other plugins: what they have in common is the e-mail address.
    @hookimpl(strangers=True)
    def ticket_lists(self, call: Call, callers: Sequence[Caller]) -> Sequence[TicketList] | None:
        """The tickets of these callers, a page of them."""
        names = {c.attributes["email"]: c.display for c in callers if c.attributes.get("email")}
        with self._file.open(encoding="utf-8", newline="") as file:
            tickets = [
                Ticket(
                    class_name="Case",
                    id=int(row["id"]),
                    ref=f"C-{row['id']}",
                    title=row["title"],
                    status=row["status"],
                    caller=names[row["email"]],
                )
                for row in csv.DictReader(file)
                if row["email"] in names
            ]
        page, size = call.pages.get("cases", 1), 10
        shown = tuple(tickets[(page - 1) * size : page * size])
        return [TicketList("cases", "Cases of the old help desk", len(tickets), shown, page, size)]
