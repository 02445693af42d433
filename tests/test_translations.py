"""English and French are complete: every text of a page has its French one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
PACKAGES = [
    ROOT / "cti_host",
    *sorted(ROOT.glob("libraries/*/cti_*")),
    *sorted(ROOT.glob("plugins/*/cti_*")),
]
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")

Message = str | tuple[str, ...]


def texts(package: Path) -> Iterator[Message]:
    """Every text of a package that is marked for translation."""
    for _file, _line, message, _comments, _context in extract_from_dir(
        package, method_map=METHODS, options_map=OPTIONS
    ):
        yield message


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_text_has_a_french_one_with_the_same_placeholders(package: Path) -> None:
    wanted = set(texts(package))
    path = package / "locale" / "fr.po"
    if not wanted:
        return
    with path.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    for message in wanted:
        forms = (message,) if isinstance(message, str) else message
        found = catalogue.get(forms[0])
        assert found is not None, f"{path} lacks: {message!r}"
        french = (found.string,) if isinstance(found.string, str) else found.string or ()
        assert french, f"{path}: {message!r} has no translation"
        assert all(french), f"{path}: {message!r} has an empty translation"
        for text in french:
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(forms[-1]))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_no_french_text_is_left_over(package: Path) -> None:
    path = package / "locale" / "fr.po"
    if not path.exists():
        return
    wanted = {m if isinstance(m, str) else m[0] for m in texts(package)}
    with path.open("rb") as file:
        translated = {m.id if isinstance(m.id, str) else m.id[0] for m in read_po(file) if m.id}
    assert translated <= wanted
