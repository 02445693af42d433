"""Copy whole classes out of iTop, a window of ids at a time: it can be killed and continued."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cti_itop.export.classes import STANDARD, chosen
from cti_itop.export.lines import codes_to_copy, line
from cti_itop.export.output import Output
from cti_itop.mirror.windows import PAGE, ahead, count, windows
from cti_itop.rest.client import Itop
from cti_itop.rest.errors import ItopError, ItopForbidden

Progress = Callable[[str, int, int], None]


class CopyRefused(Exception):
    """A class can't be copied; the message says why."""


@dataclass(frozen=True)
class CopiedClass:
    """What was written of a class: how many objects, and the checksum of their lines.

    With a `problem` nothing was, or not all.
    """

    name: str
    objects: int = 0
    checksum: str = ""
    problem: str = ""


@dataclass
class Copier:
    """Copies into an output.

    :param timezone: that of iTop's server
    :param progress: told a class, how many more of its objects were written, and about how many
        it has
    """

    itop: Itop
    output: Output
    timezone: str
    progress: Progress = lambda name, done, total: None
    page: int = PAGE
    _known: set[str] = field(default_factory=set)

    def run(self, names: Sequence[str] = ()) -> list[CopiedClass]:
        """Copy classes, by default the standard ones that iTop has.

        :raises CopyRefused: iTop has no such class
        :raises ItopProblem: iTop gives no usable answer; the next attempt goes on from there
        """
        order = chosen(names)
        self._known = {*STANDARD, *order}
        # Of a copy that goes on, what was written before another class is complete.
        complete = self.output.written.keys() - {self.output.last()}
        copied = [
            self._told(name) if name in complete else self._copy(name, bool(names))
            for name in order
        ]
        return [one for one in copied if one is not None]

    def _copy(self, name: str, asked_for: bool) -> CopiedClass | None:
        """Copy a class; None: iTop has no such class."""
        try:
            sample = self.itop.get(f"SELECT {name}", class_name=name, fields=("*",), limit=1)
        except ItopForbidden:
            return CopiedClass(name, problem="the account may not read this class in iTop")
        except ItopError as error:
            if asked_for:
                raise CopyRefused(f"iTop can't give the class {name}: {error}") from None
            return None
        if sample.objects:
            self._write(name, codes_to_copy(sample.objects[0].fields))
        return self._told(name)

    def _write(self, name: str, codes: Sequence[str]) -> None:
        before = self.output.written.get(name)
        after, done = (before.last_id, before.objects) if before else (0, 0)
        left = count(self.itop, name, after)
        total = done + (left or 0)
        self.progress(name, done, total)
        fields = list(codes) or ["id"]
        pages = windows(self.itop, name, fields, after, page=self.page, expected=left)
        for window in ahead(pages):
            own = [
                (one.id, line(name, codes, one, self.timezone))
                for one in sorted(window.objects, key=lambda one: one.id)
                # A class that only this iTop has comes as the one above it.
                if one.class_name == name or one.class_name not in self._known
            ]
            self.output.write(name, own)
            self.progress(name, len(window.objects), total)

    def _told(self, name: str) -> CopiedClass:
        written = self.output.written.get(name)
        return (
            CopiedClass(name, written.objects, written.checksum) if written else CopiedClass(name)
        )
