"""Questions to the database that are answered by yes or no, asked together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cti_oql.running import rows

from cti_host import database

Answer = Callable[[], bool]


class Questions:
    """Questions of one transaction: the first answer that somebody needs brings all of them.

    So whoever knows early what will have to be asked says so, and nobody waits for that again. Each
    is asked once; nothing that an answer depends on may be written between the two.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[str, tuple[Any, ...]], bool | None] = {}

    def ask(self, condition: str, values: Sequence[Any]) -> Answer:
        """Have something asked.

        :param condition: SQL that is true or false, with the places of values as the database
            writes them
        :return: what tells the answer
        """
        question = (condition, tuple(values))
        self._answers.setdefault(question)
        return lambda: self._answer(question)

    def _answer(self, question: tuple[str, tuple[Any, ...]]) -> bool:
        if self._answers[question] is None:
            self._ask_all()
        return bool(self._answers[question])

    def _ask_all(self) -> None:
        asked = [question for question, answer in self._answers.items() if answer is None]
        conditions = ", ".join(condition for condition, _values in asked)
        bound = [value for _condition, values in asked for value in values]
        (answers,) = rows(database.obj, f"SELECT {conditions}", bound)
        self._answers.update(zip(asked, map(bool, answers), strict=True))
