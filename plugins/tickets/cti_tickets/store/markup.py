"""Long texts: what agents type is kept to the letter, what is HTML is shown without harm.

An attribute of the kind HTML holds either. HTML is recognised by its tags, so a typed text that
would be taken for HTML is stored as HTML that shows it: one element `pre` with the text in it.
Other systems show that right, too, and nobody's text becomes bold or disappears.
"""

from __future__ import annotations

import re
from html import escape, unescape

import nh3
from markupsafe import Markup

# No pictures: one from elsewhere would tell its owner who reads the ticket.
TAGS = nh3.ALLOWED_TAGS - {"img", "map", "area"}
SCHEMES = {"http", "https", "mailto", "tel"}
# Elements that mails and editors bring; what is in them is shown, as far as it is text.
_OTHERS = (
    "address article base body button center fieldset font footer form head header html iframe"
    " input label legend link main meta nav noscript object option param script section select"
    " strike style tbody textarea title video"
)
_KNOWN = nh3.ALLOWED_TAGS | set(_OTHERS.split())
# These are markup by themselves; of the others, only a pair is.
_ALONE = {"br", "hr", "p", "li", "script", "style", "img"}
# A text such as "a < b" holds none, nor does "a<b && c>d" or "<bob@example.org>".
_ATTRIBUTE = r"""\s+[a-z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
_NAME = rf"(?P<name>{'|'.join(sorted(_KNOWN, key=len, reverse=True))}|[a-z]\w*:\w+)"
_REST = rf"(?P<end>/?){_NAME}(?:{_ATTRIBUTE})*\s*/?>"
_TAG = re.compile(f"<{_REST}", re.IGNORECASE | re.ASCII)
_NO_TAG = re.compile(rf"<(?!!--|!doctype\b|\?xml\b|{_REST})", re.IGNORECASE | re.ASCII)
_BEGIN, _END = '<pre class="as-typed">', "</pre>"


def holds_markup(text: str) -> bool:
    """Whether a stored text is HTML rather than plain."""
    if "<" not in text:
        return False
    opened = set()
    for tag in _TAG.finditer(text):
        name = tag["name"].lower()
        if name in _ALONE or (tag["end"] and name in opened):
            return True
        opened.add(name)
    return False


def stored_text(text: str) -> str:
    """A plain text as an attribute that may hold HTML keeps it; see `typed_text`."""
    if not holds_markup(text):
        return text
    return f"{_BEGIN}{escape(text, quote=False)}{_END}"


def typed_text(stored: str) -> str | None:
    """The plain text that is stored; `None` if what is stored is HTML of its own."""
    inner = stored.removeprefix(_BEGIN)
    if inner != stored and inner.endswith(_END):
        inner = inner.removesuffix(_END)
        if "<" not in inner:
            return unescape(inner)
    return None if holds_markup(stored) else stored


def readable(stored: str) -> str:
    """A stored text, HTML or not, as text."""
    text = typed_text(stored)
    return plain(stored) if text is None else text


def harmless(html: str) -> Markup:
    """HTML without scripts, styles, pictures and addresses of other kinds than web and phone.

    What only looks like a tag of HTML is text: an address in angle brackets doesn't disappear.
    """
    return Markup(nh3.clean(_escaped(html), tags=TAGS, url_schemes=SCHEMES))  # noqa: S704 -- just cleaned


def plain(html: str) -> str:
    """The text of HTML, with its line breaks and without its markup."""
    broken = re.sub(r"\s*\n\s*", " ", _escaped(html))
    broken = re.sub(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])>", "\n", broken, flags=re.IGNORECASE)
    text = unescape(nh3.clean(broken, tags=set()))
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def _escaped(html: str) -> str:
    return _NO_TAG.sub("&lt;", html)
