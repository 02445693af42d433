"""Templates that are rendered once, and filled in for each page.

What is the same on many pages in one language is rendered once, with marks where a page's own texts
go, and kept as the pieces between the marks. Nothing is kept that another process may change:
whatever a template is rendered with is part of the key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable, Mapping
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from cti_host.languages.known import LANGUAGES
from cti_host.localised import current_language
from cti_host.web.rendering import page_style

# Of so many the pieces are kept; then it begins again. A menu may hold numbers that change.
_MOST_KEPT = 256
_KEPT = "filled"
# No text of a page can be this one.
_MARK = f"mark{secrets.token_hex(16)}"
_ANY_MARK = re.compile(rf"{_MARK}\.(\w+)\.")


def filled_template(
    template: str, shared: Mapping[str, Hashable], own: Mapping[str, str]
) -> Markup:
    """A template with what it shares with other pages, and what is this page's own.

    :param shared: what it is rendered with; only such of which there are few
    :param own: texts that it shows as they are, nothing else: escaped, unless they are markup
    """
    kept: dict[Hashable, list[str]] = page_style().kept(_KEPT, dict)
    key = (template, *shared.values())
    pieces = kept.get(key)
    if pieces is None:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        pieces = kept[key] = _pieces(template, shared, own)
    texts = [*pieces]
    texts[1::2] = [escape(own[name]) for name in pieces[1::2]]
    return Markup("".join(texts))  # noqa: S704 -- a template, and texts that are escaped


def _pieces(template: str, shared: Mapping[str, Any], own: Mapping[str, str]) -> list[str]:
    """The texts of a template, with the names of a page's own between them."""
    page = current_app.jinja_env.get_template(template).render(
        **shared,
        **{name: f"{_MARK}.{name}." for name in own},
        language=current_language(),
        languages=LANGUAGES,
    )
    return _ANY_MARK.split(page)
