"""Every language is complete: each text of a page and each label has its own in each of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cti_host import LANGUAGES

ROOT = Path(__file__).parents[1]
PACKAGES = [
    ROOT / "cti_host",
    *sorted(ROOT.glob("libraries/*/cti_*")),
    # Other plugins import labels of this one.
    ROOT / "plugins/tickets/cti_tickets",
    *sorted(path for path in ROOT.glob("plugins/*/cti_*") if path.name != "cti_tickets"),
]
OTHERS = [language for language in LANGUAGES if language != "en"]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\$\w+\$")
# A line must not begin with a mark that French sets off by a space.
BREAKING_SPACE = re.compile(r" [:;?!»]|« ")
LABEL = "label"
ENTRY = re.compile(r'^(?:msgctxt (".*")\n)?msgid ((?:".*"\n)+)', re.MULTILINE)
TWO_TRANSLATIONS = re.compile(r'^msgstr ".*"\n(?:".*"\n)*msgstr ".*"', re.MULTILINE)

Message = str | tuple[str, ...]

each_language = pytest.mark.parametrize("language", OTHERS)
each_package = pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)


def texts(package: Path) -> Iterator[Message]:
    """Every text of a package that is marked for translation."""
    for _file, _line, message, _comments, _context in extract_from_dir(
        package, method_map=METHODS, options_map=OPTIONS
    ):
        yield message


def catalogue_of(package: Path, language: str) -> Catalog:
    """The catalogue of a package, empty where there is none."""
    path = package / "locale" / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def check(catalogue: Catalog, message: Message, context: str | None = None) -> None:
    """Refuse a text that is missing or empty, or has other placeholders."""
    forms = (message,) if isinstance(message, str) else message
    found = catalogue.get(forms[0], context)
    assert found is not None, f"{catalogue.locale} lacks: {message!r}"
    strings = (found.string,) if isinstance(found.string, str) else found.string or ()
    assert strings, f"{catalogue.locale}: {message!r} has no translation"
    assert all(strings), f"{catalogue.locale}: {message!r} has an empty translation"
    assert len(strings) == (1 if len(forms) == 1 else catalogue.num_plurals), message
    for text in strings:
        wanted = set(PLACEHOLDER.findall(forms[-1]))
        assert set(PLACEHOLDER.findall(text)) == wanted, f"{catalogue.locale}: {text!r}"


def test_there_are_three_languages_each_with_its_own_name() -> None:
    assert dict(LANGUAGES) == {"en": "English", "de": "Deutsch", "fr": "Français"}


@each_language
@each_package
def test_no_text_stands_twice_in_a_catalogue(package: Path, language: str) -> None:
    """Only the first one would count; other tools refuse the file."""
    path = package / "locale" / f"{language}.po"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    entries = ENTRY.findall(text)
    assert sorted(entries) == sorted({*entries})
    assert TWO_TRANSLATIONS.findall(text) == []


@each_language
@each_package
def test_every_text_has_one_in_the_language_with_the_same_placeholders(
    package: Path, language: str
) -> None:
    catalogue = catalogue_of(package, language)
    for message in set(texts(package)):
        check(catalogue, message)


@each_language
@each_package
def test_no_text_is_left_over(package: Path, language: str) -> None:
    wanted = {m if isinstance(m, str) else m[0] for m in texts(package)}
    translated = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue_of(package, language)
        if message.id and message.context is None
    }
    assert translated <= wanted


@pytest.fixture(scope="module")
def labels() -> dict[str, dict[str, list[str]]]:
    """The labels that each package defines in code, with the languages that it gives there."""
    command = [sys.executable, str(ROOT / "tests/labels_in_code.py")]
    command += [package.name for package in PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout)
    assert "User Request" in found["cti_tickets"]
    return found


@each_language
@each_package
def test_every_label_has_one_in_the_language_and_none_is_left_over(
    labels: dict[str, dict[str, list[str]]], package: Path, language: str
) -> None:
    """A text may stand in the code, `Localised.of(en, fr)`, or in the catalogue."""
    catalogue = catalogue_of(package, language)
    wanted = {text for text, given in labels.get(package.name, {}).items() if language not in given}
    for text in wanted:
        check(catalogue, text, LABEL)
    assert {message.id for message in catalogue if message.context == LABEL} <= wanted


@each_language
@each_package
def test_quotation_marks_are_those_of_the_language(package: Path, language: str) -> None:
    marks = {"de": ("„", "“"), "fr": ("«\u00a0", "\u00a0»")}[language]
    for message in catalogue_of(package, language):
        english = message.id if isinstance(message.id, str) else (message.id or ("",))[0]
        for text in (message.string,) if isinstance(message.string, str) else message.string or ():
            assert "’" not in text, f"straight apostrophes: {text!r}"
            assert language != "fr" or not BREAKING_SPACE.search(text), f"\\u00a0 wanted: {text!r}"
            if "[“" not in english and english:
                quoted = english.count("“")
                assert [text.count(mark) for mark in marks] == [quoted, quoted], text
