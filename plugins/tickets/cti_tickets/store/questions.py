"""Questions to the database that are answered by one value each, asked together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cti_oql.running import rows

from cti_host import database

Answer = Callable[[], Any]


class Questions:
    """Questions of one page or transaction: the first answer that is needed brings all of them.

    So whoever knows early what will have to be asked says so, and nobody waits for that again. Each
    is asked once; nothing that an answer depends on may be written between the two.
    """

    def __init__(self) -> None:
        # A value may be a list, so they are looked for one by one: there are a handful.
        self._asked: list[tuple[str, tuple[Any, ...]]] = []
        self._answers: list[Any] = []

    def ask(self, expression: str, values: Sequence[Any]) -> Answer:
        """Have something asked.

        :param expression: SQL that has a value, mostly whether something is so, with the places of
            values as the database writes them
        :return: what tells the answer
        """
        question = (expression, tuple(values))
        if question not in self._asked:
            self._asked.append(question)
        place = self._asked.index(question)
        return lambda: self._answer(place)

    def _answer(self, place: int) -> Any:
        if place >= len(self._answers):
            self._ask_all()
        return self._answers[place]

    def _ask_all(self) -> None:
        asked = self._asked[len(self._answers) :]
        expressions = ", ".join(expression for expression, _values in asked)
        bound = [value for _expression, values in asked for value in values]
        (answers,) = rows(database.obj, f"SELECT {expressions}", bound)
        self._answers.extend(answers)
