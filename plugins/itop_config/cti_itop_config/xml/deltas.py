"""What the XML of a data model does to the parameters before it, as iTop's modules do."""

from __future__ import annotations

from collections.abc import Iterator

from cti_itop_config.report import Place, Status
from cti_itop_config.site_settings import EXTENSION, Item, Key, Note, Path, Table, Unknown
from cti_itop_config.xml.parameters import Element

_MERGING = ("", "merge", "must_exist", "if_exists")
_REPLACING = ("define", "define_if_not_exists", "redefine", "force")
_REMOVING = ("delete", "delete_if_exists")
_NEEDING = ("must_exist", "redefine")


def apply_parameters(base: Table, parameters: Element, file: str) -> tuple[Table, list[Note]]:
    """Return the parameters after one `<parameters>` element, and notes on what it does not set.

    :param base: the parameters before it, which stay as they are
    :param file: the name of the file, for places
    """
    deltas = _Deltas(file)
    root: Table = {EXTENSION: Item(base)} if base else {}
    after = deltas.apply(root, EXTENSION, parameters, ()).get(EXTENSION)
    table = after.value if after is not None and isinstance(after.value, dict) else {}
    return table, deltas.notes


class _Deltas:
    def __init__(self, file: str) -> None:
        self._file = file
        self.notes: list[Note] = []

    def apply(self, table: Table, key: Key, element: Element, path: Path) -> Table:
        """Return a table after one element that stands for one of its keys."""
        before = table.get(key)
        delta = element.delta
        if delta in _REMOVING:
            if before is not None:
                self._note(element, path, Status.TAKEN, "it is deleted")
            return {name: item for name, item in table.items() if name != key}
        if delta not in (*_MERGING, *_REPLACING):
            self._lose(element, path, f"the delta {delta!r} is unknown")
        elif delta in _NEEDING and before is None:
            said = f"there is nothing to change with {delta!r}; name the file that sets it first"
            self._lose(element, path, said)
        elif delta == "define_if_not_exists" and before is not None:
            said = f"{before.place or 'the extension'} defines it already"
            self._note(element, path, Status.OVERLAID, said)
        elif delta in _REPLACING:
            return {**table, key: self._defined(element)}
        elif before is not None or delta != "if_exists":
            return {**table, key: self._merged(before, element, path)}
        return table

    def _defined(self, element: Element) -> Item:
        """Return the value of an element that is taken whole: deltas inside it mean nothing."""
        if not _is_table(element):
            return Item(_value(element), self._place(element))
        inner = {key: self._defined(child) for key, child in _keyed(element)}
        return Item(inner, self._place(element))

    def _merged(self, before: Item | None, element: Element, path: Path) -> Item:
        if not _is_table(element):
            if before is not None and not element.children and not element.text:
                return before  # nothing is merged into it
            return Item(_value(element), self._place(element))
        table = before.value if before is not None and isinstance(before.value, dict) else {}
        for key, child in _keyed(element):
            table = self.apply(table, key, child, (*path, key))
        return Item(table, self._place(element))

    def _lose(self, element: Element, path: Path, why: str) -> None:
        self._note(element, path, Status.NOT_MOVED, why)

    def _note(self, element: Element, path: Path, status: Status, message: str) -> None:
        shown = path or (EXTENSION,)
        self.notes.append(Note(self._place(element), shown, status, message))

    def _place(self, element: Element) -> Place:
        return Place(self._file, element.line)


def _is_table(element: Element) -> bool:
    kind = element.attributes.get("type", "")
    return kind in ("hash", "array") or (not kind and bool(element.children))


def _value(element: Element) -> str | int | bool | Unknown:
    """Return the value of an element that is neither hash nor array."""
    kind, text = element.attributes.get("type", ""), element.text
    if element.children:
        return Unknown(f"it is a {kind} with elements in it")
    if kind == "bool":
        known = {"true": True, "1": True, "false": False, "0": False}
        return known.get(text.lower(), Unknown(f"it is neither true nor false: {text[:60]!r}"))
    if kind in ("int", "integer"):
        try:
            return int(text)
        except ValueError:
            return Unknown(f"it is not a number: {text[:60]!r}")
    return text


def _keyed(element: Element) -> Iterator[tuple[Key, Element]]:
    """Return the children with the keys that iTop gives them: the id in an array, else the name."""
    is_array = element.attributes.get("type") == "array"
    for number, child in enumerate(element.children):
        if not is_array:
            yield child.tag, child
            continue
        key = child.attributes.get("id", str(number))
        yield (int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else key), child
