"""Texts as cells of a table (CSV), and back.

A spreadsheet takes a cell that begins with "=" or "+" for a formula and runs it, and people pad
cells with blanks. So an export marks the few texts that would be misunderstood, and an import
takes exactly these marks away:

- `'=SUM(A1)`: the apostrophe says that this is a text, no formula;
- `' text '`: between two apostrophes the blanks at the ends belong to the text;
- `'4.41E+11'`: a number to the eye of a spreadsheet, which would cut it;
- `''`: an empty text, where an empty cell would stand for the default.

Marked texts are marked again, so nothing is lost: `cell_text(cell_of(text)) == text`.
"""

from __future__ import annotations

import re

EMPTY_TEXT = "''"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# How a spreadsheet shows a long number, whose last digits it leaves out.
_CUT = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[Ee]\+?[0-9]{1,3}", re.ASCII)
# How people make it keep a text as it is.
_AS_TEXT = re.compile(r'="([^"]*)"')


def cell_of(text: str) -> str:
    """How a text stands in a cell; an empty one stays empty."""
    if text and (text != text.strip() or _is_wrapped(text) or is_cut(text)):
        text = f"'{text}'"
    return f"'{text}" if _is_formula(text) else text


def cell_text(cell: str) -> str | None:
    """The text in a cell; None for an empty cell, "" for one that says that the text is empty."""
    text = cell.strip()
    if not text:
        return None
    if text[0] == "=" and (kept := _AS_TEXT.fullmatch(text)):
        return kept[1]
    if text[0] == "'" and _is_formula(text[1:]):
        text = text[1:]
    return text[1:-1] if _is_wrapped(text) else text


def is_cut(cell: str) -> bool:
    """Whether a cell holds a number of which a spreadsheet has kept the first digits only."""
    return _CUT.fullmatch(cell.strip()) is not None


def _is_formula(text: str) -> bool:
    return text.lstrip("'").startswith(_FORMULA)


def _is_wrapped(text: str) -> bool:
    """Whether a text is between apostrophes that `cell_of` puts there."""
    while len(text) >= 2 and text[0] == text[-1] == "'":
        text = text[1:-1]
        if text != text.strip() or not text or is_cut(text):
            return True
    return False
