"""Questions to the database that are answered by one value each, asked together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cti_oql.running import rows

from cti_host import database

Answer = Callable[[], Any]
_UNKNOWN = object()


class Questions:
    """Questions of one page or transaction: the first answer that is needed brings all of them.

    So whoever knows early what will have to be asked says so, and nobody waits for that again. Each
    is asked once; nothing that an answer depends on may be written between the two.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[str, tuple[Any, ...]], Any] = {}

    def ask(self, expression: str, values: Sequence[Any]) -> Answer:
        """Have something asked.

        :param expression: SQL that has a value, mostly whether something is so, with the places of
            values as the database writes them
        :return: what tells the answer
        """
        question = (expression, tuple(values))
        self._answers.setdefault(question, _UNKNOWN)
        return lambda: self._answer(question)

    def _answer(self, question: tuple[str, tuple[Any, ...]]) -> Any:
        if self._answers[question] is _UNKNOWN:
            self._ask_all()
        return self._answers[question]

    def _ask_all(self) -> None:
        asked = [question for question, answer in self._answers.items() if answer is _UNKNOWN]
        expressions = ", ".join(expression for expression, _values in asked)
        bound = [value for _expression, values in asked for value in values]
        (answers,) = rows(database.obj, f"SELECT {expressions}", bound)
        self._answers.update(zip(asked, answers, strict=True))
