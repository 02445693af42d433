"""The parameters of the extension in the XML of a data model, as they are written there."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_external_ges, feature_namespaces
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from cti_itop_config.site_settings import EXTENSION, BadFile

MOST_BYTES = 4 * 1024 * 1024
DEEPEST = 64
MOST_ELEMENTS = 5000


@dataclass
class Element:
    """An element with its place, from 1; `texts` are the pieces of text right below it."""

    tag: str
    attributes: dict[str, str]
    line: int
    column: int
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def delta(self) -> str:
        """What it does to the element that is there already: `merge`, `redefine`, …"""
        return self.attributes.get("_delta", "")

    @property
    def text(self) -> str:
        """Its text without the white space around it."""
        return "".join(self.texts).strip()


def read_parameters(source: bytes) -> list[Element]:
    """Return the `<parameters>` of the extension in a data model, or in a part of one.

    :raises BadFile: it is not XML, has entities, or nothing of the extension
    """
    if len(source) > MOST_BYTES:
        raise BadFile(f"has more than {MOST_BYTES // 1024 // 1024} MiB")
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
    except (ValueError, LookupError) as error:  # an unknown encoding
        raise BadFile(f"can't be read: {error}", 1, 1) from None
    if not handler.parameters:
        raise BadFile(
            f'has no <parameters id="{EXTENSION}">',
            remedy="name the data model of the extension, or of a module that changes it",
        )
    return handler.parameters


class _Handler(ContentHandler):
    """Keeps the `<parameters>` of the extension, and nothing else of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.parameters: list[Element] = []
        self._open: list[Element] = []
        self._count = 0
        self._depth = 0
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 -- SAX calls it so
        self._locator = locator

    def place(self) -> tuple[int, int]:
        """Return line and column of the parser, from 1."""
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
        element = Element(name, dict(attrs.items()), line, column)
        (self._open[-1].children if self._open else self.parameters).append(element)
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802 -- as above
        self._depth -= 1
        if self._open:
            self._open.pop()

    def characters(self, content: str) -> None:
        if self._open:
            self._open[-1].texts.append(content)
