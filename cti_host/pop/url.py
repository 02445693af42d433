"""The URL that a phone system opens, read into a call: strictly, with every mistake named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_plus

from flask import url_for
from flask_babel import gettext as _

from cti_host.host import current_host
from cti_host.model import Call, Reason, Unsearchable, Value, is_phone_attribute
from cti_host.pop.query import decode_value, split_query
from cti_host.settings.settings import Settings

MAX_LENGTH = 256
FEWEST_DIGITS = 3
PAGE_PREFIX = "page_"
FILTER, WANTED, RECORD = "filter", "selected_caller", "call"
# What scripts of phone systems leave at the ends of a value: blanks and control characters.
_AT_THE_ENDS = "".join(
    c for c in map(chr, range(0x3001)) if c.isspace() or unicodedata.category(c) == "Cc"
)


@dataclass
class BadCall(Exception):
    """The URL can't be read: what is wrong with it, what came, and how it should look."""

    problems: list[str]
    received: dict[str, str]
    example: str
    fields: dict[str, str] = field(default_factory=dict)


def call_of(
    query_string: bytes, settings: Settings, *, partial: bool = False, typed: bool = False
) -> Call:
    """Read a call with the settings of a site; see `read_call`.

    :raises BadCall: with every mistake
    """
    parameters = settings.url_parameters
    unused = unused_attributes(settings)
    return read_call(query_string, parameters, unused=unused, partial=partial, typed=typed)


def read_call(
    query_string: bytes,
    url_parameters: Mapping[str, str],
    *,
    unused: Collection[str] = (),
    partial: bool = False,
    typed: bool = False,
) -> Call:
    """Read the parameters named in the settings; others are dropped.

    A phone that is there and empty is a withheld call, unless another phone holds something.

    :param query_string: as the server received it, without "?"
    :param url_parameters: URL parameter to attribute, from the settings
    :param unused: attributes that the lookup doesn't use: nothing but their absence is a mistake
    :param partial: whether some, not all, of the parameters may be missing (links of the panel, a
        lookup by hand); these then match nobody
    :param typed: whether they come from the form of a lookup by hand, which sends all its fields:
        one that is empty was left out
    :raises BadCall: with every mistake
    """
    values, panel, problems = _split(query_string, url_parameters, unused)
    empty = [name for name in url_parameters if not values.get(name) and name not in problems]
    phones = [name for name, a in url_parameters.items() if is_phone_attribute(a)]
    accepted: list[str] = []
    if not typed or len(values) < len(url_parameters):
        accepted = [
            n for n in empty if n in values and (n in phones or url_parameters[n] in unused)
        ]
    without_number = not any(values.get(name) for name in phones)
    withheld = [name for name in accepted if name in phones and without_number]
    if not partial or (len(empty) == len(url_parameters) and not withheld):
        for name in empty:
            if name not in values:
                problems[name] = _("The parameter “%(name)s” is missing.", name=name)
            elif name not in accepted:
                problems[name] = _("The parameter “%(name)s” is empty.", name=name)
    if problems:
        shown = {name: _printable(value) for name, value in values.items()}
        raise BadCall(list(problems.values()), shown, example_query(url_parameters), problems)
    received = {attribute: values.get(name, "") for name, attribute in url_parameters.items()}
    parameters: dict[str, Value] = {
        attribute: values.get(name)
        or Unsearchable("", Reason.WITHHELD if name in withheld else Reason.EMPTY)
        for name, attribute in url_parameters.items()
    }
    query = {n: values[n] for n in url_parameters if values.get(n) or n in accepted}
    return Call(
        received,
        parameters,
        query,
        panel.pages,
        filter=" ".join(panel.texts.get(FILTER, "").split())[:MAX_LENGTH],
        wanted=panel.texts.get(WANTED, ""),
        record=panel.record,
    )


def unused_attributes(settings: Settings) -> frozenset[str]:
    """The attributes of a call by which the query of `caller_information` looks nobody up."""
    used = re.findall(r":([A-Za-z_]\w*)", settings.caller_information.query, re.ASCII)
    return frozenset(settings.url_parameters.values()) - set(used)


