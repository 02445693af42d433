"""Names of files as they were sent, made harmless."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 150
_LONGEST_KIND = 10


def clean_name(sent: str) -> str:
    """The name of a file without folders and without what nobody sees; "" if nothing is left.

    It is what people see and what a download is called; no file here ever has it.
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", sent))[-1]
    # Of the category C are control characters, and those that turn the direction of writing.
    seen = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in last)
    name = " ".join(re.sub(r'[<>:"|?*]', "_", seen).split()).strip(". ")
    if len(name) <= LONGEST:
        return name
    kind = kind_of(name)
    end = f".{kind}" if kind else ""
    return name[: LONGEST - len(end)].rstrip(". ") + end


def kind_of(name: str) -> str:
    """The end of a name, in lower case: "pdf"; "" if it has none."""
    begin, dot, end = name.rpartition(".")
    kind = end.lower()
    known = begin and dot and re.fullmatch(rf"[a-z0-9]{{1,{_LONGEST_KIND}}}", kind)
    return kind if known else ""
