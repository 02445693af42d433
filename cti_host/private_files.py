"""Files and folders that only the user of the service may read and write.

What root makes belongs to the owner of the folder it lies in: a command that an admin runs as root
leaves nothing behind that the service can't write.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

SHORTEST_KEY = 16
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
# A group may read a key (root's file, the service's group), and nobody else.
_KEY_EXPOSED = stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


class KeyRefused(ValueError):
    """A key that protects nothing; `str()` of it says why, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, for its owner only; one that is there stays as it is.

    :raises OSError: it can't be made
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with suppress(FileExistsError):  # another process made it
        folder.mkdir(mode=_FOLDER_MODE)
        _hand_over(folder)
    if not folder.is_dir():
        raise NotADirectoryError(20, os.strerror(20), str(folder))


def open_private_file(path: Path, flags: int) -> int:
    """Open a file, made for its owner only if it isn't there; one that is there keeps its mode.

    :param flags: those of `os.open`, `os.O_CREAT` among them by itself
    :return: the descriptor, which the caller closes
    :raises OSError: it can't be opened or made
    """
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    except FileExistsError:
        return os.open(path, flags | os.O_CREAT, _FILE_MODE)
    _hand_over(path)
    return descriptor


def make_file(path: Path) -> None:
    """Make an empty file for its owner only; one that is there stays as it is.

    :raises OSError: it can't be made
    """
    if not path.exists():
        os.close(open_private_file(path, os.O_WRONLY))


def read_or_make_key(path: Path) -> str:
    """The secret in a file, made at random if the file isn't there.

    :raises OSError: it can't be read or made
    :raises UnicodeDecodeError: it is not a text
    :raises KeyRefused: it is too short, or others may read or write it
    """
    make_folder(path.parent)
    if not path.exists():
        # Of two processes that start together, one makes the key, and the other finds it whole.
        with NamedTemporaryFile("w", dir=path.parent) as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            _hand_over(Path(file.name))
            with suppress(FileExistsError):
                os.link(file.name, path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _KEY_EXPOSED:
        what = "write" if mode & (stat.S_IWGRP | stat.S_IWOTH) else "read"
        message = f"others may {what} the key in {path} (its mode is {mode:04o})"
        remedy = f"run: chmod 600 {path}; if somebody did, remove it: the host makes another one"
        raise KeyRefused(message, remedy)
    key = path.read_text("utf-8").strip()
    if len(key) < SHORTEST_KEY:
        message = f"the key in {path} has fewer than {SHORTEST_KEY} characters"
        raise KeyRefused(message, "remove the file; the host makes another one")
    return key


def exposed_mode(path: Path) -> str:
    """The mode of a file, such as "0644", if everybody may read or write it; else ""."""
    mode = stat.S_IMODE(path.stat().st_mode)
    return f"{mode:04o}" if mode & 0o007 else ""


def _hand_over(path: Path) -> None:
    """Give what root has just made to the owner of its folder."""
    if os.geteuid() != 0:
        return
    owner = path.parent.stat()
    if owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid)
