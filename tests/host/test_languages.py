"""Languages are data: catalogues of the host and of plugins, for texts and for labels in code."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from cti_host import Localised
from cti_host.testing import MakeHost, RunningHost

CATALOGUE = """
msgctxt "label"
msgid "Call"
msgstr "Anruf"

msgid "Call"
msgstr "Anrufen"

msgctxt "label"
msgid "Ends with %(digits)s"
msgstr "Mit %(digits)s am Ende"
"""
PLUGIN = """
from flask import Blueprint
from flask_babel import gettext
from cti_host import Localised, PluginConfig, hookimpl

CALL = Localised.of("Call", "Appel")
OWN = Localised({"en": "Call"})


class Plugin:
    Config = PluginConfig

    def __init__(self, config): ...

    @hookimpl
    def blueprints(self):
        pages = Blueprint("acme", __name__, url_prefix="/acme")
        pages.get("/")(lambda: f"{CALL} / {gettext('Call')} / {OWN}")
        return [pages]
"""


@pytest.fixture
def acme(make_host: MakeHost, tmp_path: Path) -> RunningHost:
    package = tmp_path / "package"
    (package / "locale").mkdir(parents=True)
    (package / "__init__.py").write_text(PLUGIN)
    (package / "locale" / "de.po").write_text(CATALOGUE, encoding="utf-8")
    return make_host('language = "de"\n', plugins=["acme"], sources={"acme": package})


def test_a_label_in_code_comes_from_the_catalogue_and_a_label_of_the_settings_does_not(
    acme: RunningHost,
) -> None:
    for language, text in {
        "de": "Anruf / Anrufen / Call",
        "fr": "Appel / Appeler / Call",
        "en": "Call / Call / Call",
        "it": "Anruf / Anrufen / Call",  # none that is there: the site's
    }.items():
        assert acme.client(Accept_Language=language).get("/acme/").text == text


def test_labels_have_their_language_outside_a_request_too(acme: RunningHost) -> None:
    label = Localised.of("Call", "Appel")
    with acme.app.app_context():
        assert (str(label), label.in_language("fr")) == ("Anruf", "Appel")
        assert label.in_language("it") == "Call"
        assert label.in_all_languages() == {"Call", "Appel", "Anruf"}
    assert label.in_language("de") == "Call"  # no application, so no catalogues


def test_values_are_filled_into_the_text_of_each_language(acme: RunningHost) -> None:
    label = Localised.of("Ends with %(digits)s", "Finit par %(digits)s").filled(digits="50 %")
    with acme.app.app_context():
        assert label.in_language("de") == "Mit 50 % am Ende"
        assert label.in_language("fr") == "Finit par 50 %"


def test_the_menu_names_each_other_language_in_itself(acme: RunningHost) -> None:
    page = html.unescape(acme.client(Accept_Language="fr").get("/").text)
    assert '<html lang="fr">' in page
    for code, name in {"en": "English", "de": "Deutsch"}.items():
        assert f'name="language" value="{code}" lang="{code}">{name}</button>' in page
    assert 'value="fr" lang="fr"' not in page


@pytest.mark.parametrize(
    ("accepted", "moment"),
    [("de", "23.11.26"), ("de-CH", "23.11.26"), ("en", "23/11/2026"), ("en-US", "11/23/26")],
)
def test_dates_are_written_as_the_language_does(
    acme: RunningHost, accepted: str, moment: str
) -> None:
    from datetime import datetime

    from cti_host.web.rendering import moment as shown

    with acme.app.test_request_context(headers={"Accept-Language": accepted}):
        assert shown(datetime(2026, 11, 23, 12)).startswith(moment)
