"""People of a phone book (CSV: id, name, phone), whose ids other plugins may have given as well."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from cti_host import Call, Caller, Host, Match, Number, PluginConfig, hookimpl


class Plugin:
    """People of a phone book."""

    class Config(PluginConfig):
        """`[plugin.phone_book]`: the file, beside the settings."""

        file: str = "phone_book.csv"

    def __init__(self, config: Config) -> None:
        self.config = config

    @hookimpl
    def register(self, host: Host) -> None:
        self.parse_number = host.hooks.parse_number
        with host.config.resolve(self.config.file).open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))

    @hookimpl
    def lookup_callers(self, call: Call) -> Sequence[Match]:
        return [
            Match(Caller("Person", int(row["id"]), row["name"], {"phone": row["phone"]}), "Listed")
            for row in self.rows
            if self.key(row["phone"]) == self.key(call.parameters["phone"])
        ]

    def key(self, value: object) -> str:
        number = value if isinstance(value, Number) else self.parse_number(str(value))
        return number.key if number else str(value)
