"""Patterns of LIKE: `%`, `_` and the backslash that makes them ordinary characters."""

from __future__ import annotations

from dataclasses import dataclass

from cti_oql.functions.fold import fold, fold_like

# SQLite refuses longer ones.
MAX_PATTERN_BYTES = 50_000
# Comes after every text that begins with what stands before it.
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Pattern:
    """A pattern taken apart: literal texts, and "%" or "_" as wildcards."""

    pieces: tuple[tuple[bool, str], ...]  # (is a wildcard, text)

    @property
    def literal(self) -> str | None:
        """The only text that matches, if there are no wildcards."""
        if any(wildcard for wildcard, _ in self.pieces):
            return None
        return "".join(text for _, text in self.pieces)

    @property
    def folded(self) -> str:
        """The pattern for texts in the form of `fold_like`, for `LIKE … ESCAPE '\\'`."""
        # Folding can bring forth % and _ (from ％), so it comes before escaping.
        return "".join(
            text if wildcard else (escaped(fold_like(text)) or "") for wildcard, text in self.pieces
        )

    @property
    def beginning(self) -> str:
        """What every text that matches begins with, but for case and accents."""
        wildcard, text = self.pieces[0] if self.pieces else (True, "")
        return "" if wildcard else text

    @property
    def lowest(self) -> str:
        """No folded text that matches comes before this one."""
        return fold(self.beginning) or ""

    @property
    def highest(self) -> str:
        """Every folded text that matches comes before this one."""
        return self.lowest + _LAST


def parse_pattern(text: str) -> Pattern:
    """Take a pattern apart; a backslash before anything else stands for that character."""
    pieces: list[tuple[bool, str]] = []
    literal: list[str] = []
    characters = iter(text)
    for character in characters:
        if character in "%_":
            if literal:
                pieces.append((False, "".join(literal)))
                literal = []
            pieces.append((True, character))
        elif character == "\\":
            literal.append(next(characters, "\\"))
        else:
            literal.append(character)
    if literal:
        pieces.append((False, "".join(literal)))
    return Pattern(tuple(pieces))


def folded_pattern(text: str | None) -> str | None:
    """A pattern for texts in the form of `fold_like`; NULL stays NULL."""
    return None if text is None else parse_pattern(text).folded


def escaped(text: str | None) -> str | None:
    """A text as a pattern that finds just this text; NULL stays NULL."""
    if text is None:
        return None
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def joined_pattern(parts: list[Pattern]) -> Pattern:
    """Patterns one after the other as one; literal texts that meet become one piece."""
    pieces: list[tuple[bool, str]] = []
    for wildcard, text in (piece for part in parts for piece in part.pieces):
        if pieces and not wildcard and not pieces[-1][0]:
            pieces[-1] = (False, pieces[-1][1] + text)
        elif text:
            pieces.append((wildcard, text))
    return Pattern(tuple(pieces))
