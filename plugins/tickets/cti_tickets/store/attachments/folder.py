"""The folder of the files of tickets.

A file gets a name of its own, made up at random, once all of it is on the disk: until then it is
called `new-…`. Whatever dies in between leaves a file that no row knows, never half of one that
some row does; `sweep` removes it later. Nothing but names of this making is ever touched.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from cti_host import make_folder, open_private_file

log = logging.getLogger("cti_host.plugin.tickets")

_OURS = re.compile(r"(?:new-)?[0-9a-f]{32}", re.ASCII)
_CHUNK = 64 * 1024
# A file that no row knows may be one whose row is being written.
ORPHAN_SECONDS = 3600


class TooLarge(ValueError):
    """A file has more bytes than it may have."""


@dataclass(frozen=True)
class Written:
    """A file in the folder: its name there, its size, and its digest in hexadecimal."""

    stored: str
    size: int
    sha256: str


class Folder:
    """Writes, opens and removes files.

    :param path: the folder; it is made with the first file, for its owner only
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, source: IO[bytes], largest: int) -> Written:
        """Copy a file into the folder; it is on the disk when this returns.

        :raises TooLarge: it has more bytes than `largest`
        :raises OSError: the folder can't be written
        """
        make_folder(self.path)
        stored = secrets.token_hex(16)
        part = self.path / f"new-{stored}"
        descriptor = open_private_file(part, os.O_WRONLY)
        try:
            with os.fdopen(descriptor, "wb") as file:
                size, digest = 0, sha256()
                while chunk := source.read(_CHUNK):
                    size += len(chunk)
                    if size > largest:
                        raise TooLarge
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.rename(self.path / stored)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        self._sync()
        return Written(stored, size, digest.hexdigest())

    def open(self, stored: str) -> IO[bytes]:
        """A file, to read from.

        :raises OSError: it isn't there, or can't be read
        """
        return (self.path / stored).open("rb")

    def remove(self, stored: str) -> None:
        """Remove a file; one that can't be removed now is an orphan that `sweep` tries again."""
        if not _OURS.fullmatch(stored):
            return
        try:
            (self.path / stored).unlink(missing_ok=True)
        except OSError as error:
            log.warning("a file of a ticket can't be removed yet: %s", error.strerror)

    def sweep(self, known: Callable[[Collection[str]], Collection[str]], *, dry_run: bool) -> int:
        """Remove the files that no row knows, older than an hour; return how many there were.

        :param known: says which of some names there are rows of
        """
        count = 0
        for names in self._old_names():
            there = known(names)
            for name in names:
                if name not in there:
                    count += 1
                    if not dry_run:
                        self.remove(name)
        return count

    def _old_names(self) -> Iterator[list[str]]:
        if not self.path.is_dir():
            return
        before, names = time.time() - ORPHAN_SECONDS, list[str]()
        with os.scandir(self.path) as entries:
            for entry in entries:
                if not _OURS.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                    continue
                if entry.stat(follow_symlinks=False).st_mtime < before:
                    names.append(entry.name)
        for start in range(0, len(names), 500):
            yield names[start : start + 500]

    def _sync(self) -> None:
        """See that the name of a new file is on the disk as well."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
