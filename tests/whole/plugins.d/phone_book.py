"""People of a phone book (CSV: id, name, phone), whose ids other plugins may have given as well."""

import csv

from cti_host import Caller, Match, Number, PluginConfig, hookimpl


class Plugin:
    """People of a phone book."""

    class Config(PluginConfig):
        """`[plugin.phone_book]`: the file, beside the settings."""

        file: str = "phone_book.csv"

    def __init__(self, config):
        self.config = config

    @hookimpl
    def register(self, host):
        self.parse_number = host.hooks.parse_number
        with host.config.resolve(self.config.file).open(encoding="utf-8", newline="") as file:
            self.rows = list(csv.DictReader(file))

    @hookimpl
    def lookup_callers(self, call):
        return [
            Match(Caller("Person", int(row["id"]), row["name"], {"phone": row["phone"]}), "Listed")
            for row in self.rows
            if self.key(row["phone"]) == self.key(call.parameters["phone"])
        ]

    def key(self, value):
        number = value if isinstance(value, Number) else self.parse_number(str(value))
        return number.key if number else str(value)