def may_be_empty(attribute: str) -> bool:
    """Whether a URL may have nothing for an attribute of `[url_parameters]` that it lists.

    An empty phone is that of a caller who withholds their number; what nobody is looked up by may
    be empty, too.
    """
    return is_phone_attribute(attribute) or attribute in unused_attributes(current_host().settings)


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
    # A blank phone is a withheld call.
    given = {a for a, raw in pairs if unquote_plus(raw).strip() or is_phone_attribute(a)}
    endpoint = "cti_host.pop"
    if given and {attribute for attribute, _raw in pairs} < set(names):
        endpoint = "cti_host.lookup"
    query = "&".join(f"{quote(names[attribute], safe='')}={raw}" for attribute, raw in pairs)
    return f"{url_for(endpoint)}?{query}"


@dataclass
class _OfThePanel:
    """What a link of the panel itself says: pages of ticket lists, the filter, who is chosen.

    And which record is kept of the call.
    """

    pages: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    record: int | None = None

    def read(self, name: str, decoded: bytes) -> None:
        """Take a parameter that is one of these; the first counts."""
        if name.startswith(PAGE_PREFIX) and decoded.isdigit() and len(decoded) < 7:
            self.pages[name.removeprefix(PAGE_PREFIX)] = max(1, int(decoded))
        if name == RECORD and self.record is None and decoded.isdigit() and len(decoded) < 19:
            self.record = int(decoded)
        if name in (FILTER, WANTED):
            self.texts.setdefault(name, decoded.decode("utf-8", "replace"))


def _split(
    query_string: bytes, url_parameters: Mapping[str, str], unused: Collection[str]
) -> tuple[dict[str, str], _OfThePanel, dict[str, str]]:
    """Values of the known parameters, what is the panel's own, and mistakes by parameter."""
    values: dict[str, str] = {}
    panel = _OfThePanel()
    problems: dict[str, str] = {}
    for name, raw in split_query(query_string, url_parameters):
        decoded = decode_value(raw)
        if name not in url_parameters:
            panel.read(name, decoded)
            continue
        attribute = url_parameters[name]
        is_used = attribute not in unused
        if name in values:
            if is_used:
                problems[name] = _("The parameter “%(name)s” is there more than once.", name=name)
            continue
        text, is_utf8 = _as_text(decoded)
        text = text.strip(_AT_THE_ENDS)
        values[name] = text if is_used else _in_one_line(text)
        if not is_used:
            continue
        if not is_utf8 and not (is_phone_attribute(attribute) and _holds_a_number(text)):
            problems[name] = _("The parameter “%(name)s” is not valid UTF-8 text.", name=name)
        elif any(unicodedata.category(character) == "Cc" for character in text):
            problems[name] = _("The parameter “%(name)s” has control characters.", name=name)
        elif len(text) > MAX_LENGTH:
            problems[name] = _(
                "The parameter “%(name)s” has %(length)s characters; at most %(most)s are read.",
                name=name,
                length=len(text),
                most=MAX_LENGTH,
            )
    return values, panel, problems


def _as_text(decoded: bytes) -> tuple[str, bool]:
    """A value as text, and whether it was UTF-8; else it is read as Windows-1252."""
    try:
        return decoded.decode("utf-8"), True
    except UnicodeDecodeError:
        return decoded.decode("cp1252", "replace"), False


def _holds_a_number(text: str) -> bool:
    """Whether there is a number in a text, whatever the name beside it was encoded in."""
    return sum(character in "0123456789" for character in text) >= FEWEST_DIGITS


def _in_one_line(text: str) -> str:
    """A text that is only shown: without control characters, and not longer than others."""
    clean = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)
    return clean[:MAX_LENGTH].strip()


def _printable(text: str) -> str:
    shown = "".join(
        c if unicodedata.category(c) != "Cc" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
    return shown if len(shown) <= 60 else shown[:60] + "…"
