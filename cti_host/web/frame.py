"""What stands around the content of all pages: the links of their head, and the bar with the menu.

Nearly all of it is the same for everybody with the same menu in the same language.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask
from markupsafe import Markup

from cti_host.model import Agent, NavigationItem, PageScript
from cti_host.web.filled import filled_template
from cti_host.web.rendering import form_token, page_style
from cti_host.web.theme import Theme


def init_frame(app: Flask) -> None:
    """Give the template of all pages its parts."""
    app.jinja_env.globals["page_links"] = page_links
    app.jinja_env.globals["page_bar"] = page_bar


def page_links(scripts: Sequence[PageScript], agent: Agent | None) -> Markup:
    """The style sheets and scripts of a page.

    :param scripts: those of plugins, for an agent
    """
    return filled_template(
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
    return filled_template(
        "cti_host/page_bar.html",
        {
            "items": tuple(items),
            "is_signed_in": agent is not None,
            "search_sources": None if search_sources is None else tuple(search_sources),
            "theme": theme,
        },
        {"agent": str(agent or ""), "here": here, "token": form_token()},
    )
