"""Which language a request gets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from flask import Flask, has_request_context, request
from flask_babel import Babel
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from cti_host.languages.catalogues import Catalogues
from cti_host.languages.known import LANGUAGES, usual_variant
from cti_host.localised import LABELS_EXTENSION
from cti_host.web.timezones import chosen_timezone

COOKIE = "cti_language"
# Browsers send few different lists of languages.
_KEPT_LOCALES = 256


def _known(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True


@lru_cache(_KEPT_LOCALES)
def _locale(chosen: str, accepted: str, default: str) -> Locale:
    """The locale of a page: the language chosen, else the first accepted, else the default.

    :param accepted: the browser's `Accept-Language`
    """
    languages = parse_accept_header(accepted, LanguageAccept)
    if chosen not in LANGUAGES:
        chosen = languages.best_match(LANGUAGES) or default
    # The browser's variant says how dates are written: en-GB 23/11/2026, en-US 11/23/26.
    for tag in languages.values():
        if re.fullmatch(rf"{chosen}-[A-Za-z]{{2}}", tag) and _known(tag):
            return Locale.parse(tag, sep="-")
    return Locale.parse(usual_variant(chosen))


def init_languages(
    app: Flask, default_language: str, timezone: str, folders: Iterable[Path]
) -> None:
    """Set up translations, and dates in the agent's time zone.

    The language is the agent's choice (a cookie), else the browser's, else the site's. The time
    zone is the agent's choice, else the site's.
    """

    def select_locale() -> Locale:
        if not has_request_context():
            return Locale.parse(usual_variant(default_language))
        accepted = request.headers.get("Accept-Language", "")
        return _locale(request.cookies.get(COOKIE, ""), accepted, default_language)

    app.config["BABEL_DEFAULT_TIMEZONE"] = timezone
    babel = Babel(
        app,
        default_locale=usual_variant(default_language),
        default_timezone=timezone,
        locale_selector=select_locale,
        timezone_selector=chosen_timezone,
    )
    catalogues = Catalogues(folders)
    babel.domain_instance = catalogues
    app.extensions[LABELS_EXTENSION] = catalogues.labels
