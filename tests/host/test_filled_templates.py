"""Templates that are rendered once, and filled in for each page."""

from __future__ import annotations

from typing import Any

from jinja2 import ChoiceLoader, DictLoader
from markupsafe import Markup

from cti_host import filled_template
from cti_host.testing import MakeHost

TEMPLATE = '{{ _("Search") }} {% if large %}large{% endif %}: {{ text }} / {{ text }} / {{ more }}'


def written(app: Any, language: str = "en", **own: str) -> list[str]:
    """The template as two pages have it, a small one and a large one."""
    with app.test_request_context(headers={"Accept-Language": language}):
        return [filled_template("own.html", {"large": large}, own) for large in (False, True)]


def test_each_page_has_its_own_texts_escaped_unless_they_are_markup(make_host: MakeHost) -> None:
    app: Any = make_host().app
    app.jinja_env.loader = ChoiceLoader([DictLoader({"own.html": TEMPLATE}), app.jinja_env.loader])
    for text, shown in (("<b>", "&lt;b&gt;"), ("{{ 1 }}", "{{ 1 }}"), ("", "")):
        for _ in range(2):  # the second time from what is kept
            small, large = written(app, text=text, more=Markup("<i>"))
            assert small == f"Search : {shown} / {shown} / <i>"
            assert large == f"Search large: {shown} / {shown} / <i>"
    assert written(app, "fr", text="x", more="")[0].startswith("Rechercher ")
