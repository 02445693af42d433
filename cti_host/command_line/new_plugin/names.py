"""What a new plugin may be called."""

from __future__ import annotations

import keyword
import re
import unicodedata
from importlib.util import find_spec

from cti_host.installed_points import installed_points
from cti_host.loader import ENTRY_POINT_GROUP

PACKAGE_PREFIX = "cti_"
LONGEST_NAME = 40
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)


class Refused(Exception):
    """A plugin can't be made; `remedy` says what to write instead."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def check_name(name: str) -> None:
    """Accept the name of a new plugin.

    It becomes a file, a package, a table of `cti.toml` and an address of pages.

    :raises Refused: it is not a name for all of these, or is taken
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > LONGEST_NAME:
        better = _better(name)
        remedy = "write small letters, digits and single _, beginning with a letter"
        if keyword.iskeyword(name):
            remedy = "this is a word of Python; choose another name"
        elif len(name) > LONGEST_NAME:
            remedy = f"choose one of at most {LONGEST_NAME} characters"
        elif better:
            remedy += f": {better}"
        raise Refused(f"{name!r} can't be the name of a plugin", remedy)
    for point in installed_points(ENTRY_POINT_GROUP):
        if point.name == name:
            message = f"there is a plugin {name!r} already: {point.owner}"
            raise Refused(message, "choose another name")
    if find_spec(PACKAGE_PREFIX + name) is not None:
        message = f"there is a Python package {PACKAGE_PREFIX}{name} already"
        raise Refused(message, "choose another name")


def _better(name: str) -> str:
    """The name that was perhaps meant; empty: none can be told."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()
    better = re.sub(r"[^a-z0-9]+", "_", split).strip("_").lstrip("0123456789_")
    return better if _NAME.fullmatch(better) and not keyword.iskeyword(better) else ""
