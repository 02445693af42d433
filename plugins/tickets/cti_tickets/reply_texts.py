"""The texts of reply templates: the places in them that are filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter

from cti_host import BadSetting, did_you_mean

PLACEHOLDERS = ("agent", "caller", "ref", "title")
LONGEST = 10_000
_BRACES = 'write "{ref}" for a value, and "{{" or "}}" for a brace'


def check_text(text: str) -> None:
    """Check a text.

    :raises BadSetting: it is empty or too long, or not all of its places can be filled in
    """
    if not text.strip():
        raise BadSetting("is empty", "write the text that goes into the box")
    if len(text) > LONGEST:
        raise BadSetting(f"has {len(text)} characters", f"write at most {LONGEST}")
    for _text, name in _parts(text):
        if name is not None and name not in PLACEHOLDERS:
            known = f"there are {', '.join(f'{{{one}}}' for one in PLACEHOLDERS)}"
            near = did_you_mean(name, PLACEHOLDERS, "")
            raise BadSetting(f"nothing provides {{{name}}}", f"{near} {known}".strip())


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text that `check_text` lets pass, with a value in each place; values are plain texts."""
    return "".join(before + (values[name] if name else "") for before, name in _parts(text))


def _parts(text: str) -> Iterator[tuple[str, str | None]]:
    """What stands before each place, and the name that stands in it, as it is written."""
    try:
        for before, name, form, conversion in Formatter().parse(text):
            if name is None:
                yield before, None
            else:
                end = (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
                yield before, name + end
    except ValueError as error:
        raise BadSetting(f"its braces don't fit: {error}", _BRACES) from None
