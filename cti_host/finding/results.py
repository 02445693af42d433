"""What all plugins, or one of them, find for a text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from cti_host.host import Host
from cti_host.isolation.trace import current_trace
from cti_host.model import NavigationItem, SearchGroup, SearchHit, is_phone_attribute
from cti_host.pop.url import FEWEST_DIGITS

LONGEST = 100
_DIGIT = re.compile(r"\d")
# Extensions ("x12") and what stands between digits; with any other letter it is no number.
_NUMBER = re.compile(r"[\d\s()+./,;:*#~_–—‐-―\u200b-\u206f\xad-]+", re.UNICODE)


@dataclass(frozen=True)
class Results:
    """What was found, and lines about what could not be looked through."""

    groups: Sequence[SearchGroup]
    offers: Sequence[NavigationItem]
    problems: Sequence[str]

    @property
    def hits(self) -> list[SearchHit]:
        """Everything that was found, in the order of the page."""
        return [hit for group in self.groups for hit in group.hits]

    def as_json(self, to_panel: str = "") -> dict[str, Any]:
        """The results for the script of the search box.

        :param to_panel: where a number leads that was typed
        """
        return {
            "to_panel": to_panel,
            "groups": [
                {
                    "label": group.label,
                    "more_url": group.more_url,
                    "hits": [
                        {"title": hit.title, "detail": hit.detail, "url": hit.url}
                        for hit in group.hits
                    ],
                }
                for group in self.groups
            ],
            "offers": [{"label": one.label, "url": one.url} for one in self.offers],
            "problems": [*self.problems],
        }


def tidy(text: str) -> str:
    """A text as it is looked for: blanks made one, not too long."""
    return " ".join(text.replace("\0", " ").split())[:LONGEST].strip()


def results(host: Host, text: str, but: Collection[str] = ()) -> Results:
    """What plugins find for a text; one that fails or hangs costs only its own part.

    :param but: plugins that are not asked
    """
    groups = host.hooks.collect("search", SearchGroup, but, text=text) if text else []
    found = [group for group in groups if group.hits]
    offers = [offer for group in groups for offer in group.offers]
    return Results(found, offers, current_trace().lines)


def number_url(host: Host, text: str) -> str:
    """The panel of a number that was typed; "" if a text is no number."""
    if len(_DIGIT.findall(text)) < FEWEST_DIGITS or not _NUMBER.fullmatch(text):
        return ""
    return _panel_url(host, text)


def meant_number_url(host: Host, text: str) -> str:
    """The panel of a number that stands in a text, with or without words: "Tel. 09 87 65 43 21".

    "" if there is none, more than one, or only one that nobody can read.
    """
    url = number_url(host, text)
    if url or len(_DIGIT.findall(text)) < FEWEST_DIGITS:
        return url
    number = host.hooks.parse_number(text)
    sure = [one for one in number.readings if one.doubt is None] if number else []
    if number is None or len(sure) != 1 or not (number.e164 or number.extension):
        return ""
    return _panel_url(host, sure[0].dialled)


def _panel_url(host: Host, text: str) -> str:
    parameters = host.settings.url_parameters
    phones = [name for name, attribute in parameters.items() if is_phone_attribute(attribute)]
    name = next(iter(phones), next(iter(parameters)))
    return f"{url_for('cti_host.lookup')}?{urlencode({name: text})}"
