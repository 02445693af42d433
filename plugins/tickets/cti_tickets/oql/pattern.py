"""Patterns of LIKE: `%`, `_` and the backslash that makes them ordinary characters."""

from __future__ import annotations

from dataclasses import dataclass

from cti_tickets.oql.fold import fold, fold_all

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
        """The pattern for folded texts; what is folded holds no wildcards and no backslash."""
        return "".join(text if wildcard else fold_all(text) for wildcard, text in self.pieces)

    @property
    def lowest(self) -> str:
        """No folded text that matches comes before this one."""
        wildcard, text = self.pieces[0] if self.pieces else (True, "")
        return "" if wildcard else fold(text) or ""

    @property
    def highest(self) -> str:
        """Every folded text that matches comes before this one."""
        return self.lowest + _LAST

    @property
    def blanks_matter(self) -> bool:
        """Whether trailing blanks of the text decide, which the folded form does not have."""
        if self.pieces[-1:] != ((True, "%"),):
            return True
        before = next((piece for piece in reversed(self.pieces) if piece != (True, "%")), None)
        return before is not None and (before[0] or before[1].endswith(" "))


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
    """A pattern for folded texts with a mark behind them, which keeps their trailing blanks."""
    return None if text is None else parse_pattern(f"{text}|").folded


def joined_pattern(parts: list[Pattern]) -> Pattern:
    """Patterns one after the other as one; literal texts that meet become one piece."""
    pieces: list[tuple[bool, str]] = []
    for wildcard, text in (piece for part in parts for piece in part.pieces):
        if pieces and not wildcard and not pieces[-1][0]:
            pieces[-1] = (False, pieces[-1][1] + text)
        elif text:
            pieces.append((wildcard, text))
    return Pattern(tuple(pieces))
