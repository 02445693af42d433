"""Labels as iTop writes them: `label`, and beside it "label/FR FR" for French."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cti_host.languages.known import DEFAULT_LANGUAGE, usual_variant
from cti_host.localised import Localised
from cti_host.settings.mistakes import BadSetting, bad_settings
from cti_host.settings.toml import KeyPath

# iTop writes language and country: "FR FR".
_KEY = re.compile(r"label(?:/([A-Z]{2}) [A-Z]{2})?")
_TEXT = 'write a text in quotes: "…"'


def label_language(key: str) -> str | None:
    """The language that a key gives a label in ("fr"); `None`: it is not the key of a label."""
    found = _KEY.fullmatch(key)
    return (found[1] or DEFAULT_LANGUAGE).lower() if found else None


def label_key(language: str) -> str:
    """The key that gives a label in a language: "label/FR FR" for "fr"."""
    return f"label/{usual_variant(language).upper().replace('_', ' ')}"


def with_labels(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table whose labels have become one text in several languages, under `label`.

    Without any label, or with one that is made already, as in defaults, the table as it is.

    :raises ValidationError: each mistake with its key
    """
    if isinstance(table.get("label"), Localised):
        return dict(table)
    texts: dict[str, str] = {}
    rest: dict[str, Any] = {}
    mistakes: list[tuple[KeyPath, BadSetting]] = []
    for key, value in table.items():
        language = label_language(key)
        if language is None and not key.startswith("label/"):
            rest[key] = value
        elif language is None:
            wrong = BadSetting("names no language", 'write label, or "label/FR FR" in quotes')
            mistakes.append(((key,), wrong))
        elif not isinstance(value, str):
            mistakes.append(((key,), BadSetting("is not a text", _TEXT)))
        elif not value.strip():
            mistakes.append(((key,), BadSetting("is empty", _TEXT)))
        else:
            texts[language] = value
    if mistakes:
        raise bad_settings(mistakes)
    return {**rest, "label": Localised(texts)} if texts else rest
