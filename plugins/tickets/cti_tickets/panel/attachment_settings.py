"""The settings of files of tickets, checked at the start."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from cti_host import Host
from cti_tickets.model import SOURCE
from cti_tickets.store.attachments.folder import Folder
from cti_tickets.store.attachments.rules import REFUSED_KINDS, Rules
from cti_tickets.store.attachments.sizes import MEGABYTE

_FOLDER = "attachments"


def attachment_rules(
    host: Host, folder: str, megabytes: int, kinds: Sequence[str], most: int
) -> Rules:
    """What is accepted as a file of a ticket; each mistake is reported with its key.

    :param host: its settings say where the folder is, and how large requests may be
    :param folder: where the files lie; "": beside the key of the site
    :param megabytes: how large a file may be
    :param kinds: the ends of names
    :param most: how many files a ticket may have
    """
    beside = host.config.resolve(host.settings.secret_key_file).parent
    path = host.config.resolve(folder) if folder else beside / _FOLDER
    section = ("plugin", SOURCE)
    host.kept_apart.append(path)
    if most:
        _check_folder(host, (*section, "attachments_folder"), path)
        limit = host.settings.server.body_megabytes
        if megabytes > limit:
            host.problem(
                (*section, "attachment_megabytes"),
                f"a request may have {limit} MB, so no file of {megabytes} MB gets here",
                f"set body_megabytes in [server] to {megabytes}, or more",
            )
    for kind in kinds:
        if kind in REFUSED_KINDS:
            host.problem(
                (*section, "attachment_kinds"),
                f"{kind!r} is what a browser or a system runs",
                "leave it out; a file of it can be sent in a .zip",
            )
    return Rules(Folder(path), megabytes * MEGABYTE, tuple(dict.fromkeys(kinds)), most)


def _check_folder(host: Host, key: tuple[str, ...], path: Path) -> None:
    """See that files can be written to the folder, which is made with the first one."""
    if path.exists() and not path.is_dir():
        host.problem(key, f"{path} is no folder", "name a folder, or move the file away")
        return
    there = next(one for one in (path, *path.parents) if one.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        remedy = "let the user of the service write to it, or name another folder"
        host.problem(key, f"{there} can't be written", remedy)
    elif there == path and path.stat().st_mode & 0o007:
        host.warn(key, f"others may read the files in {path}", f"run: chmod 700 {path}")
