"""Patterns of LIKE: `%`, `_` and the backslash that makes them ordinary characters."""

from __future__ import annotations

from dataclasses import dataclass

from cti_tickets.oql.fold import fold_all

# SQLite refuses longer ones.
MAX_PATTERN_BYTES = 50_000


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
        """The pattern for folded texts, for `LIKE … ESCAPE '\\'`."""
        # Folding can bring forth % and _ (from ％), so it comes before escaping.
        return "".join(
            text if wildcard else _escaped(fold_all(text)) for wildcard, text in self.pieces
        )

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


def _escaped(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return text
