"""Values as the settings here want them, with a note in the report for each."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from cti_itop_config.items import Item, Key, Table, Unknown, dotted
from cti_itop_config.report import Report, Status

LANGUAGES = ("EN", "FR")
_LABEL = re.compile(r"label(?:/([A-Z]{2}) [A-Z]{2})?")
NO_SUCH_SETTING = "there is no such setting here"

Path = tuple[Key, ...]


@dataclass(frozen=True)
class Fate:
    """Takes values out of items. What is wrong with one is reported, and it is left out.

    `whole_default`: the section is the extension's own, which is one line of the report.
    """

    report: Report
    whole_default: bool = False

    def note(self, item: Item, path: Path, status: Status, message: str = "") -> None:
        """Report one setting."""
        if item.line or not self.whole_default:
            self.report.add(item.line, dotted(*path), status, message)

    def took(self, item: Item, path: Path) -> None:
        """Report a setting that is here as it was there."""
        self.note(item, path, Status.TAKEN if item.line else Status.DEFAULT)

    def lose(self, item: Item, path: Path, why: str) -> None:
        """Report a setting that can't be moved."""
        self.note(item, path, Status.NOT_MOVED, why)

    def table(self, item: Item, path: Path) -> Table | None:
        """An array; `None`: it is something else, which is reported."""
        if isinstance(item.value, dict):
            return item.value
        self.lose(item, path, _unlike(item, "an array"))
        return None

    def text(self, item: Item, path: Path, *, noted: bool = True) -> str | None:
        """A text, or a number written as one; `None`: something else, which is reported.

        :param noted: whether a text that is taken is reported here; else the caller does it
        """
        value = item.value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.lose(item, path, _unlike(item, "a text"))
            return None
        if "\0" in str(value):
            self.lose(item, path, "it has a NUL character in it")
            return None
        if noted:
            self.took(item, path)
        return str(value)

    def flag(self, item: Item, path: Path) -> bool | None:
        """A truth value, as PHP sees it."""
        value = item.value
        if isinstance(value, bool):
            self.took(item, path)
            return value
        if isinstance(value, Unknown):
            self.lose(item, path, _unlike(item, "true or false"))
            return None
        truth = bool(value) and value != "0"
        said = f"it is not true or false; PHP takes it for {str(truth).lower()}, and so it is here"
        self.note(item, path, Status.DIFFERS, said)
        return truth

    def labels(self, table: Table, path: Path) -> dict[str, str]:
        """`label` and `label/FR FR` of a table."""
        found = {}
        for key, item in table.items():
            if not is_label(key):
                continue
            text = self.text(item, (*path, key), noted=False)
            if text is None:
                continue
            language = _LABEL.fullmatch(str(key))
            if language is None:
                self.lose(item, (*path, key), 'a label is "label" or, say, "label/FR FR"')
                continue
            found[str(key)] = text
            if language[1] in (None, *LANGUAGES):
                self.took(item, (*path, key))
            else:
                said = "it is kept, but pages here are in English and French only"
                self.note(item, (*path, key), Status.DIFFERS, said)
        return found

    def others(self, table: Table, known: Collection[Key], path: Path) -> None:
        """Report the keys of a table that nothing here understands."""
        for key, item in table.items():
            if key in known or (is_label(key) and "label" in known):
                continue
            why = item.value.reason if isinstance(item.value, Unknown) else NO_SUCH_SETTING
            self.lose(item, (*path, key), why)


def is_label(key: Key) -> bool:
    """Whether a key is a label in some language."""
    return str(key) == "label" or str(key).startswith("label/")


def _unlike(item: Item, wanted: str) -> str:
    if isinstance(item.value, Unknown):
        return f"{item.value.reason}: only running the file would tell its value"
    found = {dict: "an array", bool: "true or false", type(None): "null"}
    return f"it is {found.get(type(item.value), 'a value')}, not {wanted}"
