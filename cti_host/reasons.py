"""The sentence why a caller was found, in the agent's language: once, for every backend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from cti_host.host import current_host
from cti_host.model import Caller, Given, Match, Matches, Number, Reading, Value, fold


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
) -> Matches:
    """Each caller with the reason why they were found.

    A number is found in whatever form it is stored, any other text as it is, without regard to case
    and accents. Those who are found by sure readings come first. Of several with one number, the
    one with the extension that the call names is meant, the others perhaps.

    :param callers: those who are shown; an attribute that they don't carry explains nothing
    :param used: the values that were searched for
    :param searched: the attributes that they may have been found in, with their labels
    :param total: how many were found; without it, no more than these
    """
    values = [value for value in used if isinstance(value, (Number, str))]
    everybody = total is None or total <= len(callers)
    # Where many share a number, most of them have it in the same writing.
    parse_number = cache(current_host().hooks.parse_number)
    hits = [_hits(caller, values, searched, parse_number) for caller in callers]
    shared = Counter(value for of_one in hits for value in {hit.value for hit in of_one})
    extensions = {
        one.extension
        for value in values
        if isinstance(value, Number)
        for one in value.readings
        if one.extension
    }
    named = {hit.extension for of_one in hits for hit in of_one} & extensions
    matches = [
        Match(
            caller,
            _sentence(of_one, shared, everybody=everybody),
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


def _hits(
    caller: Caller,
    values: Sequence[Number | str],
    searched: Mapping[str, object],
    parse_number: Callable[[str], Number | None],
) -> list[_Hit]:
    hits: list[_Hit] = []
    for code, text in caller.attributes.items():
        if code not in searched or not text:
            continue
        label = str(searched[code])
        for value in values:
            if isinstance(value, Number):
                stored = parse_number(text)
                met = value.met_by(stored) if stored is not None else None
                if met is not None:
                    mine, theirs = met
                    doubt = mine.doubt or theirs.doubt or ""
                    phrase = _number_phrase(label, theirs)
                    hits.append(_Hit(mine.key, phrase, str(doubt), theirs.extension))
            elif fold(value) == fold(text):
                hits.append(_Hit(fold(value), _("%(attribute)s, the same text", attribute=label)))
    return hits


def _number_phrase(label: str, stored: Reading) -> str:
    if stored.given is Given.EXTENSION:
        return str(_("%(attribute)s, stored as an extension", attribute=label))
    if stored.given is Given.INTERNATIONAL:
        phrase = str(_("%(attribute)s, stored in international form", attribute=label))
    else:
        phrase = str(_("%(attribute)s, stored in national form", attribute=label))
    if stored.region:
        phrase += str(_(", region %(region)s", region=stored.region))
    return phrase


def _sentence(hits: Sequence[_Hit], shared: Mapping[str, int], *, everybody: bool) -> str:
    if not hits:
        return str(_("found by the query of the configuration"))
    text = ", ".join(dict.fromkeys(hit.phrase for hit in hits))
    others = max(shared[hit.value] for hit in hits) - 1
    if others and everybody:
        text += "; " + ngettext("%(num)d other shares it", "%(num)d others share it", others)
    elif others:
        text += "; " + ngettext(
            "at least %(num)d other shares it", "at least %(num)d others share it", others
        )
    return text
