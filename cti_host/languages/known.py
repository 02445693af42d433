"""Which languages the pages are in: English, and each that the host ships a catalogue of.

A language is data: `locale/de.po` is all that German needs. What it is called, and where it is
mostly spoken, is known to Babel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global

DEFAULT_LANGUAGE = "en"
FOLDER = "locale"
_CODE = re.compile(r"[a-z]{2}")
# The texts are British, and a day is written before its month, as in most of the world.
_VARIANTS = {"en": "en_GB"}


def catalogues_in(folder: Path) -> dict[str, Path]:
    """The catalogues of the host or of a plugin, by language.

    :param folder: of the package, which may have a folder `locale`
    """
    paths = sorted((folder / FOLDER).glob("*.po"))
    return {path.stem: path for path in paths if _is_language(path.stem)}


def own_names(codes: Iterable[str]) -> dict[str, str]:
    """Languages by code, each by the name that it has itself: "Deutsch", "Français"."""
    names = {code: Locale(code).get_display_name(code) or code for code in codes}
    return {code: name[:1].upper() + name[1:] for code, name in names.items()}


def usual_variant(code: str) -> str:
    """The locale of a language where it is mostly spoken: "de_DE" for "de".

    It says how dates are written for browsers that name no country.
    """
    likely = re.search(r"_([A-Z]{2})\b", get_global("likely_subtags").get(code, ""))
    return _VARIANTS.get(code) or (f"{code}_{likely[1]}" if likely else code)


def english_name(code: str) -> str:
    """What English calls a language: "German"."""
    return Locale(code).get_display_name(DEFAULT_LANGUAGE) or code


def _is_language(code: str) -> bool:
    try:
        return bool(_CODE.fullmatch(code)) and bool(Locale(code))
    except UnknownLocaleError:
        return False


# By code, English first, with their own names.
LANGUAGES: Mapping[str, str] = own_names(
    [DEFAULT_LANGUAGE, *catalogues_in(Path(__file__).parents[1])]
)
