"""Texts in several languages: labels of the settings and of data models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from babel import Locale
from flask import g, has_request_context
from flask_babel import get_locale

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Localised:
    """One text in several languages.

    `texts` maps a language code ("en", "fr") to the text; "en" stands for every language
    that has no text of its own. `str()` returns the text for the language of the current
    request, or the English one outside a request.
    """

    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, en: str, fr: str | None = None) -> Localised:
        """A text given in English and, if it differs, in French."""
        return cls({"en": en} if fr is None else {"en": en, "fr": fr})

    def in_language(self, language: str) -> str:
        """The text in `language` ("fr"), else the English one, else the first there is."""
        for candidate in (language, DEFAULT_LANGUAGE, *self.texts):
            if candidate in self.texts:
                return self.texts[candidate]
        return ""

    def __str__(self) -> str:
        return self.in_language(current_language())

    def __bool__(self) -> bool:
        return any(self.texts.values())


def current_locale() -> Locale | None:
    """The language of the current request with its country, else the site's; None without an app.

    It is looked up once per request: a page asks for it a hundred times.
    """
    found: Locale | None
    if not has_request_context():
        found = get_locale()
        return found
    if "cti_locale" not in g:
        g.cti_locale = get_locale()
    found = g.cti_locale
    return found


def current_language() -> str:
    """The language code of the current request, else the site's ("en" without an app)."""
    locale = current_locale()
    return locale.language if locale is not None else DEFAULT_LANGUAGE
