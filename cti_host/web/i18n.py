"""Languages: which one a request gets, and the catalogues of the host and its plugins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain

from cti_host.localised import current_locale

LANGUAGES = {"en": "English", "fr": "Français"}
VARIANTS = {"en": "en_GB", "fr": "fr_FR"}
COOKIE = "cti_language"


class Catalogues(Domain):  # type: ignore[misc]  # flask_babel ships no types
    """All catalogues, compiled in memory at the start: a plugin ships plain `locale/fr.po`."""

    def __init__(self, folders: Iterable[Path]) -> None:
        super().__init__()
        self._translations: dict[str, Translations] = {}
        for folder in folders:
            for path in sorted((folder / "locale").glob("*.po")):
                compiled = BytesIO()
                with path.open("rb") as file:
                    write_mo(compiled, read_po(file, locale=path.stem))
                compiled.seek(0)
                own = Translations(compiled)
                if path.stem in self._translations:
                    self._translations[path.stem].merge(own)
                else:
                    self._translations[path.stem] = own

    def get_translations(self) -> NullTranslations:
        """The texts in the language of the request."""
        locale = current_locale()
        found = self._translations.get(locale.language) if locale else None
        return found or NullTranslations()


def _known(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True


def init_languages(
    app: Flask, default_language: str, timezone: str, folders: Iterable[Path]
) -> None:
    """Set up translations, and dates in the site's time zone.

    The language is the agent's choice (a cookie), else the browser's, else the site's.
    """

    def select_language() -> str:
        if not has_request_context():
            return VARIANTS[default_language]
        chosen = request.cookies.get(COOKIE, "")
        if chosen not in LANGUAGES:
            chosen = request.accept_languages.best_match(LANGUAGES) or default_language
        # The browser's variant says how dates are written: en-GB 23/11/2026, en-US 11/23/26.
        for tag in request.accept_languages.values():
            if re.fullmatch(rf"{chosen}-[A-Za-z]{{2}}", tag) and _known(tag):
                return tag.replace("-", "_")
        return VARIANTS[chosen]

    app.config["BABEL_DEFAULT_TIMEZONE"] = timezone
    babel = Babel(
        app,
        default_locale=VARIANTS[default_language],
        default_timezone=timezone,
        locale_selector=select_language,
    )
    babel.domain_instance = Catalogues(folders)
