"""Texts in several languages as iTop writes labels: `label`, and beside it "label/FR FR"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cti_host.languages.known import DEFAULT_LANGUAGE, usual_variant
from cti_host.localised import Localised
from cti_host.settings.mistakes import BadSetting, bad_settings
from cti_host.settings.toml import KeyPath

# iTop writes language and country: "FR FR".
_KEY = re.compile(r"(\w+)(?:/([A-Z]{2}) [A-Z]{2})?")
_LABEL = "label"
_TEXT = 'write a text in quotes: "…"'


def label_language(key: str, name: str = _LABEL) -> str | None:
    """The language that a key gives a label in ("fr"); `None`: it is not the key of a label.

    :param name: the key of such texts, if they are no labels
    """
    found = _KEY.fullmatch(key)
    return (found[2] or DEFAULT_LANGUAGE).lower() if found and found[1] == name else None


def key_language(key: str) -> tuple[str, str] | None:
    """The name and the language of a key that says one: "text", "fr" for "text/FR FR"."""
    found = _KEY.fullmatch(key)
    return (found[1], found[2].lower()) if found and found[2] else None


def label_key(language: str, name: str = _LABEL) -> str:
    """The key that gives a label in a language: "label/FR FR" for "fr"."""
    return f"{name}/{usual_variant(language).upper().replace('_', ' ')}"


def with_labels(table: Mapping[str, Any], name: str = _LABEL) -> dict[str, Any]:
    """A table whose labels have become one text in several languages, under `label`.

    Without any label, or with one that is made already, as in defaults, the table as it is.

    :param name: the key of such texts, if they are no labels: "text", beside "text/FR FR"
    :raises ValidationError: each mistake with its key
    """
    if isinstance(table.get(name), Localised):
        return dict(table)
    texts: dict[str, str] = {}
    rest: dict[str, Any] = {}
    mistakes: list[tuple[KeyPath, BadSetting]] = []
    for key, value in table.items():
        language = label_language(key, name)
        if language is None and not key.startswith(f"{name}/"):
            rest[key] = value
        elif language is None:
            wrong = BadSetting("names no language", f'write {name}, or "{name}/FR FR" in quotes')
            mistakes.append(((key,), wrong))
        elif not isinstance(value, str):
            mistakes.append(((key,), BadSetting("is not a text", _TEXT)))
        elif not value.strip():
            mistakes.append(((key,), BadSetting("is empty", _TEXT)))
        else:
            texts[language] = value
    if mistakes:
        raise bad_settings(mistakes)
    return {**rest, name: Localised(texts)} if texts else rest
