"""Languages: which one a request gets, and the catalogues of the host and its plugins."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, Domain, get_locale

LANGUAGES = {"en": "English", "fr": "Français"}
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
        locale = get_locale()
        found = self._translations.get(locale.language) if locale else None
        return found or NullTranslations()


def init_languages(
    app: Flask, default_language: str, timezone: str, folders: Iterable[Path]
) -> None:
    """Set up translations, and dates in the site's time zone.

    The language is the agent's choice (a cookie), else the browser's, else the site's.
    """

    def select_language() -> str:
        if not has_request_context():
            return default_language
        chosen = request.cookies.get(COOKIE, "")
        if chosen in LANGUAGES:
            return chosen
        return request.accept_languages.best_match(LANGUAGES) or default_language

    babel = Babel(
        app,
        default_locale=default_language,
        default_timezone=timezone,
        locale_selector=select_language,
    )
    babel.domain_instance = Catalogues(folders)
