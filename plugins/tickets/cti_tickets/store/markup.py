"""Text that may hold markup, from iTop or a mail: shown without anything that could do harm."""

from __future__ import annotations

import html as entities
import re

import nh3
from markupsafe import Markup

# No pictures: one from elsewhere would tell its owner who reads the ticket.
TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}
SCHEMES = {"http", "https", "mailto", "tel"}
# A text such as "a < b" is none; what only looks like a tag of HTML isn't either.
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(TAGS))})(?:\s[^<>]*)?/?>", re.IGNORECASE)


def holds_markup(text: str) -> bool:
    """Whether a text is HTML rather than plain."""
    return _TAG.search(text) is not None


def harmless(html: str) -> Markup:
    """HTML without scripts, styles, pictures and addresses of other kinds than web and phone."""
    return Markup(nh3.clean(html, tags=TAGS, url_schemes=SCHEMES))  # noqa: S704 -- just cleaned


def plain(html: str) -> str:
    """The text of HTML, with its line breaks and without its markup."""
    broken = re.sub(r"\s*\n\s*", " ", html)
    broken = re.sub(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])>", "\n", broken, flags=re.IGNORECASE)
    text = entities.unescape(nh3.clean(broken, tags=set()))
    return "\n".join(line.strip() for line in text.splitlines()).strip()
