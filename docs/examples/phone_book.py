"""Callers from a phone book: a CSV file with the columns id, name, phone and email."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from cti_host import Call, Caller, Host, Match, Number, PluginConfig, Unsearchable, hookimpl


class Plugin:
    """Callers from a phone book in a CSV file."""

    class Config(PluginConfig):
        """The table `[plugin.phone_book]`.

        :param file: the CSV file; a relative path begins at the folder of `cti.toml`
        """

        file: str = "phone_book.csv"

    def __init__(self, config: Config) -> None:
        self._config = config

    @hookimpl
    def register(self, host: Host) -> None:
        """Find the file, and refuse settings that name none."""
        self._parse_number = host.hooks.parse_number
        self._file = host.config.resolve(self._config.file)
        if not self._file.is_file():
            key = ("plugin", "phone_book", "file")
            host.problem(key, f"there is no file {self._file}", "name the phone book")

    @hookimpl
    def lookup_callers(self, call: Call) -> Sequence[Match] | None:
        """Everybody with the number of the call, in whatever form the phone book has it."""
        wanted = call.parameters.get("phone")
        if wanted is None or isinstance(wanted, Unsearchable):
            return None
        with self._file.open(encoding="utf-8", newline="") as file:
            return [
                Match(Caller("Contact", int(row["id"]), row["name"], row), "Phone book")
                for row in csv.DictReader(file)
                if self._key(row["phone"]) == self._key(wanted)
            ]

    def _key(self, value: str | Number) -> str:
        number = value if isinstance(value, Number) else self._parse_number(value)
        return number.key if number else str(value)
