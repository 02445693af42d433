"""A host with a store in front of an iTop, for tests of copying."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from cti_itop.export.objects import CopiedClass, Copier
from cti_itop.export.output import to_file
from cti_itop.mirror.control import patient
from cti_itop.rest.client import Account, Connection
from cti_tickets.commands.data import data
from cti_tickets.transfer.importing import import_files
from cti_tickets.transfer.matching import match_by
from cti_tickets.transfer.outcome import Action, Imported
from cti_tickets.transfer.run import Options
from fake_itop import PASSWORD, USER, FakeItop

from cti_host.testing import RunningHost


@dataclass
class Copied:
    """What became of a copy: the file, what was written into it, what was imported from it."""

    file: Path
    classes: dict[str, CopiedClass]
    imported: Imported

    def counts(self, class_name: str) -> tuple[int, int, int]:
        """How many objects of a class were new, changed, and as before."""
        new, changed, same = (self.imported.counts[action][class_name] for action in Action)
        return new, changed, same

    def reasons(self) -> list[str]:
        """What is not in the store as it is in iTop, as lines."""
        lines = self.file.read_text(encoding="utf-8").splitlines()

        def named(number: int) -> str:
            one = json.loads(lines[number - 1])
            return f"{one['class']} {one['id']}"

        unread = [f"{one.name}: {one.problem}" for one in self.classes.values() if one.problem]
        left_out = [f"{named(p.line)}: {p.message}" for p in self.imported.skipped]
        emptied = [
            f"{named(note['line'])}: {note['attribute']}: {note['message']}"
            for note in self.imported.notes
            if note["message"].endswith("left empty")
        ]
        return [*unread, *left_out, *emptied]


@dataclass
class Copying:
    """A host that copies from a fake iTop; its application's context is pushed."""

    running: RunningHost
    fake: FakeItop
    _numbers: Any = field(default_factory=itertools.count)

    def file(self, *names: str, zone: str = "UTC", page: int = 1000, **options: Any) -> Copied:
        """Copy once into a new file."""
        path = self.running.config_file.parent / f"copy-{next(self._numbers)}.jsonl"
        return self._write(path, names, zone, page, options)

    def copy(self, *names: str, match: str = "id", **how: Any) -> Copied:
        """Copy once into a new file, and import it into the store."""
        copied = self.file(*names, **how)
        copied.imported = import_files(
            [copied.file],
            options=Options(
                match_by=match_by([match] if match else []),
                ignore_unknown=True,
                empty_missing=True,
                skip_bad=True,
            ),
        )
        return copied

    def _write(
        self, path: Path, names: tuple[str, ...], zone: str, page: int, options: dict[str, Any]
    ) -> Copied:
        itop = patient(Connection(self.fake.url, Account(user=USER, password=PASSWORD)))
        output = to_file(path, {"itop": self.fake.url, "classes": list(names)})
        try:
            copied = Copier(itop, output, zone, page=page, **options).run(names)
            output.finish()
        finally:
            itop.close()
            output.file.close()
        return Copied(path, {one.name: one for one in copied}, Imported())

    def stored(self, class_name: str) -> dict[int, dict[str, Any]]:
        """What the store has of a class, by id: the fields of an export."""
        return stored(class_name)

    def value(self, class_name: str, id_: int, code: str) -> Any:
        """One value in the store."""
        return self.stored(class_name)[id_][code]


def stored(class_name: str) -> dict[int, dict[str, Any]]:
    """What the store of the current application has of a class, by id."""
    result = CliRunner().invoke(data, ["export", class_name])
    assert result.exit_code == 0, result.output
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    return {one["id"]: one["fields"] for one in objects}
