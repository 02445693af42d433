"""What is wrong, as data: a page tells it in the language of whoever reads it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from flask_babel import gettext

N_: Callable[[str], str] = str
"""Marks a text for the catalogues, where it is not translated yet."""
MOST_OF_A_VALUE = 200


@dataclass(frozen=True)
class Problem:
    """A sentence of a catalogue, and what stands in its places.

    :param text: the English one: "%(field)s is missing"; its plugin marks it with `N_`, and its
        catalogues hold it
    :param values: texts and numbers, by the names of their places
    """

    text: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English."""
        return self.text % self.values if self.values else self.text


def stored_problem(problem: Problem | str, mask: Callable[[str], str] = str) -> str:
    """A problem as one text, for a table.

    :param mask: takes out of its values what must not be kept
    """
    if isinstance(problem, str):
        return mask(problem)
    if not problem.values:
        return problem.text
    values = {
        name: mask(value[:MOST_OF_A_VALUE]) if isinstance(value, str) else value
        for name, value in problem.values.items()
    }
    return f"{problem.text}\n{json.dumps(values, ensure_ascii=False)}"


def read_problem(stored: str) -> Problem:
    """What `stored_problem` wrote; of a text that was no `Problem`, the same without values."""
    text, _newline, values = stored.partition("\n")
    try:
        read = json.loads(values or "{}")
    except ValueError:
        return Problem(stored)
    return Problem(text, read) if isinstance(read, dict) else Problem(stored)


def problem_text(stored: str) -> str:
    """The sentence for a stored problem, in the language of whoever reads it; empty: none."""
    if not stored:
        return ""
    problem = read_problem(stored)
    text = str(gettext(problem.text))
    with suppress(KeyError, TypeError, ValueError):  # a catalogue with other places
        return text % problem.values if problem.values else text
    return str(problem)
