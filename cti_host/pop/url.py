"""The URL that a phone system opens, read into a call: strictly, with every mistake named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from flask import url_for
from flask_babel import gettext as _

from cti_host.host import current_host
from cti_host.model import Call, Reason, Unsearchable, Value

MAX_LENGTH = 256
PAGE_PREFIX = "page_"
FILTER, WANTED = "filter", "selected_caller"


@dataclass
class BadCall(Exception):
    """The URL can't be read: what is wrong with it, what came, and how it should look."""

    problems: list[str]
    received: dict[str, str]
    example: str
    fields: dict[str, str] = field(default_factory=dict)


def read_call(
    query_string: bytes, url_parameters: Mapping[str, str], *, partial: bool = False
) -> Call:
    """Read the parameters named in the settings; others are dropped.

    :param query_string: as the server received it, without "?"
    :param url_parameters: URL parameter to attribute, from the settings
    :param partial: whether some, not all, of the parameters may be missing or empty
        (a lookup by hand); these then match nobody
    :raises BadCall: with every mistake
    """
    values, panel, problems = _split(query_string, url_parameters)
    missing = [name for name in url_parameters if not values.get(name) and name not in problems]
    if not partial or len(missing) == len(url_parameters):
        for name in missing:
            problems[name] = (
                _("The parameter “%(name)s” is empty.", name=name)
                if name in values
                else _("The parameter “%(name)s” is missing.", name=name)
            )
    if problems:
        shown = {name: _printable(value) for name, value in values.items()}
        raise BadCall(list(problems.values()), shown, example_query(url_parameters), problems)
    received = {attribute: values.get(name, "") for name, attribute in url_parameters.items()}
    parameters: dict[str, Value] = {
        attribute: text or Unsearchable(text, Reason.EMPTY) for attribute, text in received.items()
    }
    query = {name: values[name] for name in url_parameters if values.get(name)}
    return Call(
        received,
        parameters,
        query,
        panel.pages,
        filter=" ".join(panel.texts.get(FILTER, "").split())[:MAX_LENGTH],
        wanted=panel.texts.get(WANTED, ""),
    )


def example_query(url_parameters: Mapping[str, str]) -> str:
    """How the query part of a right URL looks."""
    samples = {"phone": "0987654321", "mobile_phone": "0612345678", "email": "ada@example.org"}
    return "&".join(
        f"{quote(name)}={quote(samples.get(attribute, attribute.upper()), safe='@')}"
        for name, attribute in url_parameters.items()
    )


def pop_url(sent: Iterable[tuple[str, str]]) -> str:
    """The address of the panel for what a phone system sent to an address of a plugin.

    :param sent: pairs of an attribute ("phone") and what came for it, percent-encoded as it came:
        only there can a plus still be told from a space. An attribute that `[url_parameters]`
        does not give is dropped; one that is there twice is a mistake that the panel's page names.
    :return: where to redirect the browser to: the panel, where a missing attribute is a mistake
        if none came, and else matches nobody, as in a lookup by hand
    """
    names = {a: name for name, a in current_host().settings.url_parameters.items()}
    pairs = [(attribute, raw) for attribute, raw in sent if attribute in names]
    given = {attribute for attribute, raw in pairs if raw}
    endpoint = "cti_host.lookup" if given and given < set(names) else "cti_host.pop"
    query = "&".join(f"{quote(names[attribute], safe='')}={raw}" for attribute, raw in pairs)
    return f"{url_for(endpoint)}?{query}"


@dataclass
class _OfThePanel:
    """What a link of the panel itself says: pages of ticket lists, the filter, who is chosen."""

    pages: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, decoded: bytes) -> None:
        """Take a parameter that is one of these; the first counts."""
        if name.startswith(PAGE_PREFIX) and decoded.isdigit() and len(decoded) < 7:
            self.pages[name.removeprefix(PAGE_PREFIX)] = max(1, int(decoded))
        if name in (FILTER, WANTED):
            self.texts.setdefault(name, decoded.decode("utf-8", "replace"))


def _split(
    query_string: bytes, url_parameters: Mapping[str, str]
) -> tuple[dict[str, str], _OfThePanel, dict[str, str]]:
    """Values of the known parameters, what is the panel's own, and mistakes by parameter."""
    values: dict[str, str] = {}
    panel = _OfThePanel()
    problems: dict[str, str] = {}
    for part in query_string.split(b"&"):
        raw_name, _equals, raw_value = part.partition(b"=")
        name = unquote_to_bytes(raw_name.replace(b"+", b" ")).decode("utf-8", "replace")
        # "%CallerNumber%", never filled in, is no percent-encoding, though "%Ca" looks like it.
        placeholder = re.fullmatch(rb"%{1,2}[A-Za-z_][\w.]*%{1,2}", raw_value)
        decoded = placeholder[0] if placeholder else unquote_to_bytes(raw_value.replace(b"+", b" "))
        if name not in url_parameters:
            panel.read(name, decoded)
            continue
        if name in values:
            problems[name] = _("The parameter “%(name)s” is there more than once.", name=name)
            continue
        try:
            text = decoded.decode("utf-8")
        except UnicodeDecodeError:
            values[name] = decoded.decode("utf-8", "replace")
            problems[name] = _("The parameter “%(name)s” is not valid UTF-8 text.", name=name)
            continue
        # A sender that forgets to encode the plus of an international number means a plus. An
        # extension never has one, and no international number has fewer than seven digits. A blank
        # that was sent as one stays a blank: with a plus, it would be somebody else's number.
        if re.match(rb"(?:%20)*\+", raw_value):
            text = re.sub(r"^ +(?=\(?\d(?:\D*\d){6})", "+", text)
        if any(unicodedata.category(character) == "Cc" for character in text):
            problems[name] = _("The parameter “%(name)s” has control characters.", name=name)
        elif len(text) > MAX_LENGTH:
            problems[name] = _(
                "The parameter “%(name)s” has %(length)s characters; at most %(most)s are read.",
                name=name,
                length=len(text),
                most=MAX_LENGTH,
            )
        values[name] = text.strip()
    return values, panel, problems


def _printable(text: str) -> str:
    shown = "".join(
        c if unicodedata.category(c) != "Cc" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
    return shown if len(shown) <= 60 else shown[:60] + "…"
