"""The extension's XML: `module_parameters` of a data model, with the deltas of iTop's modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_external_ges, feature_namespaces
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from cti_itop_config.defaults import default_table
from cti_itop_config.items import (
    EXTENSION,
    BadFile,
    Item,
    Key,
    Lost,
    SiteSettings,
    Table,
    Unknown,
    dotted,
)

MOST_BYTES = 4 * 1024 * 1024
DEEPEST = 64
MOST_ELEMENTS = 5000
_MERGING = ("", "merge", "must_exist", "if_exists")
_REPLACING = ("define", "define_if_not_exists", "redefine", "force")
_REMOVING = ("delete", "delete_if_exists")


def read_xml(source: bytes) -> SiteSettings:
    """Read the extension's parameters out of a data model, or out of a part of one.

    :raises BadFile: it is no XML, has entities, or nothing of the extension
    """
    if len(source) > MOST_BYTES:
        raise BadFile(f"has more than {MOST_BYTES // 1024 // 1024} MiB")
    found = SiteSettings()
    handler = _Handler()
    parser = make_parser()
    parser.setFeature(feature_namespaces, False)
    parser.setFeature(feature_external_ges, False)
    parser.setContentHandler(handler)
    try:
        parser.parse(BytesIO(source))
    except SAXParseException as error:
        line, column = error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1
        raise BadFile(f"is not valid XML: {error.getMessage()}", line, column) from None
    except DefusedXmlException:
        line, column = handler.place()
        raise BadFile(
            "has entities or external parts, which are not read", line, column, "take them out"
        ) from None
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise BadFile(f"can't be read: {error}", 1, 1) from None
    if not handler.parameters:
        raise BadFile(
            f'has no <parameters id="{EXTENSION}">',
            remedy="name the data model of the extension, or of a module that changes it",
        )
    base = default_table()
    for parameters in handler.parameters:
        base = _Deltas(found).applied(base, parameters)
    found.module = base
    return found


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list[_Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def delta(self) -> str:
        return self.attributes.get("_delta", "")


class _Handler(ContentHandler):
    """Keeps the elements below `<parameters>` of the extension, and nothing else of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.parameters: list[_Element] = []
        self._open: list[_Element] = []
        self._count = 0
        self._depth = 0
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 -- SAX calls it so
        self._locator = locator

    def place(self) -> tuple[int, int]:
        """Where the parser is, from 1."""
        if self._locator is None:
            return 1, 1
        return self._locator.getLineNumber() or 1, (self._locator.getColumnNumber() or 0) + 1

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 -- as above
        self._depth += 1
        line, column = self.place()
        if self._depth > DEEPEST:
            raise BadFile(f"is nested deeper than {DEEPEST} levels", line, column)
        if not self._open and (name != "parameters" or attrs.get("id") != EXTENSION):
            return
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise BadFile(f"has more than {MOST_ELEMENTS} parameters", line, column)
        element = _Element(name, dict(attrs.items()), line, column)
        (self._open[-1].children if self._open else self.parameters).append(element)
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802 -- as above
        self._depth -= 1
        if self._open:
            self._open.pop()

    def characters(self, content: str) -> None:
        if self._open:
            self._open[-1].texts.append(content)


class _Deltas:
    """Applies what a data model says to what was there before it."""

    def __init__(self, found: SiteSettings) -> None:
        self._found = found

    def applied(self, base: Table, parameters: _Element) -> Table:
        """The parameters after one `<parameters>` element."""
        if parameters.delta in _REMOVING:
            self._lose(parameters, EXTENSION, "the file deletes all parameters")
            return {}
        if parameters.delta in _REPLACING:
            base = {}
        elif parameters.delta not in _MERGING:
            self._unknown_delta(parameters, ())
            return base
        return self._merged(base, parameters, ())

    def _merged(self, base: Table, element: _Element, path: tuple[Key, ...]) -> Table:
        table = dict(base)
        for key, child in _keyed(element):
            here = (*path, key)
            if child.delta in _REMOVING:
                table.pop(key, None)
            elif child.delta in _REPLACING:
                table[key] = self._value(child, {}, here)
            elif child.delta in _MERGING:
                before = table[key].value if key in table else {}
                table[key] = self._value(child, before if isinstance(before, dict) else {}, here)
            else:
                self._unknown_delta(child, here)
        return table

    def _value(self, element: _Element, base: Table, path: tuple[Key, ...]) -> Item:
        kind = element.attributes.get("type", "")
        text = "".join(element.texts).strip()
        if kind in ("hash", "array") or (not kind and element.children):
            return Item(self._merged(base, element, path), element.line)
        if element.children:
            return Item(Unknown(f"a {kind} with elements in it"), element.line)
        if kind == "bool":
            if text.lower() not in ("true", "false", "1", "0"):
                return Item(Unknown("neither true nor false"), element.line)
            return Item(text.lower() in ("true", "1"), element.line)
        if kind in ("int", "integer"):
            try:
                return Item(int(text), element.line)
            except ValueError:
                return Item(Unknown("no number"), element.line)
        return Item(text, element.line)

    def _unknown_delta(self, element: _Element, path: tuple[Key, ...]) -> None:
        self._lose(element, dotted(*path) or EXTENSION, f"the delta {element.delta!r} is unknown")

    def _lose(self, element: _Element, key: str, reason: str) -> None:
        self._found.lost.append(Lost(element.line, key, reason))


def _keyed(element: _Element) -> Iterator[tuple[Key, _Element]]:
    """The children under the keys that iTop gives them: the id in an array, else the name."""
    is_array = element.attributes.get("type") == "array"
    for number, child in enumerate(element.children):
        if not is_array:
            yield child.tag, child
            continue
        key = child.attributes.get("id", str(number))
        yield (int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else key), child
