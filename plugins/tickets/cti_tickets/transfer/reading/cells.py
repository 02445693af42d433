"""Texts as cells of a table (CSV), and back.

A spreadsheet takes a cell that begins with "=" or "+" for a formula and runs it, and people pad
cells with blanks. So an export marks the few texts that would be misunderstood, and an import
takes exactly these marks away:

- `'=SUM(A1)`: the apostrophe says that this is a text, no formula;
- `' text '`: between two apostrophes the blanks at the ends belong to the text;
- `''`: an empty text, where an empty cell would stand for the default.

Marked texts are marked again, so nothing is lost: `cell_text(cell_of(text)) == text`.
"""

from __future__ import annotations

EMPTY_TEXT = "''"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def cell_of(text: str) -> str:
    """How a text stands in a cell; an empty one stays empty."""
    if text and (text != text.strip() or _is_wrapped(text)):
        text = f"'{text}'"
    return f"'{text}" if _is_formula(text) else text


def cell_text(cell: str) -> str | None:
    """The text in a cell; None for an empty cell, "" for one that says that the text is empty."""
    text = cell.strip()
    if not text:
        return None
    if text[0] == "'" and _is_formula(text[1:]):
        text = text[1:]
    return text[1:-1] if _is_wrapped(text) else text


def _is_formula(text: str) -> bool:
    return text.lstrip("'").startswith(_FORMULA)


def _is_wrapped(text: str) -> bool:
    """Whether a text is between apostrophes that `cell_of` puts there."""
    while len(text) >= 2 and text[0] == text[-1] == "'":
        text = text[1:-1]
        if text != text.strip() or not text:
            return True
    return False
