"""The texts of the host and its plugins in each language, compiled in memory at the start."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Domain

from cti_host.languages.known import LANGUAGES, catalogues_in
from cti_host.localised import LABEL_CONTEXT, current_locale

_ENGLISH = NullTranslations()
_KEPT_CATALOGUES = 128


class Catalogues(Domain):  # type: ignore[misc]  # flask_babel ships no types
    """All catalogues of an application: the host and each plugin ship plain `locale/de.po`.

    :param folders: of the packages, in the order in which a later one counts more
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        super().__init__()
        self._compiled: dict[str, list[bytes]] = {}
        self._translations: dict[str, NullTranslations] = {}
        # By language, then by English text: what `Localised` looks up, without gettext's detours.
        self.labels: dict[str, dict[str, str]] = {}
        for folder in folders:
            for language, path in catalogues_in(folder).items():
                if language in LANGUAGES:
                    self._add(language, path)

    def _add(self, language: str, path: Path) -> None:
        compiled, labels = _compiled(path, path.stat().st_mtime_ns)
        self._compiled.setdefault(language, []).append(compiled)
        self.labels.setdefault(language, {}).update(labels)

    def get_translations(self) -> NullTranslations:
        """The texts in the language of the request."""
        locale = current_locale()
        if locale is None:
            return _ENGLISH
        found = self._translations.get(locale.language)
        if found is None:
            found = self._translations[locale.language] = self._read(locale.language)
        return found

    def _read(self, language: str) -> NullTranslations:
        """Read the catalogues of a language; late, since few hosts are asked for all languages."""
        catalogues = [Translations(BytesIO(one)) for one in self._compiled.get(language, ())]
        if not catalogues:
            return _ENGLISH
        for later in catalogues[1:]:
            catalogues[0].merge(later)
        return catalogues[0]


@lru_cache(_KEPT_CATALOGUES)
def _compiled(path: Path, _changed: int) -> tuple[bytes, dict[str, str]]:
    """A catalogue as gettext reads it, and its labels; kept: a process may have many applications.

    Labels have a context of their own, since a word may be a button as well: "Call".
    """
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    labels = {
        str(message.id): str(message.string)
        for message in catalogue
        if message.context == LABEL_CONTEXT and message.string
    }
    return compiled.getvalue(), labels
