"""The settings of several files, laid over one another as iTop does.

At the bottom are the defaults of the extension. Each XML file changes them at any depth, as its
deltas say. PHP lies over XML: a section of the extension that PHP sets replaces the one below as a
whole; one that it does not set, or sets to null, stays. PHP files lie over one another in the
same way, but may also assign single elements. Settings of iTop itself are laid one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from cti_itop_config.defaults import default_table
from cti_itop_config.php.settings import PhpSettings, read_php
from cti_itop_config.report import Place, Status
from cti_itop_config.site_settings import Note, Path, SiteSettings, Table, dotted
from cti_itop_config.xml.deltas import apply_parameters
from cti_itop_config.xml.parameters import read_parameters


class Layers:
    """Takes one file after the other: first those with XML, then those with PHP."""

    def __init__(self) -> None:
        self._xml, self._php = default_table(), PhpSettings()
        self._xml_notes: list[Note] = []
        self._php_notes: list[Note] = []

    def add_xml(self, source: bytes, file: str) -> None:
        """Lay an XML file over those before it.

        :param file: its name, for places
        :raises BadFile: it can't be read
        """
        for parameters in read_parameters(source):
            after, notes = apply_parameters(self._xml, parameters, file)
            changed = Place(file, parameters.line)
            self._xml_notes += [*_overlaid(self._xml, after, (changed, ())), *notes]
            self._xml = after

    def add_php(self, text: str, file: str, others: Collection[str] = ()) -> None:
        """Lay a PHP file over those before it.

        :param file: its name, for places
        :param others: the names, without folders, of the other files that are read
        :raises BadFile: it can't be read
        """
        before, php = self._php, read_php(text, file, self._php, others)
        for section, item in [*php.module.items()]:
            if item.value is None and item.place is not None:
                said = "it is null, which counts as not set"
                php.notes.append(Note(item.place, (section,), Status.TAKEN, said))
                php.module = {k: i for k, i in php.module.items() if k != section}
                if section in before.module:
                    php.module[section] = before.module[section]
        whole = (Place(file, 1), ())
        below = self._xml | before.module
        self._php_notes += _overlaid(below, self._xml | php.module, whole)
        self._php_notes += _overlaid(before.itop, php.itop, whole)
        self._php = php

    def settings(self) -> SiteSettings:
        """Return what counts in the end, with the notes of all files."""
        module = self._php.module
        notes = [self._beneath(note) for note in self._xml_notes]
        notes += [*self._php_notes, *self._php.notes]
        return SiteSettings(self._xml | module, self._php.itop, notes)

    def _beneath(self, note: Note) -> Note:
        """Return a note on XML as it is below the sections of PHP: nothing there counts."""
        winner = self._php.module.get(note.path[0])
        if winner is None or note.status is Status.OVERLAID:
            return note
        said = f"{winner.place} sets {dotted(note.path[:1])}"
        return replace(note, status=Status.OVERLAID, message=said)


def _overlaid(
    before: Table, after: Table, winner: tuple[Place, Path], path: Path = ()
) -> Iterator[Note]:
    """Tell which settings of files are gone or changed, and what took their place.

    :param winner: the innermost table that was set and does not have the settings, with its path
    """
    for key, item in before.items():
        here, now = (*path, key), after.get(key)
        if now is item:
            continue
        place, at = winner if now is None or now.place is None else (now.place, here)
        if isinstance(item.value, dict) and item.value:
            inner = now.value if now is not None and isinstance(now.value, dict) else {}
            yield from _overlaid(item.value, inner, (place, at), here)
        elif item.place is not None:
            said = "sets it" if at == here else f"sets {dotted(at) or 'the parameters'} without it"
            yield Note(item.place, here, Status.OVERLAID, f"{place} {said}")
