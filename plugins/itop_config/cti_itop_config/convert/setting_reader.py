"""Takes the values of settings as `cti.toml` wants them, and reports each."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from cti_host import LANGUAGES
from cti_itop_config.report import Report, Status
from cti_itop_config.site_settings import Item, Key, Path, Table, Unknown, dotted

_LABEL = re.compile(r"label(?:/([A-Z]{2}) [A-Z]{2})?")
NO_SUCH_SETTING = "there is no such setting here"


@dataclass(frozen=True)
class SettingReader:
    """Reads values of items. A value that is wrong is reported and left out.

    `whole_default`: the section is the extension's own, which is one line of the report.
    """

    report: Report
    whole_default: bool = False

    def note(self, item: Item, path: Path, status: Status, message: str = "") -> None:
        """Report one setting."""
        if item.place or not self.whole_default:
            self.report.add(item.place, dotted(path), status, message)

    def took(self, item: Item, path: Path) -> None:
        """Report a setting that is taken as it is."""
        self.note(item, path, Status.TAKEN if item.place else Status.DEFAULT)

    def lose(self, item: Item, path: Path, why: str) -> None:
        """Report a setting that can't be moved."""
        self.note(item, path, Status.NOT_MOVED, why)

    def table(self, item: Item, path: Path) -> Table | None:
        """Return the elements of an array, or `None` for anything else, which is reported."""
        if isinstance(item.value, dict):
            return item.value
        self.lose(item, path, _unlike(item, "an array"))
        return None

    def text(self, item: Item, path: Path, *, noted: bool = True) -> str | None:
        """Return a text, or a number as one, or `None` for anything else, which is reported.

        :param noted: whether a text that is taken is reported here; otherwise the caller does it
        """
        value = item.value
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.lose(item, path, _unlike(item, "a text"))
            return None
        if "\0" in str(value):
            self.lose(item, path, "it holds a NUL character")
            return None
        if noted:
            self.took(item, path)
        return str(value)

    def flag(self, item: Item, path: Path) -> bool | None:
        """Return the truth value that PHP sees in an item, or `None` if it is unknown."""
        value = item.value
        if isinstance(value, bool):
            self.took(item, path)
            return value
        if isinstance(value, Unknown):
            self.lose(item, path, _unlike(item, "true or false"))
            return None
        truth = bool(value) and value != "0"
        said = f"it is neither true nor false: {str(truth).lower()} is written, as PHP reads it"
        self.note(item, path, Status.DIFFERS, said)
        return truth

    def labels(self, table: Table, path: Path) -> dict[str, str]:
        """Return `label`, `label/FR FR` and the like of a table."""
        labels = {}
        for key, item in table.items():
            if not is_label(key):
                continue
            text = self.text(item, (*path, key), noted=False)
            if text is None:
                continue
            language = _LABEL.fullmatch(str(key))
            if language is None:
                said = 'the key of a label is "label" or, with a language, "label/FR FR"'
                self.lose(item, (*path, key), said)
                continue
            labels[str(key)] = text
            if language[1] is None or language[1].lower() in LANGUAGES:
                self.took(item, (*path, key))
            else:
                said = f"it is kept, but {only_languages()}"
                self.note(item, (*path, key), Status.DIFFERS, said)
        return labels

    def others(self, table: Table, known: Collection[Key], path: Path) -> None:
        """Report the keys of a table that have no counterpart here."""
        for key, item in table.items():
            if key in known or (is_label(key) and "label" in known):
                continue
            why = item.value.reason if isinstance(item.value, Unknown) else NO_SUCH_SETTING
            self.lose(item, (*path, key), why)


def only_languages() -> str:
    """Return which languages there are here, as the end of a sentence."""
    return f"the pages here are only in {', '.join(LANGUAGES.values())}"


def is_label(key: Key) -> bool:
    """Return whether a key is that of a label, in whatever language."""
    return str(key) == "label" or str(key).startswith("label/")


def _unlike(item: Item, wanted: str) -> str:
    if isinstance(item.value, Unknown):
        return item.value.reason
    kinds = {dict: "an array", bool: "true or false", type(None): "null"}
    return f"it is {kinds.get(type(item.value), 'a value')}, not {wanted}"
