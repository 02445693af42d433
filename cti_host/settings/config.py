"""A configuration file: read, checked as a whole, and where each key stands."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cti_host.settings.nearest import did_you_mean
from cti_host.settings.problems import ConfigRefused, Problem
from cti_host.settings.settings import Settings
from cti_host.settings.toml import KeyPath, TomlFile, dotted
from cti_host.settings.validation import mistakes_of


class Config:
    """A read configuration file: its settings, the tables of plugins, and where things stand.

    `sections` are the tables that are not the host's own, by name.

    :param path: the file; relative paths in it start at its folder
    :param lenient: keep the mistakes in `problems` instead of raising, with settings that leave
        the wrong keys out, so that what is right can be checked further
    :raises ConfigRefused: it can't be read as TOML, or the host's own part is wrong
    """

    def __init__(self, path: Path, *, lenient: bool = False) -> None:
        self.file = TomlFile(path.absolute())
        self.folder = self.file.path.parent
        own = {k: v for k, v in self.file.data.items() if k in Settings.model_fields}
        others = {k: v for k, v in self.file.data.items() if k not in own}
        self.sections: dict[str, dict[str, Any]] = {
            key: value for key, value in others.items() if isinstance(value, dict)
        }
        self.problems = [
            self.problem((key,), "unknown key", did_you_mean(key, KEYS))
            for key in others
            if key not in self.sections
        ]
        self.settings = self._validated(own)
        if self.problems and not lenient:
            raise ConfigRefused(self.problems)

    def _validated(self, own: dict[str, Any]) -> Settings:
        """The settings without the keys that are wrong, each of which is a problem."""
        kept = deepcopy(own)
        reported: set[KeyPath] = set()
        while True:
            try:
                return Settings.model_validate(kept)
            except ValidationError as error:
                for problem, item in zip(
                    self.validation_problems((), error, Settings), error.errors(), strict=True
                ):
                    loc = item["loc"]
                    # What is wrong because a part was left out is not a mistake of its own.
                    known = any(one[: len(loc)] == loc[: len(one)] for one in reported)
                    if not known:
                        self.problems.append(problem)
                    if known or not _leave_out(kept, loc):
                        kept.pop(str(loc[0]), None)
                    reported.add(loc)

    def problem(
        self, path: KeyPath, message: str, remedy: str = "", *, warning: bool = False
    ) -> Problem:
        """A mistake at a key of this file."""
        return Problem(self.file.name, self.file.line(path), dotted(path), message, remedy, warning)

    def resolve(self, path: str) -> Path:
        """A path of the settings, made absolute: relative ones start at the file's folder."""
        return (self.folder / Path(path).expanduser()).resolve()

    def table(self, section: KeyPath) -> Any:
        """A table of the file as it was written; a missing one is the same as an empty one."""
        data: Any = self.file.data
        for part in section:
            data = data.get(part, {}) if isinstance(data, dict) else {}
        return data

    def validation_problems(
        self, section: KeyPath, error: ValidationError, model: type[BaseModel]
    ) -> list[Problem]:
        """What pydantic found in a section, as problems with place and remedy."""
        return [
            self.problem((*section, *mistake.path), mistake.message, mistake.remedy)
            for mistake in mistakes_of(error, model, self.table(section))
        ]


def _is_table(key: str) -> bool:
    default = Settings.model_fields[key].get_default(call_default_factory=True)
    return isinstance(default, dict | BaseModel)


# Only a table is misspelt as a table, and any other key as any other key.
TABLES = [key for key in Settings.model_fields if _is_table(key)]
KEYS = [key for key in Settings.model_fields if not _is_table(key)]


def _leave_out(data: Any, loc: KeyPath) -> bool:
    """Take a key out of the data; an entry of a list becomes empty, so that the others keep their
    places. Returns whether it was there."""
    for part in loc[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return False
    if isinstance(data, dict) and loc[-1] in data:
        del data[loc[-1]]
        return True
    if isinstance(data, list) and isinstance(loc[-1], int) and loc[-1] < len(data):
        data[loc[-1]] = {}
        return True
    return False
