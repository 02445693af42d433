"""What stands around the content of all pages: the links of their head, and the bar with the menu.

Nearly all of it is the same for everybody with the same menu in the same language. So each is a
template that is rendered once for these, with marks where a page's own texts go, and kept as the
pieces between the marks. Nothing is kept that another process may change: whatever a template is
rendered with is part of the key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app
from markupsafe import Markup, escape

from cti_host.languages.known import LANGUAGES
from cti_host.localised import current_language
from cti_host.model import Agent, NavigationItem, PageScript
from cti_host.web.rendering import form_token, page_style
from cti_host.web.theme import Theme

# Of so many menus the pieces are kept; then it begins again. Entries may hold numbers that change.
_MOST_KEPT = 256
_KEPT = "frame"
# No text of a page can be one of these.
_MARKS = {name: f"mark{secrets.token_hex(16)}" for name in ("agent", "here", "token")}
_NAMES = {mark: name for name, mark in _MARKS.items()}
_ANY_MARK = re.compile(f"({'|'.join(_NAMES)})")


def init_frame(app: Flask) -> None:
    """Give the template of all pages its parts."""
    app.jinja_env.globals["page_links"] = page_links
    app.jinja_env.globals["page_bar"] = page_bar


def page_links(scripts: Sequence[PageScript], agent: Agent | None) -> Markup:
    """The style sheets and scripts of a page.

    :param scripts: those of plugins, for an agent
    """
    return _filled(
        "cti_host/page_links.html",
        {"page_scripts": tuple(scripts), "locale": page_style().locale.replace("_", "-")},
        {"agent": agent.name if agent else ""},
    )


def page_bar(
    items: Sequence[NavigationItem],
    agent: Agent | None,
    here: str,
    theme: Theme,
    *,
    search_sources: Sequence[str] | None = None,
) -> Markup:
    """The bar above a page: the search, the menu, languages, colours, who is signed in.

    :param items: the entries of the menu
    :param agent: who is signed in; `None`: nobody
    :param here: where the page is, to come back to it in another language
    :param theme: how pages look in this browser
    :param search_sources: the plugins that the search asks; `None`: nobody searches here
    """
    return _filled(
        "cti_host/page_bar.html",
        {
            "items": tuple(items),
            "is_signed_in": agent is not None,
            "search_sources": None if search_sources is None else tuple(search_sources),
            "theme": theme,
        },
        {"agent": str(agent or ""), "here": here, "token": form_token()},
    )


def _filled(template: str, shared: Mapping[str, Hashable], own: Mapping[str, str]) -> Markup:
    """A template with what it shares with other pages, and what is this page's own."""
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
        **{name: _MARKS[name] for name in own},
        language=current_language(),
        languages=LANGUAGES,
    )
    return [_NAMES.get(piece, piece) for piece in _ANY_MARK.split(page)]
