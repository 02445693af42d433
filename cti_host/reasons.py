"""The sentence why a caller was found, in the agent's language: once, for every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from flask_babel import ngettext

from cti_host.host import current_host
from cti_host.model import Caller, Given, Match, Matches, Number, Reading, Value, fold
from cti_host.web.rendering import gettext as _
from cti_host.web.rendering import kept_for_pages


class _Hit(NamedTuple):
    """Where a value was found: the value, a phrase for the attribute, and why it may be another.

    `extension` is the one behind the stored number, if the call names one of its own.
    """

    value: str
    phrase: str
    doubt: str = ""
    extension: str = ""


def explained(
    callers: Sequence[Caller],
    used: Iterable[Value | None],
    searched: Mapping[str, object],
    total: int | None = None,
    keys: Mapping[int, Mapping[str, str]] | None = None,
) -> Matches:
    """Each caller with the reason why they were found.

    A number is found in whatever form it is stored, any other text as it is, without regard to case
    and accents. Those who are found by sure readings come first. Of several with one number, the
    one with the extension that the call names is meant, the others perhaps.

    :param callers: those who are shown; an attribute that they don't carry explains nothing
    :param used: the values that were searched for
    :param searched: the attributes that they may have been found in, with their labels
    :param total: how many were found; without it, no more than these
    :param keys: where a backend keeps the keys of numbers: which it has of an attribute, by the id
        of a caller and the attribute's code. A number is not looked for where it has others
    """
    values = [value for value in used if isinstance(value, (Number, str))]
    everybody = total is None or total <= len(callers)
    reader = _Reader(searched)
    none: Mapping[str, str] = {}
    hits = [_hits(caller, values, reader, (keys or {}).get(caller.id, none)) for caller in callers]
    shared = Counter([value for of_one in hits for value in {hit.value for hit in of_one}])
    extensions = {
        one.extension
        for value in values
        if isinstance(value, Number)
        for one in value.readings
        if one.extension
    }
    named = {hit.extension for of_one in hits for hit in of_one} & extensions if extensions else ()
    sentences: dict[tuple[tuple[str, ...], int], str] = {}

    def sentence(of_one: Sequence[_Hit]) -> str:
        phrases = tuple([hit.phrase for hit in of_one])
        others = max([shared[hit.value] for hit in of_one], default=1) - 1
        if (phrases, others) not in sentences:
            sentences[phrases, others] = _sentence(phrases, others, everybody=everybody)
        return sentences[phrases, others]

    matches = [
        Match(
            caller,
            sentence(of_one),
            _doubt(of_one) or _other_extension(of_one, named),
        )
        for caller, of_one in zip(callers, hits, strict=True)
    ]
    matches.sort(key=lambda match: bool(match.doubt))
    return Matches(matches, len(callers) if total is None else total)


def _doubt(hits: Sequence[_Hit]) -> str:
    """Why a caller may not be meant; empty, if one of the hits is sure."""
    return hits[0].doubt if hits and all(hit.doubt for hit in hits) else ""


def _other_extension(hits: Sequence[_Hit], named: Collection[str]) -> str:
    """Why a caller is not meant where the call names a colleague's extension."""
    if not named or not hits or any(hit.extension in named for hit in hits):
        return ""
    return str(_("The call names the extension %(number)s.", number=", ".join(sorted(named))))


class _Reader:
    """Reads stored numbers, and says where they were: where many share one, the same many times.

    :param searched: the attributes to look into, with their labels
    """

    def __init__(self, searched: Mapping[str, object]) -> None:
        self.searched = searched
        self._labels: dict[str, str] = {}
        self._read: dict[str, Number | None] = {}
        self._phrases: dict[tuple[str, Given | None, str | None], str] = {}

    def label(self, code: str) -> str:
        """What an attribute is called."""
        if code not in self._labels:
            self._labels[code] = str(self.searched[code])
        return self._labels[code]

    def number(self, text: str) -> Number | None:
        """A stored text as a number."""
        if text not in self._read:
            self._read[text] = current_host().hooks.parse_number(text)
        return self._read[text]

    def phrase(self, code: str, stored: Reading) -> str:
        """Where a number stands, and in which form."""
        key = (code, stored.given, stored.region)
        found = self._phrases.get(key)
        if found is None:
            label = self.label(code)
            # Attributes, forms and countries are few: each phrase is made once in a language.
            found = self._phrases[key] = kept_for_pages(
                ("reasons", label, stored.given, stored.region),
                lambda: _number_phrase(label, stored.given, stored.region),
            )
        return found


def _hits(
    caller: Caller, values: Sequence[Number | str], reader: _Reader, keys: Mapping[str, str]
) -> list[_Hit]:
    """Where the values are found in what is known of a caller.

    :param keys: those of numbers in an attribute, by its code; without them the text is read
    """
    hits: list[_Hit] = []
    for code, text in caller.attributes.items():
        if not text or code not in reader.searched:
            continue
        held = keys.get(code)
        for value in values:
            if isinstance(value, Number):
                # Of many with one number, each may have another that nobody else has.
                if held and not any(one.key in held for one in value.readings):
                    continue
                stored = reader.number(text)
                met = value.met_by(stored) if stored is not None else None
                if met is not None:
                    mine, theirs = met
                    doubt = mine.doubt or theirs.doubt or ""
                    phrase = reader.phrase(code, theirs)
                    hits.append(_Hit(mine.key, phrase, str(doubt), theirs.extension))
            elif fold(value) == fold(text):
                phrase = _("%(attribute)s, the same text", attribute=reader.label(code))
                hits.append(_Hit(fold(value), phrase))
    return hits


def _number_phrase(label: str, given: Given | None, region: str | None) -> str:
    if given is Given.EXTENSION:
        return str(_("%(attribute)s, stored as an extension", attribute=label))
    if given is Given.INTERNATIONAL:
        phrase = str(_("%(attribute)s, stored in international form", attribute=label))
    else:
        phrase = str(_("%(attribute)s, stored in national form", attribute=label))
    if region:
        phrase += str(_(", region %(region)s", region=region))
    return phrase


def _sentence(phrases: Sequence[str], others: int, *, everybody: bool) -> str:
    """The sentence of whoever was found in some places, where others share it."""
    if not phrases:
        return str(_("found by the query of the configuration"))
    text = ", ".join(dict.fromkeys(phrases))
    if others and everybody:
        text += "; " + ngettext("%(num)d other shares it", "%(num)d others share it", others)
    elif others:
        text += "; " + ngettext(
            "at least %(num)d other shares it", "at least %(num)d others share it", others
        )
    return text
