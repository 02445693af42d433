"""Texts in several languages: labels of the settings and of data models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from babel import Locale
from flask import Flask, current_app, has_app_context, has_request_context
from flask_babel import get_locale

from cti_host.context_values import context_values
from cti_host.languages.known import DEFAULT_LANGUAGE, LANGUAGES

# Of labels in catalogues, and where an application keeps them.
LABEL_CONTEXT = "label"
LABELS_EXTENSION = "cti_host_labels"


@dataclass(frozen=True)
class Localised:
    """One text in several languages.

    `texts` maps a language code ("en", "fr") to the text; "en" stands for every language
    that has no text of its own. `str()` returns the text for the language of the current
    request, or the English one outside a request. What `of` makes is also looked up in the
    catalogues, by its English text, with the context "label"; what an administrator wrote isn't.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    in_catalogues: bool = field(default=False, compare=False)
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, en: str, fr: str | None = None) -> Localised:
        """A text given in English and, if it differs, in French; catalogues have the others."""
        return cls({"en": en} if fr is None else {"en": en, "fr": fr}, in_catalogues=True)

    def filled(self, **values: str) -> Localised:
        """The same text with values in place of its `%(name)s`, in whatever language."""
        return replace(self, values=values)

    def in_language(self, language: str) -> str:
        """The text in `language` ("fr"), else the English one, else the first there is."""
        text = self.texts.get(language)
        if text is None:
            text = self._elsewhere(language)
        return text % self.values if self.values else text

    def in_all_languages(self) -> set[str]:
        """The text in each language that the pages are in, or that was given."""
        return {self.in_language(language) for language in (*LANGUAGES, *self.texts)}

    def _elsewhere(self, language: str) -> str:
        english = self.texts.get(DEFAULT_LANGUAGE)
        if english is None:
            return next(iter(self.texts.values()), "")
        if not self.in_catalogues or not has_app_context():
            return english
        # Not by the proxy, whose attributes are looked up by calls of their own.
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        labels: Mapping[str, str] = app.extensions[LABELS_EXTENSION].get(language, {})
        return labels.get(english, english)

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
    values = context_values()
    found = values.get("cti_locale")
    if found is None:
        found = values["cti_locale"] = get_locale()
    return found


def current_language() -> str:
    """The language code of the current request, else the site's ("en" without an app)."""
    locale = current_locale()
    return locale.language if locale is not None else DEFAULT_LANGUAGE
